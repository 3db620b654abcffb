"""One case as the staff desk shows it. Content only for whoever may see it, and then the look is recorded."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases import permissions, sealing, selectors
from cases.describing import Description, description_of
from cases.enums import IN_HAND, CaseStatus
from cases.errors import ContentGone
from cases.models import Case
from cases.selectors import ShownAttachment, ThreadMessage, TimelineEvent
from cases.services.looking import note_look
from cases.staff import working_staff
from core.actors import Actor
from core.errors import NotAllowed
from core.templatetags.portal import masked


@dataclass
class DeskPage:
    """What templates/admin/cases/case.html draws. Content is empty unless `sees_content`."""

    case: Case
    description: Description
    status_kind: str
    status_label: str
    now: datetime
    sees_content: bool
    why_not: str
    can_take: bool
    can_work: bool
    can_give: bool
    in_hand: bool
    contact: str = ""
    revealed: bool = False
    text: str = ""
    attachments: list[ShownAttachment] = field(default_factory=list)
    thread: list[ThreadMessage] = field(default_factory=list)
    timeline: list[TimelineEvent] = field(default_factory=list)
    content_gone: bool = False


def desk_page(case: Case, *, by: Actor, now: datetime, revealed: str = "") -> DeskPage:
    """A case for a member of staff. `revealed` is the contact address that was just revealed and recorded."""
    kind, label = selectors.status_mark(case)
    works = permissions.can_work_on(case, by=by)
    page = DeskPage(
        case=case,
        description=description_of(case),
        status_kind=kind,
        status_label=label,
        now=now,
        sees_content=False,
        why_not="",
        can_take=case.status == CaseStatus.RECEIVED and permissions.can_take(case, by=by),
        can_work=works and case.is_open,
        can_give=works and case.is_open,
        in_hand=case.status in IN_HAND,
    )
    try:
        note_look(case, by=by, now=now)
    except NotAllowed as refusal:
        page.why_not = str(refusal.message)
        return page
    page.sees_content = True
    page.timeline = selectors.staff_timeline(case)
    try:
        _fill(page, case, revealed)
    except ContentGone:
        page.content_gone = True
    return page


def colleagues(case: Case) -> list[tuple[str, str]]:
    """Whom a case can be given to: working staff but the person who sent it and the one who has it."""
    people = working_staff().exclude(subject_id=case.subject_id).exclude(pk=case.assignee_id)
    return sorted(((str(user.pk), str(user)) for user in people), key=lambda pair: pair[1])


def who_has(case: Case, *, by: Actor) -> str:
    """Who has a case, as the queue says it."""
    if case.assignee_id is None:
        return _("nobody yet")
    assignee: Any = case.assignee
    return _("you") if case.assignee_id == by.pk else str(assignee)


def _fill(page: DeskPage, case: Case, revealed: str) -> None:
    key = sealing.evidence_key(case.subject_id)
    page.contact = revealed or masked(sealing.contact_of(case, key=key), "email")
    page.revealed = bool(revealed)
    page.text = sealing.text_of(case, key=key)
    page.attachments = selectors.attachments(case, key=key)
    page.thread = selectors.thread(case, key=key)
