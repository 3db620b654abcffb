"""Reading cases: what a person and what staff are shown."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from audit.models import AuditEntry
from audit.selectors import entries_about
from audit.services.recording import read_note
from cases import sealing
from cases.enums import OPEN_STATES, PUBLIC_EVENTS, STATUS_MARK, AuthorRole, CaseStatus
from cases.explaining import last_day
from cases.models import Case, CaseAttachment, CaseMessage
from cases.phrases import FOR_PERSON, FOR_STAFF, LATE_EVENTS


@dataclass(frozen=True)
class TimelineEvent:
    """One line of a timeline, as templates/_components/timeline.html draws it."""

    at: datetime | date
    title: str
    text: str = ""
    by: str = ""
    state: str = ""
    day_only: bool = False


@dataclass(frozen=True)
class ThreadMessage:
    """One message in clear."""

    id: UUID
    from_staff: bool
    text: str
    sent_at: datetime


@dataclass(frozen=True)
class ShownAttachment:
    """A file sent with a case. Size in bytes."""

    id: UUID
    name: str
    mime: str
    size: int


def timeline(case: Case, *, now: datetime) -> list[TimelineEvent]:
    """What happened to a case as the person sees it, oldest first, with what is still to come at the end."""
    events = [
        TimelineEvent(at=entry.at, title=str(FOR_PERSON[name]), state="late" if name in LATE_EVENTS else "")
        for entry, name in _named(case)
        if name in PUBLIC_EVENTS
    ]
    return events + _to_come(case, now=now)


def staff_timeline(case: Case) -> list[TimelineEvent]:
    """All that was recorded on a case, newest first, with roles and reasons."""
    found = []
    for entry, name in reversed(_named(case)):
        found.append(
            TimelineEvent(
                at=entry.at,
                title=str(FOR_STAFF[name]),
                text=read_note(entry) if entry.note_hash else "",
                by=role_label(entry.actor_role),
                state="late" if name in LATE_EVENTS else "",
            )
        )
    return found


def thread(case: Case, *, key: bytes) -> list[ThreadMessage]:
    """The messages of a case in clear, oldest first. Raises ContentGone."""
    rows: list[CaseMessage] = list(case.messages.all())
    return [
        ThreadMessage(row.pk, row.author_role == AuthorRole.STAFF, sealing.message_text(row, key=key), row.sent_at)
        for row in rows
    ]


def attachments(case: Case, *, key: bytes) -> list[ShownAttachment]:
    """The files of a case with their names in clear. Raises ContentGone."""
    rows: list[CaseAttachment] = list(case.attachments.all())
    return [ShownAttachment(row.pk, sealing.attachment_name(row, key=key), row.mime, row.size) for row in rows]


def role_label(role: str) -> str:
    """The name of an acting role as pages show it; never a person's name."""
    return {
        "person": _("The person"),
        "guest": _("The person"),
        "agent": _("Agent"),
        "dpo": _("Data-protection officer"),
        "auditor": _("Auditor"),
        "administrator": _("Administrator"),
        "system": _("The system"),
    }.get(role, role)


def status_mark(case: Case) -> tuple[str, str]:
    """Kind and words of the mark a case wears (templates/_components/status.html)."""
    return STATUS_MARK[CaseStatus(case.status)], str(CaseStatus(case.status).label)


def desk_counts(model: type[Case], *, user_id: UUID, now: datetime) -> dict[str, int]:
    """How many open cases there are: all, untaken, one's own, past target, unverified. One query."""
    found: dict[str, int] = model._default_manager.filter(status__in=OPEN_STATES).aggregate(
        open=Count("pk"),
        known=Count("pk", filter=Q(verified_at__isnull=False)),
        untaken=Count("pk", filter=Q(status=CaseStatus.RECEIVED)),
        mine=Count("pk", filter=Q(assignee_id=user_id)),
        late=Count("pk", filter=Q(target_at__lte=now)),
        unverified=Count("pk", filter=Q(verified_at__isnull=True)),
    )
    return found


def filed_with(model: type[Case], form_token: UUID) -> Any:
    """The case a form was sent as, or None when it was not sent yet."""
    return model._default_manager.filter(form_token=form_token).first()


def _named(case: Case) -> list[tuple[AuditEntry, str]]:
    """The recorded events of a case, oldest first, with the second half of their names."""
    entries = entries_about(case.target).order_by("id")
    return [(entry, entry.event.partition(".")[2]) for entry in entries if entry.event.partition(".")[2] in FOR_STAFF]


def _to_come(case: Case, *, now: datetime) -> list[TimelineEvent]:
    if not case.is_open:
        return []
    ahead = []
    if now < case.target_at and case.target_at != case.limit_at:
        ahead.append(
            TimelineEvent(last_day(case.target_at), _("We aim to answer by this day"), state="upcoming", day_only=True)
        )
    if now < case.limit_at:
        ahead.append(
            TimelineEvent(last_day(case.limit_at), _("The last day for our answer"), state="upcoming", day_only=True)
        )
    return ahead
