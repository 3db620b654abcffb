"""Whatever breaks while a person is erased: nothing half done is called done, and nothing is done twice."""

import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connections

from audit.models import AuditEntry
from core.actors import SYSTEM
from outbound.models import OutboxMessage
from personal_data import keys
from personal_data.enums import ErasureState, StepError, StepKind, StepState
from personal_data.errors import KeyDestroyed, NothingStuck, ResumingRefused, StuckErasures, SubjectGone
from personal_data.models import DataItem, DataSubject, ErasureRun, ErasureStep, StoredFile
from personal_data.services import erasing, erasure_steps, holding
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.harness.people import Role
from tests.personal_data.erasure_cases import PERSON, begin, blob, events, fill, nothing_is_left, steps_recorded

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
LATER = timedelta(minutes=2)


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    """ACROS: values and files."""
    return publish(slug="acros", by=SYSTEM, now=now, demo=True).version


def in_a_process(work: Callable[[], object]) -> int:
    """Run in a child with connections of its own; the signal that ended it, or 0."""
    child = os.fork()
    if child == 0:
        for connection in connections.all():
            connection.connection = None  # the parent's; its own process closes it
        try:
            work()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def killed_at(moment: str, number: int) -> Callable[..., object]:
    """A worker that is killed the `number`th time it comes to a moment inside a step."""
    real = getattr(erasure_steps, moment)
    left = iter(range(number))

    def strike(*args: object, **kwargs: object) -> object:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)

    return strike


@pytest.mark.parametrize("moment", ["_hold", "_record", "_line_of"])
def test_a_worker_killed_again_and_again_gets_there(
    subject: DataSubject, now: datetime, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each worker does two steps and is killed in the third: before it is marked, or before its commit."""
    stored = fill(subject, now)
    run = begin(subject, now)
    seen, ends = [], []
    for take in range(60):
        at = now + take * LATER
        with monkeypatch.context() as patch:
            patch.setattr(erasure_steps, moment, killed_at(moment, 2))
            ends.append(in_a_process(lambda at=at: erasing.run_due_erasures(now=at)))  # type: ignore[misc]
        run.refresh_from_db()
        seen.append(run.steps.filter(state=StepState.DONE).count())
        if run.is_done:
            break
        assert run.steps.exclude(state=StepState.DONE).exists() and run.finished_at is None
        assert DataSubject.objects.get(pk=subject.pk).state == "ERASING"
    assert ends[:-1] == [signal.SIGKILL] * (len(ends) - 1) and len(ends) > 3
    assert seen == sorted(seen)
    nothing_is_left(run, stored)
    assert OutboxMessage.objects.filter(notice="account-erased").count() == 1


def test_the_key_is_gone_before_anything_else_can_break(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    run = begin(subject, now)
    assert run.steps.first().kind == StepKind.KEY  # type: ignore[union-attr]
    erasing._try(run.steps.first(), now)  # type: ignore[arg-type]
    assert DataItem.objects.count() == 2
    with pytest.raises(KeyDestroyed):
        keys.data_key(subject.pk)


def test_two_workers_on_one_run_do_each_step_once(subject: DataSubject, now: datetime) -> None:
    stored = fill(subject, now)
    run = begin(subject, now)
    together = threading.Barrier(2)
    done: list[bool] = []

    def work() -> None:
        try:
            together.wait()
            done.append(erasing.run_erasure(run_id=run.pk, now=now))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert True in done and len(done) == 2
    nothing_is_left(run, stored)
    assert run.plan.lines.get(target="personal_data.dataitem").gone == 2
    assert OutboxMessage.objects.filter(notice="account-erased").count() == 1


def jam(stored: StoredFile) -> None:
    """Put something in the place of a file that the disk will not unlink."""
    blob(stored).unlink()
    blob(stored).mkdir()


def test_a_disk_that_fails_is_tried_again_and_nothing_after_it_is_done(subject: DataSubject, now: datetime) -> None:
    stored = fill(subject, now)
    run = begin(subject, now)
    jam(stored[0])
    assert erasing.run_due_erasures(now=now) == 0
    step = run.steps.get(kind=StepKind.FILES, target="personal_data.storedfile")
    assert (step.state, step.error, step.attempts) == (StepState.FAILED, StepError.DISK, 1)
    assert step.next_try_at == now + erasing.PAUSES[0]
    assert StoredFile.objects.count() == 2, "the rows are the list of what is still to remove"
    assert run.steps.filter(position__gt=step.position).exclude(state=StepState.WAITING).count() == 0
    assert events(subject)[-1] == "erasure.failed"
    assert erasing.run_due_erasures(now=now) == 0 and run.steps.get(pk=step.pk).attempts == 1, "not before its time"
    blob(stored[0]).rmdir()
    assert erasing.run_due_erasures(now=now + erasing.PAUSES[0]) == 1
    nothing_is_left(run, stored)


def test_failing_too_often_it_waits_for_the_officer(subject: DataSubject, now: datetime) -> None:
    stored = fill(subject, now)
    run = begin(subject, now)
    jam(stored[0])
    at, pauses = now, []
    for _ in range(len(erasing.PAUSES)):
        erasing.run_due_erasures(now=at)
        nearest = run.steps.get(kind=StepKind.FILES, target="personal_data.storedfile").next_try_at
        assert nearest is not None
        pauses.append(nearest - at)
        at = nearest
    assert pauses == sorted(pauses) == list(erasing.PAUSES)
    erasing.check_none_stuck(now=at)
    erasing.run_due_erasures(now=at)
    run.refresh_from_db()
    assert (
        run.state == ErasureState.STUCK
        and run.steps.get(kind=StepKind.FILES, target="personal_data.storedfile").state == StepState.STUCK
    )
    assert erasing.run_due_erasures(now=at + timedelta(days=9)) == 0
    with pytest.raises(StuckErasures):
        erasing.check_none_stuck(now=at)
    with pytest.raises(ResumingRefused):
        erasing.resume(run_id=run.pk, by=Role("auditor"), now=at)
    blob(stored[0]).rmdir()
    erasing.resume(run_id=run.pk, by=Role("dpo"), now=at)
    assert events(subject)[-1] == "erasure.resumed"
    with pytest.raises(NothingStuck):
        erasing.resume(run_id=run.pk, by=Role("dpo"), now=at)
    assert erasing.run_due_erasures(now=at) == 1
    nothing_is_left(run, stored)


def test_a_step_that_breaks_off_leaves_the_other_runs_alone(
    subject: DataSubject, policy: PolicyVersion, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from personal_data.services.subjects import create_subject

    first, second = begin(subject, now), begin(create_subject(by=SYSTEM, now=now, language="en"), now)

    def broken(subject_id: object) -> None:
        if subject_id == subject.pk:
            raise LookupError("0912345678")

    name = first.steps.filter(kind=StepKind.CLOSE).first().target  # type: ignore[union-attr]
    monkeypatch.setitem(erasure_steps._before_rows, name, broken)
    assert erasing.run_due_erasures(now=now) == 1
    assert ErasureRun.objects.get(pk=second.pk).is_done
    step = first.steps.get(kind=StepKind.CLOSE, target=name)
    assert (step.error, step.count) == (StepError.UNEXPECTED, 0)
    assert "0912345678" not in str(AuditEntry.objects.filter(event="erasure.failed").get().details)


def test_rows_that_cannot_go_are_not_called_gone(
    subject: DataSubject, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison at the end is what says done, not the steps before it."""
    fill(subject, now)
    run = begin(subject, now)
    for step in run.steps.exclude(kind=StepKind.FINISH):
        erasing._try(step, now)
    DataSubject.objects.filter(pk=subject.pk)
    monkeypatch.setattr(erasure_steps, "_take_latecomers", lambda run, now: None)
    OutboxMessage.objects.create(
        channel="EMAIL",
        notice="jobs-failing",
        language="vi",
        subject=subject,
        sealed_to=b"x",
        sealed_context=b"x",
        created_at=now,
        due_at=now,
    )
    assert erasing.run_due_erasures(now=now) == 0
    run.refresh_from_db()
    finish = run.steps.get(kind=StepKind.FINISH)
    assert (finish.error, run.is_done) == (StepError.LEFT_OVER, False)
    assert DataSubject.objects.get(pk=subject.pk).state == "ERASING" and run.sealed_address is not None
    assert "erasure.done" not in events(subject)
    monkeypatch.undo()
    assert erasing.run_due_erasures(now=now + LATER) == 1
    assert steps_recorded(run).count("ROWS outbound.outboxmessage") == 3, "once, opened again, once more"


def test_a_value_written_while_everything_begins_to_go_is_in_the_plan_or_refused(
    subject: DataSubject, now: datetime
) -> None:
    fields = ["full-name", "phone"]
    together = threading.Barrier(3)
    written: list[str] = []

    def write(field: str) -> None:
        try:
            together.wait()
            holding.write_item(subject_id=subject.pk, field=field, value="0912345678", by=PERSON, now=now)
            written.append(field)
        except (SubjectGone, KeyDestroyed):
            pass
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=[field]) for field in fields]
    for writer in writers:
        writer.start()
    together.wait()
    run = begin(subject, now)
    for writer in writers:
        writer.join()
    assert run.plan.lines.get(target="personal_data.dataitem").rows == len(written)
    assert erasing.run_erasure(run_id=run.pk, now=now)
    nothing_is_left(run)


def test_steps_stand_in_their_order(subject: DataSubject, now: datetime) -> None:
    run = begin(subject, now)
    kinds = list(ErasureStep.objects.filter(run=run).values_list("kind", flat=True))
    order = [StepKind.KEY, StepKind.CLOSE, StepKind.FILES, StepKind.ROWS, StepKind.FINISH]
    assert kinds == sorted(kinds, key=lambda kind: order.index(StepKind(kind)))
    tables = list(run.steps.filter(kind=StepKind.ROWS).values_list("target", flat=True))
    assert tables.index("account.emailaddress") < tables.index("accounts.user")
