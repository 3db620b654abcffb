"""Reading cases: what a person and what staff are shown."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from audit.models import AuditEntry
from audit.selectors import entries_about
from audit.services.recording import read_notes
from cases import sealing
from cases.describing import words_of
from cases.enums import STATUS_MARK, AuthorRole, CaseEvent, CaseStatus, IntakeChannel
from cases.models import Case, CaseAttachment, CaseMessage
from cases.phrases import LATE_EVENTS, for_person, for_staff, looks
from cases.reasons import reason_for_staff, reason_of


@dataclass(frozen=True)
class TimelineEvent:
    """One line of a timeline, as templates/_components/timeline.html draws it. `aside` is a look or a reminder, which
    changed nothing.
    """

    at: datetime | date | None
    title: str
    text: str = ""
    by: str = ""
    state: str = ""
    day_only: bool = False
    why: str = ""
    aside: bool = False


@dataclass(frozen=True)
class ShownAttachment:
    """A file of a case. Size in bytes; without `url` it is named but cannot be opened here."""

    id: UUID
    name: str
    mime: str
    size: int
    url: str = ""


@dataclass(frozen=True)
class ThreadMessage:
    """One message in clear; `way` says how it came when it did not come through this portal."""

    id: UUID
    from_staff: bool
    text: str
    sent_at: datetime
    way: str = ""
    files: list[ShownAttachment] = field(default_factory=list)


UrlOf = Callable[[UUID], str]


def timeline(case: Case, *, now: datetime) -> list[TimelineEvent]:
    """What happened to a case as the person sees it, oldest first, with what is still to come at the end."""
    tell = words_of(case).reason
    events = [
        TimelineEvent(
            at=entry.at,
            title=for_person(name),
            text=tell(case, entry) or reason_of(entry),
            by=who(entry.actor_role),
            state="late" if name in LATE_EVENTS else "",
        )
        for entry, name in _named(case)
        if for_person(name)
    ]
    return events + _to_come(case, now=now)


def staff_timeline(case: Case) -> list[TimelineEvent]:
    """What was recorded on a case, newest first, with roles, coded reasons and words; a computation that moved no date
    is left out. Four queries at most.
    """
    found = [(entry, name) for entry, name in _named(case) if name != CaseEvent.DATES_KEPT]
    notes = read_notes([entry for entry, _name in found if entry.note_hash], subject_id=case.subject_id)
    tell = words_of(case).staff_reason
    aside = looks()
    return [
        TimelineEvent(
            at=entry.at,
            title=for_staff(name),
            text="\n".join(filter(None, (tell(case, entry) or reason_for_staff(entry), notes.get(entry.pk)))),
            by=role_label(entry.actor_role),
            state="late" if name in LATE_EVENTS else "",
            aside=name in aside,
        )
        for entry, name in reversed(found)
    ]


def thread(case: Case, *, key: bytes, url_of: UrlOf | None = None) -> list[ThreadMessage]:
    """The messages of a case in clear with their files, oldest first. Two queries. Raises ContentGone."""
    files = defaultdict[UUID, list[ShownAttachment]](list)
    for file in case.attachments.filter(message__isnull=False):
        files[file.message_id].append(_shown_file(file, key, url_of))
    rows: list[CaseMessage] = list(case.messages.all())
    return [
        ThreadMessage(
            id=row.pk,
            from_staff=row.author_role == AuthorRole.STAFF,
            text=sealing.message_text(row, key=key),
            sent_at=row.sent_at,
            way="" if row.channel == IntakeChannel.PORTAL else str(IntakeChannel(row.channel).label),
            files=files[row.pk],
        )
        for row in rows
    ]


def attachments(case: Case, *, key: bytes, url_of: UrlOf | None = None) -> list[ShownAttachment]:
    """The files a case came with, their names in clear; those of messages stand with these. Raises ContentGone."""
    return [_shown_file(file, key, url_of) for file in case.attachments.filter(message__isnull=True)]


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


def who(role: str) -> str:
    """Who did something, as the person reads it."""
    if role in ("person", "guest"):
        return _("You")
    return _("The portal, by itself") if role == "system" else _("Our staff")


def status_mark(case: Case) -> tuple[str, str]:
    """Kind and words of the mark a case wears (templates/_components/status.html)."""
    return STATUS_MARK[CaseStatus(case.status)], str(CaseStatus(case.status).label)


def filed_with(model: type[Case], form_token: UUID) -> Any:
    """The case a form was sent as, or None when it was not sent yet."""
    return model._default_manager.filter(form_token=form_token).first()


def _named(case: Case) -> list[tuple[AuditEntry, str]]:
    """The recorded events of a case, oldest first, with the second half of their names."""
    entries = entries_about(case.target).order_by("id")
    named = ((entry, entry.event.partition(".")[2]) for entry in entries)
    return [(entry, name) for entry, name in named if for_staff(name)]


def _shown_file(file: CaseAttachment, key: bytes, url_of: UrlOf | None) -> ShownAttachment:
    return ShownAttachment(
        id=file.pk,
        name=sealing.attachment_name(file, key=key),
        mime=file.mime,
        size=file.size,
        url=url_of(file.pk) if url_of else "",
    )


def _to_come(case: Case, *, now: datetime) -> list[TimelineEvent]:
    """What happens next: the dates ahead of an open case, or until when a settled one can be taken up again."""
    words = words_of(case)
    if not case.is_open:
        ends = words.next_steps(case, now).ends_on
        return [_ahead(ends, _("Unless you come back to it, it is closed after this day"))] if ends else []
    told = words.describe(case)
    ahead = []
    if case.status == CaseStatus.WAITING:
        waits = _("We are waiting for your answer. Our time keeps running meanwhile.")
        ahead.append(TimelineEvent(None, waits, state="upcoming"))
    if told.reply_on and case.first_reply_at is None and now < case.first_reply_due_at:
        ahead.append(_ahead(told.reply_on, _("A member of staff writes to you by this day"), told.reply_why))
    if now < case.target_at and case.target_at != case.limit_at:
        ahead.append(_ahead(told.target_on, _("We aim to answer by this day"), told.target_why))
    if case.is_late(now=now):
        ahead.append(TimelineEvent(None, _("We still owe you the answer, and you get it"), state="upcoming"))
    else:
        ahead.append(_ahead(told.limit_on, _("The last day for our answer"), told.limit_why))
    return ahead


def _ahead(day: date, title: str, why: str = "") -> TimelineEvent:
    return TimelineEvent(at=day, title=title, why=why, state="upcoming", day_only=True)
