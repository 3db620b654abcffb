"""What changed in what a policy declares (purposes, fields, recipients, periods), in words a person reads. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from core.citations import cite
from policies.comparing import Piece, compare_words
from policies.enums import FieldKind, LegalBasis, MessageChannel, RecipientClass, RetentionKind, Sensitivity
from policies.own_words import OWN_PERIOD_WORDS
from policies.pack_types import Pack, RetentionSpec, Text

LISTS: Final[dict[str, str | Promise]] = {
    "channels": pgettext_lazy("part of a policy", "Ways to reach us"),
    "purposes": pgettext_lazy("part of a policy", "Purposes"),
    "fields": pgettext_lazy("part of a policy", "Data we collect"),
    "recipients": pgettext_lazy("part of a policy", "Recipients"),
    "retention": pgettext_lazy("part of a policy", "Retention periods"),
}
SINGLES: Final[dict[str, str | Promise]] = {
    "controller": pgettext_lazy("part of a policy", "Who is responsible"),
    "complaints": pgettext_lazy("part of a policy", "Times for complaints"),
    "requests": pgettext_lazy("part of a policy", "Handling of requests"),
    "security_data": pgettext_lazy("part of a policy", "Data kept for sign-in security"),
    "own_records": pgettext_lazy("part of a policy", "What the portal writes itself"),
}
PROPERTIES: Final[dict[str, str | Promise]] = {
    "name": pgettext_lazy("property", "Name"),
    "label": pgettext_lazy("property", "Name"),
    "address": pgettext_lazy("property", "Address"),
    "registration": pgettext_lazy("property", "Business number"),
    "phone": pgettext_lazy("property", "Phone"),
    "email": pgettext_lazy("property", "E-mail"),
    "website": pgettext_lazy("property", "Website"),
    "person_in_charge": pgettext_lazy("property", "Person in charge"),
    "explanation": pgettext_lazy("property", "Explanation"),
    "basis": pgettext_lazy("property", "Legal basis"),
    "clause": pgettext_lazy("property", "Clause of law"),
    "fields": pgettext_lazy("property", "Data"),
    "purposes": pgettext_lazy("property", "Used for"),
    "recipients": pgettext_lazy("property", "Recipients"),
    "automated": pgettext_lazy("property", "Automated"),
    "opt_out": pgettext_lazy("property", "How to opt out"),
    "channels": pgettext_lazy("property", "Channels"),
    "frequency": pgettext_lazy("property", "How often"),
    "content": pgettext_lazy("property", "Content"),
    "hint": pgettext_lazy("property", "Hint"),
    "kind": pgettext_lazy("property", "Kind"),
    "sensitivity": pgettext_lazy("property", "Sensitivity"),
    "consequence": pgettext_lazy("property", "If you decline"),
    "source": pgettext_lazy("property", "Where it comes from"),
    "storage": pgettext_lazy("property", "Where it is stored"),
    "retention": pgettext_lazy("property", "Kept"),
    "choices": pgettext_lazy("property", "Choices"),
    "max_mb": pgettext_lazy("property", "Largest file (MB)"),
    "evidence": pgettext_lazy("property", "A correction needs a file that shows it"),
    "recipient_class": pgettext_lazy("property", "Class"),
    "cross_border": pgettext_lazy("property", "Outside Vietnam"),
    "consent": pgettext_lazy("property", "Asked apart"),
    "rule": pgettext_lazy("property", "Rule"),
    "text": pgettext_lazy("property", "Text"),
    "days": pgettext_lazy("property", "Days"),
    "months": pgettext_lazy("property", "Months"),
    "years": pgettext_lazy("property", "Years"),
    "also": pgettext_lazy("property", "Works beside"),
    "proposed": pgettext_lazy("property", "Waits for the owner's confirmation"),
    "target_days": pgettext_lazy("property", "Target in days"),
    "limit_days": pgettext_lazy("property", "Limit in days"),
    "first_reply_working_days": pgettext_lazy("property", "First reply in working days"),
    "negotiation_working_days": pgettext_lazy("property", "Negotiation in working days"),
    "tiers": pgettext_lazy("property", "Levels"),
    "categories": pgettext_lazy("property", "Kinds of complaint"),
    "cooling_off_hours": pgettext_lazy("property", "Hours in which a deletion can be called off"),
    "letter_days": pgettext_lazy("property", "Days more for whom only a letter reaches"),
    "tell_imported": pgettext_lazy("property", "People from the organisation's records are told"),
    "retention_days": pgettext_lazy("property", "Kept in days"),
    **OWN_PERIOD_WORDS,
}
# How a promise is found again inside the programs, not what it says.
_SILENT: Final = frozenset({"code", "facts", "ends", "event"})
_LABELLED: Final = {
    "basis": LegalBasis,
    "kind": FieldKind,
    "sensitivity": Sensitivity,
    "recipient_class": RecipientClass,
    "rule": RetentionKind,
    "channels": MessageChannel,
}


@dataclass(frozen=True, slots=True)
class PropertyChange:
    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class PartChange:
    """One declared thing that was `added`, `removed` or `changed`."""

    kind: str
    group: str
    name: str
    properties: tuple[PropertyChange, ...] = ()


def compared_parts(before: Pack, after: Pack) -> list[PartChange]:
    """Every declaration that differs, in the order of the page."""
    changes = []
    for key, group in SINGLES.items():
        old, new = getattr(before, key), getattr(after, key)
        properties = tuple(_properties(old, new, before, after))
        if properties:
            changes.append(PartChange("changed", str(group), "", properties))
    for key, group in LISTS.items():
        old, new = ({part.code: part for part in getattr(pack, key)} for pack in (before, after))
        for code in [*new, *(code for code in old if code not in new)]:
            if code not in old:
                changes.append(PartChange("added", str(group), _name(new[code], after)))
            elif code not in new:
                changes.append(PartChange("removed", str(group), _name(old[code], before)))
            elif properties := tuple(_properties(old[code], new[code], before, after)):
                changes.append(PartChange("changed", str(group), _name(new[code], after), properties))
    return changes


def _name(part: Any, pack: Pack) -> str:
    if isinstance(part, RetentionSpec):
        # A rule has no name of its own: it is known by the data it governs.
        return ", ".join(str(field.label) for field in pack.fields if field.retention == part.code) or part.rule_label
    return str(getattr(part, "name", None) or part.label)


def _properties(old: Any, new: Any, before: Pack, after: Pack) -> Iterator[PropertyChange]:
    for field in fields(new):
        values = getattr(old, field.name), getattr(new, field.name)
        if field.name in _SILENT or values[0] == values[1]:
            continue
        was, now = _words(field.name, values[0], before), _words(field.name, values[1], after)
        if was != now:
            yield PropertyChange(str(PROPERTIES[field.name]), compare_words(was, now))


def _words(name: str, value: Any, pack: Pack) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Text | int):
        return str(value)
    if isinstance(value, tuple):
        return "; ".join(_words(name, part, pack) for part in value)
    if isinstance(value, str):
        return _code_words(name, value, pack)
    if hasattr(value, "resolution_days"):
        return f"{value.name} ({value.first_reply_working_days} / {value.resolution_days})"
    return f"{value.name} ({value.days})" if hasattr(value, "days") else str(value.label)


def _code_words(name: str, code: str, pack: Pack) -> str:
    """The name a person knows for a code that a property holds."""
    if name == "clause":
        return cite(code)
    if name in _LABELLED and code in _LABELLED[name].values:
        return str(_LABELLED[name](code).label)
    finders: dict[str, Any] = {
        "fields": pack.field,
        "purposes": pack.purpose,
        "recipients": pack.recipient,
        "retention": pack.retention_rule,
        "also": pack.retention_rule,
    }
    found = finders[name](code) if name in finders else None
    if isinstance(found, RetentionSpec):
        return str(found.text)
    return _name(found, pack) if found is not None else code
