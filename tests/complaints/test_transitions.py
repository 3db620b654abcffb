"""Every pair of states of a complaint: what the table allows is done by a service, all else is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.models import User
from cases.enums import FINAL_STATES, OPEN_STATES, SETTLED_STATES, CaseStatus
from cases.errors import MoveNotAllowed
from cases.guards import may_move
from cases.management.commands.draw_transitions import drawn
from cases.services.assigning import take
from cases.services.investigating import begin
from cases.services.moving import move
from complaints.enums import Outcome
from complaints.models import Complaint
from complaints.services.answering import accept
from complaints.services.closing import close_complaint, close_unverified, end_of_returning
from complaints.services.withdrawing import withdraw
from complaints.transitions import TRANSITIONS
from core.actors import GUEST
from dsr_requests.models import Request
from tests.cases.fixtures import write_directly
from tests.complaints.steps import (
    acknowledged_by_phone,
    ask,
    by_phone,
    come_back,
    fresh,
    give,
    reply,
    sort,
    turn_away,
    walked_to,
)
from tests.harness.clock import MONDAY

S = CaseStatus
Step = Callable[[Complaint, User, datetime], object]


def _withdrawn(case: Complaint, _by: User, at: datetime) -> object:
    return withdraw(complaint_id=case.pk, by=GUEST, now=at)


def _sorted(case: Complaint, by: User, at: datetime) -> object:
    return sort(case, by=by, now=at)


def _begun(case: Complaint, by: User, at: datetime) -> object:
    return begin(kind="complaint", case_id=case.pk, by=by, now=at)


def _asked(case: Complaint, by: User, at: datetime) -> object:
    return ask(case, by=by, now=at)


def _answered(case: Complaint, by: User, at: datetime) -> object:
    return give(case, by=by, now=at)


def _rejected(case: Complaint, by: User, at: datetime) -> object:
    return turn_away(case, by=by, now=at)


def _reopened(case: Complaint, _by: User, at: datetime) -> object:
    return come_back(case, now=at)


def _unverified(case: Complaint, _by: User, at: datetime) -> object:
    return close_unverified(complaint_id=case.pk, now=at + timedelta(days=7))


def _nobody_came_back(case: Complaint, _by: User, at: datetime) -> object:
    return end_of_returning(complaint_id=case.pk, now=at + timedelta(days=31))


# The whole table, written out once more: what may happen, and which service does it.
ALLOWED: dict[tuple[CaseStatus, CaseStatus], Step | None] = {
    (S.RECEIVED, S.ACKNOWLEDGED): lambda case, by, at: acknowledged_by_phone(case, by=by, now=at),
    (S.RECEIVED, S.TRIAGED): _sorted,
    (S.RECEIVED, S.WITHDRAWN): _withdrawn,
    (S.RECEIVED, S.REJECTED): _rejected,
    (S.RECEIVED, S.CLOSED): None,  # the portal acknowledges as it receives
    (S.ACKNOWLEDGED, S.TRIAGED): _sorted,
    (S.ACKNOWLEDGED, S.INVESTIGATING): _begun,
    (S.ACKNOWLEDGED, S.WAITING): _asked,
    (S.ACKNOWLEDGED, S.WITHDRAWN): _withdrawn,
    (S.ACKNOWLEDGED, S.REJECTED): _rejected,
    (S.ACKNOWLEDGED, S.CLOSED): _unverified,
    (S.TRIAGED, S.INVESTIGATING): _begun,
    (S.TRIAGED, S.WAITING): _asked,
    (S.TRIAGED, S.ANSWERED): _answered,
    (S.TRIAGED, S.WITHDRAWN): _withdrawn,
    (S.TRIAGED, S.REJECTED): _rejected,
    (S.TRIAGED, S.CLOSED): _unverified,
    (S.INVESTIGATING, S.WAITING): _asked,
    (S.INVESTIGATING, S.ANSWERED): _answered,
    (S.INVESTIGATING, S.WITHDRAWN): _withdrawn,
    (S.INVESTIGATING, S.REJECTED): _rejected,
    (S.WAITING, S.INVESTIGATING): lambda case, _by, at: reply(case, now=at),
    (S.WAITING, S.ANSWERED): _answered,
    (S.WAITING, S.WITHDRAWN): _withdrawn,
    (S.WAITING, S.REJECTED): _rejected,
    (S.REOPENED, S.INVESTIGATING): _begun,
    (S.REOPENED, S.WAITING): _asked,
    (S.REOPENED, S.ANSWERED): _answered,
    (S.REOPENED, S.WITHDRAWN): _withdrawn,
    (S.ANSWERED, S.RESOLVED): lambda case, _by, at: accept(complaint_id=case.pk, by=GUEST, now=at),
    (S.ANSWERED, S.REOPENED): _reopened,
    (S.ANSWERED, S.CLOSED): _nobody_came_back,
    (S.RESOLVED, S.REOPENED): _reopened,
    (S.RESOLVED, S.CLOSED): lambda case, by, at: close_complaint(complaint_id=case.pk, by=by, now=at),
    (S.REJECTED, S.REOPENED): _reopened,
    (S.REJECTED, S.CLOSED): _nobody_came_back,
    (S.CLOSED, S.REOPENED): _reopened,
}


def at_state(status: CaseStatus, complaint: Complaint, *, by: User, now: datetime) -> Complaint:
    if status == S.RECEIVED:
        case = by_phone(by=by, now=now)
        take(kind="complaint", case_id=case.pk, by=by, now=now)
        return fresh(case)
    return walked_to(status, complaint, by=by, now=now)


def test_the_table_says_what_is_written_out_here() -> None:
    assert {(current, target) for current, following in TRANSITIONS.items() for target in following} == set(ALLOWED)
    assert set(TRANSITIONS) == set(CaseStatus) - {S.FULFILLING}  # a request's alone
    assert set(OPEN_STATES) | set(SETTLED_STATES) | set(FINAL_STATES) == set(CaseStatus)
    assert len(OPEN_STATES) + len(SETTLED_STATES) + len(FINAL_STATES) == len(CaseStatus)


@pytest.mark.parametrize(("current", "target"), [pair for pair, step in ALLOWED.items() if step])
def test_each_move_is_made_by_a_service(
    current: CaseStatus, target: CaseStatus, complaint: Complaint, agent: User, now: datetime
) -> None:
    case = at_state(current, complaint, by=agent, now=now)
    assert case.status == current
    step = ALLOWED[current, target]
    assert step is not None
    step(case, agent, now + timedelta(hours=1))
    moved = fresh(case)
    assert moved.status == target
    assert (moved.settled_at is None) == (target in OPEN_STATES) == (moved.outcome == "")
    assert (moved.closed_at is not None) == (target in FINAL_STATES)


@pytest.mark.parametrize("current", list(TRANSITIONS))
def test_every_other_pair_is_refused(current: CaseStatus, complaint: Complaint, agent: User, now: datetime) -> None:
    case = at_state(current, complaint, by=agent, now=now)
    for target in CaseStatus:
        allowed = (current, target) in ALLOWED
        assert may_move(case, to=target) == allowed
        if not allowed:
            with pytest.raises(MoveNotAllowed), transaction.atomic():
                move(case, to=target, now=now)
    assert fresh(case).status == current


@pytest.mark.parametrize(("current", "target"), list(product(["open", "settled", "final"], repeat=2)))
def test_the_database_knows_open_settled_and_final(
    current: str, target: str, complaint: Complaint, agent: User, now: datetime
) -> None:
    """A state written past the code is refused unless what must go with it is there."""
    states = {"open": S.INVESTIGATING, "settled": S.ANSWERED, "final": S.CLOSED}
    case = walked_to(states[current], complaint, by=agent, now=now)
    if current == target:
        write_directly(case, status=states[target])
        return
    with pytest.raises(IntegrityError):
        write_directly(case, status=states[target])


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": Outcome.UPHELD},
        {"closed_at": MONDAY},
        {"round": 3},
        {"triaged_at": MONDAY},
        {"postpone_reason": "TECHNICAL"},
        {"next_mark": ""},
        {"form_token": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_the_database_refuses_complaints_that_cannot_be(complaint: Complaint, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        write_directly(complaint, **changes)


def test_an_answer_is_given_once_a_round(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    first = case.answers.get()
    first.pk, first.form_token = None, uuid4()
    with pytest.raises(IntegrityError):
        first.save(force_insert=True)


def test_the_drawings_are_those_of_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("draw_transitions", "--check")
    for model in (Complaint, Request):
        page = Path(settings.BASE_DIR, "docs/states", f"{model.kind}.md").read_text(encoding="utf-8")
        assert page == drawn(model), "run: manage.py draw_transitions"
        for state, following in model.transitions.items():
            assert all(f"    {state} --> {target}\n" in page for target in following)


def test_an_old_drawing_is_noticed(tmp_path: Path, settings: object) -> None:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="complaint, request"):
        call_command("draw_transitions", "--check")
    call_command("draw_transitions")
    call_command("draw_transitions", "--check")
