"""What a person reads when we are late: what we still owe, where to turn meanwhile, and why a date was set."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils.translation import override

from accounts.models import User
from cases import selectors
from cases.clock import explained
from cases.describing import words_of
from cases.services.assigning import take
from cases.services.filing import Sender
from cases.services.reminding import sweep_marks
from complaints.enums import PostponeReason
from complaints.models import Complaint
from complaints.services.filing import Filed
from complaints.services.triaging import postpone
from core.clock import local_date
from dsr_requests.enums import RequestKind
from dsr_requests.services.filing import file_request
from dsr_requests.wishes import Wish
from tests.cases.fixtures import MEMBER_ADDRESS, as_it_is, signed_in
from tests.complaints.looking import MEMBER, look_up, page
from tests.complaints.steps import ask, fresh, give, sort
from tests.harness.clock import MONDAY

INSTANT = timedelta(microseconds=1)
OWED = "We still owe you the answer"
NOW_TURN = "Where you can turn now"


@pytest.fixture
def now(frozen_clock: time_machine.Traveller) -> datetime:
    """Time stands still, so that every date can be named."""
    return MONDAY


@pytest.fixture
def overdue(complain: Callable[..., Filed], member: User, agent: User, now: datetime) -> Complaint:
    """A member's complaint that somebody took and never answered."""
    case = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS).complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    return fresh(case)


def test_after_the_limit_the_page_says_that_we_owe_the_answer_and_where_to_turn(
    overdue: Complaint, member: User, frozen_clock: time_machine.Traveller
) -> None:
    address = f"{MEMBER}{overdue.reference}/"
    frozen_clock.move_to(overdue.limit_at - INSTANT)
    before = page(signed_in(member), address)
    assert OWED not in before and NOW_TURN not in before and "The people's court" not in before
    frozen_clock.move_to(overdue.limit_at)
    sweep_marks(now=overdue.limit_at)
    after = page(signed_in(member), address)
    assert "We missed the last day for an answer" in after and OWED in after
    timeline = after[after.index("What happened, and what comes next") :]
    assert OWED in timeline
    turn = after[after.index(NOW_TURN) : after.index("What happened, and what comes next")]
    for way in ("Ask us to negotiate", "Taken up within 7 working days", "The people's court", "Law 91/2025/QH15"):
        assert way in turn, way
    assert "If you disagree" not in after


def test_a_guest_reads_the_same(complaint: Complaint, agent: User, frozen_clock: time_machine.Traveller) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=MONDAY)
    sort(complaint, by=agent, now=MONDAY)
    ask(complaint, by=agent, now=MONDAY)
    frozen_clock.move_to(complaint.limit_at)
    text = page(look_up(complaint, complaint.limit_at))
    assert OWED in text and NOW_TURN in text and "We are waiting for your answer" in text


def test_the_late_answer_ends_what_was_owed(overdue: Complaint, agent: User) -> None:
    sort(overdue, by=agent, now=MONDAY)
    late = overdue.limit_at + timedelta(days=1)
    with override("en"):
        assert OWED in selectors.timeline(fresh(overdue), now=late)[-1].title
        give(overdue, by=agent, now=late)
        assert not any(OWED in event.title for event in selectors.timeline(fresh(overdue), now=late))
    assert words_of(overdue).recourse(fresh(overdue), late), "an answer says where to turn, late or not"


def test_a_late_request_says_what_is_owed_and_how_to_complain(
    member: User, frozen_clock: time_machine.Traveller
) -> None:
    sender = Sender(address=MEMBER_ADDRESS, language="en", subject_id=member.subject_id)
    request = file_request(
        form_token=uuid4(),
        sender=sender,
        wish=Wish(RequestKind.DELETE, everything=True),
        text="Old number.",
        by=member,
        now=MONDAY,
    ).request
    address = f"/en/account/requests/{request.reference}/"
    frozen_clock.move_to(request.limit_at - INSTANT)
    before = page(signed_in(member), address)
    assert OWED not in before and "complain about this request" not in before
    frozen_clock.move_to(request.limit_at)
    after = page(signed_in(member), address)
    assert OWED in after and "complain about this request" in after
    assert "where else you can turn" not in after, "nothing below says so of a request"


def test_why_this_date_names_the_reason_of_a_postponement(overdue: Complaint, agent: User) -> None:
    last = local_date(overdue.limit_at) - timedelta(days=2)
    postpone(complaint_id=overdue.pk, reason=PostponeReason.TECHNICAL, last_day=last, by=agent, now=MONDAY)
    with override("en"):
        told = explained(as_it_is(overdue))
    reason = (
        "On 2 March 2026 the time to answer was set to 14 days. Reason: A technical examination has to be finished."
    )
    assert reason in told.target_why
    assert "Reason" not in told.limit_why + told.first_reply_why


def test_why_this_date_says_when_the_tier_set_it(complain: Callable[..., Filed], agent: User, now: datetime) -> None:
    case = complain(category="other").complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    sort(case, category="other", tier="complex", by=agent, now=now)
    with override("en"):
        assert "Reason: It is not a simple matter." in explained(as_it_is(case)).target_why
