"""What of a person can still be read anywhere in an installation: tables, broker, logs, and every file under its home.

The databases' own files are searched as bytes too, with all that rows once were and what they write ahead.
"""

import base64
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import CharField, Model, Q, QuerySet, TextField

from dsr_requests.models import Snapshot
from outbound.models import OutboxMessage
from personal_data.enums import Fate
from personal_data.models import ErasureRun, Package, SubjectKey
from personal_data.registry import Declaration, declarations
from tests.promises.stored import leaks


def found_anywhere(secrets: list[str]) -> list[list[str]]:
    """Place and value of everything that can be read, in the clear or in a common disguise."""
    found = leaks(secrets)
    shapes = {secret: list(_raw_shapes(secret)) for secret in secrets}
    for path in _files(Path(settings.PORTAL_HOME)):
        content = path.read_bytes()
        found |= {
            (str(path.relative_to(settings.PORTAL_HOME)), secret)
            for secret, forms in shapes.items()
            if any(form in content for form in forms)
        }
    return sorted([place, secret] for place, secret in found)


def last_letters(target: str) -> dict[str, bool]:
    """Ids of the letters that tell the end, which can only leave after it, and whether they have left."""
    runs = ErasureRun.objects.filter(basis=target).values_list("pk", flat=True)
    dedups = [f"done:{target}", *(f"erased:{pk}" for pk in runs)]
    rows = OutboxMessage.objects.filter(dedup__in=dedups)
    return {str(pk): sent_at is not None for pk, sent_at in rows.values_list("pk", "sent_at")}


def tables_with_values(subject_id: UUID) -> list[str]:
    """Tables that hold a personal value of a person, sealed or not."""
    asked = [one for one in declarations() if one.subject and one.model is not SubjectKey]
    return sorted(one.model._meta.label_lower for one in asked if _with_values(one, subject_id).exists())


def tables_kept(target: str) -> list[str]:
    """Tables of which the plan of a request's deletion says that they are kept."""
    run = ErasureRun.objects.get(basis=target)
    return sorted(run.plan.lines.filter(fate=Fate.KEEP).values_list("target", flat=True))


def openable(target: str) -> dict[str, Any]:
    """What of a deleted person could still be opened with a key the installation has, and which keys there are."""
    run = ErasureRun.objects.get(basis=target)
    return {
        "address": run.sealed_address is not None,
        "snapshot": Snapshot.objects.filter(case__about_id=run.subject_ref, sealed__isnull=False).exists(),
        "keys": sorted(SubjectKey.objects.filter(subject_ref=run.subject_ref).values_list("kind", flat=True)),
        "packages": Package.objects.filter(subject_id=run.subject_ref).count(),
    }


def _with_values(declaration: Declaration, subject_id: UUID) -> "QuerySet[Model]":
    held = Q(pk__in=[])
    for name in declaration.personal:
        is_text = isinstance(declaration.model._meta.get_field(name), CharField | TextField)
        held |= Q(**{f"{name}__isnull": False}) & (~Q(**{name: ""}) if is_text else Q())
    return declaration.model._default_manager.filter(held, **{str(declaration.subject): subject_id})


def _files(home: Path) -> Iterator[Path]:
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path


def _raw_shapes(value: str) -> Iterator[bytes]:
    raw = value.encode()
    for text in (value, unicodedata.normalize("NFD", value), value.casefold(), value.upper()):
        yield text.encode()
    yield from (raw.hex().encode(), value.encode("utf-16-le"), value.encode("utf-16-be"))
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).rstrip(b"=")
        yield encoded[-(-offset * 8 // 6) : -1]
