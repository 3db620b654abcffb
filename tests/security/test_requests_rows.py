"""What the database keeps to itself: no row of a request, or of what it set going, changes without an entry."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from audit.services.recording import actor_reference, record
from cases.services.assigning import take
from core.actors import GUEST, SYSTEM
from dsr_requests.enums import DemandReason, PauseReason, RequestKind, Verdict
from dsr_requests.models import Decision, Request, Snapshot
from dsr_requests.services.demanding import ask_evidence, give_evidence
from dsr_requests.services.fulfilling import run_due
from dsr_requests.services.holding_copies import ask as hold_back
from dsr_requests.services.pausing import pause
from personal_data.enums import LimitKind, Order
from personal_data.models import UseLimit, ValueHistory
from personal_data.services.correcting import correct_item
from personal_data.services.limiting import ask_to_lift, set_limit
from personal_data.services.merging import propose
from personal_data.services.ordering import give_orders
from personal_data.services.packaging import ask_package
from tests.dsr_requests.asking import ask as ask_for
from tests.dsr_requests.asking import evidence_file, mandate
from tests.dsr_requests.steps import WISHES, by_member, fresh, hold, judge
from tests.personal_data.import_steps import PEOPLE, people_of, taken_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

# By table a change that every rule but the guard would let through.
CHANGES = {
    "dsr_requests_request": "SET assignee_id = NULL, taken_at = NULL",
    "dsr_requests_requestmessage": "SET author_role = 'STAFF'",
    "dsr_requests_requestclockevent": "SET days = 9",
    "dsr_requests_requestmark": "SET done_at = now()",
    "dsr_requests_verification": "SET attempts = 2",
    "dsr_requests_representative": "SET child_is_seven = NOT child_is_seven",
    "dsr_requests_identityfile": "SET size = 1",
    "dsr_requests_evidencedemand": "SET met_at = now()",
    "dsr_requests_decision": "SET digest = '\\x00'",
    "dsr_requests_correction": "SET by_staff = true",
    "dsr_requests_fulfilmentstep": "SET count = 9",
    "dsr_requests_snapshot": "SET made_at = now()",
    "dsr_requests_copyhold": "SET ground = 'R4'",
    "dsr_requests_pausedaddress": "SET reason = 'ODD'",
    "personal_data_uselimit": "SET purpose = 'marketing'",
    "personal_data_valuehistory": "SET basis = 'x'",
    "personal_data_recipienttask": "SET told_at = now()",
    "personal_data_package": "SET language = 'en'",
    "personal_data_importedperson": "SET told_at = now()",
    "personal_data_importbatch": "SET state = 'DONE'",
    "personal_data_merge": "SET state = 'DECLINED'",
}
ELSEWHERE = {"dsr_requests_requestattachment"}  # of the same guard as the other parts of a case


@pytest.fixture
def full(member: User, agent: User, dpo: User, now: datetime) -> Request:
    """A row in every table that this part of the portal added."""
    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    made_for = ask_for(now=now, kind=RequestKind.COPY, mandate=mandate())
    take(kind="request", case_id=made_for.pk, by=agent, now=now)
    ask_evidence(request_id=made_for.pk, reason=DemandReason.NO_CHANNEL, by=agent, now=now)
    give_evidence(request_id=made_for.pk, uploads=[evidence_file()], by=GUEST, now=now)
    by_member(member, WISHES[RequestKind.CORRECT], now=now)
    request = by_member(member, WISHES[RequestKind.RESTRICT], now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    judge(request, Verdict.ACCEPT, by=agent, now=now)
    run_due(now=now)
    with transaction.atomic():
        request.marks.create(round=1, code="ACK_DUE", deadline_at=now, due_at=now, done_at=now)
        request.clock_events.create(kind="RESTART", at=now, days=0)
        request.messages.create(author_role="PERSON", form_token=uuid4(), sealed_text=b"x", sent_at=now, filed_at=now)
        Snapshot.objects.update_or_create(case=request, defaults={"sealed": b"x", "made_at": now})
        record(event="test.done", target=request.target, by=SYSTEM, now=now)
    pause(contact="ai.do@example.net", reason=PauseReason.FRAUD, by=dpo, now=now)
    hold_back(subject_id=member.subject_id, ground="R2", words="x", by=dpo, now=now)
    correct_item(subject_id=member.subject_id, field="full-name", value="Lan", basis=request.target, by=SYSTEM, now=now)
    orders = {"fields": ["phone"], "purposes": [], "basis": request.target, "by": SYSTEM, "now": now}
    give_orders(subject_id=member.subject_id, order=Order.DELETE, **orders)  # type: ignore[arg-type]
    ask_package(subject_id=member.subject_id, basis="request:99", language="vi", by=SYSTEM, now=now)
    people = people_of(taken_in(PEOPLE, now))
    propose(kept=people[0], other=people[1], by=dpo, now=now)
    return fresh(request)


def run(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def test_every_table_of_requests_is_tried() -> None:
    tables = {model._meta.db_table for model in apps.get_app_config("dsr_requests").get_models()}
    assert tables <= set(CHANGES) | ELSEWHERE


def test_no_row_changes_or_goes_without_an_entry(full: Request) -> None:
    for table, change in CHANGES.items():
        with pytest.raises(DatabaseError, match="no audit entry"), transaction.atomic():
            assert run(f"UPDATE public.{table} {change}"), f"{table} holds nothing"
        with pytest.raises(DatabaseError, match=r"no audit entry|violates foreign key"), transaction.atomic():
            run(f"DELETE FROM public.{table}")


def test_the_same_person_twice_is_refused_by_the_database_whatever_is_recorded(
    full: Request, member: User, agent: User, dpo: User, now: datetime
) -> None:
    request = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    row = judge(request, Verdict.REFUSE, by=agent, now=now)
    one = f"WHERE id = '{row.pk}'"
    for change in (
        f"SET seconded_at = now(), seconded_by_id = '{agent.pk}'",
        f"SET seconded_at = now(), seconded_by_id = '{agent.pk}', effective_at = now()",
        "SET effective_at = now()",
        "SET ground = ''",
    ):
        with pytest.raises(DatabaseError, match="violates check constraint"), transaction.atomic():
            run(f"UPDATE public.dsr_requests_decision {change} {one}")
            record(event="test.changed", target=request.target, by=SYSTEM, now=now)
    limit = set_limit(
        subject_id=member.subject_id, kind=LimitKind.RESTRICTION, purpose="", basis="request:7", by=SYSTEM, now=now
    )
    ask_to_lift(limit_id=limit.pk, words="x", by=dpo, now=now)
    with pytest.raises(DatabaseError, match="violates check constraint"), transaction.atomic():
        UseLimit.objects.filter(pk=limit.pk).update(lift_seconded_by=actor_reference(dpo), ended_at=now)
        record(event="test.changed", target=f"subject:{member.subject_id}", by=SYSTEM, now=now)
    assert Decision.objects.get(pk=row.pk).effective_at is None


def test_only_one_decision_of_a_request_stands(full: Request, now: datetime) -> None:
    row = full.decisions.get()
    with pytest.raises(DatabaseError, match="unique"), transaction.atomic():
        row.pk, row.form_token = uuid4(), uuid4()
        row.save(force_insert=True)
        record(event="test.changed", target=full.target, by=SYSTEM, now=now)


def test_an_earlier_value_is_sealed_under_its_persons_key_and_bound_to_its_row(full: Request) -> None:
    row = ValueHistory.objects.get()
    assert "Trần".encode() not in bytes(row.sealed_value) and len(bytes(row.sealed_value)) > 20


def test_a_clock_set_back_breaks_nothing(
    member: User, agent: User, dpo: User, staff: Callable[..., User], now: datetime
) -> None:
    """Every step an hour before the one it follows."""
    from dsr_requests.services.extending import extend
    from tests.dsr_requests.steps import approve

    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    moments = (now - timedelta(hours=hour) for hour in range(12))
    request = by_member(member, WISHES[RequestKind.DELETE], now=next(moments), proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=next(moments))
    extend(request_id=request.pk, days=3, reason="TECHNICAL", words="x", by=agent, now=next(moments))
    at = next(moments)
    row = judge(request, Verdict.ACCEPT, by=agent, now=at)
    approve(row, by=dpo, now=next(moments))
    run_due(now=next(moments))
    case = fresh(request)
    assert case.status == "FULFILLING" and case.received_at < case.target_at <= case.limit_at
    assert case.steps.filter(state="FAILED").count() == 0
