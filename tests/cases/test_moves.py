"""States: only the moves of the table, and nothing the database would not also refuse."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from itertools import product
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from accounts.models import User
from cases import phrases
from cases.enums import ALL_EVENTS, OPEN_STATES, PUBLIC_EVENTS, STATUS_MARK, CaseEvent, CaseStatus
from cases.errors import MoveNotAllowed
from cases.models import Case
from cases.services.assigning import take
from cases.services.closing import close
from cases.services.messaging import write_as_staff
from cases.services.moving import move
from cases.transitions import TRANSITIONS
from complaints.enums import Outcome
from complaints.models import Complaint
from tests.cases.fixtures import as_it_is, write_directly


def walked_to(case: Case, status: str, *, by: User, now: datetime) -> Case:
    """Bring a fresh case to a state through the services."""
    if status != CaseStatus.RECEIVED:
        take(kind=case.kind, case_id=case.pk, by=by, now=now)
    if status == CaseStatus.WAITING:
        write_as_staff(
            kind=case.kind, case_id=case.pk, text="?", form_token=uuid4(), awaits_answer=True, by=by, now=now
        )
    if status == CaseStatus.CLOSED:
        close(kind=case.kind, case_id=case.pk, outcome=Outcome.UPHELD, text="!", form_token=uuid4(), by=by, now=now)
    return as_it_is(case)


@pytest.mark.parametrize(("current", "target"), list(product(CaseStatus, repeat=2)))
def test_only_the_moves_in_the_table_are_allowed(
    current: CaseStatus, target: CaseStatus, complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(complaint, current, by=agent, now=now)
    changes = {
        CaseStatus.RECEIVED: {"assignee_id": None},
        CaseStatus.CLOSED: {"outcome": Outcome.UPHELD},
    }.get(target, {"assignee_id": agent.pk})
    allowed = target in TRANSITIONS[current]
    with nullcontext() if allowed else pytest.raises(MoveNotAllowed), transaction.atomic():
        move(case, to=target, now=now, **changes)
        transaction.set_rollback(True)
    assert case.status == (target if allowed else current)


def test_every_map_of_states_and_events_is_total() -> None:
    assert set(TRANSITIONS) == set(STATUS_MARK) == set(CaseStatus)
    assert set(OPEN_STATES) == set(CaseStatus) - {CaseStatus.CLOSED}
    events = {value for name, value in vars(CaseEvent).items() if name.isupper()}
    assert events == set(ALL_EVENTS) == set(phrases.FOR_STAFF)
    assert set(PUBLIC_EVENTS) == set(phrases.FOR_PERSON)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": CaseStatus.CLOSED},
        {"outcome": Outcome.UPHELD},
        {"status": CaseStatus.IN_PROGRESS},
        {"verified_at": None, "from_guest": False},
    ],
    ids=["closed without an end", "outcome of an open case", "in hand of nobody", "member not verified"],
)
def test_the_database_refuses_cases_that_cannot_be(complaint: Complaint, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        write_directly(complaint, **changes)


def test_dates_stand_in_order(complaint: Complaint) -> None:
    with pytest.raises(IntegrityError):
        write_directly(complaint, limit_at=complaint.received_at)


@pytest.mark.parametrize("table", ["complaint", "complaintmessage"])
def test_no_write_commits_without_its_entry(table: str, complaint: Complaint, agent: User, now: datetime) -> None:
    walked_to(complaint, CaseStatus.WAITING, by=agent, now=now)
    column = "language" if table == "complaint" else "author_role"
    with pytest.raises(DatabaseError, match="has no audit entry"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE complaints_{table} SET {column} = {column}")


def test_no_request_is_written_without_its_entry(request_case: Case, complain: Callable[..., object]) -> None:
    with pytest.raises(DatabaseError, match="has no audit entry"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE dsr_requests_request SET language = 'en'")
