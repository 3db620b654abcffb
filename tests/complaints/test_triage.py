"""Sorting and postponing: what moves the target, and that nothing moves the limit."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from accounts.models import User
from audit.models import AuditEntry
from audit.selectors import entries_about
from audit.services.recording import read_note
from cases import permissions
from cases.clock import deadlines_of
from cases.enums import CaseStatus, ClockKind
from cases.errors import CaseClosed, NotYours, OwnCase, RoleRefused
from cases.explaining import last_day
from cases.services.assigning import take
from cases.services.investigating import begin
from complaints.enums import PostponeReason, Severity
from complaints.errors import DayImpossible, NotOfThisPerson, PostponedAlready, TargetPassed, UnknownChoice
from complaints.models import Complaint
from complaints.selectors import shown
from complaints.services.filing import Filed
from complaints.services.triaging import postpone, triage
from core.actors import GUEST
from dsr_requests.models import Request
from tests.cases.fixtures import STORY, mails_of
from tests.complaints.steps import ask, come_back, fresh, give, reply, sort, sorting, walked_to

pytestmark = pytest.mark.usefixtures("frozen_clock")

MINUTE = timedelta(minutes=1)


@pytest.fixture
def taken(complain: Callable[..., Filed], agent: User, now: datetime) -> Complaint:
    """A complaint of a category that may take the full time, in the agent's hands."""
    case = complain(category="other").complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    return fresh(case)


def later(case: Complaint, day: date, *, by: User, now: datetime) -> Complaint:
    return postpone(complaint_id=case.pk, reason=PostponeReason.TECHNICAL, last_day=day, by=by, now=now)


def consistent(case: Complaint) -> bool:
    """Whether the stored dates are those the engine makes of what is stored."""
    dates = deadlines_of(case)
    return (case.target_at, case.limit_at, case.round) == (dates.target.at, dates.limit.at, dates.round)


# --- sorting --------------------------------------------------------------------------------------------------------


def test_sorting_stores_everything_and_records_codes_alone(taken: Complaint, agent: User, now: datetime) -> None:
    chosen = sorting(
        category="other", severity=Severity.HIGH, tier="simple", fields=["phone", "email"], purposes=["marketing"]
    )
    triage(complaint_id=taken.pk, triage=chosen, note="Hai lần gọi.", by=agent, now=now + MINUTE)
    case = fresh(taken)
    assert (case.status, case.category, case.severity, case.tier) == (CaseStatus.TRIAGED, "other", "HIGH", "simple")
    assert case.fields_concerned == ["email", "phone"] and case.purposes_concerned == ["marketing"]
    assert case.triaged_at == now + MINUTE
    entry = AuditEntry.objects.get(event="complaint.triaged")
    assert (entry.target, entry.actor, read_note(entry)) == (case.target, f"user:{agent.pk}", "Hai lần gọi.")
    assert "Hai" not in str(entry.details) and STORY not in str(entry.details)


def test_an_unsorted_complaint_keeps_the_strictest_tier(taken: Complaint) -> None:
    assert last_day(taken.target_at) - last_day(taken.received_at) == timedelta(days=7)


def test_the_tier_sets_the_target_and_the_person_is_told(taken: Complaint, agent: User, now: datetime) -> None:
    sort(taken, category="other", tier="standard", by=agent, now=now + MINUTE)
    case = fresh(taken)
    assert case.target_at == taken.target_at + timedelta(days=3) and case.limit_at == taken.limit_at
    assert consistent(case)
    (mail,) = mails_of("complaint-later")
    assert STORY not in mail.body and taken.reference in mail.body
    assert "10 ngày" in shown(case).target_why


def test_a_tier_never_takes_longer_than_was_published(
    complain: Callable[..., Filed], agent: User, now: datetime
) -> None:
    case = complain(category="unwanted-marketing").complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    sort(case, tier="complex", by=agent, now=now + MINUTE)
    assert fresh(case).target_at == case.target_at and fresh(case).tier == "complex"
    assert mails_of("complaint-later") == []


def test_a_target_once_told_never_becomes_earlier(taken: Complaint, agent: User, now: datetime) -> None:
    sort(taken, category="other", tier="complex", by=agent, now=now + MINUTE)
    told = fresh(taken).target_at
    sort(taken, category="other", tier="simple", by=agent, now=now + 2 * MINUTE)
    assert fresh(taken).target_at == told and consistent(fresh(taken))


def test_a_tier_moves_the_target_once_a_round(taken: Complaint, agent: User, now: datetime) -> None:
    sort(taken, category="other", tier="standard", by=agent, now=now + MINUTE)
    told = fresh(taken).target_at
    sort(taken, category="other", tier="complex", by=agent, now=now + 2 * MINUTE)
    assert fresh(taken).target_at == told and fresh(taken).tier == "complex"
    assert len(mails_of("complaint-later")) == 1


def test_sorting_after_the_target_moves_nothing(taken: Complaint, agent: User) -> None:
    sort(taken, category="other", tier="complex", by=agent, now=taken.target_at)
    case = fresh(taken)
    assert case.target_at == taken.target_at and case.status == CaseStatus.TRIAGED


def test_sorting_anew_keeps_the_state_and_the_moment_of_the_first_time(
    taken: Complaint, agent: User, now: datetime
) -> None:
    sort(taken, by=agent, now=now + MINUTE)
    begin(kind="complaint", case_id=taken.pk, by=agent, now=now + MINUTE)
    sort(taken, severity=Severity.CRITICAL, by=agent, now=now + 2 * MINUTE)
    case = fresh(taken)
    assert (case.status, case.severity, case.triaged_at) == (CaseStatus.INVESTIGATING, "CRITICAL", now + MINUTE)


def test_another_category_keeps_the_promised_first_reply(
    complain: Callable[..., Filed], agent: User, now: datetime
) -> None:
    case = complain(category="other").complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    sort(case, category="not-secured", by=agent, now=now + MINUTE)
    assert fresh(case).first_reply_due_at == case.first_reply_due_at


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "no-such"},
        {"tier": "no-such"},
        {"tier": ""},
        {"severity": "AWFUL"},
        {"fields": ["no-such"]},
        {"purposes": ["no-such"]},
    ],
    ids=str,
)
def test_choices_nobody_published_are_refused(
    taken: Complaint, agent: User, now: datetime, changes: dict[str, object]
) -> None:
    with pytest.raises(UnknownChoice):
        sort(taken, by=agent, now=now, **changes)
    assert fresh(taken).triaged_at is None


def test_what_it_contests_has_to_be_the_persons_own(
    taken: Complaint, request_case: Request, agent: User, now: datetime
) -> None:
    for changes in ({"contested_request": request_case.reference}, {"contested_consent": 10**9}):
        with pytest.raises(NotOfThisPerson):
            sort(taken, by=agent, now=now, **changes)


def test_a_contested_request_of_the_person_is_kept(
    complain: Callable[..., Filed], request_case: Request, agent: User, now: datetime
) -> None:
    case = complain(subject_id=request_case.subject_id).complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    sort(case, contested_request=request_case.reference.lower(), by=agent, now=now)
    assert fresh(case).contested_request == request_case
    sort(case, by=agent, now=now)
    assert fresh(case).contested_request is None


def test_a_colleague_it_is_about_loses_it_at_once_and_sees_nothing_of_it(
    taken: Complaint, agent: User, dpo: User, now: datetime
) -> None:
    sort(taken, category="staff-conduct", about_staff=agent.pk, by=dpo, now=now + MINUTE)
    case = fresh(taken)
    assert case.assignee_id is None and case.taken_at is None
    assert not permissions.can_see_content(case, by=agent) and not permissions.can_take(case, by=agent)
    with pytest.raises(OwnCase):
        take(kind="complaint", case_id=case.pk, by=agent, now=now + 2 * MINUTE)
    events = list(entries_about(case.target).order_by("id").values_list("event", flat=True))
    assert events[-2:] == ["complaint.triaged", "complaint.released"]


def test_only_staff_can_be_who_it_is_about(taken: Complaint, member: User, agent: User, now: datetime) -> None:
    with pytest.raises(UnknownChoice):
        sort(taken, about_staff=member.pk, by=agent, now=now)


@pytest.mark.parametrize("role", ["auditor", "administrator", "agent"])
def test_only_who_has_it_or_an_officer_sorts_and_postpones(
    role: str, taken: Complaint, staff: Callable[..., User], now: datetime
) -> None:
    user = staff(role, "Chi")
    refusal = NotYours if role == "agent" else RoleRefused
    with pytest.raises(refusal):
        sort(taken, by=user, now=now)
    with pytest.raises(refusal):
        later(taken, last_day(taken.limit_at), by=user, now=now)


def test_nothing_is_sorted_after_the_answer(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(CaseStatus.ANSWERED, complaint, by=agent, now=now)
    for attempt in (
        lambda: sort(case, by=agent, now=now),
        lambda: later(case, last_day(case.limit_at), by=agent, now=now),
    ):
        with pytest.raises(CaseClosed):
            attempt()


# --- postponing -----------------------------------------------------------------------------------------------------


def test_postponing_tells_the_new_date_with_a_coded_reason(taken: Complaint, agent: User, now: datetime) -> None:
    day = last_day(taken.target_at) + timedelta(days=4)
    later(taken, day, by=agent, now=now + MINUTE)
    case = fresh(taken)
    assert last_day(case.target_at) == day and case.limit_at == taken.limit_at and consistent(case)
    assert (case.postponed_at, case.postpone_reason) == (now + MINUTE, PostponeReason.TECHNICAL)
    (mail,) = mails_of("complaint-postponed")
    assert str(PostponeReason.TECHNICAL.label) not in mail.body
    entry = AuditEntry.objects.get(event="complaint.postponed")
    assert entry.details["reason"] == "TECHNICAL" and entry.details["after"] == day.isoformat()


def test_it_is_postponed_once_a_round(taken: Complaint, agent: User, now: datetime) -> None:
    later(taken, last_day(taken.target_at) + timedelta(days=1), by=agent, now=now)
    with pytest.raises(PostponedAlready):
        later(taken, last_day(taken.limit_at), by=agent, now=now)
    sort(taken, category="other", tier="complex", by=agent, now=now)
    assert last_day(fresh(taken).target_at) == last_day(taken.target_at) + timedelta(days=1)
    give(taken, by=agent, now=now + MINUTE)
    come_back(taken, now=now + timedelta(days=1))
    again = fresh(taken)
    assert again.postponed_at is None and again.postpone_reason == ""
    later(again, last_day(again.limit_at), by=agent, now=now + timedelta(days=2))
    assert fresh(taken).target_at == again.limit_at


def test_a_target_that_has_passed_is_not_moved(taken: Complaint, agent: User) -> None:
    with pytest.raises(TargetPassed):
        later(taken, last_day(taken.limit_at), by=agent, now=taken.target_at)
    later(taken, last_day(taken.limit_at), by=agent, now=taken.target_at - timedelta(seconds=1))


@pytest.mark.parametrize("off", [0, 9, 400], ids=["the target itself", "past the limit", "next year"])
def test_the_new_day_lies_after_the_target_and_never_past_the_limit(
    off: int, taken: Complaint, agent: User, now: datetime
) -> None:
    with pytest.raises(DayImpossible) as refusal:
        later(taken, last_day(taken.target_at) + timedelta(days=off), by=agent, now=now)
    assert "10/03/2026" in str(refusal.value.message) and "17/03/2026" in str(refusal.value.message)
    assert fresh(taken).target_at == taken.target_at


def test_nothing_ever_moves_the_limit(taken: Complaint, agent: User, dpo: User, now: datetime) -> None:
    for step in (
        lambda at: sort(taken, category="other", tier="standard", by=agent, now=at),
        lambda at: ask(taken, by=agent, now=at),
        lambda at: reply(taken, now=at),
        lambda at: sort(taken, category="not-secured", tier="simple", by=dpo, now=at),
        lambda at: ask(taken, by=agent, now=at),
        lambda at: later(taken, last_day(taken.limit_at), by=agent, now=at),
        lambda at: begin(kind="complaint", case_id=taken.pk, by=agent, now=at),
    ):
        now += timedelta(hours=5)
        step(now)
        case = fresh(taken)
        assert case.limit_at == taken.limit_at and case.target_at <= case.limit_at and consistent(case)
    pauses = fresh(taken).clock_events.filter(kind=ClockKind.PAUSE)
    assert [(pause.until - pause.at) for pause in pauses] == [timedelta(hours=5), timedelta(hours=10)]


def test_only_staff_postpone(taken: Complaint) -> None:
    with pytest.raises(RoleRefused):
        later(taken, last_day(taken.limit_at), by=GUEST, now=taken.received_at)  # type: ignore[arg-type]
