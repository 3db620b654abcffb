"""Two hands on one complaint at the same moment: the row lock lets one through, the other meets what the first left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import uuid4

from django.db import connections

from accounts.models import User
from audit.models import AuditEntry
from cases.enums import CaseStatus, ClockKind
from cases.explaining import last_day
from complaints.enums import PostponeReason
from complaints.models import Complaint, ComplaintAnswer
from complaints.services.answering import accept
from complaints.services.closing import end_of_returning
from complaints.services.triaging import postpone
from complaints.services.withdrawing import withdraw
from core.actors import GUEST
from core.errors import NotAllowed
from tests.complaints.steps import ask, by_phone, come_back, fresh, give, turn_away, walked_to

S = CaseStatus
DAY = timedelta(days=1)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What came of acts done by threads that start together, sorted: "done", or the name of the refusal."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            ready.wait(timeout=10)
            act()
        except NotAllowed as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_two_answers_at_once_are_one(complaint: Complaint, agent: User, dpo: User, now: datetime) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    assert {user.audit_role for user in (agent, dpo)} == {"agent", "dpo"}
    came = at_once(lambda: give(case, by=agent, now=now), lambda: give(case, by=dpo, now=now))
    assert came == ["AnsweredAlready", "done"] and ComplaintAnswer.objects.count() == 1


def test_one_form_sent_twice_at_once_answers_once(complaint: Complaint, agent: User, now: datetime) -> None:
    case, token = walked_to(S.TRIAGED, complaint, by=agent, now=now), uuid4()
    assert agent.audit_role == "agent"
    assert at_once(*[lambda: give(case, by=agent, now=now, token=token)] * 3) == ["done"] * 3
    assert ComplaintAnswer.objects.count() == 1


def test_an_answer_and_a_withdrawal_at_once_leave_one_end(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    assert agent.audit_role == "agent"
    came = at_once(lambda: give(case, by=agent, now=now), lambda: withdraw(complaint_id=case.pk, by=GUEST, now=now))
    status = fresh(case).status
    assert (came, status) in [(["AnsweredAlready", "done"], S.ANSWERED), (["CaseClosed", "done"], S.WITHDRAWN)]


def test_two_reopenings_at_once_are_one_round(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    came = at_once(lambda: come_back(case, now=now + DAY), lambda: come_back(case, now=now + DAY))
    assert came == ["MoveNotAllowed", "done"]
    assert case.clock_events.filter(kind=ClockKind.REOPENING).count() == 1 and fresh(case).round == 2


def test_the_sweep_and_the_person_at_the_last_moment_leave_one_truth(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    came = at_once(
        lambda: come_back(case, now=now + 30 * DAY),
        lambda: end_of_returning(complaint_id=case.pk, now=now + 31 * DAY),
    )
    assert came == ["done", "done"] and fresh(case).status == S.REOPENED
    assert not case.subject.retention_events.filter(reference=case.target).exists()


def test_two_postponements_at_once_are_one(complaint: Complaint, agent: User, dpo: User, now: datetime) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    day = last_day(case.target_at) + 2 * DAY
    said = {"complaint_id": case.pk, "reason": PostponeReason.MUCH_DATA, "last_day": day, "now": now}
    assert {user.audit_role for user in (agent, dpo)} == {"agent", "dpo"}
    came = at_once(
        lambda: postpone(**said, by=agent),  # type: ignore[arg-type]
        lambda: postpone(**said, by=dpo),  # type: ignore[arg-type]
    )
    assert came == ["PostponedAlready", "done"]
    assert case.clock_events.filter(kind=ClockKind.TARGET).count() == 1


def test_two_questions_at_once_make_one_pause(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.INVESTIGATING, complaint, by=agent, now=now)
    assert agent.audit_role == "agent"
    came = at_once(lambda: ask(case, by=agent, now=now), lambda: ask(case, by=agent, now=now))
    assert came == ["done", "done"] and case.clock_events.filter(kind=ClockKind.PAUSE).count() == 1


def test_accepting_twice_at_once_is_recorded_once(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    assert at_once(*[lambda: accept(complaint_id=case.pk, by=GUEST, now=now)] * 2) == ["done", "done"]
    assert AuditEntry.objects.filter(event="complaint.accepted").count() == 1


def test_turning_away_and_answering_at_once_leave_one_outcome(
    complaint: Complaint, agent: User, dpo: User, now: datetime
) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    assert {user.audit_role for user in (agent, dpo)} == {"agent", "dpo"}
    came = at_once(lambda: give(case, by=agent, now=now), lambda: turn_away(case, by=dpo, now=now))
    assert came == ["AnsweredAlready", "done"] and ComplaintAnswer.objects.count() == 1


def test_one_form_entered_twice_at_once_is_one_complaint(agent: User, now: datetime) -> None:
    token = uuid4()
    assert agent.audit_role == "agent"
    assert at_once(*[lambda: by_phone(by=agent, now=now, form_token=token)] * 2) == ["done", "done"]
    assert Complaint.objects.count() == 1
