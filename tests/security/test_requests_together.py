"""Two at once, twice over, and what changed between the look and the press."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from accounts.models import User
from cases.enums import CaseStatus
from cases.services.assigning import take
from core.actors import GUEST
from core.errors import NotAllowed
from dsr_requests.enums import ExtensionReason, RequestKind, Verdict
from dsr_requests.errors import PlanChanged, TooLateToTakeBack
from dsr_requests.models import Decision, Request
from dsr_requests.planning import digest_of
from dsr_requests.services.deciding import decide, planned
from dsr_requests.services.extending import extend
from dsr_requests.services.fulfilling import run_due
from dsr_requests.services.seconding import second
from dsr_requests.services.withdrawing import take_back
from personal_data.models import DataItem, ErasureRun, ImportBatch, Package
from personal_data.services import packaging
from personal_data.services.erasing import cancel_erasure, run_due_erasures
from personal_data.services.importing import start
from personal_data.services.undoing import undo
from policies.models import PolicyVersion
from tests.cases.fixtures import mails_of
from tests.dsr_requests.steps import WISHES, approve, by_guest, by_member, fresh, hold, judge
from tests.personal_data.import_steps import OFFICER, PEOPLE, brought, work

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

DAY = timedelta(days=1)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Each call in a connection of its own, begun together; what each gave, or the rule that refused it."""
    together, given = threading.Barrier(len(calls)), [None] * len(calls)

    def one(place: int, call: Callable[[], object]) -> None:
        try:
            together.wait()
            given[place] = call()  # type: ignore[call-overload]
        except NotAllowed as refusal:
            given[place] = refusal  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(given)


def refusals(given: list[object]) -> int:
    return sum(isinstance(one, NotAllowed) for one in given)


@pytest.fixture
def deletion(member: User, agent: User, now: datetime) -> Request:
    """A member asks to have everything deleted, and an agent has it."""
    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    request = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    return fresh(request)


def decision_of(request: Request, *, by: User, now: datetime, **changes: Any) -> Callable[[], object]:
    """A press on “decide”, from a page of its own."""
    verdict = changes.get("verdict", Verdict.ACCEPT)
    said = {
        "verdict": verdict,
        "seen_digest": digest_of(planned(request, verdict, now=now), request),
        "form_token": uuid4(),
        **changes,
    }
    return lambda: decide(request_id=request.pk, by=by, now=now, **said)


def test_the_same_form_sent_twice_at_once_decides_once(deletion: Request, agent: User, now: datetime) -> None:
    press = decision_of(deletion, by=agent, now=now)
    given = at_once(press, press)
    assert refusals(given) == 0 and Decision.objects.count() == 1
    assert len(mails_of("staff-request-second")) == 0  # nobody else works here


def test_of_two_windows_the_later_decision_stands_alone(
    deletion: Request, agent: User, dpo: User, now: datetime
) -> None:
    at_once(
        decision_of(deletion, by=agent, now=now),
        decision_of(deletion, by=dpo, now=now, verdict=Verdict.REFUSE, ground="R4", words="x"),
    )
    assert Decision.objects.filter(dropped_at=None).count() == 1
    overtaken = Decision.objects.exclude(dropped_at=None).get()
    with pytest.raises(NotAllowed):
        second(decision_id=overtaken.pk, seen_digest=bytes(overtaken.digest), by=agent, now=now)


def test_two_approve_at_once_and_it_runs_once(
    deletion: Request, agent: User, dpo: User, other_agent: User, now: datetime
) -> None:
    row = judge(deletion, Verdict.ACCEPT, by=agent, now=now)
    given = at_once(
        lambda: approve(row, by=dpo, now=now),
        lambda: approve(row, by=other_agent, now=now),
        lambda: approve(row, by=agent, now=now),
    )
    assert refusals(given) == 2
    at_once(lambda: run_due(now=now), lambda: run_due(now=now))
    assert ErasureRun.objects.count() == 1 and fresh(deletion).steps.filter(kind="ERASE").count() == 1


def test_taken_back_while_it_is_decided_it_is_one_or_the_other(
    deletion: Request, member: User, agent: User, dpo: User, now: datetime
) -> None:
    row = judge(deletion, Verdict.ACCEPT, by=agent, now=now)
    at_once(lambda: approve(row, by=dpo, now=now), lambda: take_back(request_id=deletion.pk, by=member, now=now))
    run_due(now=now)
    run_due_erasures(now=now + 2 * DAY)
    assert fresh(deletion).status == CaseStatus.WITHDRAWN
    assert DataItem.objects.filter(subject=member.subject_id).count() == 2
    assert not ErasureRun.objects.exclude(state="CANCELLED").exists()


def test_taken_back_at_the_moment_the_deletion_begins_it_is_one_or_the_other(
    deletion: Request, member: User, agent: User, dpo: User, now: datetime
) -> None:
    approve(judge(deletion, Verdict.ACCEPT, by=agent, now=now), by=dpo, now=now)
    run_due(now=now)
    _done, given = at_once(
        lambda: run_due_erasures(now=now + DAY), lambda: take_back(request_id=deletion.pk, by=member, now=now + DAY)
    )
    run = ErasureRun.objects.get()
    run_due_erasures(now=now + 2 * DAY)
    left = DataItem.objects.filter(subject=member.subject_id).count()
    if run.state == "CANCELLED":
        assert left == 2 and fresh(deletion).status == CaseStatus.WITHDRAWN
    else:
        assert left == 0 and isinstance(given, NotAllowed)
        assert not Request.objects.filter(pk=deletion.pk, status=CaseStatus.WITHDRAWN).exists()


def test_nothing_is_taken_back_once_it_cannot_be_undone(
    deletion: Request, member: User, agent: User, dpo: User, now: datetime
) -> None:
    approve(judge(deletion, Verdict.ACCEPT, by=agent, now=now), by=dpo, now=now)
    run_due(now=now)
    run_due_erasures(now=now + DAY)
    with pytest.raises((TooLateToTakeBack, NotAllowed)):
        take_back(request_id=deletion.pk, by=member, now=now + DAY)
    assert not DataItem.objects.filter(subject=member.subject_id).exists()


def test_decided_again_after_a_call_off_the_newest_deletion_is_the_one_shown(
    deletion: Request, member: User, agent: User, dpo: User, now: datetime
) -> None:
    from dsr_requests.person_part import run_of

    for day in range(4):
        at = now + day * timedelta(hours=2)
        approve(judge(deletion, Verdict.ACCEPT, by=agent, now=at), by=dpo, now=at)
        run_due(now=at)
        run = ErasureRun.objects.latest("asked_at")
        assert run_of(fresh(deletion)) == run and run.state == "COOLING"
        cancel_erasure(run_id=run.pk, by=member, now=at)
        run_due(now=at + timedelta(hours=1))


def test_what_changes_between_the_decision_and_its_approval_is_not_approved(
    deletion: Request, member: User, agent: User, dpo: User, now: datetime
) -> None:
    row = judge(deletion, Verdict.ACCEPT, by=agent, now=now)
    hold(member, now=now, email="moi@example.com")
    for seen in (bytes(row.digest), digest_of(planned(deletion, Verdict.ACCEPT, now=now), deletion), b""):
        with pytest.raises(PlanChanged):
            second(decision_id=row.pk, seen_digest=seen, by=dpo, now=now)
    assert not ErasureRun.objects.exists()


def test_one_extension_in_time_whoever_presses(deletion: Request, agent: User, dpo: User, now: datetime) -> None:
    def more(by: User, days: int, at: datetime = now) -> Callable[[], object]:
        said = {"reason": ExtensionReason.TECHNICAL, "words": "x", "by": by, "now": at}
        return lambda: extend(request_id=deletion.pk, days=days, **said)

    late = fresh(deletion).target_at
    assert refusals(at_once(more(agent, 3, late))) == 1
    assert refusals(at_once(more(agent, 3), more(dpo, 5))) == 1
    assert deletion.clock_events.count() == 1 and len(mails_of("request-extended")) == 1
    once = fresh(deletion)
    for days in (1, 3, 5, 9):
        at_once(more(agent, days))
    assert fresh(deletion).target_at == once.target_at and len(mails_of("request-extended")) == 1


def test_a_copy_fetched_twice_at_once_leaves_once(member: User, now: datetime) -> None:
    hold(member, now=now, phone="0912345678")
    request = by_member(member, WISHES[RequestKind.COPY], now=now, proved=True)
    run_due(now=now)
    packaging.make_due(now=now)
    package = Package.objects.get(basis=request.target)

    def fetch() -> int:
        return len(b"".join(packaging.fetch(package_id=package.pk, by=member, now=now).pieces))

    given = at_once(fetch, fetch, fetch)
    assert refusals(given) == 2 and package.__class__.objects.get().state == "FETCHED"


def test_a_file_of_people_started_and_undone_at_once_ends_as_one(policy_in_force: PolicyVersion, now: datetime) -> None:
    batch = brought(PEOPLE, now)
    said = {"batch_id": batch.pk, "by": OFFICER, "now": now}
    at_once(lambda: start(digest=bytes(batch.digest), **said), lambda: undo(**said))
    work(now)
    undo(**said)
    work(now)
    assert ImportBatch.objects.get().state == "UNDONE" and not DataItem.objects.exists()


def test_one_form_of_a_guest_sent_twice_at_once_is_one_request(policy_in_force: PolicyVersion, now: datetime) -> None:
    token = uuid4()
    at_once(*(lambda: by_guest(WISHES[RequestKind.RESTRICT], now=now, form_token=token, by=GUEST) for _ in range(3)))
    assert Request.objects.count() == 1 and len(mails_of("case-verify")) == 1
