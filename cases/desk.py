"""One case as the staff desk shows it. Content only for whoever may see it, and then the look is recorded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext as _

from cases import sealing, selectors
from cases.clock import explained
from cases.describing import ShownAnswer, description_of, words_of
from cases.enums import CaseEvent, CaseStatus, ContactKind, IntakeChannel
from cases.errors import ContentGone
from cases.models import AnswerTemplate, Case
from cases.permissions import can_work_on, reads_every_case
from cases.phrases import for_staff
from cases.queue import listed
from cases.registry import case_kinds
from cases.selectors import ShownAttachment, ThreadMessage, TimelineEvent, UrlOf
from cases.services.concurrency import Change
from cases.services.looking import note_look
from cases.staff import working_staff
from consent.selectors import in_force
from core.actors import Actor
from core.errors import NotAllowed
from core.templatetags.portal import day, days_left, deadline_kind, deadline_words, masked
from personal_data.models import DataItem, StoredFile
from personal_data.permissions import can_open
from personal_data.selectors_limits import limits_of

MASKS = {ContactKind.EMAIL: "email", ContactKind.PHONE: "phone", ContactKind.POST: "text"}
SETS_WHO_HAS_IT = (CaseEvent.TAKEN, CaseEvent.ASSIGNED, CaseEvent.RELEASED)
Values = list[tuple[str, str]]
ValuesOf = Callable[[Any, str], Values]


@dataclass(frozen=True)
class DueDate:
    """One date of a case, with how it came about and how much is left in words."""

    label: str
    last: date
    why: str
    kind: str
    left: str


@dataclass(frozen=True)
class PersonSummary:
    """What is known of the sender, in counts and masked."""

    contact: str
    contact_kind: str
    revealed: bool
    channel: str
    language: str
    from_guest: bool
    is_verified: bool
    awaits_proof: bool
    values_held: int
    consents: int
    is_restricted: bool
    may_open: bool
    cases: list[tuple[str, int]]


@dataclass(frozen=True)
class ShownChange:
    """What somebody else changed while a page was open, with the values it has now."""

    at: datetime
    title: str
    by: str
    values: Values


@dataclass
class DeskPage:
    """What templates/admin/cases/case.html draws. Content is empty unless `sees_content`."""

    case: Case
    about: str
    status_kind: str
    status_label: str
    now: datetime
    seen: int
    sees_content: bool = False
    why_not: str = ""
    can_reveal: bool = False
    dates: list[DueDate] = field(default_factory=list)
    outcome: str = ""
    person: PersonSummary | None = None
    text: str = ""
    attachments: list[ShownAttachment] = field(default_factory=list)
    thread: list[ThreadMessage] = field(default_factory=list)
    timeline: list[TimelineEvent] = field(default_factory=list)
    looks: list[TimelineEvent] = field(default_factory=list)
    answer: ShownAnswer | None = None
    earlier_answers: list[ShownAnswer] = field(default_factory=list)
    content_gone: bool = False


def desk_page(
    case: Case, *, seen: int, by: Actor, now: datetime, revealed: str = "", url_of: UrlOf | None = None
) -> DeskPage:
    """A case for a member of staff. `seen` is its newest change, read before the case was; `revealed` is the contact
    that was just revealed and recorded.
    """
    kind, label = selectors.status_mark(case)
    page = DeskPage(case, description_of(case).about, kind, label, now, seen)
    try:
        note_look(case, by=by, now=now)
    except NotAllowed as refusal:
        page.why_not = str(refusal.message)
        return page
    page.sees_content = True
    page.can_reveal = can_work_on(case, by=by) and not revealed
    page.dates = due_dates(case, now=now)
    page.outcome = words_of(case).staff_outcome(case) or description_of(case).outcome
    recorded = selectors.staff_timeline(case)
    page.timeline = [event for event in recorded if not event.aside]
    page.looks = [event for event in recorded if event.aside]
    try:
        _fill(page, revealed, url_of, by=by)
    except ContentGone:
        page.content_gone = True
    return page


def due_dates(case: Case, *, now: datetime) -> list[DueDate]:
    """First reply, target and limit of the present round; those that were kept, or no longer run, say so."""
    dates = explained(case)
    reply, settled = case.replied_at, case.settled_at
    return [
        _due(_("First reply due"), dates.first_reply_on, dates.first_reply_why, case.first_reply_due_at, reply, now),
        _due(_("Target"), dates.target_on, dates.target_why, case.target_at, settled, now),
        _due(_("Last day for the answer"), dates.limit_on, dates.limit_why, case.limit_at, settled, now),
    ]


def shown_changes(case: Case, changes: Iterable[Change], *, values: ValuesOf) -> list[ShownChange]:
    """What changed meanwhile, in words: what, when, in which role, and what holds now."""
    return [
        ShownChange(
            at=change.at,
            title=for_staff(change.name) or change.name,
            by=selectors.role_label(change.role),
            values=values(case, change.name),
        )
        for change in changes
    ]


def values_after(case: Case, name: str) -> Values:
    """What an event of this name may have set on a case of any kind, as it is now."""
    if name in SETS_WHO_HAS_IT:
        return [(pgettext("of a case", "Handled by"), str(case.assignee or _("nobody yet")))]
    return [(pgettext("of a case", "State"), str(CaseStatus(case.status).label))]


def colleagues(case: Case) -> list[tuple[str, str]]:
    """Whom a case can be given to: working staff whom it does not concern, but the one who has it."""
    people = [user for user in working_staff().exclude(pk=case.assignee_id) if not case.concerns(user)]
    return sorted(((str(user.pk), str(user)) for user in people), key=lambda pair: pair[1])


def templates_of(kind: str) -> "QuerySet[AnswerTemplate]":
    """The answers written beforehand that are offered for a kind of case."""
    return AnswerTemplate.objects.filter(is_active=True, kind__in=("", kind))


def who_has(case: Case, *, by: Actor) -> str:
    """Who has a case, as the queue says it: to an agent, of a case of others, no more than that somebody has it."""
    if case.assignee_id is None:
        return _("nobody yet")
    if case.assignee_id == by.pk:
        return _("you")
    return str(case.assignee) if reads_every_case(by=by) else _("a colleague")


def _fill(page: DeskPage, revealed: str, url_of: UrlOf | None, *, by: Actor) -> None:
    case = page.case
    key = sealing.key_of(case)
    contact = revealed or masked(sealing.contact_of(case, key=key), MASKS[ContactKind(case.contact_kind)])
    page.person = _person(case, contact, revealed=bool(revealed), by=by, now=page.now)
    page.text = sealing.text_of(case, key=key)
    page.attachments = selectors.attachments(case, key=key, url_of=url_of)
    page.thread = selectors.thread(case, key=key, url_of=url_of)
    answers = words_of(case).answers(case, key)
    page.answer = next((answer for answer in answers if answer.round == case.round), None)
    page.earlier_answers = [answer for answer in answers if answer.round < case.round]


def _person(case: Case, contact: str, *, revealed: bool, by: Actor, now: datetime) -> PersonSummary:
    subject_id: UUID = case.subject_id
    return PersonSummary(
        contact=contact,
        contact_kind=str(ContactKind(case.contact_kind).label),
        revealed=revealed,
        channel=str(IntakeChannel(case.channel).label),
        language=get_language_info(case.language)["name_translated"],
        from_guest=case.from_guest,
        is_verified=case.is_verified,
        awaits_proof=case.awaits_proof,
        values_held=_rows_of(DataItem, subject_id) + _rows_of(StoredFile, subject_id),
        consents=len(in_force(subject_id, now)),
        is_restricted=bool(limits_of(subject_id)),
        may_open=can_open(by=by, subject_id=subject_id),
        cases=[
            (str(model._meta.verbose_name_plural), listed(model, by=by).filter(subject_id=subject_id).count())
            for _kind, model in sorted(case_kinds().items())
        ],
    )


def _rows_of(model: Any, subject_id: UUID) -> int:
    count: int = model._default_manager.filter(subject_id=subject_id).count()
    return count


def _due(label: str, last: date, why: str, due_at: datetime, done_at: datetime | None, now: datetime) -> DueDate:
    if done_at is None:
        left = days_left(last, now)
        return DueDate(label, last, why, deadline_kind(left), deadline_words(left))
    kept = done_at < due_at
    words = _("done on %(day)s, in time") if kept else _("done on %(day)s, late")
    return DueDate(label, last, why, "done" if kept else "overdue", words % {"day": day(done_at)})
