"""Workers that are killed while they carry a request out: nothing half done is called done, nothing is done twice."""

import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from dsr_requests.enums import Outcome, RequestKind
from dsr_requests.models import Request, Snapshot
from dsr_requests.services import fulfilling, fulfilment_ways
from dsr_requests.services.fulfilling import run_due
from dsr_requests.wishes import Wish
from outbound.models import OutboxMessage
from personal_data.models import DataItem, DataSubject, ErasureRun, RecipientTask, ValueHistory
from personal_data.services.erasing import run_due_erasures
from personal_data.services.ordering import confirm
from tests.dsr_requests import steps
from tests.dsr_requests.carrying import NAME, PHONE, all_of_it, decided, recorded, undone
from tests.personal_data.test_erasing_faults import in_a_process

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture
def held(member: User, now: datetime) -> User:
    steps.hold(member, now=now, full_name=NAME, phone=PHONE)
    return member


def dies_after(real: Callable[..., object], number: int) -> Callable[..., object]:
    """A worker killed once it did its `number`th work, before it is committed."""
    left = iter(range(number - 1))

    def strike(*args: object, **kwargs: object) -> object:
        done = real(*args, **kwargs)
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return strike


@pytest.mark.parametrize(("module", "moment"), [(fulfilling, "carry_out"), (fulfilling, "_mark_done")])
@pytest.mark.parametrize("number", [1, 2])
def test_a_worker_killed_in_every_step_gets_there(
    held: User,
    agent: User,
    dpo: User,
    now: datetime,
    module: object,
    moment: str,
    number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each worker is killed at its first or second step; then an unhurt one does a single step."""
    request = decided(held, all_of_it(RequestKind.DELETE), by=agent, second_by=dpo, now=now)
    at, kills = now, 0
    for _take in range(30):
        with monkeypatch.context() as patch:
            patch.setattr(module, moment, dies_after(getattr(module, moment), number))
            kills += in_a_process(lambda at=at: run_due(now=at)) == signal.SIGKILL  # type: ignore[misc]
        _one_step(request, at, monkeypatch)
        if not undone(request):
            break
        assert steps.fresh(request).status == "FULFILLING" and steps.fresh(request).outcome == ""
        run_due_erasures(now=at)
        for task in RecipientTask.objects.filter(confirmed_at=None):
            confirm(task_id=task.pk, words="", by=dpo, now=at)
        at += timedelta(hours=6)
    assert kills >= 3
    _is_done_once(request)
    assert DataSubject.objects.get(pk=held.subject_id).state == "ERASED" and not DataItem.objects.exists()
    assert ErasureRun.objects.count() == 1 and Snapshot.objects.get().sealed is None
    assert OutboxMessage.objects.filter(notice="request-erasure-begins").count() == 1
    tasks = RecipientTask.objects.values_list("recipient", "order")
    assert len(tasks) == len(set(tasks))


def test_a_correction_killed_before_its_commit_is_written_once(
    held: User, agent: User, dpo: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = Wish(RequestKind.CORRECT, values={"phone": "0987654321"})
    request = decided(held, wish, by=agent, second_by=dpo, now=now)
    with monkeypatch.context() as patch:
        patch.setattr(fulfilment_ways, "correct_item", dies_after(fulfilment_ways.correct_item, 1))
        assert in_a_process(lambda: run_due(now=now)) == signal.SIGKILL
    assert not ValueHistory.objects.exists() and recorded(request) == []
    run_due(now=now)
    for task in RecipientTask.objects.all():
        confirm(task_id=task.pk, words="", by=dpo, now=now)
    run_due(now=now)
    assert ValueHistory.objects.count() == 1
    _is_done_once(request)


def test_one_that_breaks_does_not_hold_up_the_others(
    held: User, agent: User, dpo: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = decided(held, Wish(RequestKind.PROTECT), by=agent, second_by=dpo, now=now)
    sound = decided(held, Wish(RequestKind.PROTECT), by=agent, second_by=dpo, now=now)
    real = fulfilling.carry_out

    def breaks(work: fulfilment_ways.Work) -> object:
        if work.request.pk == broken.pk:
            raise LookupError("0912345678")
        return real(work)

    monkeypatch.setattr(fulfilling, "carry_out", breaks)
    assert run_due(now=now) == 1
    assert steps.fresh(sound).status == "CLOSED" and steps.fresh(broken).status == "FULFILLING"
    assert broken.steps.get().error == "UNEXPECTED"


def _one_step(request: Request, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that stops in good order after one step."""
    step = fulfilling._next_step(request.pk, at)
    if step is not None:
        fulfilling._do_one(request.pk, step.pk, at)


def _is_done_once(request: Request) -> None:
    done = steps.fresh(request)
    assert (done.status, done.outcome) == ("CLOSED", Outcome.FULFILLED)
    told = recorded(request)
    assert len(told) == len(set(told)) == request.steps.count() and recorded(request, "step_failed") == []
    assert OutboxMessage.objects.filter(notice="request-done").count() == 1
