"""Coming back once, taking back, and the end."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from accounts.models import User
from audit.models import AuditEntry
from cases import sealing
from cases.clock import deadlines_of
from cases.enums import CaseStatus, ClockKind
from cases.errors import CaseClosed, MoveNotAllowed, NothingWritten, NotSender, NotYours, RoleRefused
from cases.explaining import last_day
from cases.services.assigning import take
from cases.services.messaging import write_as_person
from complaints.enums import Outcome
from complaints.errors import MayComeBack, ReopenedAlready, ReopenTooLate
from complaints.models import Complaint
from complaints.selectors import answers_of, can_reopen, complaints_of, shown
from complaints.services.answering import accept, resolve
from complaints.services.closing import close_complaint, close_unverified, end_of_returning
from complaints.services.filing import Filed
from complaints.services.reopening import reopen
from complaints.services.withdrawing import withdraw
from core.actors import GUEST
from core.selectors import working_calendar
from outbound.notices import render
from tests.cases.fixtures import mails_of
from tests.complaints.steps import FINDING, WHY, by_phone, come_back, fresh, give, sort, walked_to
from tests.harness.clock import MONDAY

pytestmark = pytest.mark.usefixtures("frozen_clock")

S = CaseStatus
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


# --- reopening ------------------------------------------------------------------------------------------------------


def test_a_reopening_starts_a_clock_of_its_own(complaint: Complaint, agent: User, now: datetime) -> None:
    case, at = walked_to(S.ANSWERED, complaint, by=agent, now=now), now + 10 * DAY
    come_back(case, now=at)
    again = fresh(case)
    assert (again.status, again.round, again.round_started_at, again.outcome) == (S.REOPENED, 2, at, "")
    assert (again.settled_at, again.closed_at, again.first_reply_at) == (None, None, None)
    assert last_day(again.target_at) - last_day(at) == 7 * DAY
    assert last_day(again.limit_at) - last_day(at) == 15 * DAY
    dates = deadlines_of(again)
    assert dates.acknowledge is not None
    stored = (again.first_reply_due_at, again.target_at, again.limit_at, again.round)
    assert stored == (dates.acknowledge.at, dates.target.at, dates.limit.at, dates.round)
    assert again.received_at == case.received_at and again.assignee_id == agent.pk
    assert again.clock_events.get(kind=ClockKind.REOPENING).at == at


def test_the_first_answer_stays_as_it_was_given(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.REOPENED, complaint, by=agent, now=now)
    (first,) = answers_of(case, key=sealing.evidence_key(case.subject_id))
    assert (first.round, first.outcome, first.finding) == (1, Outcome.UPHELD, FINDING)
    entry = AuditEntry.objects.get(event="complaint.reopened")
    assert entry.details == {"round": 2, "before": "UPHELD"} and entry.note_hash is None
    message = case.messages.get()
    key = sealing.evidence_key(case.subject_id)
    assert sealing.message_text(message, key=key) == WHY and message.author_role == "PERSON"


def test_who_had_it_and_the_officer_are_told_and_the_person_gets_the_dates(
    complaint: Complaint, agent: User, dpo: User, now: datetime
) -> None:
    walked_to(S.REOPENED, complaint, by=agent, now=now)
    assert sorted(mail.to for mail in mails_of("staff-case-reopened")) == ["an@example.org", "dpo@example.org"]
    (told,) = mails_of("complaint-reopened")
    for day in ("3 March 2026", "9 March 2026", "17 March 2026"):
        assert day in told.body
    for mail in [told, *mails_of("staff-case-reopened")]:
        assert WHY not in mail.subject + mail.body


def test_it_can_be_reopened_once(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.REOPENED, complaint, by=agent, now=now)
    give(case, by=agent, now=now + DAY)
    with pytest.raises(ReopenedAlready):
        come_back(case, now=now + 2 * DAY)
    assert can_reopen(fresh(case), now=now + 2 * DAY) is None and shown(fresh(case)).can_reopen_until is None


@pytest.mark.parametrize("status", [S.ANSWERED, S.RESOLVED, S.REJECTED, S.CLOSED])
def test_the_last_moment_is_the_end_of_the_thirtieth_day(
    status: CaseStatus, complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(status, complaint, by=agent, now=now)
    assert case.settled_at is not None
    until = can_reopen(case, now=now + HOUR)
    assert until is not None and until - last_day(case.settled_at) == 30 * DAY
    end = working_calendar().end_of(until)
    assert can_reopen(case, now=end) is None
    with pytest.raises(ReopenTooLate) as refusal:
        come_back(case, now=end)
    assert "01/04/2026" in str(refusal.value.message)
    come_back(case, now=end - timedelta(seconds=1))
    assert fresh(case).status == S.REOPENED


@pytest.mark.parametrize("status", [S.ACKNOWLEDGED, S.WAITING, S.WITHDRAWN])
def test_what_is_open_or_withdrawn_is_not_reopened(
    status: CaseStatus, complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(status, complaint, by=agent, now=now)
    with pytest.raises(MoveNotAllowed):
        come_back(case, now=now + HOUR)


def test_reopening_needs_words_and_the_person(
    complaint: Complaint, agent: User, dpo: User, member: User, now: datetime
) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    with pytest.raises(NothingWritten):
        reopen(complaint_id=case.pk, text="  ", form_token=uuid4(), by=GUEST, now=now)
    for by in (agent, dpo, member):
        with pytest.raises(NotSender):
            reopen(complaint_id=case.pk, text=WHY, form_token=uuid4(), by=by, now=now)
    assert fresh(case).status == S.ANSWERED and not case.messages.exists()


def test_a_form_sent_twice_reopens_once(complaint: Complaint, agent: User, now: datetime) -> None:
    case, token = walked_to(S.ANSWERED, complaint, by=agent, now=now), uuid4()
    for _ in range(2):
        reopen(complaint_id=case.pk, text=WHY, form_token=token, by=GUEST, now=now + HOUR)
    assert fresh(case).messages.count() == 1 and len(mails_of("complaint-reopened")) == 1


def test_a_tier_sets_the_target_again_in_the_second_round(
    complain: Callable[..., Filed], agent: User, now: datetime
) -> None:
    case = complain(category="other").complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    sort(case, category="other", tier="complex", by=agent, now=now)
    give(case, by=agent, now=now + HOUR)
    come_back(case, now=now + DAY)
    again = fresh(case)
    assert last_day(again.target_at) - last_day(now + DAY) == 7 * DAY
    sort(case, category="other", tier="complex", by=agent, now=now + 2 * DAY)
    assert fresh(case).target_at == again.limit_at == fresh(case).limit_at


def test_a_closed_complaint_that_is_reopened_is_kept_on(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.CLOSED, complaint, by=agent, now=now)
    assert case.subject.retention_events.filter(reference=case.target).count() == 1
    come_back(case, now=now + DAY)
    assert not case.subject.retention_events.filter(reference=case.target).exists()
    give(case, by=agent, now=now + 2 * DAY)
    close_complaint(complaint_id=case.pk, by=agent, now=now + 3 * DAY)
    assert case.subject.retention_events.get(reference=case.target).at == now + 3 * DAY


# --- taking back ----------------------------------------------------------------------------------------------------


def test_the_person_takes_it_back(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.WAITING, complaint, by=agent, now=now)
    for _ in range(2):
        withdraw(complaint_id=case.pk, by=GUEST, now=now + HOUR)
    case = fresh(case)
    assert (case.status, case.outcome, case.closed_at) == (S.WITHDRAWN, Outcome.TAKEN_BACK, now + HOUR)
    assert case.clock_events.get(kind=ClockKind.PAUSE).until == now + HOUR
    assert (case.next_mark, case.next_mark_at) == ("", None)
    assert len(mails_of("complaint-withdrawn")) == 1
    assert [mail.to for mail in mails_of("staff-case-withdrawn")] == ["an@example.org"]
    assert case.subject.retention_events.count() == 1
    with pytest.raises(CaseClosed):
        write_as_person(kind="complaint", case_id=case.pk, text="x", form_token=uuid4(), by=GUEST, now=now)


def test_an_answered_complaint_is_not_taken_back(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    with pytest.raises(CaseClosed):
        withdraw(complaint_id=case.pk, by=GUEST, now=now)


def test_nobody_takes_back_what_another_sent(complaint: Complaint, agent: User, member: User, now: datetime) -> None:
    for by in (agent, member):
        with pytest.raises(NotSender):
            withdraw(complaint_id=complaint.pk, by=by, now=now)


# --- the end --------------------------------------------------------------------------------------------------------


def test_it_is_closed_by_hand_once_accepted_or_used_up(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    with pytest.raises(MayComeBack):
        close_complaint(complaint_id=case.pk, by=agent, now=now + HOUR)
    resolve(complaint_id=case.pk, by=agent, now=now + HOUR)
    with pytest.raises(MayComeBack):
        close_complaint(complaint_id=case.pk, by=agent, now=now + HOUR)
    come_back(case, now=now + DAY)
    with pytest.raises(MoveNotAllowed):
        close_complaint(complaint_id=case.pk, by=agent, now=now + DAY)
    give(case, by=agent, now=now + 2 * DAY, outcome=Outcome.NOT_UPHELD)
    for _ in range(2):
        close_complaint(complaint_id=case.pk, by=agent, now=now + 2 * DAY)
    case = fresh(case)
    assert (case.status, case.outcome, case.settled_at) == (S.CLOSED, Outcome.NOT_UPHELD, now + 2 * DAY)
    assert len(mails_of("complaint-closed")) == 1


def test_an_accepted_complaint_is_closed_by_who_has_it(
    complaint: Complaint, agent: User, other_agent: User, staff: Callable[..., User], now: datetime
) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    accept(complaint_id=case.pk, by=GUEST, now=now + HOUR)
    with pytest.raises(NotYours):
        close_complaint(complaint_id=case.pk, by=other_agent, now=now + HOUR)
    with pytest.raises(RoleRefused):
        close_complaint(complaint_id=case.pk, by=staff("auditor"), now=now + HOUR)
    close_complaint(complaint_id=case.pk, by=agent, now=now + HOUR)
    assert fresh(case).status == S.CLOSED


@pytest.mark.parametrize("status", [S.ANSWERED, S.RESOLVED, S.REJECTED])
def test_the_sweep_closes_when_the_thirtieth_day_has_ended(
    status: CaseStatus, complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(status, complaint, by=agent, now=now)
    until = can_reopen(case, now=now + HOUR)
    assert until is not None
    end = working_calendar().end_of(until)
    assert not end_of_returning(complaint_id=case.pk, now=end - timedelta(seconds=1))
    assert end_of_returning(complaint_id=case.pk, now=end)
    assert not end_of_returning(complaint_id=case.pk, now=end)
    assert fresh(case).status == S.CLOSED and len(mails_of("complaint-closed")) == 1


def test_an_open_complaint_has_no_end_by_itself(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.INVESTIGATING, complaint, by=agent, now=now)
    assert not end_of_returning(complaint_id=case.pk, now=now + 100 * DAY)


# --- a guest who never confirms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [S.ACKNOWLEDGED, S.TRIAGED])
def test_an_unconfirmed_complaint_ends_after_seven_days_with_its_reason(
    status: CaseStatus, complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(status, complaint, by=agent, now=now)
    assert not close_unverified(complaint_id=case.pk, now=now + 7 * DAY - timedelta(seconds=1))
    assert close_unverified(complaint_id=case.pk, now=now + 7 * DAY)
    assert not close_unverified(complaint_id=case.pk, now=now + 8 * DAY)
    case = fresh(case)
    assert (case.status, case.outcome) == (S.CLOSED, Outcome.UNVERIFIED)
    (mail,) = mails_of("case-unverified-closed")
    assert "within 7 days" in mail.body and "within 30 days" in mail.body
    assert AuditEntry.objects.get(event="complaint.closed").actor_role == "system"
    come_back(case, now=now + 9 * DAY)
    assert fresh(case).status == S.REOPENED


@pytest.mark.parametrize("status", [S.INVESTIGATING, S.WAITING, S.ANSWERED, S.WITHDRAWN])
def test_what_somebody_works_on_does_not_end_for_want_of_a_code(
    status: CaseStatus, complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(status, complaint, by=agent, now=now)
    assert not close_unverified(complaint_id=case.pk, now=now + 8 * DAY)
    assert fresh(case).status == status


def test_members_and_what_staff_entered_need_no_code(
    complain: Callable[..., Filed], member: User, agent: User, now: datetime
) -> None:
    for case in (complain(subject_id=member.subject_id).complaint, by_phone(by=agent, now=now)):
        assert not close_unverified(complaint_id=case.pk, now=now + 8 * DAY)
        assert fresh(case).is_open


# --- what lists need ------------------------------------------------------------------------------------------------


def test_a_persons_list_takes_the_same_queries_for_one_and_for_many(
    complain: Callable[..., Filed],
    member: User,
    agent: User,
    now: datetime,
    django_assert_num_queries: Callable[..., object],
) -> None:
    for _ in range(3):
        walked_to(S.ANSWERED, complain(subject_id=member.subject_id).complaint, by=agent, now=now)
    withdraw(complaint_id=complain(subject_id=member.subject_id).complaint.pk, by=member, now=now)
    complaints_of(member.subject_id)
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        found = complaints_of(member.subject_id)
    may = [(one.can_accept, one.can_withdraw, one.can_write, one.can_reopen_until is not None) for one in found]
    assert sorted(may) == [(False, False, False, False)] + [(True, False, True, True)] * 3


def test_mails_take_the_laws_figures_from_the_rules() -> None:
    written_out = [
        path.parent.name
        for path in (settings.BASE_DIR / "templates/notices").glob("c*/*.txt")
        if re.search(r"\d+ (working )?(days?|hours?)", path.read_text())
    ]
    assert written_out == []
    figures = {"confirming": "9 days", "returning": "40 days"}
    for notice in ("case-unverified-closed", "complaint-received"):
        body = render(notice=notice, language="en", context=figures, at=MONDAY).body
        assert "within 40 days" in body and ("within 9 days" in body) == (notice == "case-unverified-closed")
