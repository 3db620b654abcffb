"""The staff desk as staff meet it: queue, case page, and what each role may see and do there."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts.models import User
from audit.models import AuditEntry
from audit.selectors import entries_about
from cases.services.assigning import take
from cases.services.verifying import mark_verified
from complaints.models import Complaint
from complaints.services.filing import Filed
from core.actors import GUEST
from core.sweeps import SweepState
from dsr_requests.models import Request
from tests.cases.fixtures import GUEST_ADDRESS, STORY, as_it_is, mails_of, signed_in, write_directly

QUEUE = "/staff/complaints/complaint/"
MASKED = "k•••@example.com"


def url(case: Complaint | Request, action: str = "") -> str:
    return f"/staff/{case._meta.app_label}/{case._meta.model_name}/{case.pk}/{action or 'change'}/"


def page_of(browser: Client, case: Complaint | Request) -> str:
    return browser.get(url(case)).content.decode()


@pytest.fixture
def verified(complaint: Complaint, now: datetime) -> Complaint:
    mark_verified(kind="complaint", case_id=complaint.pk, by=GUEST, now=now)
    return complaint


def test_from_the_queue_to_the_answer(verified: Complaint, agent: User) -> None:
    browser = signed_in(agent)
    queue = browser.get(QUEUE).content.decode()
    assert verified.reference in queue and STORY not in queue and GUEST_ADDRESS not in queue
    before = page_of(browser, verified)
    assert 'data-action="case-take"' in before
    assert STORY not in before and MASKED not in before and 'data-action="case-reply"' not in before
    assert not entries_about(verified.target).filter(event="complaint.read").exists()

    taken = browser.post(url(verified, "take"), follow=True).content.decode()
    assert STORY in taken and MASKED in taken and GUEST_ADDRESS not in taken
    assert entries_about(verified.target).filter(event="complaint.read").count() == 1
    browser.post(url(verified, "reply"), {"form_token": uuid4(), "text": "Số nào?", "awaits_answer": "on"})
    ended = browser.post(
        url(verified, "close"), {"form_token": uuid4(), "text": "Đã gỡ số.", "outcome": "UPHELD"}, follow=True
    ).content.decode()
    assert "Số nào?" in ended and "Đã gỡ số." in ended and 'data-action="case-reply"' not in ended
    assert as_it_is(verified).outcome == "UPHELD"
    assert [mail.notice for mail in mails_of("case-question") + mails_of("case-closed")] == [
        "case-question",
        "case-closed",
    ]


@pytest.mark.parametrize(
    ("role", "content", "works"), [("dpo", True, True), ("auditor", True, False), ("administrator", False, False)]
)
def test_what_each_role_sees_of_a_case_nobody_has(
    role: str, content: bool, works: bool, verified: Complaint, staff: Callable[..., User]
) -> None:
    page = page_of(signed_in(staff(role)), verified)
    assert verified.reference in page
    assert (STORY in page) == content
    assert ('data-action="case-take"' in page) == works
    assert GUEST_ADDRESS not in page


def test_an_agent_sees_nothing_of_a_colleagues_case(
    verified: Complaint, agent: User, other_agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=verified.pk, by=agent, now=now)
    page = page_of(signed_in(other_agent), verified)
    assert STORY not in page and MASKED not in page and 'data-action="case-take"' not in page


def test_guests_and_members_do_not_get_in(verified: Complaint, member: User) -> None:
    for browser in (Client(), signed_in(member)):
        for address in (QUEUE, url(verified)):
            answer = browser.get(address)
            assert answer.status_code in (302, 403)
            assert verified.reference not in answer.content.decode()


@pytest.mark.parametrize("action", ["take", "release", "assign", "reply", "close", "reveal", "tier"])
def test_looking_changes_nothing_and_who_only_reads_cannot_send(
    action: str, verified: Complaint, dpo: User, staff: Callable[..., User]
) -> None:
    assert signed_in(dpo).get(url(verified, action)).status_code == 405
    assert signed_in(staff("auditor")).post(url(verified, action)).status_code == 403
    assert signed_in(dpo).post(url(verified)).status_code == 405
    assert as_it_is(verified).assignee_id is None


def test_who_comes_second_is_told_and_loses_no_words(
    verified: Complaint, agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    second = signed_in(other_agent)
    take(kind="complaint", case_id=verified.pk, by=agent, now=now)
    assert (
        "a moment before you"
        in second.post(url(verified, "take"), follow=True, headers={"accept-language": "en"}).content.decode()
    )
    answer = second.post(url(verified, "reply"), {"form_token": uuid4(), "text": "Một câu trả lời dài"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Một câu trả lời dài" in page and STORY not in page


def test_an_empty_answer_is_said_beside_its_field(verified: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=verified.pk, by=agent, now=now)
    browser = signed_in(agent)
    answer = browser.post(url(verified, "close"), {"form_token": uuid4(), "text": "Đã xong", "outcome": "NO_SUCH"})
    assert answer.status_code == 422 and "Đã xong" in answer.content.decode()
    assert as_it_is(verified).is_open


def test_revealing_asks_for_a_reason_and_shows_the_address_once(
    verified: Complaint, agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=verified.pk, by=agent, now=now)
    browser = signed_in(agent)
    refused = browser.post(url(verified, "reveal"), {"reason": ""})
    assert refused.status_code == 422 and GUEST_ADDRESS not in refused.content.decode()
    shown = browser.post(url(verified, "reveal"), {"reason": "Gọi lại cho đúng người"})
    assert GUEST_ADDRESS in shown.content.decode() and "no-store" in shown["Cache-Control"]
    again = page_of(browser, verified)
    assert GUEST_ADDRESS not in again and "Gọi lại cho đúng người" in again
    assert AuditEntry.objects.filter(event="complaint.contact_revealed").count() == 1


def test_attachments_come_as_downloads_to_who_may_see_them(
    client: Client, policy_in_force: object, agent: User, other_agent: User, now: datetime
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    data = {"category": "other", "text": STORY, "remedy": "STOP", "address": GUEST_ADDRESS}
    client.post("/vi/complaints/new/", data | {"attachments": SimpleUploadedFile("ảnh.png", out.getvalue())})
    case = Complaint.objects.get()
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    address = f"/staff/complaints/complaint/{case.pk}/files/{case.attachments.get().pk}/"
    answer = signed_in(agent).get(address)
    assert answer["Content-Type"] == "image/png" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert signed_in(other_agent).get(address).status_code == 302


def test_each_list_holds_its_cases(complain: Callable[..., Filed], member: User, agent: User, now: datetime) -> None:
    def filed() -> Complaint:
        return complain(subject_id=member.subject_id).complaint

    unverified, untaken, mine, late, closed = complain().complaint, filed(), filed(), filed(), filed()
    browser = signed_in(agent)
    for taken in (mine, closed):
        take(kind="complaint", case_id=taken.pk, by=agent, now=now)
    browser.post(url(closed, "close"), {"form_token": uuid4(), "text": "x", "outcome": "UPHELD"})
    write_directly(late, received_at=now - timedelta(days=9), target_at=now - timedelta(days=2))
    cases = {"unverified": unverified, "untaken": untaken, "mine": mine, "late": late, "closed": closed}
    names = {case.reference: name for name, case in cases.items()}

    def listed(query: str) -> set[str]:
        page = browser.get(QUEUE + query).content.decode()
        return {name for reference, name in names.items() if reference in page}

    assert listed("") == {"untaken", "mine", "late"}
    assert listed("?list=mine") == {"mine"}
    assert listed("?list=untaken") == {"unverified", "untaken", "late"}
    assert listed("?list=late") == {"late"}
    assert listed("?list=unverified") == {"unverified"}
    assert listed("?list=closed") == {"closed"}
    assert listed("?list=all") == set(names.values())
    assert listed(f"?list=all&q={closed.reference[6:11].lower()}") == {"closed"}
    assert listed(f"?list=all&q={closed.reference.replace('-', '')}") == {"closed"}
    assert listed("?list=all&category=staff-conduct") == set()
    assert listed("?list=all&status__exact=CLOSED") == {"closed"}


def test_the_queue_says_how_long_in_words_symbol_and_colour(verified: Complaint, agent: User, now: datetime) -> None:
    browser = signed_in(agent)
    assert "status-active" in browser.get(QUEUE).content.decode()
    write_directly(verified, target_at=now + timedelta(hours=1))
    assert "status-waiting" in browser.get(QUEUE).content.decode()
    write_directly(verified, target_at=now - timedelta(days=3), received_at=now - timedelta(days=20))
    write_directly(verified, limit_at=now - timedelta(days=2))
    late = browser.get(QUEUE).content.decode()
    assert "status-overdue" in late and '<svg class="icon"' in late


def test_the_queue_asks_the_same_few_questions_for_one_case_and_a_thousand(
    complain: Callable[..., Filed], member: User, agent: User, now: datetime
) -> None:
    first = complain(subject_id=member.subject_id).complaint
    browser = signed_in(agent)
    browser.get(QUEUE)

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(QUEUE).status_code == 200
        return len(asked)

    with_one = questions()
    copies = []
    for number in range(1000):
        copy = Complaint.objects.get(pk=first.pk)
        copy.pk, copy.form_token, copy.reference = None, uuid4(), f"KN-26-{number:04}-AAAA"
        copies.append(copy)
    with transaction.atomic():
        made = Complaint.objects.bulk_create(copies)
        AuditEntry.objects.bulk_create(
            AuditEntry(event="complaint.filed", target=case.target, actor="guest", actor_role="guest", at=now)
            for case in made
        )
    assert questions() == with_one <= 12


def test_the_start_page_counts_what_waits_and_names_failing_jobs(
    complaint: Complaint, request_case: Request, agent: User
) -> None:
    SweepState.objects.create(name="outbound.deliver_due", failures_in_a_row=3, last_error="OSError")
    page = signed_in(agent).get("/staff/").content.decode()
    assert f'href="{QUEUE}?list=unverified"' in page and "/staff/dsr_requests/request/?list=late" in page
    assert "outbound.deliver_due" in page and "OSError" in page


def test_a_request_is_worked_on_the_same_way(request_case: Request, agent: User, other_agent: User) -> None:
    browser = signed_in(agent)
    browser.post(url(request_case, "take"))
    assert "Xóa số điện thoại cũ." in page_of(browser, request_case)
    browser.post(url(request_case, "assign"), {"to": str(other_agent.pk)})
    assert as_it_is(request_case).assignee_id == other_agent.pk
    signed_in(other_agent).post(url(request_case, "release"))
    assert as_it_is(request_case).assignee_id is None


def test_an_unknown_case_is_not_found(agent: User, policy_in_force: object) -> None:
    browser = signed_in(agent)
    assert browser.get("/staff/complaints/complaint/999999/change/").status_code == 404
    assert browser.post("/staff/complaints/complaint/999999/take/").status_code == 404
