"""States of cases: every map is whole, and the database refuses what cannot be."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from accounts.models import User
from cases import phrases
from cases.enums import (
    ALL_EVENTS,
    FINAL_STATES,
    LOOKS,
    OPEN_STATES,
    PUBLIC_EVENTS,
    SETTLED_STATES,
    STAFF_EVENTS,
    STATUS_MARK,
    CaseEvent,
    CaseStatus,
    ClockKind,
)
from cases.errors import CaseClosed, MoveNotAllowed
from cases.models import Case
from cases.services.moving import move
from complaints.enums import Outcome
from complaints.models import Complaint
from core.deadlines import ClockEventKind
from dsr_requests.enums import Verdict
from dsr_requests.models import Request
from tests.cases.fixtures import as_it_is, write_directly
from tests.complaints.steps import ask, reply, walked_to
from tests.dsr_requests.steps import judge, refused

S = CaseStatus
REQUESTS = {
    (S.RECEIVED, S.ACKNOWLEDGED),
    (S.RECEIVED, S.WITHDRAWN),
    (S.RECEIVED, S.CLOSED),
    (S.ACKNOWLEDGED, S.INVESTIGATING),
    (S.ACKNOWLEDGED, S.WAITING),
    (S.ACKNOWLEDGED, S.FULFILLING),
    (S.ACKNOWLEDGED, S.WITHDRAWN),
    (S.ACKNOWLEDGED, S.CLOSED),
    (S.INVESTIGATING, S.WAITING),
    (S.INVESTIGATING, S.FULFILLING),
    (S.INVESTIGATING, S.WITHDRAWN),
    (S.INVESTIGATING, S.CLOSED),
    (S.WAITING, S.INVESTIGATING),
    (S.WAITING, S.FULFILLING),
    (S.WAITING, S.WITHDRAWN),
    (S.WAITING, S.CLOSED),
    (S.FULFILLING, S.INVESTIGATING),
    (S.FULFILLING, S.WITHDRAWN),
    (S.FULFILLING, S.CLOSED),
}


@pytest.mark.parametrize("current", sorted(Request.transitions))
def test_a_request_moves_along_its_table_and_not_otherwise(current: str, request_case: Request, now: datetime) -> None:
    settled = {"settled_at": now, "closed_at": now, "outcome": "FULFILLED"} if current in FINAL_STATES else {}
    write_directly(request_case, status=current, **settled)
    for target in CaseStatus:
        case = as_it_is(request_case)
        if (current, target) in REQUESTS:
            with transaction.atomic():
                move(case, to=target, now=now, **({"outcome": "FULFILLED"} if target in FINAL_STATES else {}))
                transaction.set_rollback(True)
            assert case.status == target
        else:
            with pytest.raises((MoveNotAllowed, KeyError)):
                move(case, to=target, now=now)
            assert case.status == current


def test_every_map_of_states_and_events_is_total() -> None:
    assert set(STATUS_MARK) == set(CaseStatus)
    assert sorted([*OPEN_STATES, *SETTLED_STATES, *FINAL_STATES]) == sorted(CaseStatus.values)
    assert {(current, target) for current, following in Request.transitions.items() for target in following} == REQUESTS
    events = {value for name, value in vars(CaseEvent).items() if name.isupper()}
    assert events == set(ALL_EVENTS) == set(phrases.FOR_STAFF)
    assert set(PUBLIC_EVENTS) == set(phrases.FOR_PERSON)
    assert set(LOOKS) <= set(STAFF_EVENTS)
    assert set(ClockKind.values) == set(ClockEventKind)


@pytest.mark.parametrize("kind", ["complaint", "request"])
@pytest.mark.parametrize(
    "changes",
    [
        {"status": CaseStatus.CLOSED},
        {"outcome": Outcome.UPHELD},
        {"settled_at": datetime(2026, 11, 20).astimezone()},
        {"verified_at": None, "from_guest": False},
        {"next_mark": "", "next_mark_at": datetime(2026, 11, 20).astimezone()},
        {"round": 0},
    ],
    ids=[
        "closed without an end",
        "outcome of an open case",
        "answered but open",
        "member not verified",
        "mark",
        "round",
    ],
)
def test_the_database_refuses_cases_that_cannot_be(
    kind: str, complaint: Complaint, request_case: Request, changes: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError):
        write_directly(complaint if kind == "complaint" else request_case, **changes)


def test_dates_stand_in_order(complaint: Complaint) -> None:
    with pytest.raises(IntegrityError):
        write_directly(complaint, limit_at=complaint.received_at)


def test_a_first_round_starts_with_the_receipt(complaint: Complaint, now: datetime) -> None:
    with pytest.raises(IntegrityError):
        write_directly(complaint, received_at=complaint.filed_at.replace(year=2025))


PARTS = ["", "message", "attachment", "clockevent", "mark"]
OF_REQUESTS = "decision correction verification representative identityfile evidencedemand fulfilmentstep snapshot"
GUARDED = [
    *product(["complaints_complaint"], [*PARTS, "answer", "link"]),
    *product(["dsr_requests_request"], PARTS),
    *product(["dsr_requests_"], OF_REQUESTS.split()),
]


@pytest.mark.parametrize(("case", "part"), GUARDED)
def test_every_table_of_cases_is_guarded(case: str, part: str, transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgname = %s AND tgdeferrable",
            [f"public.{case}{part}", f"{case}{part}_needs_entry"],
        )
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("table", ["complaint", "complaintmessage", "complaintclockevent"])
def test_no_write_commits_without_its_entry(table: str, complaint: Complaint, agent: User, now: datetime) -> None:
    walked_to(S.WAITING, complaint, by=agent, now=now)
    column = {"complaint": "language", "complaintmessage": "author_role"}.get(table, "reason")
    with pytest.raises(DatabaseError, match="has no audit entry"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE complaints_{table} SET {column} = {column}")


def test_no_request_is_written_without_its_entry(request_case: Case) -> None:
    with pytest.raises(DatabaseError, match="has no audit entry"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE dsr_requests_request SET language = 'en'")


def test_pauses_of_one_case_never_overlap(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.WAITING, complaint, by=agent, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        case.clock_events.create(kind=ClockKind.PAUSE, at=now + timedelta(hours=1))


def test_a_clock_set_back_makes_no_pauses_overlap(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.WAITING, complaint, by=agent, now=now)
    reply(case, now=now + timedelta(hours=2))
    ask(case, by=agent, now=now + timedelta(hours=1))
    reply(case, now=now + timedelta(minutes=90))
    first, second = case.clock_events.filter(kind=ClockKind.PAUSE)
    assert first.until == second.at == second.until == now + timedelta(hours=2)


def test_a_case_that_is_over_takes_nothing_more(request_case: Request, agent: User, dpo: User, now: datetime) -> None:
    refused(request_case, by=agent, second_by=dpo, now=now)
    with pytest.raises(CaseClosed):
        judge(request_case, Verdict.REFUSE, by=agent, now=now)
