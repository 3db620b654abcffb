"""The sections of the copy that show what this package holds on a person."""

from collections.abc import Iterable, Iterator
from functools import partial

from django.utils.translation import gettext_lazy as _

from personal_data import storage
from personal_data.enums import (
    Source,
)
from personal_data.fields import read_file_name
from personal_data.models import (
    DataItem,
    FieldRefusal,
    StoredFile,
    ValueHistory,
)
from personal_data.package_records import FIELD, FOLLOWS_FROM, SOURCE, about_records, about_use
from personal_data.package_sections import (
    Asked,
    Coded,
    CopyFile,
    Row,
    Section,
    Value,
    coded,
    leave_out,
    leave_out_links,
    opened,
    show,
)
from personal_data.retention_dates import KeptUntil
from personal_data.retention_words import rule_words, stays_words, why_then
from personal_data.selectors import HeldField, held_on
from personal_data.values import show_value

_HELD_SINCE = _("held since")


def data_rows(asked: Asked) -> Iterator[Row]:
    """Every value held, those of fields the policy does not name any more too."""
    seen = set()
    every = held_on(subject_id=asked.subject_id, at=asked.at, key=asked.data_key, version=asked.version)
    for held in every:
        if held.item is not None:
            seen.add(held.spec.code)
            values: dict[str, Value] = {**_item(asked, held.item, held.value), **_use(held)}
            yield Row(values, ref=held.spec.code)
    for item in DataItem.objects.filter(subject_id=asked.subject_id).exclude(field__in=seen):
        clear = opened(asked.data_key, item.sealed_value, f"personal_data.DataItem:value:{item.pk}")
        yield Row(_item(asked, item, clear), ref=item.field)


def file_rows(asked: Asked) -> Iterator[Row]:
    """Every file the person gave, with its content."""
    for stored in StoredFile.objects.filter(subject_id=asked.subject_id):
        name = read_file_name(stored, key=asked.data_key)
        values: dict[str, Value] = {
            "field": asked.field(stored.field),
            "name": name,
            "type": stored.mime,
            "bytes": stored.size,
            "source": coded(Source, stored.source),
            "held_since": stored.held_since,
        }
        pieces = partial(storage.blob_pieces, stored.pk, key=asked.data_key)
        yield Row(values, ref=stored.field, files=(CopyFile(name, stored.mime, stored.size, pieces),))


def earlier_rows(asked: Asked) -> Iterator[Row]:
    """What fields held before they were corrected."""
    for row in ValueHistory.objects.filter(subject_id=asked.subject_id):
        value = opened(asked.data_key, row.sealed_value, f"personal_data.ValueHistory:value:{row.pk}")
        yield Row(
            {
                "field": asked.field(row.field),
                "value": _shown(asked, row.field, value),
                "held_since": row.held_since,
                "replaced_at": row.replaced_at,
                "follows_from": asked.basis(row.basis),
            },
            ref=row.field,
        )


def refusal_rows(asked: Asked) -> Iterator[Row]:
    """Fields the person decided not to give."""
    for row in FieldRefusal.objects.filter(subject_id=asked.subject_id).order_by("declined_at"):
        yield Row(
            {"field": asked.field(row.field), "declined_at": row.declined_at, "told_to_staff": row.told_to_staff},
            ref=row.field,
        )


def register() -> None:
    """Hand in the sections, and what this package leaves out."""
    show(*_sections(), *about_use(), *about_records())
    leave_out(
        {
            "personal_data.ErasurePlan": "what a deletion is to do; the deletion itself is shown",
            "personal_data.ErasureStep": "how far a deletion is; the deletion itself is shown",
            "personal_data.Disposal": "a decision on a selection; what it deleted is shown in the record",
            "personal_data.KeptByLaw": "what the law keeps of somebody erased, of whom no copy is made any more",
            "personal_data.LegalHold": "what stops a deletion; the account shows the ground beside what stays",
            "personal_data.SubjectKey": "a key, which opens what is shown and is not data on the person",
            "admin.LogEntry": "a list of staff's own clicks by reference; the record of who did what is shown instead",
            "sessions.Session": "the browser's session, sealed and random; sessions are shown as sign-ins",
        }
    )
    leave_out_links({"personal_data.Merge.other": "the record merged in, named by nothing but a random reference"})


def _sections() -> Iterable[Section]:
    field = ("field", FIELD)
    value = ("value", _("value"))
    held_since = ("held_since", _HELD_SINCE)
    source = ("source", SOURCE)
    yield Section(
        "data",
        _("Your data"),
        (
            field,
            value,
            ("sensitivity", _("sensitivity")),
            ("purposes", _("purposes")),
            ("recipients", _("recipients")),
            source,
            held_since,
            ("changed_at", _("last changed")),
            ("confirmed_at", _("last confirmed")),
            ("kept_until", _("kept until")),
            ("kept_why", _("why so long")),
        ),
        data_rows,
        ("personal_data.DataItem",),
        about=_("Every value held on you, what it is used for, who receives it, and how long it is kept."),
        as_cards=True,
    )
    yield Section(
        "files",
        _("Your files"),
        (field, ("name", _("name")), ("type", _("type")), ("bytes", _("size in bytes")), source, held_since),
        file_rows,
        ("personal_data.StoredFile",),
        has_files=True,
    )
    yield Section(
        "earlier_values",
        _("Earlier values"),
        (field, value, held_since, ("replaced_at", _("replaced")), FOLLOWS_FROM),
        earlier_rows,
        ("personal_data.ValueHistory",),
        about=_("What was held before it was corrected."),
    )
    yield Section(
        "declined",
        _("What you decided not to give"),
        (field, ("declined_at", _("declined")), ("told_to_staff", _("told to staff"))),
        refusal_rows,
        ("personal_data.FieldRefusal",),
    )


def _item(asked: Asked, item: DataItem, value: str | None) -> dict[str, Value]:
    return {
        "field": asked.field(item.field),
        "value": value,
        "source": coded(Source, item.source),
        "held_since": item.held_since,
        "changed_at": item.changed_at,
        "confirmed_at": item.confirmed_at,
    }


def _use(held: HeldField) -> dict[str, Value]:
    return {
        "sensitivity": Coded(held.spec.sensitivity, held.spec.sensitivity_label),
        "purposes": [Coded(one.code, str(one.name)) for one in held.purposes],
        "recipients": [Coded(one.code, str(one.name)) for one in held.recipients],
        "kept_until": held.kept.day,
        "kept_why": _why(held.kept),
    }


def _shown(asked: Asked, field: str, value: str | None) -> str | None:
    spec = asked.known.field(field) if asked.known else None
    return show_value(spec, value) if spec and value is not None else value


def _why(kept: KeptUntil) -> str:
    """The rule, what sets the day, and everything for which it stays beyond."""
    return " ".join(filter(None, [rule_words(kept), why_then(kept) if kept.day else "", *stays_words(kept)]))
