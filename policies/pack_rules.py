"""What the parts of a pack owe each other: every name used is declared, and both sides of a relation agree. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from policies.enums import FieldKind, LegalBasis, MessageChannel
from policies.pack_lines import Path
from policies.pack_reader import Notes
from policies.pack_types import FieldSpec, Pack

_FACT_PARTS = re.compile(r"([A-Z]+)-([0-9]+)")


def check_parts(pack: Pack, notes: Notes) -> None:
    """Note every fault that shows only when parts are read together."""
    _check_unique(pack, notes)
    _check_purposes(pack, notes)
    _check_fields(pack, notes)
    _check_recipients(pack, notes)
    _check_retention(pack, notes)


def check_facts(notes: Notes, cited_in_texts: Iterable[str]) -> None:
    """The facts of an organisation are numbered from 1: one that nobody cites is a promise forgotten."""
    numbers: dict[str, set[int]] = {}
    for fact in (*notes.facts, *cited_in_texts):
        parts = _FACT_PARTS.fullmatch(fact)
        if parts is not None:
            numbers.setdefault(parts[1], set()).add(int(parts[2]))
    for prefix, present in sorted(numbers.items()):
        for number in sorted(set(range(1, max(present) + 1)) - present):
            message = _("Fact %(fact)s is cited nowhere, neither in policy.toml nor in a text.")
            notes.fault(("pack",), message % {"fact": f"{prefix}-{number}"})


def _codes(items: Sequence[object]) -> list[str]:
    return [str(getattr(item, "code", "")) for item in items]


def _check_unique(pack: Pack, notes: Notes) -> None:
    lists: dict[Path, Sequence[object]] = {
        ("channels",): pack.channels,
        ("purposes",): pack.purposes,
        ("fields",): pack.fields,
        ("recipients",): pack.recipients,
        ("retention",): pack.retention,
        ("complaints", "tiers"): pack.complaints.tiers,
        ("complaints", "categories"): pack.complaints.categories,
    }
    for path, items in lists.items():
        seen: Counter[str] = Counter()
        for place, code in enumerate(_codes(items)):
            seen[code] += 1
            if code and seen[code] == 2:
                notes.fault((*path, place), _("“%(code)s” is declared twice.") % {"code": code})


def _check_known(notes: Notes, path: Path, used: Iterable[str], known: Iterable[str], kind: str) -> None:
    for code in used:
        if code not in known:
            notes.fault(path, _("There is no %(kind)s “%(code)s”.") % {"kind": kind, "code": code})


def _check_purposes(pack: Pack, notes: Notes) -> None:
    for place, purpose in enumerate(pack.purposes):
        path: Path = ("purposes", place)
        _check_known(notes, (*path, "fields"), purpose.fields, _codes(pack.fields), _("field"))
        _check_known(notes, (*path, "channels"), purpose.channels, MessageChannel.values, _("message channel"))
        for code in purpose.fields:
            field = pack.field(code)
            if field is not None and purpose.code not in field.purposes:
                _disagree(notes, (*path, "fields"), f"purposes.{purpose.code}", f"fields.{code}")


def _check_fields(pack: Pack, notes: Notes) -> None:
    for place, field in enumerate(pack.fields):
        path: Path = ("fields", place)
        _check_known(notes, (*path, "purposes"), field.purposes, _codes(pack.purposes), _("purpose"))
        _check_known(notes, (*path, "recipients"), field.recipients, _codes(pack.recipients), _("recipient"))
        kept = [field.retention] if field.retention else []
        _check_known(notes, (*path, "retention"), kept, _codes(pack.retention), _("retention rule"))
        for code in field.purposes:
            purpose = pack.purpose(code)
            if purpose is not None and field.code not in purpose.fields:
                _disagree(notes, (*path, "purposes"), f"fields.{field.code}", f"purposes.{code}")
        for code in field.recipients:
            recipient = pack.recipient(code)
            if recipient is not None and field.code not in recipient.fields:
                _disagree(notes, (*path, "recipients"), f"fields.{field.code}", f"recipients.{code}")
        if not field.purposes:
            notes.fault((*path, "purposes"), _("A field without a purpose may not be collected."))
        _check_device(pack, notes, path, field)


def _check_device(pack: Pack, notes: Notes, path: Path, field: FieldSpec) -> None:
    if field.kind != FieldKind.DEVICE:
        return
    for code in field.purposes:
        purpose = pack.purpose(code)
        if purpose is not None and purpose.basis != LegalBasis.CONSENT:
            message = _("Device data is collected only under consent; purpose “%(code)s” does not rest on it.")
            notes.fault((*path, "purposes"), message % {"code": code})


def _check_recipients(pack: Pack, notes: Notes) -> None:
    for place, recipient in enumerate(pack.recipients):
        path: Path = ("recipients", place)
        _check_known(notes, (*path, "fields"), recipient.fields, _codes(pack.fields), _("field"))
        _check_known(notes, (*path, "purposes"), recipient.purposes, _codes(pack.purposes), _("purpose"))
        for code in recipient.fields:
            field = pack.field(code)
            if field is not None and recipient.code not in field.recipients:
                _disagree(notes, (*path, "fields"), f"recipients.{recipient.code}", f"fields.{code}")


def _check_retention(pack: Pack, notes: Notes) -> None:
    for place, rule in enumerate(pack.retention):
        path: Path = ("retention", place, "also")
        _check_known(notes, path, rule.also, _codes(pack.retention), _("retention rule"))
        if rule.code in rule.also:
            notes.fault(path, _("The retention rule “%(code)s” names itself.") % {"code": rule.code})


def _disagree(notes: Notes, path: Path, one: str, other: str) -> None:
    notes.fault(path, _("%(one)s names %(other)s, which does not name it back.") % {"one": one, "other": other})
