"""Staff who reach for a complaint that is not theirs to see, or not theirs to work on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry
from cases.enums import CaseStatus
from cases.services.assigning import take
from cases.services.digesting import digest_for
from cases.services.finding import MOST_AN_HOUR, find_cases
from complaints.enums import LinkReason
from complaints.models import Complaint
from complaints.services.filing import Filed
from complaints.services.linking import link
from core.selectors import working_calendar
from tests.cases.desk_steps import page_of, send, shown, url
from tests.cases.fixtures import GUEST_ADDRESS, STORY, queued, signed_in
from tests.complaints.steps import DONE, FINDING, fresh, sort, walked_to

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

QUEUE = "/staff/complaints/complaint/"
SENT: dict[str, dict[str, Any]] = {
    "take": {},
    "acknowledge": {"channel": "PHONE"},
    "triage": {"category": "other", "severity": "LOW", "tier": "simple"},
    "begin": {},
    "reply": {"text": "hello"},
    "spoken": {"text": "x", "channel": "PHONE", "received_at_0": "2026-03-02", "received_at_1": "10:00"},
    "answer": {"outcome": "UPHELD", "finding": "f", "done": "d"},
    "resolve": {},
    "close": {},
    "postpone": {"reason": "MUCH_DATA", "last_day": "2026-03-16"},
    "reject": {"ground": "NOT_OUR_DATA", "text": "t"},
    "assign": {},
    "release": {},
    "link": {"earlier": "KN-26-2222-3333", "reason": "SAME_TEXT"},
    "unlink": {"link": "1"},
    "reveal": {"reason": "because"},
}
STEPS = ("", "send", "template", "change")


def state(case: Complaint) -> tuple[Any, ...]:
    rows = AuditEntry.objects.exclude(event__endswith=".read").count()
    return Complaint.objects.filter(pk=case.pk).values_list().get(), rows, len(queued()), case.messages.count()


def tell_nothing(text: str) -> None:
    for word in (STORY, GUEST_ADDRESS, FINDING, DONE):
        assert word not in text


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator"])
@pytest.mark.parametrize("status", [CaseStatus.TRIAGED, CaseStatus.ANSWERED])
def test_no_action_of_somebody_elses_complaint_does_or_shows_anything(
    role: str, status: str, complaint: Complaint, agent: User, staff: Callable[..., User], now: datetime
) -> None:
    case = walked_to(status, complaint, by=agent, now=now)
    stranger = staff(role, "Chi")
    browser, before = signed_in(stranger), state(case)
    allowed = {403} if role == "auditor" else {422, 200}
    for action, data in SENT.items():
        for step in STEPS:
            answer = send(browser, case, action, {**data, "to": str(stranger.pk), "step": step}, seen="999999999")
            assert answer.status_code in allowed, (action, step)
            if role == "agent":
                tell_nothing(shown(answer))
            assert 'data-action="case-send"' not in shown(answer), (action, step)
            assert "As the person will read it" not in shown(answer), (action, step)
    assert state(case) == before


def test_staff_whom_a_complaint_is_about_find_it_nowhere(
    complain: Callable[..., Filed], member: User, agent: User, dpo: User, now: datetime
) -> None:
    """The officer is the one complained about; the same person's other complaint is linked to it."""
    about, other = (
        complain(subject_id=member.subject_id, at=now + timedelta(minutes=minute)).complaint for minute in (0, 1)
    )
    case = walked_to(CaseStatus.TRIAGED, about, by=agent, now=now)
    sort(case, category="staff-conduct", about_staff=dpo.pk, by=agent, now=now)
    take(kind="complaint", case_id=other.pk, by=agent, now=now)
    link(complaint_id=other.pk, earlier=case.reference, reason=LinkReason.SAME_MATTER, note="", by=agent, now=now)
    browser = signed_in(dpo)
    page = page_of(browser, other)
    assert other.reference in page and case.reference not in page
    assert "<dt>Complaints</dt><dd>1</dd>" in page
    assert "<dt>Complaints</dt><dd>2</dd>" in page_of(signed_in(agent), other)
    for listed in ("", "?list=all", "?list=mine", "?about=staff-conduct", f"?list=all&q={case.reference}"):
        assert f"/{case.pk}/change/" not in browser.get(QUEUE + listed).content.decode()
    browser.post(f"{QUEUE}search/", {"q": GUEST_ADDRESS})
    found = browser.get(f"{QUEUE}?list=all&found=1").content.decode()
    assert other.reference in found and case.reference not in found
    for action, data in {**SENT, "change": {}}.items():
        assert browser.post(url(case, action), {**data, "step": "send"}).status_code in (404, 405)
    assert browser.get(url(case)).status_code == 404
    assert browser.post(f"{QUEUE}take/{case.pk}/").status_code == 404
    for bulk in ("bulk-assign", "bulk-triage"):
        asked = {"case": [case.pk, other.pk], "to": str(agent.pk), "severity": "HIGH", "tier": "simple"}
        for step in ("", "plan", "do"):
            answer = browser.post(f"{QUEUE}{bulk}/", {**asked, "step": step}, follow=True)
            assert case.reference not in answer.content.decode()
    assert fresh(case).severity == "MEDIUM"
    file = b"".join(browser.post(f"{QUEUE}export/?list=all").streaming_content).decode()
    assert other.reference in file and case.reference not in file
    answer = send(browser, other, "unlink", {"link": str(other.links.get().pk), "note": ""})
    assert case.reference not in shown(answer)
    digest = digest_for(dpo, officer=True, calendar=working_calendar(), now=now)
    assert digest.counts["open"] == 1 and case.reference not in str(digest.soon)
    assert all(mail.to != "dpo@example.org" for mail in queued() if case.reference in mail.body)


def test_an_agent_is_not_told_by_a_link_of_a_complaint_about_them(
    complain: Callable[..., Filed], agent: User, dpo: User, now: datetime
) -> None:
    about, mine = complain().complaint, complain(at=now + timedelta(minutes=1)).complaint
    sort(about, category="staff-conduct", about_staff=agent.pk, by=dpo, now=now)
    take(kind="complaint", case_id=mine.pk, by=agent, now=now)
    link(complaint_id=mine.pk, earlier=about.reference, reason=LinkReason.SAME_TEXT, note="", by=dpo, now=now)
    assert about.reference not in page_of(signed_in(agent), mine)
    assert about.reference in page_of(signed_in(dpo), mine)


def test_suggested_duplicates_tell_an_agent_no_content(
    complain: Callable[..., Filed], agent: User, other_agent: User, now: datetime
) -> None:
    theirs, mine = complain(address="ai-do@example.net").complaint, complain(at=now + timedelta(minutes=1)).complaint
    take(kind="complaint", case_id=theirs.pk, by=other_agent, now=now)
    take(kind="complaint", case_id=mine.pk, by=agent, now=now)
    page = page_of(signed_in(agent), mine)
    assert theirs.reference in page and "ai-do" not in page
    tell_nothing(page_of(signed_in(agent), theirs))


def test_looking_for_a_person_is_recorded_whether_or_not_somebody_is_found(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    browser = signed_in(agent)
    for typed in (GUEST_ADDRESS, "khong-co-ai@example.net"):
        browser.post(f"{QUEUE}search/", {"q": typed})
    entries = AuditEntry.objects.filter(event="queue.searched").order_by("pk")
    assert [entry.details["found"] for entry in entries] == [1, 0]
    assert {entry.actor for entry in entries} == {f"user:{agent.pk}"}
    assert GUEST_ADDRESS not in str([entry.details for entry in entries])
    for typed in (GUEST_ADDRESS, "khong-co-ai@example.net"):
        sought = {"step": "find", "known_contact": typed, "known_reason": "who is it"}
        assert browser.post(f"{QUEUE}record/", sought).status_code == 200
    assert AuditEntry.objects.filter(event="queue.searched").count() == 4


def test_nobody_tries_addresses_one_after_another(complaint: Complaint, agent: User, dpo: User, now: datetime) -> None:
    for number in range(MOST_AN_HOUR):
        find_cases(model=Complaint, typed=f"a{number}@example.net", by=agent, now=now)
    browser = signed_in(agent)
    answer = browser.post(f"{QUEUE}search/", {"q": GUEST_ADDRESS}, follow=True).content.decode()
    assert "You searched by address or number very often" in answer
    assert complaint.reference not in answer and GUEST_ADDRESS not in answer
    sought = {"step": "find", "known_contact": GUEST_ADDRESS, "known_reason": "who is it", "text": "typed already"}
    answer = browser.post(f"{QUEUE}record/", sought)
    assert answer.status_code == 422
    assert "You searched by address or number very often" in shown(answer) and "typed already" in shown(answer)
    assert find_cases(model=Complaint, typed=GUEST_ADDRESS, by=dpo, now=now) == [complaint.pk]
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    assert find_cases(model=Complaint, typed=GUEST_ADDRESS, by=agent, now=now + timedelta(minutes=61))


def test_a_search_keeps_the_address_out_of_every_address(complaint: Complaint, agent: User) -> None:
    answer = signed_in(agent).post(f"{QUEUE}search/", {"q": GUEST_ADDRESS})
    assert answer["Location"] == f"{QUEUE}?list=all&found=1"


@pytest.mark.parametrize("role", ["agent", "dpo", "administrator", "auditor"])
def test_every_staff_post_wants_the_token_of_its_form(
    role: str, complaint: Complaint, staff: Callable[..., User]
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(staff(role, "Chi"))
    pages = ["search", "export", "bulk-assign", "bulk-triage", "record", f"take/{complaint.pk}"]
    addresses = [f"{QUEUE}{page}/" for page in pages] + [url(complaint, action) for action in SENT]
    before = state(complaint)
    for address in addresses:
        assert browser.post(address, {"step": "do"}).status_code == 403, address
    assert state(complaint) == before


def test_reading_pages_of_the_desk_changes_nothing_but_the_record_of_looks(
    complaint: Complaint, agent: User, dpo: User, now: datetime
) -> None:
    case = walked_to(CaseStatus.TRIAGED, complaint, by=agent, now=now)
    before = state(case)
    for user in (agent, dpo):
        browser = signed_in(user)
        for action in SENT:
            assert browser.get(url(case, action)).status_code == 405
        for address in ("", "?list=all", "record/"):
            assert browser.get(f"{QUEUE}{address}").status_code == 200
        for address in ("search/", "export/", "bulk-assign/", "bulk-triage/", f"take/{case.pk}/"):
            assert browser.get(f"{QUEUE}{address}").status_code == 405
        for address in (url(case), "/staff/", "/staff/report/", "/staff/report/?as=csv"):
            answer = browser.get(address)
            assert answer.status_code == 200 and answer["Cache-Control"] == "no-store, private"
    assert state(case) == before
