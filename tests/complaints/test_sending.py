"""Sending a complaint by the form, and the words of what the portal records by itself."""

import html
from datetime import datetime
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from accounts.models import User
from audit.models import AuditEntry
from cases.enums import CalendarReason, IntakeChannel
from cases.reasons import reason_of
from cases.services.filing import Sender
from complaints.models import Complaint
from dsr_requests.enums import RequestKind
from dsr_requests.models import Request
from dsr_requests.services.filing import file_request
from dsr_requests.wishes import Wish
from policies.models import PolicyVersion
from tests.cases.fixtures import GUEST_ADDRESS, MEMBER_ADDRESS, STORY, signed_in
from tests.complaints.looking import page, png
from tests.dsr_requests.steps import refused


def request_of(member: User, now: datetime) -> Request:
    return file_request(
        form_token=uuid4(),
        sender=Sender(address=MEMBER_ADDRESS, language="en", subject_id=member.subject_id),
        wish=Wish(RequestKind.DELETE, everything=True),
        text="Delete my old number.",
        by=member,
        now=now,
    ).request


# --- the form ---------------------------------------------------------------------------------------------------------


def test_the_form_names_the_times_of_each_category(policy_in_force: PolicyVersion) -> None:
    text = page(Client(), "/en/complaints/new/")
    assert text.count("First reply within") == 9  # eight categories, and the shortest promise on top
    assert "First reply within 1 working day, settled within 7 days" in text
    assert 'name="contests"' not in text


def test_a_form_that_cannot_be_sent_keeps_what_was_typed(policy_in_force: PolicyVersion) -> None:
    form = {
        "category": "not-secured",
        "remedy": "STOP",
        "text": "y" * 100_000,
        "address": "not an address",
        "fields_concerned": ["email"],
        "attachments": SimpleUploadedFile("goi.png", png(), "image/png"),
    }
    refused = Client().post("/en/complaints/new/", form)
    text = html.unescape(refused.content.decode())
    assert refused.status_code == 422
    assert "y" * 100_000 in text and 'value="not an address"' in text
    assert text.count(" checked") == 2
    assert "please choose them again" in text and "Please shorten this" in text
    assert not Complaint.objects.exists()


def test_a_member_names_the_request_a_complaint_contests(
    policy_in_force: PolicyVersion, member: User, now: datetime
) -> None:
    own = request_of(member, now)
    browser = signed_in(member)
    assert own.reference in page(browser, "/en/complaints/new/")
    form = {"category": "not-corrected-or-deleted", "remedy": "DELETE", "text": STORY}
    foreign = browser.post("/en/complaints/new/", {**form, "contests": "request:YC-26-AAAA-AAAA"})
    assert foreign.status_code == 422 and not Complaint.objects.exists()
    browser.post("/en/complaints/new/", {**form, "contests": f"request:{own.reference}"})
    assert Complaint.objects.get().contested_request == own


def test_a_request_that_was_answered_leads_to_a_complaint_about_it(
    policy_in_force: PolicyVersion, member: User, agent: User, dpo: User, now: datetime
) -> None:
    own = request_of(member, now)
    address = f"/en/account/requests/{own.reference}/"
    browser = signed_in(member)
    assert "complain about this request" not in page(browser, address)
    refused(own, by=agent, second_by=dpo, now=now)
    link = f"/en/complaints/new/?contests=request:{own.reference}"
    assert f'href="{link}"' in page(browser, address)
    assert f'value="request:{own.reference}" selected' in page(browser, link)
    assert " selected" in page(Client(), "/en/complaints/new/?contests=request:YC-26-AAAA-AAAA")


# --- what the clock and the portal do by themselves -------------------------------------------------------------------


def test_a_guest_is_told_until_when_the_address_has_to_be_confirmed(policy_in_force: PolicyVersion) -> None:
    browser = Client()
    form = {"category": "other", "remedy": "EXPLAIN", "text": STORY, "address": GUEST_ADDRESS}
    browser.post("/en/complaints/new/", form)
    text = page(browser, "/en/track/received/")
    assert "Please confirm the address by " in text and text.count("Why this date") == 3


@override("en")
def test_a_date_moved_by_the_calendar_says_which_one_and_why() -> None:
    moved = {"first_reply_due_before": "2026-03-03", "first_reply_due_after": "2026-03-04"}
    entry = AuditEntry(event="complaint.dates_moved", details={"reason": CalendarReason.STATE, **moved})
    assert reason_of(entry) == (
        "The state set or swapped a day off.\nFirst reply: by 4 March 2026 instead of 3 March 2026."
    )


@override("en")
def test_a_complaint_written_down_by_staff_says_how_it_came() -> None:
    entry = AuditEntry(event="complaint.filed_for_person", details={"channel": IntakeChannel.PHONE})
    assert reason_of(entry) == "By: phone."
    assert reason_of(AuditEntry(event="complaint.filed", details={"channel": IntakeChannel.PORTAL})) == ""
