"""One case as its sender sees it, whole: the same for the page behind a code and for the page behind sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from cases import sealing
from cases.describing import Description, MorePart, NextSteps, Recourse, ShownAnswer, words_of
from cases.enums import CaseStatus, IntakeChannel
from cases.errors import ContentGone
from cases.guards import is_not_over
from cases.models import Case
from cases.selectors import (
    ShownAttachment,
    ThreadMessage,
    TimelineEvent,
    UrlOf,
    attachments,
    status_mark,
    thread,
    timeline,
)

STEPS = ("accept", "reopen", "withdraw")
REQUEST_STEPS = ("take_back", "correction", "call_off", "identity", "evidence", "child", "copy", "copy_code")
# A member signs in again instead of typing a code.
GUEST_STEPS = (*REQUEST_STEPS, "identity_code", "identity_alone")


@dataclass(frozen=True)
class Place:
    """Where a person looks at a case: behind a code, or in the account. `steps` are addresses of what can be done.

    With `reads_back` what the case came with is shown again. `is_account` says that its own person is signed in.
    """

    frame: str
    page: str
    file_url: UrlOf
    steps: Mapping[str, str] = field(default_factory=dict)
    back: str = ""
    back_label: str = ""
    leave: str = ""
    complain: str = ""
    reads_back: bool = True
    is_account: bool = False


@dataclass(frozen=True)
class CasePage:
    """What templates/cases/case.html draws."""

    reference: str
    description: Description
    status_kind: str
    status_label: str
    received_at: datetime
    way: str
    round: int
    is_open: bool
    is_waiting: bool
    is_late: bool
    is_verified: bool
    can_write: bool
    next_steps: NextSteps
    recourse: list[Recourse]
    timeline: list[TimelineEvent]
    text: str = ""
    attachments: list[ShownAttachment] = field(default_factory=list)
    thread: list[ThreadMessage] = field(default_factory=list)
    answer: ShownAnswer | None = None
    earlier_answers: list[ShownAnswer] = field(default_factory=list)
    content_gone: bool = False
    more: MorePart | None = None


def guest_place(case: Case) -> Place:
    """The page behind a code. No address holds a reference: which case it is stands in the session."""
    app, offered = ("complaints", STEPS) if case.kind == "complaint" else ("requests", GUEST_STEPS)
    return Place(
        frame="cases/_guest_frame.html",
        page=reverse("cases:case"),
        file_url=_guest_file,
        steps={step: reverse(f"{app}:case_{step}") for step in offered},
        leave=reverse("cases:close"),
        complain=reverse("complaints:new") if case.kind == "request" else "",
        reads_back=reads_back(case),
    )


def reads_back(case: Case) -> bool:
    """Whether a code shows again what a case came with: only what a member sent through the portal.

    The address a guest typed, or staff wrote down, may be a stranger's.
    """
    return not case.from_guest and case.channel == IntakeChannel.PORTAL


def person_case(case: Case, *, place: Place, now: datetime) -> CasePage:
    """A case for its sender."""
    kind, label = status_mark(case)
    words = words_of(case)
    page = CasePage(
        reference=case.reference,
        description=words.describe(case),
        status_kind=kind,
        status_label=label,
        received_at=case.received_at,
        way="" if case.channel == IntakeChannel.PORTAL else str(IntakeChannel(case.channel).label),
        round=case.round,
        is_open=case.is_open,
        is_waiting=case.status == CaseStatus.WAITING,
        is_late=case.is_late(now=now),
        is_verified=case.is_verified,
        can_write=is_not_over(case),
        next_steps=words.next_steps(case, now),
        recourse=words.recourse(case, now),
        timeline=timeline(case, now=now),
    )
    try:
        return _with_content(page, case, place, now)
    except ContentGone:
        return replace(page, content_gone=True, more=words.more(case, None, place, now))


def _with_content(page: CasePage, case: Case, place: Place, now: datetime) -> CasePage:
    key = sealing.key_of(case)
    answers = words_of(case).answers(case, key)
    current = [answer for answer in answers if answer.round == case.round]
    page = replace(
        page,
        thread=thread(case, key=key, url_of=place.file_url),
        answer=current[0] if current else None,
        earlier_answers=[answer for answer in answers if answer.round < case.round],
        more=words_of(case).more(case, key, place, now),
    )
    if case.from_guest or not place.reads_back:
        return page
    return replace(
        page,
        text=sealing.text_of(case, key=key),
        attachments=attachments(case, key=key, url_of=place.file_url),
    )


def _guest_file(file_id: UUID) -> str:
    return reverse("cases:file", args=[file_id])
