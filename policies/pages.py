"""What the public pages show, gathered from a version: sections with their texts, and the tables beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from core.rules import RequestRule, request_kinds, request_rule
from policies import comparing, selectors
from policies.change_words import change_lines
from policies.enums import PREAMBLE, Section
from policies.models import PolicyText, PolicyVersion
from policies.own_words import OWN_PERIOD_WORDS
from policies.pack_types import (
    FieldSpec,
    Pack,
    PurposeSpec,
    RecipientSpec,
    RetentionSpec,
)
from policies.request_words import KindWords, words_for


@dataclass(frozen=True, slots=True)
class SectionPage:
    """One numbered section of the policy page."""

    number: int
    code: str
    title: str
    text: PolicyText


@dataclass(frozen=True, slots=True)
class FieldRow:
    field: FieldSpec
    purposes: tuple[PurposeSpec, ...]
    retention: RetentionSpec | None


@dataclass(frozen=True, slots=True)
class RecipientRow:
    recipient: RecipientSpec
    fields: tuple[FieldSpec, ...]
    purposes: tuple[PurposeSpec, ...]


@dataclass(frozen=True, slots=True)
class PurposeRow:
    purpose: PurposeSpec
    fields: tuple[FieldSpec, ...]


@dataclass(frozen=True, slots=True)
class KeepingRow:
    """A retention rule, the fields it governs and the rules that work beside it."""

    rule: RetentionSpec
    fields: tuple[FieldSpec, ...]
    also: tuple[RetentionSpec, ...]


@dataclass(frozen=True, slots=True)
class OwnRow:
    """Something the portal writes itself, and for how many days it keeps it."""

    what: str
    days: int


@dataclass(frozen=True, slots=True)
class PolicyPage:
    version: PolicyVersion
    pack: Pack
    preamble: PolicyText | None
    sections: tuple[SectionPage, ...]
    fields: tuple[FieldRow, ...]
    purposes: tuple[PurposeRow, ...]
    recipients: tuple[RecipientRow, ...]
    keeping: tuple[KeepingRow, ...]
    own_keeping: tuple[OwnRow, ...]
    backup_days: int
    key_backup_days: int


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One kind of request on the procedure page: its words, and the periods of law."""

    words: KindWords
    rule: RequestRule


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: PolicyVersion
    state: str
    previous: int | None
    changes: list[str]


def policy_page(version: PolicyVersion, language: str) -> PolicyPage:
    """Everything the policy page shows of a version in one language."""
    pack = selectors.document(version)
    texts = selectors.texts(version, language)
    shown = [section for section in Section if section in texts]
    return PolicyPage(
        version=version,
        pack=pack,
        preamble=texts.get(PREAMBLE),
        sections=tuple(
            SectionPage(number, section.value, texts[section].title or str(section.label), texts[section])
            for number, section in enumerate(shown, start=1)
        ),
        fields=tuple(
            FieldRow(field, _purposes(pack, field.purposes), pack.retention_rule(field.retention))
            for field in pack.fields
        ),
        purposes=tuple(PurposeRow(purpose, _fields(pack, purpose.fields)) for purpose in pack.purposes),
        recipients=tuple(
            RecipientRow(recipient, _fields(pack, recipient.fields), _purposes(pack, recipient.purposes))
            for recipient in pack.recipients
        ),
        keeping=tuple(_keeping(pack)),
        own_keeping=tuple(_own_keeping(pack)),
        backup_days=settings.PORTAL_BACKUP_DAYS,
        key_backup_days=settings.PORTAL_KEYS_BACKUP_DAYS,
    )


def version_rows(in_force: PolicyVersion | None, at: datetime) -> list[VersionRow]:
    """All versions, newest first, each with its state at a moment."""
    found = list(selectors.versions())
    return [
        VersionRow(
            version=version,
            state=state_of(version, in_force, at),
            previous=found[place + 1].number if place + 1 < len(found) else None,
            changes=change_lines(version.changes),
        )
        for place, version in enumerate(found)
    ]


def state_of(version: PolicyVersion, in_force: PolicyVersion | None, at: datetime) -> str:
    """`in-force`, `upcoming` or `superseded`."""
    if in_force is not None and version.number == in_force.number:
        return "in-force"
    is_later = in_force is None or version.number > in_force.number
    return "upcoming" if is_later and version.effective_at > at else "superseded"


def compared_sections(
    before: PolicyVersion, after: PolicyVersion, language: str
) -> list[tuple[str, comparing.SectionChange]]:
    """(title, comparison) for each section either version has."""
    old, new = selectors.texts(before, language), selectors.texts(after, language)
    result = []
    for section in (PREAMBLE, *Section.values):
        if section in old or section in new:
            title = str(Section(section).label) if section != PREAMBLE else _("Introduction")
            source = [texts[section].markdown if section in texts else "" for texts in (old, new)]
            result.append((title, comparing.compare_section(section, *source)))
    return result


def request_rows(on: date) -> list[RequestRow]:
    """The kinds of request the law of a day knows, with their periods."""
    return [RequestRow(words_for(kind), request_rule(kind, on=on)) for kind in request_kinds(on=on)]


def _fields(pack: Pack, codes: Iterable[str]) -> tuple[FieldSpec, ...]:
    return tuple(field for field in pack.fields if field.code in set(codes))


def _purposes(pack: Pack, codes: Iterable[str]) -> tuple[PurposeSpec, ...]:
    return tuple(purpose for purpose in pack.purposes if purpose.code in set(codes))


def _keeping(pack: Pack) -> Iterable[KeepingRow]:
    """Rules in the pack's order; a rule that only works beside another is told with that one."""
    beside = {code for rule in pack.retention for code in rule.also}
    for rule in pack.retention:
        governed = tuple(field for field in pack.fields if field.retention == rule.code)
        if governed or rule.code not in beside:
            also = tuple(other for other in pack.retention if other.code in rule.also)
            yield KeepingRow(rule, governed, also)


def _own_keeping(pack: Pack) -> Iterable[OwnRow]:
    """What the portal writes itself; a version of before these periods were asked for tells none."""
    for key, words in OWN_PERIOD_WORDS.items():
        if days := getattr(pack.own_records, key):
            yield OwnRow(str(words), days)
