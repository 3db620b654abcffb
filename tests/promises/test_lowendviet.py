"""What LowendViet promises (LV-1 to LV-13), acted out under its own pack."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from audit.selectors import entries_about, entries_about_subject
from audit.services.recording import read_note
from cases.enums import IntakeChannel
from cases.services.assigning import take
from cases.services.investigating import begin
from complaints.enums import Outcome
from complaints.models import Complaint
from complaints.services.answering import answer
from consent.answers import ConsentKey
from core.errors import NotAllowed
from dsr_requests.enums import CorrectionState, PauseEvent, PauseReason
from dsr_requests.models import Request
from dsr_requests.services.fulfilling import run_due
from dsr_requests.services.offering import open_with_offer
from dsr_requests.services.pausing import lift, pause, tell
from outbound.channels.email import EmailChannel
from personal_data.errors import PurposeNotNamed
from personal_data.models import DataItem
from personal_data.permissions import REVEAL_ROLES, can_reveal
from personal_data.services.holding import reveal
from policies.models import PolicyVersion
from policies.pack_types import Pack
from tests.cases.fixtures import mails_of, queued
from tests.promises.acting import asked, complain, facts_found, findings_on, purposes_asked, words_on
from tests.promises.conftest import ADDRESS, PASSWORD, Hold

REFERENCE = "FT26061-778899"


@pytest.fixture
def slug() -> str:
    return "lowendviet"


def test_unnamed_uses_and_deemed_agreement_are_reported(pack: Pack) -> None:
    assert "LV-1" in facts_found(pack)
    for spec in pack.fields:
        assert spec.purposes
        assert all(pack.purpose(code) for code in spec.purposes)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_service_messages_rest_on_the_contract_with_their_channels(
    client: Client, policy: PolicyVersion, pack: Pack, language: str
) -> None:
    service = pack.purpose("service")
    assert service is not None and service.basis == "contract"
    assert set(service.channels) == {"email", "sms", "phone"}
    page = words_on(client, f"/{language}/policy/?lists=open")
    assert service.name.in_language(language) in page and service.frequency.in_language(language) in page


def test_promotions_are_the_only_use_that_is_asked(policy: PolicyVersion, pack: Pack) -> None:
    assert purposes_asked(policy) == {"promotions"}
    for code in ("payment", "renewal"):
        assert pack.purpose(code).basis == "contract"  # type: ignore[union-attr]
    assert {key.channel for key in asked(policy) if key.purpose == "promotions"} == {"email", "sms", "phone"}


def test_no_third_party_without_permission(policy: PolicyVersion, pack: Pack) -> None:
    assert ConsentKey("service", "", "partner") in asked(policy)
    unasked = {recipient.recipient_class for recipient in pack.recipients if not recipient.consent}
    assert unasked == {"staff", "authority"}


def test_payment_data_is_sealed_masked_and_shown_to_the_officer_for_a_reason(
    browser: Client, hold: Hold, staff: Callable[[str], User], now: datetime
) -> None:
    item = hold("payment-reference", REFERENCE)
    assert REFERENCE.encode() not in bytes(DataItem.objects.get().sealed_value)
    assert REFERENCE not in words_on(browser, "/en/account/data/")
    agent = staff("agent")
    assert not can_reveal(by=agent, sensitivity="sensitive")
    with pytest.raises(NotAllowed):
        reveal(item_id=item.pk, purpose="payment", reason="đối chiếu", by=agent, now=now)
    officer = staff("dpo")
    assert reveal(item_id=item.pk, purpose="payment", reason="Đối chiếu tiền về", by=officer, now=now) == REFERENCE
    entry = entries_about_subject(item.subject_id).filter(event="item.revealed").get()
    assert entry.details == {"field": "payment-reference", "purpose": "payment"}
    assert read_note(entry) == "Đối chiếu tiền về"
    page = words_on(browser, "/en/account/access-log/")
    assert "the data-protection officer" in page and "Đối chiếu tiền về" in page


def test_a_purpose_of_another_field_opens_nothing(hold: Hold, staff: Callable[[str], User], now: datetime) -> None:
    item = hold("payment-reference", REFERENCE)
    with pytest.raises(PurposeNotNamed):
        reveal(item_id=item.pk, purpose="promotions", reason="quảng cáo", by=staff("dpo"), now=now)
    assert entries_about_subject(item.subject_id).filter(event="item.read_refused").exists()


def test_the_class_of_a_field_decides_how_it_is_guarded(browser: Client, pack: Pack, hold: Hold) -> None:
    classes = {spec.code: spec.sensitivity for spec in pack.fields}
    assert classes["payment-reference"] == "sensitive" and classes["full-name"] == "basic"
    assert REVEAL_ROLES["sensitive"] < REVEAL_ROLES["basic"]
    hold("payment-reference", REFERENCE)
    hold("full-name", "Lê Văn Khánh")
    page = words_on(browser, "/en/account/data/")
    assert "Lê Văn Khánh" in page and REFERENCE not in page
    browser.post("/en/account/data/payment-reference/show/")
    assert REFERENCE in words_on(browser, "/en/account/data/")
    assert REFERENCE not in words_on(browser, "/en/account/data/")
    rules = {spec.code: spec.retention for spec in pack.fields}
    assert rules["payment-reference"] != rules["full-name"]


def test_the_right_to_correct_does_not_end_with_the_contract(browser: Client, hold: Hold, pack: Pack) -> None:
    hold("full-name", "Lê Văn Khanh")
    browser.post("/en/account/data/full-name/", {"value": "Lê Văn Khánh", "seen": _state(browser)})
    assert "Lê Văn Khánh" in words_on(browser, "/en/account/data/")
    assert "A value was changed" in words_on(browser, "/en/account/data/full-name/history/")
    assert "LV-6" in facts_found(pack)


@pytest.mark.parametrize(("answer_given", "then"), [("accept", "Lê Văn Khánh"), ("decline", "Lê Văn Khanh")])
def test_what_staff_correct_by_themselves_waits_for_the_person(
    browser: Client, member: User, hold: Hold, staff: Callable[[str], User], now: datetime, answer_given: str, then: str
) -> None:
    hold("full-name", "Lê Văn Khanh")
    open_with_offer(
        form_token=uuid4(),
        subject_id=member.subject_id,
        field="full-name",
        value="Lê Văn Khánh",
        words="Hợp đồng ghi khác.",
        by=staff("agent"),
        now=now,
    )
    assert [mail.to for mail in mails_of("request-offer")] == [ADDRESS]
    assert "Lê Văn Khanh" in words_on(browser, "/en/account/data/")
    case = Request.objects.get()
    page = f"/en/account/requests/{case.reference}/"
    shown = words_on(browser, page)
    assert "Lê Văn Khanh" in shown and "Lê Văn Khánh" in shown and "Hợp đồng ghi khác." in shown
    browser.post(f"{page}correction/", {"field": "full-name", "answer": answer_given})
    run_due(now=now)
    assert then in words_on(browser, "/en/account/data/")
    state = CorrectionState.APPLIED if answer_given == "accept" else CorrectionState.DECLINED
    assert case.corrections.get().state == state


def test_a_paused_address_is_held_told_elsewhere_and_let_go_on_with_a_confirmation(
    browser: Client, member: User, hold: Hold, staff: Callable[[str], User], now: datetime
) -> None:
    hold("phone", "0912 345 678")
    agent, officer = staff("agent"), staff("dpo")
    row = pause(contact=ADDRESS, reason=PauseReason.ODD, by=agent, now=now)
    browser.post("/en/account/requests/new/copy/", {"form_token": str(uuid4()), "text": "", "password": PASSWORD})
    case = Request.objects.get()
    assert case.is_identified and case.is_open and not case.decisions.exists()
    assert case.received_at == now < case.target_at
    told = {"pause_id": row.pk, "way": IntakeChannel.PHONE, "words": "Gọi số đã lưu, khách xác nhận."}
    with pytest.raises(NotAllowed):
        lift(**told, by=officer, now=now)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        tell(**(told | {"way": IntakeChannel.EMAIL}), by=agent, now=now)  # type: ignore[arg-type]
    tell(**told, by=agent, now=now)  # type: ignore[arg-type]
    before = case.target_at
    lift(**told, by=officer, now=now + timedelta(hours=1))  # type: ignore[arg-type]
    case.refresh_from_db()
    assert case.decisions.filter(effective_at__isnull=False).exists() and case.target_at == before
    events = entries_about(f"address-pause:{row.pk}").order_by("pk")
    assert [entry.event for entry in events] == [PauseEvent.PAUSED, PauseEvent.TOLD, PauseEvent.LIFTED]
    assert read_note(events[2]) == "Gọi số đã lưu, khách xác nhận."


def test_an_answer_is_fetched_here_and_never_stands_in_a_mail(
    staff: Callable[[str], User], policy: PolicyVersion, now: datetime
) -> None:
    filed, agent = complain(), staff("agent")
    take(kind=Complaint.kind, case_id=filed.pk, by=agent, now=now)
    secret = "Chúng tôi đã xóa số 0912 345 678 khỏi danh sách gọi."
    begin(kind=Complaint.kind, case_id=filed.pk, by=agent, now=now)
    answer(
        complaint_id=filed.pk,
        outcome=Outcome.UPHELD,
        finding=secret,
        done=secret,
        form_token=uuid4(),
        by=agent,
        now=now,
    )
    told = [mail for mail in queued() if mail.notice == "complaint-answered"]
    assert len(told) == 1
    for mail in queued():
        assert "0912" not in mail.subject + mail.body and "danh sách gọi" not in mail.body
    assert not [name for name in dir(EmailChannel) if "attach" in name]


def test_what_lowendviet_left_out_is_reported_and_marked(client: Client, pack: Pack) -> None:
    gaps = {finding.place for finding in findings_on(pack)}
    assert {"controller.registration", "controller.address", "controller.phone", "controller.email"} <= gaps
    assert {"LV-3", "LV-6", "LV-11", "LV-13"} <= facts_found(pack)
    for page in ("policy/", "procedure/"):
        marked = '<span class="placeholder">[Chưa có: địa chỉ trụ sở của LowendViet]</span>'
        assert marked in client.get(f"/vi/{page}").content.decode()
    assert any(rule.has_period and rule.proposed for rule in pack.retention)
    assert words_on(client, "/vi/complaints/new/") and words_on(client, "/vi/requests/new/")


def _state(browser: Client) -> str:
    page = browser.get("/en/account/data/full-name/").content.decode()
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None
    return found[1]
