"""Reads of published policies. A version never changes, so what was read of it once holds as long as the process."""

from datetime import datetime
from functools import lru_cache
from typing import cast

from django.db.models import QuerySet

from policies.models import PolicyText, PolicyVersion
from policies.pack import Document, pack_from_document
from policies.pack_types import FieldSpec, Pack, PurposeSpec, RecipientSpec


def version_in_force(at: datetime) -> PolicyVersion | None:
    """The version in force at a moment: the newest one whose effective date has come. One query, document left out."""
    return PolicyVersion.objects.filter(effective_at__lte=at).defer("document").order_by("-number").first()


def version_numbered(number: int) -> PolicyVersion | None:
    return PolicyVersion.objects.filter(number=number).defer("document").first()


def versions() -> QuerySet[PolicyVersion]:
    """All published versions, newest first."""
    return PolicyVersion.objects.defer("document").order_by("-number")


def latest_version() -> PolicyVersion | None:
    """The version published last, in force or not yet."""
    return versions().first()


def upcoming_version(at: datetime) -> PolicyVersion | None:
    """A version published to take effect later, or None."""
    return versions().filter(effective_at__gt=at).first()


def document(version: PolicyVersion) -> Pack:
    """The whole pack of a version."""
    return _pack(version.content_hash)


@lru_cache(maxsize=16)
def _pack(content_hash: str) -> Pack:
    stored = PolicyVersion.objects.filter(content_hash=content_hash).values_list("document", flat=True).first()
    if stored is None:
        raise PolicyVersion.DoesNotExist(content_hash)
    return pack_from_document(cast(Document, stored))


def purposes(version: PolicyVersion) -> tuple[PurposeSpec, ...]:
    return document(version).purposes


def fields(version: PolicyVersion) -> tuple[FieldSpec, ...]:
    return document(version).fields


def recipients(version: PolicyVersion) -> tuple[RecipientSpec, ...]:
    return document(version).recipients


def purpose(version: PolicyVersion, code: str) -> PurposeSpec | None:
    """The purpose of that code, or None when the version does not declare it."""
    return document(version).purpose(code)


def field(version: PolicyVersion, code: str) -> FieldSpec | None:
    """The field of that code, or None when the version does not declare it."""
    return document(version).field(code)


def recipient(version: PolicyVersion, code: str) -> RecipientSpec | None:
    """The recipient of that code, or None when the version does not declare it."""
    return document(version).recipient(code)


def texts(version: PolicyVersion, language: str) -> dict[str, PolicyText]:
    """The texts of a version in one language, by section, in the order of the page."""
    return {text.section: text for text in PolicyText.objects.filter(version=version, language=language).order_by("id")}


def looks_of(hash_start: str) -> Pack | None:
    """The published pack whose content hash starts so, for its colours and logo; None when there is none."""
    if len(hash_start) < 16:
        return None
    found = (
        PolicyVersion.objects.filter(content_hash__startswith=hash_start).values_list("content_hash", flat=True).first()
    )
    return _pack(found) if found else None
