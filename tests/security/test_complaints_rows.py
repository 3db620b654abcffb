"""What the database, the record, the logs and the mails keep to themselves, and moments that cannot be."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import record
from cases.enums import CaseStatus
from cases.models import AnswerTemplate
from cases.services.assigning import take
from cases.services.messaging import write_as_person
from complaints.enums import LinkReason
from complaints.models import Complaint
from complaints.services.answering import accept
from complaints.services.filing import Filed
from complaints.services.linking import link
from complaints.services.reopening import reopen
from core.actors import GUEST, SYSTEM
from tests.cases.desk_steps import page_of, send, shown
from tests.cases.fixtures import GUEST_ADDRESS, STORY, queued, signed_in
from tests.complaints.steps import FINDING, WHY, ask, fresh, give, reply, sort, walked_to
from tests.complaints.test_record import form as recorded

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

RECORD = "/staff/complaints/complaint/record/"
ENGLISH = {"accept-language": "en"}
CHANGES = {
    "complaints_complaint": "SET assignee_id = NULL, taken_at = NULL",
    "complaints_complaintmessage": "SET author_role = 'STAFF'",
    "complaints_complaintclockevent": "SET days = 9",
    "complaints_complaintmark": "SET code = 'HALF'",
    "complaints_complaintanswer": "SET outcome = 'NOT_UPHELD'",
    "complaints_complaintlink": "SET reason = 'FOLLOW_UP'",
}


def run(statement: str, parameters: list[object] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or [])


@pytest.fixture
def full(complain: Callable[..., Filed], agent: User, dpo: User, now: datetime) -> Complaint:
    """A complaint with a row in every table that belongs to it."""
    first, case = complain().complaint, complain(at=now + timedelta(minutes=1)).complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    sort(case, by=agent, now=now)
    ask(case, by=agent, now=now)
    reply(case, now=now + timedelta(minutes=2))
    link(complaint_id=case.pk, earlier=first.reference, reason=LinkReason.SAME_TEXT, note="", by=agent, now=now)
    give(case, by=agent, now=now + timedelta(minutes=3))
    with transaction.atomic():
        case.marks.create(round=1, code="ACK_DUE", deadline_at=now, due_at=now, done_at=now)
        record(event="test.done", target=case.target, by=SYSTEM, now=now)
    return fresh(case)


@pytest.mark.parametrize("table", CHANGES)
def test_no_row_of_a_complaint_changes_or_goes_without_an_entry(table: str, full: Complaint, now: datetime) -> None:
    column = "id" if table == "complaints_complaint" else "case_id"
    change = f"UPDATE {table} {CHANGES[table]} WHERE {column} = %s"
    removal = f"DELETE FROM {table} WHERE {column} = %s"
    for statement in (change, removal):
        with pytest.raises(DatabaseError, match=r"no audit entry|violates foreign key"), transaction.atomic():
            run(statement, [full.pk])
    with transaction.atomic():
        run(change, [full.pk])
        record(event="test.done", target=full.target, by=SYSTEM, now=now)


def test_the_database_refuses_two_pauses_at_once_even_with_an_entry(full: Complaint, now: datetime) -> None:
    pause = full.clock_events.get(kind="PAUSE")
    for until in (None, pause.at + timedelta(seconds=1), pause.until):
        with pytest.raises(DatabaseError, match="complaint_pauses_apart"), transaction.atomic():
            full.clock_events.create(kind="PAUSE", at=pause.at, until=until)
            record(event="test.done", target=full.target, by=SYSTEM, now=now)


def test_a_clock_set_back_anywhere_in_the_life_of_a_complaint_breaks_nothing(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    moments = (now + timedelta(hours=hour) for hour in (5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5))
    take(kind="complaint", case_id=complaint.pk, by=agent, now=next(moments))
    sort(complaint, by=agent, now=next(moments), tier="complex")
    ask(complaint, by=agent, now=next(moments))
    reply(complaint, now=next(moments))
    ask(complaint, by=agent, now=next(moments))
    give(complaint, by=agent, now=next(moments))
    reopen(complaint_id=complaint.pk, text=WHY, form_token=uuid4(), by=GUEST, now=next(moments))
    ask(complaint, by=agent, now=next(moments))
    reply(complaint, now=next(moments))
    give(complaint, by=agent, now=next(moments))
    accept(complaint_id=complaint.pk, by=GUEST, now=next(moments))
    case = fresh(complaint)
    assert (case.status, case.round) == (CaseStatus.RESOLVED, 2)
    assert case.round_started_at < case.target_at <= case.limit_at
    assert FINDING in page_of(signed_in(agent), case)


@pytest.mark.parametrize(
    ("day", "time"),
    [
        ("0001-01-01", "00:00"),
        ("9999-12-31", "23:59"),
        ("2026-02-30", "10:00"),
        ("2026-03-01", "24:00"),
        ("2026-03-01", "25:61"),
        ("", "10:00"),
        ("2026-03-01", ""),
        ("²026-03-01", "10:00"),
        ("2026-03-01\x00", "10:00"),
        ("tomorrow", "noon"),
        ("9" * 5000, "1" * 5000),
    ],
)
def test_a_moment_of_receipt_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    day: str, time: str, complaint: Complaint, agent: User, now: datetime
) -> None:
    desk = signed_in(agent)
    data = recorded(now) | {"received_at_0": day, "received_at_1": time, "text": "Lời đã nói"}
    answer = desk.post(RECORD, data, headers=ENGLISH)
    assert answer.status_code == 422 and "Lời đã nói" in shown(answer)
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    spoken = {"channel": "PHONE", "received_at_0": day, "received_at_1": time, "text": "Lời đã nói"}
    answer = send(desk, complaint, "spoken", spoken)
    assert answer.status_code == 422 and "Lời đã nói" in shown(answer)
    assert Complaint.objects.count() == 1 and not complaint.messages.exists()


@pytest.mark.parametrize("days", [-61, 1, 36_500])
def test_the_allowed_range_of_receipt_is_named(days: int, agent: User, now: datetime) -> None:
    answer = signed_in(agent).post(RECORD, recorded(now + timedelta(days=days)), headers=ENGLISH)
    assert answer.status_code == 422 and "The moment of receipt can lie between" in shown(answer)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "x", ""])
def test_an_impossible_later_target_is_refused_beside_its_field(
    day: str, complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(CaseStatus.TRIAGED, complaint, by=agent, now=now)
    answer = send(signed_in(agent), case, "postpone", {"reason": "MUCH_DATA", "last_day": day})
    assert answer.status_code == 422
    assert fresh(case).postponed_at is None


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "x"])
def test_the_calendar_takes_any_day_or_refuses_it_with_a_page(day: str, dpo: User) -> None:
    desk = signed_in(dpo)
    for step in ("", "show", "save"):
        data = {"day": day, "name": "x", "reason": "STATE", "step": step}
        assert desk.post("/staff/core/holiday/add/", data).status_code in (200, 302, 422)


def test_no_word_of_a_complaint_stands_in_record_log_or_mail(
    client: Client, agent: User, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    from tests.complaints.test_filing import filled_in

    text, answer, reason = "BíMật-một 0901234567", "BíMật-hai 0907654321", "BíMật-ba ghi-chú"
    cache.clear()
    client.post("/en/complaints/new/", filled_in(text=text))
    case = Complaint.objects.get()
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    desk = signed_in(agent)
    triage = {"category": "other", "severity": "LOW", "tier": "simple", "note": reason}
    assert send(desk, case, "triage", triage).status_code == 302
    assert send(desk, case, "reply", {"text": answer, "awaits_answer": "on"}).status_code == 302
    write_as_person(kind="complaint", case_id=case.pk, text=text, form_token=uuid4(), by=GUEST, now=now)
    assert send(desk, case, "reveal", {"reason": reason}).status_code == 200
    given = {"outcome": "UPHELD", "finding": answer, "done": answer, "step": "send"}
    assert send(desk, case, "answer", given).status_code == 302
    reopen(complaint_id=case.pk, text=text, form_token=uuid4(), by=GUEST, now=now)
    told = [f"{mail.subject}\n{mail.body}" for mail in queued()]
    kept = [f"{entry.event} {entry.target} {entry.details}" for entry in AuditEntry.objects.all()]
    logged = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    assert len(told) >= 6 and len(kept) >= 8
    for line in (*told, *kept, *logged):
        assert "BíMật" not in line and "0901234567" not in line and "0907654321" not in line
    for line in (*kept, *logged, *(mail.subject for mail in queued())):
        assert GUEST_ADDRESS not in line


def test_an_answer_written_beforehand_is_text_and_no_template(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    desk, body = signed_in(agent), "{{ 7|add:7 }}{% debug %}{{ case.text }}%(reference)s<script>alert(1)</script>"
    made = {"title_vi": body[:100], "body_vi": body, "title_en": "x", "body_en": body, "is_active": "on"}
    for step in ("show", "save"):
        answer = desk.post("/staff/cases/answertemplate/add/", made | {"step": step}, headers=ENGLISH)
        assert "<script>alert" not in shown(answer)
    row = AnswerTemplate.objects.get()
    assert row.body_en == body
    answer = send(desk, complaint, "reply", {"text": "before", "step": "template", "template": str(row.pk)})
    assert "{{ 7|add:7 }}{% debug %}" in shown(answer) and "<script>alert" not in shown(answer)
    assert STORY in shown(answer)  # the page itself; the template added nothing of it
    for chosen in ("²", "\x00", "9" * 40, "-1", "x"):
        assert send(desk, complaint, "reply", {"step": "template", "template": chosen}).status_code == 200


def test_a_change_of_whom_a_complaint_is_about_is_recorded(
    complaint: Complaint, agent: User, dpo: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    for about in (dpo.pk, None, None):
        sort(complaint, about_staff=about, by=agent, now=now)
    entries = AuditEntry.objects.filter(event="complaint.triaged").order_by("pk")
    assert [entry.details.get("about_staff") for entry in entries] == ["named", "cleared", None]


def test_staff_words_longer_than_allowed_are_refused_and_kept(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(CaseStatus.TRIAGED, complaint, by=agent, now=now)
    desk, long = signed_in(agent), "dài " * 25_000
    for action, data in {
        "reply": {"text": long},
        "answer": {"outcome": "UPHELD", "finding": long, "done": "d"},
        "reject": {"ground": "NOT_OUR_DATA", "text": long},
        "triage": {"category": "other", "severity": "LOW", "tier": "simple", "note": long},
        "link": {"earlier": long, "reason": "SAME_TEXT", "note": "x"},
        "reveal": {"reason": long},
    }.items():
        answer = send(desk, case, action, data)
        assert answer.status_code == 422 and "dài dài" in shown(answer), action
    assert case.messages.count() == 0 and not case.answers.exists()
