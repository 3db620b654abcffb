"""Entering a complaint for somebody who called, wrote or came."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import read_note
from cases import sealing
from cases.services.assigning import take
from complaints.models import Complaint
from complaints.services.filing import Filed
from tests.cases.desk_steps import page_of, shown
from tests.cases.fixtures import MEMBER_ADDRESS, STORY, mails_of, signed_in

RECORD = "/staff/complaints/complaint/record/"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
ENGLISH = {"accept-language": "en"}


def form(received_at: datetime, **changes: Any) -> dict[str, Any]:
    local = received_at.astimezone(VIETNAM)
    return {
        "form_token": str(uuid4()),
        "channel": "PHONE",
        "received_at_0": f"{local:%Y-%m-%d}",
        "received_at_1": f"{local:%H:%M}",
        "contact_kind": "PHONE",
        "contact": "0912 345 678",
        "language": "vi",
        "category": "unwanted-marketing",
        "text": STORY,
        "remedy": "STOP",
        **changes,
    }


@pytest.fixture
def desk(agent: User) -> Client:
    return signed_in(agent)


def test_a_call_of_yesterday_is_entered_and_its_clock_began_then(desk: Client, agent: User, now: datetime) -> None:
    received = (now - timedelta(days=1)).replace(second=0, microsecond=0)
    answer = desk.post(RECORD, form(received), headers=ENGLISH, follow=True)
    case = Complaint.objects.get()
    assert answer.redirect_chain[-1][0].endswith(f"/{case.pk}/change/") and case.reference in shown(answer)
    assert (case.received_at, case.channel, case.contact_kind) == (received, "PHONE", "PHONE")
    assert sealing.contact_of(case, key=sealing.evidence_key(case.subject_id)) == "+84912345678"
    assert case.acknowledged_at is None and not mails_of("complaint-received")
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    page = page_of(desk, case)
    assert "phone" in page and "Record that the receipt was confirmed" in page and "+84912345678" not in page


def test_an_impossible_receipt_is_refused_with_the_range_and_nothing_typed_is_lost(desk: Client, now: datetime) -> None:
    page = shown(desk.get(RECORD, headers=ENGLISH))
    assert "Between " in page
    for received in (now + timedelta(hours=2), now - timedelta(days=61)):
        refused = desk.post(RECORD, form(received, contact="0987 654 321"), headers=ENGLISH)
        text = shown(refused)
        assert refused.status_code == 422 and "can lie between" in text
        assert STORY in text and "0987 654 321" in text
    refused = desk.post(RECORD, form(now, received_at_0="32/13/2026"), headers=ENGLISH)
    assert refused.status_code == 422 and "Enter the day" in shown(refused)
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(("kind", "contact"), [("EMAIL", "không phải địa chỉ"), ("PHONE", "12"), ("POST", "")])
def test_a_contact_that_cannot_be_is_said_beside_its_field(
    kind: str, contact: str, desk: Client, now: datetime
) -> None:
    refused = desk.post(RECORD, form(now, contact_kind=kind, contact=contact), headers=ENGLISH)
    assert refused.status_code == 422 and 'href="#id_contact"' in shown(refused)


def test_a_mail_is_acknowledged_to_its_address(desk: Client, now: datetime) -> None:
    desk.post(RECORD, form(now, channel="EMAIL", contact_kind="EMAIL", contact="chi@example.com"))
    assert [mail.to for mail in mails_of("complaint-received")] == ["chi@example.com"]


def test_the_same_form_sent_twice_is_one_complaint(desk: Client, now: datetime) -> None:
    data = form(now)
    for _ in range(2):
        desk.post(RECORD, data)
    assert Complaint.objects.count() == 1


# --- whose it is ----------------------------------------------------------------------------------------------------


@pytest.fixture
def known(complain: Callable[..., Filed], member: User) -> Complaint:
    """A member who complained before from the address."""
    return complain(subject_id=member.subject_id, address=MEMBER_ADDRESS).complaint


def test_the_person_is_found_masked_with_a_reason_and_only_then_chosen(
    known: Complaint, desk: Client, member: User, now: datetime
) -> None:
    typed = form(now, known_contact=MEMBER_ADDRESS, known_reason="Gọi từ số lạ", step="find")
    page = shown(desk.post(RECORD, typed, headers=ENGLISH))
    assert str(member.subject_id)[:13] in page and "with an account" in page and STORY in page
    entry = AuditEntry.objects.filter(event="subject.opened", subject_ref=member.subject_id).get()
    assert read_note(entry) == "Gọi từ số lạ"
    mark = page.split('name="found" value="')[1].split('"')[0]
    desk.post(RECORD, form(now, found=mark, subject=mark))
    assert Complaint.objects.exclude(pk=known.pk).get().subject_id == member.subject_id


def test_nobody_is_attached_who_was_not_found_here(known: Complaint, desk: Client, member: User, now: datetime) -> None:
    for forged in (str(member.subject_id), f"{member.subject_id}:forged"):
        page = shown(desk.post(RECORD, form(now, found=forged, subject=forged, text="")))
        assert str(member.subject_id)[:13] not in page.replace(forged, ""), "a made-up mark shows nobody"
        desk.post(RECORD, form(now, found=forged, subject=forged))
    assert not Complaint.objects.exclude(pk=known.pk).filter(subject_id=member.subject_id).exists()


def test_looking_needs_a_reason_and_says_when_nobody_is_known(known: Complaint, desk: Client, now: datetime) -> None:
    no_reason = desk.post(RECORD, form(now, known_contact=MEMBER_ADDRESS, step="find"), headers=ENGLISH)
    assert no_reason.status_code == 422 and 'name="found"' not in shown(no_reason)
    nobody = form(now, known_contact="ai@example.com", known_reason="x", step="find")
    assert "Nobody is known" in shown(desk.post(RECORD, nobody, headers=ENGLISH))
    assert not AuditEntry.objects.filter(event="subject.opened").exists()


def test_a_case_that_was_never_proved_leads_to_nobody(complaint: Complaint, desk: Client, now: datetime) -> None:
    guess = form(now, known_contact="khach@example.com", known_reason="x", step="find")
    assert "Nobody is known" in shown(desk.post(RECORD, guess, headers=ENGLISH))


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_does_not_work_on_cases_records_none(role: str, staff: Callable[..., User], now: datetime) -> None:
    browser = signed_in(staff(role))
    assert browser.get(RECORD).status_code == 403 and browser.post(RECORD, form(now)).status_code == 403
    assert "record/" not in shown(browser.get("/staff/complaints/complaint/"))
