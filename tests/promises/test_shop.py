"""What the online shop promises (SH-1 to SH-11), acted out under its own pack."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from consent.answers import ConsentKey
from consent.models import LedgerEntry
from core.clock import local_date
from personal_data.models import DataItem
from personal_data.services.purposes import end_purpose
from policies.models import PolicyVersion
from policies.pack_types import Pack
from tests.promises.acting import asked, facts_found, findings_on, one_night, purposes_asked, tell, words_on
from tests.promises.conftest import Hold

ORDER_BASICS = {
    "carrier": {"full-name", "phone", "delivery-address", "order-note"},
    "payment": {"full-name", "email", "payment-reference"},
}


@pytest.fixture
def slug() -> str:
    return "shop"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_delivery_is_contract_and_handing_on_is_agreed_apart(policy: PolicyVersion, pack: Pack, language: str) -> None:
    delivery = pack.purpose("order-delivery")
    assert delivery is not None and delivery.basis == "contract"
    assert ConsentKey("order-delivery") not in asked(policy, language)
    for recipient_class, fields in ORDER_BASICS.items():
        question = asked(policy, language)[ConsentKey("order-delivery", "", recipient_class)]
        named = {spec.code for spec in pack.fields if spec.label.in_language(language) in question.wording}
        assert fields <= named
        assert "survey-answer" not in named and "address" not in named - {"address"}


def test_who_receives_an_order_receives_its_basics_and_no_more(pack: Pack) -> None:
    for recipient in pack.recipients:
        if recipient.code in ORDER_BASICS:
            assert set(recipient.fields) == ORDER_BASICS[recipient.code]
            assert recipient.consent
    assert {recipient.recipient_class for recipient in pack.recipients} == {"staff", "carrier", "payment", "authority"}


def test_research_is_opt_in_beside_customer_care(policy: PolicyVersion, pack: Pack) -> None:
    care = pack.purpose("customer-care")
    assert care is not None and care.basis == "contract"
    assert purposes_asked(policy) == {"letters", "market-research", "marketing"}
    survey = pack.field("survey-answer")
    assert survey is not None and survey.purposes == ("market-research",)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_way_of_writing_is_asked_with_content_and_frequency(
    policy: PolicyVersion, pack: Pack, language: str
) -> None:
    questions = asked(policy, language)
    channels = {
        "letters": {"email", "post"},
        "market-research": {"email", "sms", "post", "phone"},
        "marketing": {"email", "sms", "post", "phone"},
    }
    for code, expected in channels.items():
        purpose = pack.purpose(code)
        assert purpose is not None
        found = {key.channel for key in questions if key.purpose == code and not key.recipient_class}
        assert found == expected
        for channel in expected:
            wording = questions[ConsentKey(code, channel)].wording
            assert purpose.content.in_language(language) in wording
            assert purpose.frequency.in_language(language) in wording


def test_agreeing_to_one_channel_agrees_to_that_one(browser: Client, member: User, policy: PolicyVersion) -> None:
    question = asked(policy)[ConsentKey("market-research", "email")]
    token = question.key.token
    browser.post("/en/account/consents/", {f"answer-{token}": "agree", f"shown-{token}": question.shown})
    assert [(entry.key, entry.reply) for entry in LedgerEntry.objects.all()] == [(question.key, "GRANTED")]


def test_own_interest_alone_is_reported_as_no_ground(pack: Pack) -> None:
    assert "SH-5" in facts_found(pack)
    authority = pack.recipient("authority")
    assert authority is not None and authority.clause and authority.purposes == ("legal-request",)


def test_the_blanket_liability_is_reported(pack: Pack) -> None:
    assert "SH-6" in facts_found(pack)


def test_data_is_kept_while_a_purpose_needs_it_and_says_so(browser: Client, pack: Pack, hold: Hold) -> None:
    hold("phone", "0912 345 678")
    rule = pack.retention_rule("while-purpose")
    assert rule is not None and rule.rule == "while-purpose"
    assert {spec.retention for spec in pack.fields} == {"while-purpose"}
    assert rule.text.en in words_on(browser, "/en/account/data/")


def test_sending_data_in_accepts_nothing(browser: Client, pack: Pack) -> None:
    browser.post("/en/account/data/phone/", {"value": "0912 345 678", "seen": ""})
    assert "0912 345 678" in words_on(browser, "/en/account/data/")
    assert not LedgerEntry.objects.exists()
    assert "SH-8" in facts_found(pack)


def test_what_the_shop_left_out_is_reported_and_marked(client: Client, pack: Pack) -> None:
    gaps = {finding.place for finding in findings_on(pack)}
    assert {"controller.registration", "controller.address", "controller.phone", "controller.email"} <= gaps
    assert "SH-10" in facts_found(pack)
    page = client.get("/en/policy/").content.decode()
    assert '<span class="placeholder">[To be supplied: name of the shop or company]</span>' in page
    assert pack.channel("online") is not None
    assert words_on(client, "/en/complaints/new/") and words_on(client, "/en/requests/new/")


def test_only_people_with_a_role_enter_the_desk(browser: Client, staff: Callable[[str], User]) -> None:
    assert browser.get("/staff/").status_code in (302, 403)
    desk = Client()
    desk.force_login(staff("agent"))
    assert desk.get("/staff/").status_code == 200


def test_the_last_purpose_to_end_lets_it_go(
    member: User, hold: Hold, staff: Callable[[str], User], now: datetime
) -> None:
    hold("order-note", "Giao giờ hành chính")
    officer, week = staff("dpo"), timedelta(days=8)
    about = {"subject_id": member.subject_id, "by": officer}
    end_purpose(purpose="order-delivery", now=now, **about)  # type: ignore[arg-type]
    tell(member.subject_id, day=local_date(now), at=now)
    one_night(at=now + week)
    assert DataItem.objects.exists(), "customer care needs it still"
    end_purpose(purpose="customer-care", now=now + week, **about)  # type: ignore[arg-type]
    one_night(at=now + week)
    assert DataItem.objects.exists(), "the person is told first"
    tell(member.subject_id, day=local_date(now + week), at=now + week)
    one_night(at=now + 2 * week)
    assert not DataItem.objects.exists()
