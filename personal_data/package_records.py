"""The sections of the copy that show how what is held on a person is used, and the records kept about it."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from personal_data.enums import (
    AgeBand,
    ErasureState,
    ImportState,
    LimitKind,
    MergeState,
    Order,
    PackageState,
    PlanScope,
    SubjectState,
)
from personal_data.models import (
    DataSubject,
    DueNotice,
    ErasureRun,
    ImportedPerson,
    Merge,
    Package,
    PurposeState,
    RecipientTask,
    RetentionEvent,
    UseLimit,
)
from personal_data.package_sections import Asked, Coded, Row, Section, coded, language_named
from personal_data.planning import CASE_CLOSED
from personal_data.retention_dates import OPEN_CASE
from policies.enums import LegalBasis

FIELD = pgettext_lazy("of data", "field")
SOURCE = pgettext_lazy("of data", "source")
FOLLOWS_FROM = ("follows_from", _("follows from"))
# Events of the packs that the portal notes by itself; an event a pack alone knows goes by its code.
_EVENTS = {CASE_CLOSED: _("a case of yours was closed")}


def person_rows(asked: Asked) -> Iterator[Row]:
    """The person's own row."""
    row = DataSubject.objects.get(pk=asked.subject_id)
    yield Row(
        {
            "reference": str(row.pk),
            "state": coded(SubjectState, row.state),
            "language": language_named(row.language),
            "age_band": coded(AgeBand, row.age_band),
            "known_since": row.created_at,
            "last_active_at": row.last_active_at,
        }
    )


def limit_rows(asked: Asked) -> Iterator[Row]:
    """What may not be used although it is held."""
    for row in UseLimit.objects.filter(subject_id=asked.subject_id).order_by("since", "pk"):
        yield Row(
            {
                "limit": coded(LimitKind, row.kind),
                "purpose": asked.purpose(row.purpose) if row.purpose else None,
                "since": row.since,
                "ended_at": row.ended_at,
                "follows_from": asked.basis(row.basis),
            }
        )


def purpose_rows(asked: Asked) -> Iterator[Row]:
    """Which purposes the data is used for at present."""
    for row in PurposeState.objects.filter(subject_id=asked.subject_id).order_by("purpose"):
        named = Coded(OPEN_CASE, str(_("An open request or complaint"))) if row.purpose == OPEN_CASE else None
        yield Row({"purpose": named or asked.purpose(row.purpose), "in_use": row.live, "since": row.since})


def moment_rows(asked: Asked) -> Iterator[Row]:
    """Moments from which a keeping period counts."""
    for row in RetentionEvent.objects.filter(subject_id=asked.subject_id).order_by("at", "pk"):
        yield Row({"event": _event(row.event), "at": row.at, "follows_from": asked.basis(row.reference)})


def notice_rows(asked: Asked) -> Iterator[Row]:
    """What the person is to be told."""
    for row in DueNotice.objects.filter(subject_id=asked.subject_id).order_by("due_at", "pk"):
        yield Row({"notice": row.notice, "due_at": row.due_at, "sent_at": row.sent_at})


def import_rows(asked: Asked) -> Iterator[Row]:
    """Where data that was brought in comes from, field by field."""
    for row in ImportedPerson.objects.filter(subject_id=asked.subject_id).select_related("batch").order_by("pk"):
        for field, (source, basis, since) in sorted(row.grounds.items()):
            yield Row(
                {
                    "brought_in_at": row.batch.created_at,
                    "state": coded(ImportState, row.batch.state),
                    "records": row.batch.source,
                    "field": asked.field(field),
                    "source": source,
                    "basis": coded(LegalBasis, basis),
                    "date": since,
                    "told_at": row.told_at,
                },
                ref=field,
            )


def order_rows(asked: Asked) -> Iterator[Row]:
    """What recipients of the data were told to do."""
    for row in RecipientTask.objects.filter(subject_ref=asked.subject_id).order_by("given_at", "recipient"):
        yield Row(
            {
                "recipient": asked.recipient(row.recipient),
                "order": coded(Order, row.order),
                "fields": [asked.field(code) for code in row.fields],
                "purposes": [asked.purpose(code) for code in row.purposes],
                "follows_from": asked.basis(row.basis),
                "given_at": row.given_at,
                "due_on": row.due_on,
                "confirmed_at": row.confirmed_at,
            }
        )


def merge_rows(asked: Asked) -> Iterator[Row]:
    """Records that were found to be about the same person; the other record is not named."""
    merged = Merge.objects.filter(kept_id=asked.subject_id).exclude(state=MergeState.PROPOSED)
    for row in merged.exclude(state=MergeState.DECLINED).order_by("decided_at"):
        yield Row(
            {"state": coded(MergeState, row.state), "merged_at": row.decided_at, "parted_at": row.parted_at},
        )


def copy_rows(asked: Asked) -> Iterator[Row]:
    """The copies made, this one too."""
    for row in Package.objects.filter(subject_id=asked.subject_id).order_by("asked_at"):
        yield Row(
            {
                "follows_from": asked.basis(row.basis),
                "state": coded(PackageState, row.state),
                "asked_at": row.asked_at,
                "ready_at": row.ready_at,
                "fetched_at": row.fetched_at,
                "expires_at": row.expires_at,
            }
        )


def deletion_rows(asked: Asked) -> Iterator[Row]:
    """Deletions asked for."""
    for row in ErasureRun.objects.filter(subject_ref=asked.subject_id).order_by("asked_at"):
        yield Row(
            {
                "what": coded(PlanScope, row.scope),
                "state": coded(ErasureState, row.state),
                "asked_at": row.asked_at,
                "begins_at": row.starts_at,
                "called_off_at": row.cancelled_at,
                "finished_at": row.finished_at,
                "follows_from": asked.basis(row.basis),
            }
        )


def _event(code: str) -> Coded:
    return Coded(code, str(_EVENTS.get(code, code)))


def about_use() -> Iterable[Section]:
    """What the data is used for, and who was told to act."""
    purpose = ("purpose", _("purpose"))
    since = ("since", _("since"))
    yield Section(
        "purposes",
        _("What your data is used for"),
        (purpose, ("in_use", _("in use")), since),
        purpose_rows,
        ("personal_data.PurposeState",),
    )
    yield Section(
        "limits",
        _("Limits of use"),
        (("limit", _("limit of use")), purpose, since, ("ended_at", _("ended")), FOLLOWS_FROM),
        limit_rows,
        ("personal_data.UseLimit",),
        about=_("While one stands, what it names is stored and used for nothing. No purpose means every purpose."),
    )
    yield Section(
        "recipients_told",
        _("Recipients who were told to act"),
        (
            ("recipient", _("recipient")),
            ("order", _("order")),
            ("fields", _("data concerned")),
            ("purposes", _("purposes concerned")),
            FOLLOWS_FROM,
            ("given_at", _("given")),
            ("due_on", _("due")),
            ("confirmed_at", _("confirmed")),
        ),
        order_rows,
        ("personal_data.RecipientTask",),
    )
    yield Section(
        "imports",
        _("Where data brought in comes from"),
        (
            ("brought_in_at", _("brought in")),
            ("state", _("state")),
            ("records", _("where the data comes from")),
            ("field", FIELD),
            ("source", SOURCE),
            ("basis", _("legal ground")),
            ("date", _("date")),
            ("told_at", _("told")),
        ),
        import_rows,
        ("personal_data.ImportedPerson",),
    )


def about_records() -> Iterable[Section]:
    """The record of the person, and what happened to it."""
    state = ("state", _("state"))
    asked = ("asked_at", _("asked"))
    yield Section(
        "person",
        _("The record of you"),
        (
            ("reference", _("reference")),
            state,
            ("language", _("language")),
            ("age_band", _("age band")),
            ("known_since", _("known since")),
            ("last_active_at", _("last active")),
        ),
        person_rows,
        ("personal_data.DataSubject",),
    )
    yield Section(
        "keeping_moments",
        _("Moments from which a keeping period counts"),
        (("event", _("what happened")), ("at", _("moment")), FOLLOWS_FROM),
        moment_rows,
        ("personal_data.RetentionEvent",),
    )
    yield Section(
        "notices_due",
        _("What you are to be told"),
        (("notice", _("notice")), ("due_at", _("due")), ("sent_at", _("sent"))),
        notice_rows,
        ("personal_data.DueNotice",),
    )
    yield Section(
        "deletions",
        _("Deletions"),
        (
            ("what", _("what goes")),
            state,
            asked,
            ("begins_at", _("begins")),
            ("called_off_at", _("called off")),
            ("finished_at", _("finished")),
            FOLLOWS_FROM,
        ),
        deletion_rows,
        ("personal_data.ErasureRun",),
    )
    yield Section(
        "copies",
        _("Copies of your data"),
        (
            FOLLOWS_FROM,
            state,
            asked,
            ("ready_at", _("ready")),
            ("fetched_at", _("fetched")),
            ("expires_at", _("goes")),
        ),
        copy_rows,
        ("personal_data.Package",),
    )
    yield Section(
        "merges",
        _("Records found to be about you and joined"),
        (state, ("merged_at", _("joined")), ("parted_at", _("parted"))),
        merge_rows,
        ("personal_data.Merge",),
    )
