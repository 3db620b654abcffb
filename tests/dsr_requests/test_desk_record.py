"""Entering a request for somebody who called, wrote or came."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.models import User
from cases import sealing as case_sealing
from cases.services.assigning import take
from dsr_requests import sealing
from dsr_requests.enums import RequestKind
from dsr_requests.models import Request
from tests.cases.desk_steps import page_of, shown
from tests.cases.fixtures import mails_of, signed_in

RECORD = "/staff/dsr_requests/request/record/"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
ENGLISH = {"accept-language": "en"}
SAID = "Chị ấy gọi và nhờ làm giúp."


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
        "text": SAID,
        **changes,
    }


@pytest.fixture
def desk(agent: User) -> Client:
    return signed_in(agent)


def test_every_right_has_a_form_of_its_own(desk: Client) -> None:
    chooser = shown(desk.get(RECORD, headers=ENGLISH))
    for kind in RequestKind:
        assert f'href="{RECORD}{kind.value}/"' in chooser
        assert desk.get(f"{RECORD}{kind.value}/", headers=ENGLISH).status_code == 200
    assert desk.get(f"{RECORD}erase/").status_code == 404
    assert RECORD in shown(desk.get("/staff/dsr_requests/request/", headers=ENGLISH))


def test_a_call_of_yesterday_runs_from_then_and_identifies_nobody(desk: Client, agent: User, now: datetime) -> None:
    received = (now - timedelta(days=1)).replace(second=0, microsecond=0)
    answer = desk.post(
        f"{RECORD}delete/", form(received, extent="chosen", chosen=["phone"]), headers=ENGLISH, follow=True
    )
    case = Request.objects.get()
    assert answer.redirect_chain[-1][0].endswith(f"/{case.pk}/change/") and case.reference in shown(answer)
    assert (case.received_at, case.channel, case.asked_for) == (received, "PHONE", "delete")
    assert (case.fields, case.everything, case.is_identified) == (["phone"], False, False)
    key = case_sealing.evidence_key(case.subject_id)
    assert case_sealing.contact_of(case, key=key) == "+84912345678"
    assert case_sealing.text_of(case, key=key) == SAID
    take(kind="request", case_id=case.pk, by=agent, now=now)
    assert "not established" in page_of(desk, case)


def test_a_mail_is_acknowledged_to_its_address_with_no_reason_given(desk: Client, now: datetime) -> None:
    desk.post(
        f"{RECORD}view/",
        form(now, channel="EMAIL", contact_kind="EMAIL", contact="chi@example.com", text=""),
        headers=ENGLISH,
    )
    assert [mail.to for mail in mails_of("request-received")] == ["chi@example.com"]


def test_new_values_are_kept_field_by_field(desk: Client, now: datetime) -> None:
    data = form(now, **{"value-full-name": "Trần Thị Lan", "value-phone": "0987 654 321"})
    desk.post(f"{RECORD}correct/", data, headers=ENGLISH)
    case = Request.objects.get()
    key = case_sealing.evidence_key(case.subject_id)
    found = {row.field: sealing.proposed_value(row, key=key) for row in case.corrections.all()}
    assert found == {"full-name": "Trần Thị Lan", "phone": "+84987654321"}


def test_a_representative_is_written_down_with_both_persons(desk: Client, agent: User, now: datetime) -> None:
    data = form(
        now,
        mandate_kind="PARENT",
        mandate_name="Trần Văn Bình",
        person_name="Trần Bảo An",
        person_contact="be.an@example.com",
        mandate_until="2027-01-31",
        child_is_seven="on",
    )
    desk.post(f"{RECORD}view/", data, headers=ENGLISH)
    case = Request.objects.get()
    mandate = case.representative
    assert (mandate.kind, mandate.valid_until, mandate.child_is_seven) == ("PARENT", date(2027, 1, 31), True)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    page = page_of(desk, case)
    assert "Trần Văn Bình" in page and "Trần Bảo An" in page and "mandate not examined yet" in page


@pytest.mark.parametrize(
    ("kind", "changes", "where"),
    [
        ("delete", {"extent": "chosen"}, "chosen"),
        ("delete", {"extent": "all", "chosen": ["phone"]}, "extent"),
        ("delete", {}, "extent"),
        ("object", {"extent": "chosen", "chosen": ["made-up"]}, "chosen"),
        ("correct", {"value-phone": "12"}, "value-phone"),
        ("correct", {"text": ""}, "text"),
        ("view", {"mandate_kind": "GUARDIAN"}, "person_name"),
        ("view", {"contact": "12"}, "contact"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    kind: str, changes: dict[str, Any], where: str, desk: Client, now: datetime
) -> None:
    refused = desk.post(f"{RECORD}{kind}/", form(now) | changes, headers=ENGLISH)
    assert refused.status_code == 422 and f'href="#id_{where}' in shown(refused)
    assert changes.get("text", SAID) in shown(refused)
    assert not Request.objects.exists()


def test_the_same_form_sent_twice_is_one_request(desk: Client, now: datetime) -> None:
    data = form(now)
    for _ in range(2):
        desk.post(f"{RECORD}copy/", data)
    assert Request.objects.count() == 1


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_does_not_work_on_cases_records_none(role: str, staff: Callable[..., User], now: datetime) -> None:
    browser = signed_in(staff(role))
    assert browser.get(RECORD).status_code == 403
    assert browser.post(f"{RECORD}view/", form(now)).status_code == 403
    assert not Request.objects.exists()
