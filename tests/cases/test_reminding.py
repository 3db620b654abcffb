"""The sweep of deadline marks: each once, whoever runs it and how often, to the right people and nobody else."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import IntegrityError, connection, connections, transaction

from accounts.models import User
from accounts.services.staffing import deactivate
from audit.selectors import entries_about
from cases.enums import CaseStatus, MarkCode
from cases.models import Case
from cases.readers import Desk
from cases.services import reminding
from cases.services.assigning import take
from cases.services.reminding import SweepIncomplete, sweep_marks
from cases.services.verifying import mark_verified
from cases.tasks import sweep_marks as task
from complaints.models import Complaint, ComplaintMark
from complaints.services.filing import Filed
from core.actors import GUEST
from core.sweeps import SweepState
from dsr_requests.models import Request
from outbound.models import OutboxMessage
from tests.cases.fixtures import GUEST_ADDRESS, STORY, as_it_is, mails_of, queued, write_directly
from tests.harness.clock import MONDAY

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
STAFF_NOTICES = "staff-case-"


@pytest.fixture
def now(frozen_clock: time_machine.Traveller) -> datetime:
    """Monday 2 March 2026, 9:00: an ordinary working day."""
    return MONDAY


@pytest.fixture
def of_member(complain: Callable[..., Filed], member: User) -> Complaint:
    """A complaint whose sender is known, so that nothing but staff is reminded."""
    return complain(subject_id=member.subject_id).complaint


def steps(case: Case, *, until: datetime) -> Counter[str]:
    """Sweep whenever something is due, as a worker that never sleeps, up to a moment."""
    done: Counter[str] = Counter()
    while (due := as_it_is(case).next_mark_at) is not None and due <= until:
        done += Counter(sweep_marks(now=due))
    return done


def marks_of(case: Case) -> list[tuple[str, datetime]]:
    return list(case.marks.order_by("due_at", "code").values_list("code", "due_at"))


def readers(notice: str) -> list[str]:
    return sorted(mail.to for mail in mails_of(notice))


def event_count(case: Case, name: str) -> int:
    return entries_about(case.target).filter(event=case.event(name)).count()


def test_a_fresh_case_knows_what_its_clock_does_next(of_member: Complaint) -> None:
    assert of_member.next_mark and of_member.next_mark_at is not None
    assert of_member.next_mark_at > of_member.received_at
    before = of_member.next_mark_at - SECOND
    assert sweep_marks(now=before) == {}
    assert sweep_marks(now=of_member.next_mark_at)[of_member.next_mark] == 1
    after = as_it_is(of_member).next_mark_at
    assert after is not None and after > of_member.next_mark_at


def test_every_mark_goes_off_once_at_its_moment(of_member: Complaint, agent: User, dpo: User) -> None:
    take(kind="complaint", case_id=of_member.pk, by=agent, now=of_member.received_at)
    done = steps(of_member, until=of_member.limit_at)
    assert done == {
        MarkCode.REPLY_DUE: 1,
        MarkCode.REPLY_MISSED: 1,
        MarkCode.HALF_GONE: 1,
        MarkCode.THREE_LEFT: 2,
        MarkCode.ONE_LEFT: 2,
        MarkCode.TARGET_PASSED: 1,
        MarkCode.LIMIT_PASSED: 1,
    }
    assert all(mark.done_at == mark.due_at for mark in of_member.marks.all())
    assert as_it_is(of_member).next_mark_at is None
    assert sweep_marks(now=of_member.limit_at + 400 * DAY) == {}
    assert [event_count(of_member, name) for name in ("reply_late", "overdue", "limit_missed")] == [1, 1, 1]
    assert event_count(of_member, "reminded") == 6


def test_who_is_told_grows_with_how_late_it_is(of_member: Complaint, agent: User, other_agent: User, dpo: User) -> None:
    take(kind="complaint", case_id=of_member.pk, by=agent, now=of_member.received_at)
    steps(of_member, until=of_member.limit_at)
    holder, agents = ["an@example.org"], ["an@example.org", "binh@example.org"]
    everybody = [*agents, "dpo@example.org"]
    assert readers("staff-case-reply-due") == holder
    assert readers("staff-case-half") == holder
    assert readers("staff-case-three-left") == holder * 2
    assert readers("staff-case-one-left") == sorted(agents * 2)
    assert readers("staff-case-reply-late") == everybody
    assert readers("staff-case-overdue") == everybody
    assert readers("staff-case-limit") == everybody


def test_what_nobody_has_is_told_to_every_agent(
    of_member: Complaint, agent: User, other_agent: User, dpo: User
) -> None:
    steps(of_member, until=of_member.target_at - DAY)
    assert readers("staff-case-half") == ["an@example.org", "binh@example.org"]
    assert "Nobody has it yet" in mails_of("staff-case-half")[0].body


def test_what_a_colleague_who_left_still_has_is_told_to_the_others(
    of_member: Complaint, agent: User, other_agent: User, staff: Callable[..., User], now: datetime
) -> None:
    take(kind="complaint", case_id=of_member.pk, by=agent, now=now)
    deactivate(user_id=agent.pk, by=staff("administrator"), now=now)
    write_directly(of_member, assignee_id=agent.pk)
    steps(of_member, until=of_member.target_at - DAY)
    assert readers("staff-case-half") == ["binh@example.org"]


def test_officers_stand_in_where_there_are_no_agents(of_member: Complaint, dpo: User) -> None:
    steps(of_member, until=of_member.target_at - DAY)
    assert readers("staff-case-half") == ["dpo@example.org"]


def test_nobody_is_told_of_a_complaint_about_themselves(of_member: Complaint, agent: User, dpo: User) -> None:
    write_directly(of_member, about_staff_id=agent.pk)
    steps(of_member, until=of_member.limit_at)
    assert {mail.to for mail in queued() if mail.notice.startswith(STAFF_NOTICES)} == {"dpo@example.org"}


def test_the_person_is_never_told_and_nothing_personal_is_said(of_member: Complaint, agent: User, dpo: User) -> None:
    before = {mail.notice for mail in queued()}
    steps(of_member, until=of_member.limit_at)
    for mail in queued():
        if mail.notice not in before:
            assert mail.to.endswith("@example.org")
            assert STORY not in mail.body and "lan@example.com" not in mail.body
            assert of_member.reference in mail.body and of_member.reference not in mail.subject


def test_staff_read_in_service_hours_but_the_mark_does_not_wait(of_member: Complaint, dpo: User) -> None:
    steps(of_member, until=of_member.target_at)
    late = OutboxMessage.objects.get(notice="staff-case-overdue")
    assert late.created_at == of_member.target_at  # midnight
    assert late.due_at > late.created_at and (late.due_at + timedelta(hours=7)).hour == 8
    in_hours = OutboxMessage.objects.filter(notice="staff-case-three-left").first()
    assert in_hours is not None and in_hours.due_at == in_hours.created_at


def test_everything_overdue_goes_off_at_once_after_a_long_outage(of_member: Complaint, dpo: User) -> None:
    done = sweep_marks(now=of_member.limit_at + 3 * DAY)
    assert done[MarkCode.LIMIT_PASSED] == done[MarkCode.TARGET_PASSED] == done[MarkCode.REPLY_DUE] == 1
    assert sum(done.values()) == 9 == of_member.marks.count()
    assert sweep_marks(now=of_member.limit_at + 3 * DAY) == {}
    assert len(mails_of("staff-case-limit")) == 1


def test_a_clock_set_back_changes_nothing(of_member: Complaint, dpo: User) -> None:
    steps(of_member, until=of_member.target_at)
    marks, mails = marks_of(of_member), len(queued())
    for back in (of_member.received_at, of_member.target_at - DAY, of_member.target_at):
        assert sweep_marks(now=back) == {}
    assert (marks_of(of_member), len(queued())) == (marks, mails)


def test_sweeps_at_the_same_moment_act_once(of_member: Complaint, request_case: Request, dpo: User) -> None:
    at, ready = max(of_member.limit_at, request_case.limit_at), Barrier(4)

    def run(_number: int) -> int:
        try:
            ready.wait(timeout=10)
            return sum(sweep_marks(now=at).values())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(run, range(4)))
    assert done == of_member.marks.count() + request_case.marks.count()
    for case in (of_member, request_case):
        codes = Counter((code, str(deadline)) for code, deadline in case.marks.values_list("code", "deadline_at"))
        assert codes and set(codes.values()) == {1}
    # Nobody showed who asks in the request: it was refused long before its limit.
    assert len(mails_of("staff-case-limit")) == 1 and as_it_is(request_case).outcome == "REFUSED"


def test_the_database_itself_refuses_a_second_mark(of_member: Complaint, dpo: User) -> None:
    sweep_marks(now=of_member.target_at)
    mark = of_member.marks.first()
    assert mark is not None
    twin = ComplaintMark(
        case=of_member,
        round=mark.round,
        code=mark.code,
        deadline_at=mark.deadline_at,
        due_at=mark.due_at,
        done_at=mark.done_at,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_a_case_somebody_is_working_on_waits_for_the_next_sweep(of_member: Complaint, dpo: User) -> None:
    at, held, free = of_member.target_at, Barrier(2), Barrier(2)

    def hold() -> None:
        try:
            with transaction.atomic():
                Complaint.objects.select_for_update().get(pk=of_member.pk)
                held.wait(timeout=10)
                free.wait(timeout=10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(hold)
        held.wait(timeout=10)
        assert sweep_marks(now=at) == {}
        free.wait(timeout=10)
        working.result(timeout=10)
    assert sweep_marks(now=at)[MarkCode.TARGET_PASSED] == 1


def test_one_broken_case_does_not_hold_up_the_others(
    complain: Callable[..., Filed], member: User, dpo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = (complain(subject_id=member.subject_id).complaint for _ in range(2))
    whole = reminding.open_marks

    def faulty(case: Case, done: object = None) -> object:
        if case.pk == bad.pk:
            raise ArithmeticError
        return whole(case, done)  # type: ignore[arg-type]

    monkeypatch.setattr(reminding, "open_marks", faulty)
    with pytest.raises(SweepIncomplete):
        sweep_marks(now=good.target_at)
    assert good.marks.filter(code=MarkCode.TARGET_PASSED).count() == 1 and not bad.marks.exists()
    monkeypatch.undo()
    assert sweep_marks(now=good.target_at)[MarkCode.TARGET_PASSED] == 1


def test_a_guest_is_reminded_after_a_day_once(complaint: Complaint, agent: User) -> None:
    assert MarkCode.ADDRESS_REMINDER not in sweep_marks(now=complaint.received_at + DAY - SECOND)
    assert sweep_marks(now=complaint.received_at + DAY)[MarkCode.ADDRESS_REMINDER] == 1
    (mail,) = mails_of("case-verify-reminder")
    assert mail.to == GUEST_ADDRESS and "/track/" in mail.body and STORY not in mail.body
    steps(complaint, until=complaint.received_at + 3 * DAY)
    assert len(mails_of("case-verify-reminder")) == 1
    assert event_count(complaint, "address_reminded") == 1


def test_a_guest_who_confirmed_is_left_in_peace(complaint: Complaint, agent: User, now: datetime) -> None:
    mark_verified(kind="complaint", case_id=complaint.pk, by=GUEST, now=now)
    done = steps(complaint, until=complaint.limit_at)
    assert not {MarkCode.ADDRESS_REMINDER, MarkCode.ADDRESS_END} & set(done)
    assert as_it_is(complaint).is_open


def test_what_nobody_confirmed_ends_after_a_week(complaint: Complaint, agent: User) -> None:
    end = complaint.received_at + 7 * DAY
    steps(complaint, until=end - SECOND)
    assert as_it_is(complaint).is_open
    assert sweep_marks(now=end)[MarkCode.ADDRESS_END] == 1
    case = as_it_is(complaint)
    assert (case.status, case.outcome, case.closed_at) == (CaseStatus.CLOSED, "UNVERIFIED", end)
    assert [mail.to for mail in mails_of("case-unverified-closed")] == [GUEST_ADDRESS]
    # It is over: neither target nor limit is missed any more.
    assert sweep_marks(now=complaint.limit_at + DAY) == {}
    assert case.marks.filter(code=MarkCode.ADDRESS_END).count() == 1


def test_after_a_long_outage_it_ends_before_its_target_is_missed(complaint: Complaint, dpo: User) -> None:
    done = sweep_marks(now=complaint.limit_at + DAY)
    assert done[MarkCode.ADDRESS_END] == 1
    assert not {MarkCode.TARGET_PASSED, MarkCode.LIMIT_PASSED} & set(done)


def test_the_task_notes_how_it_went(of_member: Complaint) -> None:
    task()
    assert SweepState.objects.get(name="cases.sweep_marks").failures_in_a_row == 0


def test_the_desk_is_read_once_for_a_whole_sweep(
    complain: Callable[..., Filed], member: User, agent: User, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    cases = [complain(subject_id=member.subject_id).complaint for _ in range(12)]
    with django_assert_max_num_queries(40):  # type: ignore[attr-defined]
        done = sweep_marks(now=cases[0].target_at - DAY)
    assert sum(done.values()) >= 36


def test_every_notice_of_a_mark_reads_well_in_both_languages(of_member: Complaint, staff: Callable[..., User]) -> None:
    for language in ("vi", "en"):
        User.objects.filter(pk=staff("dpo", f"Officer-{language}").pk).update(language=language)
    steps(of_member, until=of_member.limit_at)
    words = [mail for mail in queued() if mail.notice in reminding.NOTICES.values()]
    assert {mail.notice for mail in words} == set(reminding.NOTICES.values())
    assert all("{{" not in mail.body and "None" not in mail.body and mail.subject for mail in words)


def test_readers_are_each_told_once(of_member: Complaint, dpo: User) -> None:
    found = Desk().readers(of_member, MarkCode.LIMIT_PASSED)
    assert [reader.user.pk for reader in found] == [dpo.pk]
