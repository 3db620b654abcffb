"""The page of a case as staff meet it: what each role sees and may do there, and that no typed word is lost."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from audit.models import AuditEntry
from audit.selectors import entries_about
from cases.enums import CaseStatus
from cases.services.assigning import take
from cases.services.verifying import mark_verified
from complaints.models import Complaint
from complaints.services.filing import Filed
from core.actors import GUEST
from core.clock import local_date
from dsr_requests.models import Request
from tests.cases.desk_steps import page_of, seen_on, send, shown, url
from tests.cases.fixtures import GUEST_ADDRESS, STORY, as_it_is, mails_of, signed_in, write_directly

MASKED = "k•••@example.com"
SORTED = {"category": "unwanted-marketing", "severity": "LOW", "tier": "simple", "note": ""}
ACTIONS = ["take", "acknowledge", "triage", "begin", "reply", "spoken", "answer", "resolve", "close", "postpone"]
ACTIONS += ["reject", "assign", "release", "link", "unlink", "reveal"]


@pytest.fixture
def verified(complaint: Complaint, now: datetime) -> Complaint:
    mark_verified(kind="complaint", case_id=complaint.pk, by=GUEST, now=now)
    return complaint


@pytest.fixture
def tier(complaint: Complaint) -> str:
    """A tier of the policy in force."""
    from policies import selectors as policies

    return policies.document(complaint.policy_version).complaints.tiers[0].code


@pytest.fixture
def mine(verified: Complaint, agent: User, now: datetime) -> Complaint:
    take(kind="complaint", case_id=verified.pk, by=agent, now=now)
    return verified


def next_action(page: str) -> str:
    """The action the page puts first: a button, or a way to its form."""
    part = page[page.index('id="next"') : page.index('class="case-grid"')]
    found = re.search(r'data-action="([a-z-]+)"|href="#do-([a-z]+)"', part)
    return (found[1] or found[2]) if found else ""


def offered(page: str) -> set[str]:
    return set(re.findall(r'data-action="(case-[a-z-]+|contact-reveal)"', page))


def answer_of(tier: str = "") -> dict[str, str]:
    return {"form_token": str(uuid4()), "outcome": "UPHELD", "finding": "Số bị gọi nhầm.", "done": "Đã gỡ số."}


# --- what is best done next -----------------------------------------------------------------------------------------


def test_the_next_step_leads_from_taking_to_closing(verified: Complaint, agent: User, tier: str) -> None:
    browser = signed_in(agent)
    assert next_action(page_of(browser, verified)) == "case-take"
    send(browser, verified, "take")
    assert next_action(page_of(browser, verified)) == "triage"
    send(browser, verified, "triage", SORTED | {"tier": tier})
    assert next_action(page_of(browser, verified)) == "case-begin"
    send(browser, verified, "begin")
    assert next_action(page_of(browser, verified)) == "reply"
    send(browser, verified, "reply", {"form_token": uuid4(), "text": "Số nào?", "awaits_answer": "on"})
    assert next_action(page_of(browser, verified)) == "spoken"
    now_ = as_it_is(verified).first_reply_at
    spoken = {"received_at_0": f"{now_:%Y-%m-%d}", "received_at_1": "23:59"}
    refused = send(browser, verified, "spoken", {"form_token": uuid4(), "channel": "PHONE", "text": "Số 1.", **spoken})
    assert refused.status_code == 422 and "Số 1." in shown(refused), "a moment that has not come yet"
    send(browser, verified, "begin")
    assert next_action(page_of(browser, verified)) == "answer"
    send(browser, verified, "answer", answer_of() | {"step": "send"})
    assert next_action(page_of(browser, verified)) == "case-resolve"
    send(browser, verified, "resolve")
    page = page_of(browser, verified)
    assert next_action(page) == "" and "closed by itself" in page
    assert as_it_is(verified).status == CaseStatus.RESOLVED


def test_a_target_that_is_near_asks_for_the_answer_not_for_waiting(
    mine: Complaint, agent: User, tier: str, now: datetime
) -> None:
    browser = signed_in(agent)
    send(browser, mine, "triage", SORTED | {"tier": tier})
    send(browser, mine, "reply", {"form_token": uuid4(), "text": "Số nào?", "awaits_answer": "on"})
    write_directly(mine, target_at=now + timedelta(hours=20))
    assert next_action(page_of(browser, mine)) == "answer"


def test_a_case_without_mail_asks_for_the_acknowledgement_first(mine: Complaint, agent: User, now: datetime) -> None:
    write_directly(mine, contact_kind="PHONE", acknowledged_at=None, status="RECEIVED")
    browser = signed_in(agent)
    page = page_of(browser, mine)
    assert next_action(page) == "acknowledge" and "case-reply" not in offered(page)
    send(browser, mine, "acknowledge", {"channel": "PHONE"})
    assert as_it_is(mine).status == CaseStatus.ACKNOWLEDGED


# --- who sees and does what -----------------------------------------------------------------------------------------


def test_before_taking_an_agent_learns_reference_category_and_date_alone(verified: Complaint, agent: User) -> None:
    browser = signed_in(agent)
    page = page_of(browser, verified)
    assert verified.reference in page and "case-take" in offered(page)
    for hidden in (STORY, MASKED, GUEST_ADDRESS, "status-", "Why this date", "case-reply", 'class="timeline"'):
        assert hidden not in page, hidden
    assert not entries_about(verified.target).filter(event="complaint.read").exists()
    send(browser, verified, "take")
    page = page_of(browser, verified)
    assert STORY in page and MASKED in page and GUEST_ADDRESS not in page
    assert entries_about(verified.target).filter(event="complaint.read").count() == 1


@pytest.mark.parametrize(
    ("role", "content", "works"), [("dpo", True, True), ("auditor", True, False), ("administrator", False, False)]
)
def test_what_each_role_sees_of_a_case_nobody_has(
    role: str, content: bool, works: bool, verified: Complaint, staff: Callable[..., User]
) -> None:
    page = page_of(signed_in(staff(role)), verified)
    assert verified.reference in page and GUEST_ADDRESS not in page
    assert (STORY in page) == content
    assert bool(offered(page)) == works
    assert ("Nothing for you to do" in page) != works


def test_an_agent_sees_nothing_of_a_colleagues_case(mine: Complaint, other_agent: User) -> None:
    page = page_of(signed_in(other_agent), mine)
    assert STORY not in page and MASKED not in page and not offered(page)


def test_a_complaint_about_a_colleague_does_not_exist_for_that_colleague(
    mine: Complaint, agent: User, dpo: User, tier: str
) -> None:
    browser = signed_in(dpo)
    send(browser, mine, "triage", SORTED | {"tier": tier, "about_staff": str(agent.pk)})
    assert as_it_is(mine).assignee_id is None
    theirs = signed_in(agent)
    assert theirs.get(url(mine)).status_code == 404
    assert theirs.post(url(mine, "take")).status_code == 404
    page = page_of(browser, mine)
    given = page[page.index('id="do-assign"') :]
    assert str(agent.pk) not in given[: given.index("</form>")], "nobody is given a complaint about themselves"


@pytest.mark.parametrize("action", ACTIONS)
def test_looking_changes_nothing_and_who_only_reads_cannot_send(
    action: str, verified: Complaint, dpo: User, staff: Callable[..., User]
) -> None:
    assert signed_in(dpo).get(url(verified, action)).status_code == 405
    assert signed_in(staff("auditor")).post(url(verified, action)).status_code == 403
    assert signed_in(dpo).post(url(verified)).status_code == 405
    assert as_it_is(verified).assignee_id is None


def test_guests_and_members_do_not_get_in(verified: Complaint, member: User) -> None:
    for browser in (Client(), signed_in(member)):
        answer = browser.get(url(verified))
        assert answer.status_code in (302, 403)
        assert verified.reference not in answer.content.decode()


def test_actions_are_offered_only_where_the_state_allows_them(mine: Complaint, agent: User, tier: str) -> None:
    browser = signed_in(agent)
    page = offered(page_of(browser, mine))
    assert {"case-triage", "case-reply", "case-reject", "case-assign", "case-release"} <= page
    assert not {"case-take", "case-answer", "case-resolve", "case-close", "case-acknowledge"} & page
    send(browser, mine, "triage", SORTED | {"tier": tier})
    send(browser, mine, "answer", answer_of() | {"step": "send"})
    page = offered(page_of(browser, mine))
    assert {"case-reply", "case-resolve", "case-write-for-person", "case-link"} <= page
    assert not {"case-answer", "case-triage", "case-postpone", "case-assign", "case-release", "case-close"} & page


def test_postponing_names_the_days_there_are_and_refuses_others(mine: Complaint, agent: User) -> None:
    browser = signed_in(agent)
    case = as_it_is(mine)
    limit = local_date(case.limit_at - timedelta(seconds=1))
    page = page_of(browser, mine)
    assert f'max="{limit:%Y-%m-%d}"' in page
    late = {"reason": "MUCH_DATA", "last_day": f"{limit + timedelta(days=1):%Y-%m-%d}"}
    refused = send(browser, mine, "postpone", late)
    assert refused.status_code == 422 and late["last_day"] in shown(refused)
    send(browser, mine, "postpone", late | {"last_day": f"{limit:%Y-%m-%d}"})
    page = page_of(browser, mine)
    assert as_it_is(mine).target_at == case.limit_at
    assert "case-postpone" not in offered(page) and "There is a lot of data" in page


# --- the answer is shown before it is sent --------------------------------------------------------------------------


def test_an_answer_is_shown_as_the_person_reads_it_and_nothing_is_lost_going_back(
    complain: Callable[..., Filed], agent: User, now: datetime
) -> None:
    case = complain(language="vi").complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    browser = signed_in(agent)
    send(browser, case, "begin")
    typed = answer_of() | {"finding": 'Dòng một\n\n<b>Dòng hai</b> "quoted"', "done": "Đã gỡ & xong"}
    preview = shown(send(browser, case, "answer", typed))
    assert 'lang="vi"' in preview and "Nothing has been sent yet" in preview
    assert "&lt;b&gt;Dòng hai&lt;/b&gt;" in preview and "<b>Dòng hai</b>" not in preview
    assert as_it_is(case).status == CaseStatus.INVESTIGATING and not mails_of("complaint-answered")

    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', preview))
    assert hidden["form_token"] == typed["form_token"]
    back = shown(send(browser, case, "answer", typed | {"step": "change"}))
    assert "Dòng một" in back and "Đã gỡ &amp; xong" in back and 'class="error-summary"' not in back
    assert typed["form_token"] in back
    done = send(browser, case, "answer", typed | {"step": "send"}, follow=True)
    assert "The answer was sent." in shown(done)
    assert as_it_is(case).outcome == "UPHELD" and len(mails_of("complaint-answered")) == 1
    send(browser, case, "answer", typed | {"step": "send"})
    assert case.answers.count() == 1, "the same form sent twice answers once"


def test_an_answer_that_says_nothing_of_what_was_done_is_refused_beside_the_field(mine: Complaint, agent: User) -> None:
    browser = signed_in(agent)
    send(browser, mine, "begin")
    refused = send(browser, mine, "answer", answer_of() | {"done": ""})
    page = shown(refused)
    assert refused.status_code == 422 and 'href="#id_answer_done"' in page and "Số bị gọi nhầm." in page


def test_files_of_an_answer_are_chosen_on_the_page_that_shows_it(mine: Complaint, agent: User) -> None:
    browser = signed_in(agent)
    send(browser, mine, "begin")
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    typed = answer_of() | {"step": "send"}
    wrong = send(browser, mine, "answer", typed | {"uploads": SimpleUploadedFile("a.exe", b"MZ")})
    assert (
        wrong.status_code == 422 and "Nothing has been sent yet" in shown(wrong) and "Số bị gọi nhầm." in shown(wrong)
    )
    send(browser, mine, "answer", typed | {"uploads": SimpleUploadedFile("ảnh.png", out.getvalue())})
    assert as_it_is(mine).status == CaseStatus.ANSWERED and mine.attachments.count() == 1


def test_turning_a_complaint_away_is_shown_with_its_ground_first(mine: Complaint, agent: User) -> None:
    browser = signed_in(agent)
    typed = {"form_token": str(uuid4()), "ground": "PUBLIC_BODY", "text": "Gửi Ủy ban nhân dân phường."}
    preview = shown(send(browser, mine, "reject", typed))
    assert "state body" in preview and "Gửi Ủy ban" in preview
    assert as_it_is(mine).is_open
    send(browser, mine, "reject", typed | {"step": "send"})
    assert as_it_is(mine).status == CaseStatus.REJECTED


# --- the rest of the page -------------------------------------------------------------------------------------------


def test_revealing_asks_for_a_reason_and_shows_the_address_once(mine: Complaint, agent: User) -> None:
    browser = signed_in(agent)
    refused = browser.post(url(mine, "reveal"), {"reason": ""})
    assert refused.status_code == 422 and GUEST_ADDRESS not in shown(refused)
    answer = browser.post(url(mine, "reveal"), {"reason": "Gọi lại cho đúng người"})
    assert GUEST_ADDRESS in shown(answer) and "no-store" in answer["Cache-Control"]
    again = page_of(browser, mine)
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
    browser = signed_in(agent)
    assert f'href="{address}"' in page_of(browser, case)
    answer = browser.get(address)
    assert answer["Content-Type"] == "image/png" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert signed_in(other_agent).get(address).status_code == 302


def test_duplicates_are_suggested_linked_and_unlinked_with_a_reason(
    complain: Callable[..., Filed], agent: User, now: datetime
) -> None:
    earlier = complain().complaint
    later = complain().complaint
    take(kind="complaint", case_id=later.pk, by=agent, now=now)
    browser = signed_in(agent)
    page = page_of(browser, later)
    assert earlier.reference in page and "the same text" in page
    refused = send(browser, later, "link", {"earlier": "KN-26-0000-0000", "reason": "SAME_TEXT", "note": "giống hệt"})
    assert refused.status_code == 422 and "giống hệt" in shown(refused)
    send(browser, later, "link", {"earlier": earlier.reference, "reason": "SAME_TEXT", "note": "giống hệt"})
    page = page_of(browser, later)
    assert "Perhaps the same matter" not in page and "giống hệt" in page and later.links.count() == 1
    send(browser, later, "unlink", {"link": later.links.get().pk, "note": "khác số"})
    assert later.links.count() == 0 and "khác số" in page_of(browser, later)


def test_no_two_controls_of_the_page_share_a_name_for_assistive_software(mine: Complaint, agent: User) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page_of(signed_in(agent), mine))
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})


def test_harmful_text_is_shown_as_text(complain: Callable[..., Filed], agent: User, now: datetime) -> None:
    case = complain().complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    browser = signed_in(agent)
    nasty = "<script>alert(1)</script> =1+1 \u202eẩn"
    send(browser, case, "reply", {"form_token": uuid4(), "text": nasty})
    page = page_of(browser, case)
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page
    refused = send(browser, case, "reply", {"form_token": uuid4(), "text": "x" * 100_000})
    assert refused.status_code == 422 and 'href="#id_reply_text"' in shown(refused)


def test_a_request_is_worked_on_the_same_way(request_case: Request, agent: User, other_agent: User) -> None:
    browser = signed_in(agent)
    send(browser, request_case, "take")
    page = page_of(browser, request_case)
    assert "Xóa số điện thoại cũ." in page and next_action(page) == "case-begin" and "case-triage" not in offered(page)
    send(browser, request_case, "assign", {"to": str(other_agent.pk)})
    assert as_it_is(request_case).assignee_id == other_agent.pk
    send(signed_in(other_agent), request_case, "release")
    assert as_it_is(request_case).assignee_id is None


def test_an_unknown_case_is_not_found(agent: User, policy_in_force: object) -> None:
    browser = signed_in(agent)
    assert browser.get("/staff/complaints/complaint/999999/change/").status_code == 404
    assert browser.post("/staff/complaints/complaint/999999/take/").status_code == 404


def test_a_page_carries_the_newest_change_and_no_look(mine: Complaint, agent: User) -> None:
    browser = signed_in(agent)
    first = seen_on(page_of(browser, mine))
    assert first and seen_on(page_of(browser, mine)) == first


def test_who_names_oneself_as_concerned_loses_sight_of_it(mine: Complaint, agent: User, tier: str) -> None:
    browser = signed_in(agent)
    answer = send(browser, mine, "triage", SORTED | {"tier": tier, "about_staff": str(agent.pk)})
    assert answer.status_code == 302 and answer["Location"] == "/staff/complaints/complaint/"
    assert as_it_is(mine).assignee_id is None and browser.get(url(mine)).status_code == 404
