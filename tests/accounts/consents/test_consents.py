"""The page of consents: nothing chosen beforehand, saved once, taken back at once, printed with the words of then."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from consent.answers import Answer, ConsentKey
from consent.models import LedgerEntry
from consent.selectors import in_force
from consent.services.asking import questions
from consent.services.granting import record_answers
from core import clock
from core.actors import SYSTEM
from personal_data.models import Device
from policies.models import PolicyVersion

PAGE = "/en/account/consents/"
WITHDRAW = f"{PAGE}withdraw/"
HISTORY = f"{PAGE}history/"
BY_EMAIL = ConsentKey("marketing", "email")
BY_SMS = ConsentKey("marketing", "sms")
DEVICES = ConsentKey("device-information")


def form(version: PolicyVersion, language: str = "en", **answers: str) -> dict[str, str]:
    """The page's form with some answers chosen: `marketing_email="agree"`."""
    sent = {}
    for question in questions(version, language):
        sent[f"shown-{question.key.token}"] = question.shown
        name = "_".join(filter(None, (question.key.purpose, question.key.channel, question.key.recipient_class)))
        if name.replace("-", "_") in answers:
            sent[f"answer-{question.key.token}"] = answers[name.replace("-", "_")]
    return sent


def messages_on(page: str) -> str:
    return " ".join(re.findall(r'class="notice.*?</div>\s*</div>', page, re.DOTALL))


def test_nothing_is_chosen_beforehand_and_both_answers_look_alike(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    assert "checked" not in page
    agree = re.findall(r'<div class="choice"><label for="agree-[^"]*"><input type="radio" form="answers"', page)
    refuse = re.findall(r'<div class="choice"><label for="refuse-[^"]*"><input type="radio" form="answers"', page)
    assert len(agree) == len(refuse) == 8
    assert "8 questions for you" in page


def test_contract_purposes_are_shown_without_a_box(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    assert "Providing the service and keeping the site good" in page
    assert "Needed for your contract" in page
    assert 'name="answer-service.."' not in page


def test_answers_are_saved_and_said_back(browser: Client, member: User, policy: PolicyVersion) -> None:
    answered = browser.post(PAGE, form(policy, marketing_email="agree", marketing_sms="refuse"), follow=True)
    words = messages_on(answered.content.decode())
    assert "2 answers saved." in words
    assert "You agree: News of services, products and offers – E-mail." in words
    assert "You do not agree: News of services, products and offers – Text message (SMS)." in words
    assert set(in_force(member.subject_id, clock.now())) == {BY_EMAIL}
    assert "6 questions for you" in answered.content.decode()
    entry = LedgerEntry.objects.get(reply="GRANTED")
    assert (entry.language, entry.method, entry.captured_by) == ("en", "ACCOUNT", "")


def test_sending_the_form_twice_acts_once(browser: Client, policy: PolicyVersion) -> None:
    sent = form(policy, marketing_email="agree")
    browser.post(PAGE, sent)
    again = browser.post(PAGE, sent, follow=True).content.decode()
    assert "Nothing changed" in messages_on(again)
    assert LedgerEntry.objects.count() == 1


def test_choosing_nothing_saves_nothing_and_says_so(browser: Client, policy: PolicyVersion) -> None:
    page = browser.post(PAGE, form(policy), follow=True).content.decode()
    assert "Silence is never taken as consent" in messages_on(page)
    assert LedgerEntry.objects.count() == 0


def test_a_page_left_open_over_a_new_wording_saves_nothing_and_keeps_the_choice(
    browser: Client, policy: PolicyVersion
) -> None:
    stale = form(policy, marketing_email="agree") | {f"shown-{BY_EMAIL.token}": "00" * 32}
    answered = browser.post(PAGE, stale)
    page = answered.content.decode()
    assert answered.status_code == 422
    assert "The wording changed" in messages_on(page)
    assert page.count(" checked") == 1
    assert LedgerEntry.objects.count() == 0


@pytest.mark.parametrize(
    "sent",
    [
        {"answer-marketing.email.": "agree"},
        {"answer-marketing.email.": "agree", "shown-marketing.email.": "not hex"},
        {"answer-marketing.email.": "perhaps"},
        {"answer-service..": "agree"},
        {"answer-' OR 1=1 --": "agree"},
        {f"answer-{'x' * 500}..": "agree"},
        {"answer-..": "agree"},
    ],
)
def test_what_the_page_never_asked_is_refused_in_words(browser: Client, sent: dict[str, str]) -> None:
    answered = browser.post(PAGE, sent)
    assert answered.status_code == 422
    assert messages_on(answered.content.decode())
    assert LedgerEntry.objects.count() == 0


def test_withdrawing_is_one_press_and_acts_at_once(browser: Client, member: User, policy: PolicyVersion) -> None:
    browser.post(PAGE, form(policy, marketing_email="agree"))
    assert browser.get(PAGE).content.decode().count('data-action="consent-withdraw"') == 1
    page = browser.post(WITHDRAW, {"consent": BY_EMAIL.token}, follow=True).content.decode()
    assert "Withdrawn: News of services, products and offers – E-mail." in messages_on(page)
    assert in_force(member.subject_id, clock.now()) == {}


def test_withdrawing_twice_says_so_and_acts_once(browser: Client, policy: PolicyVersion) -> None:
    browser.post(PAGE, form(policy, marketing_email="agree"))
    browser.post(WITHDRAW, {"consent": BY_EMAIL.token})
    page = browser.post(WITHDRAW, {"consent": BY_EMAIL.token}, follow=True).content.decode()
    assert "nothing to withdraw" in messages_on(page)
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize("token", ["", "nonsense", "a.b", "x" * 3000])
def test_withdrawing_nonsense_is_refused_in_words(browser: Client, token: str) -> None:
    page = browser.post(WITHDRAW, {"consent": token}, follow=True)
    assert page.status_code == 200
    assert messages_on(page.content.decode())


def test_a_look_at_the_address_changes_nothing(browser: Client) -> None:
    assert browser.get(WITHDRAW).status_code == 405


def test_a_refusal_can_be_turned_into_a_consent_under_the_words_in_sight(
    browser: Client, member: User, policy: PolicyVersion
) -> None:
    browser.post(PAGE, form(policy, marketing_email="refuse", marketing_sms="refuse", marketing_phone="refuse"))
    page = browser.get(PAGE).content.decode()
    assert page.count('data-action="consent-grant"') == 3
    assert "How often:" in page
    browser.post(PAGE, form(policy, marketing_email="agree"))
    assert set(in_force(member.subject_id, clock.now())) == {BY_EMAIL}


def test_after_signing_up_one_chooses_now_or_later(browser: Client, policy: PolicyVersion) -> None:
    page = browser.get(f"{PAGE}?welcome=1").content.decode()
    assert "Choose now or later" in page
    assert "Later, go to my account" in page
    browser.post(f"{PAGE}?welcome=1", form(policy, marketing_email="agree"))
    assert LedgerEntry.objects.get().method == "SIGN_UP"


def test_the_history_prints_each_answer_with_the_words_of_then(browser: Client, policy: PolicyVersion) -> None:
    browser.post(PAGE, form(policy, marketing_email="agree"))
    browser.post("/vi/account/consents/", form(policy, "vi", marketing_sms="agree"))
    browser.post(WITHDRAW, {"consent": BY_EMAIL.token})
    page = browser.get(HISTORY).content.decode()
    for question in [q for code in ("en", "vi") for q in questions(policy, code)]:
        if question.key == (BY_EMAIL if question.language == "en" else BY_SMS):
            for line in question.wording.splitlines():
                assert escape(line) in page
            assert question.shown in page
    assert page.count("<tr>") == 4
    assert "Firefox, Windows" in page
    assert "203.0.113.0/24" in page
    assert "203.0.113.77" not in page


def test_an_empty_history_says_so(browser: Client) -> None:
    assert "You have not answered anything yet" in browser.get(HISTORY).content.decode()


def test_agreeing_to_devices_notes_this_one_and_withdrawing_deletes_it(
    browser: Client, member: User, policy: PolicyVersion
) -> None:
    browser.post(PAGE, form(policy, device_information="agree"))
    assert Device.objects.filter(subject=member.subject_id).count() == 1
    browser.post(WITHDRAW, {"consent": DEVICES.token})
    assert Device.objects.count() == 0


@pytest.mark.parametrize("path", [PAGE, HISTORY, "/en/account/devices/"])
def test_nobody_else_sees_the_page(policy: PolicyVersion, path: str) -> None:
    answered = Client().get(path)
    assert answered.status_code == 302
    assert "/auth/login/" in answered["Location"]


@pytest.mark.parametrize("path", [PAGE, HISTORY])
def test_a_long_history_costs_no_more_queries(
    browser: Client,
    member: User,
    policy: PolicyVersion,
    django_assert_max_num_queries: Callable[..., object],
    path: str,
) -> None:
    browser.post(PAGE, form(policy, marketing_email="agree"), follow=True)
    with django_assert_max_num_queries(15) as few:  # type: ignore[attr-defined]
        browser.get(path)
    for number in range(60):
        record_answers(
            subject_id=member.subject_id,
            answers=[Answer(BY_EMAIL, number % 2 == 1)],
            version=policy,
            language="en",
            evidence={},
            by=SYSTEM,
            now=clock.now(),
        )
    with django_assert_max_num_queries(15) as many:  # type: ignore[attr-defined]
        browser.get(path)
    assert len(many) == len(few)


def test_without_a_published_policy_nothing_is_asked(transactional_db: None, now: datetime) -> None:
    from accounts.services.registering import register_person

    user = register_person(address="a@example.vn", password="bến-sông-9-mùa-lũ", language="en", by=SYSTEM, now=now)
    client = Client()
    client.force_login(user)
    assert "No policy is in force yet" in client.get(PAGE).content.decode()
    assert client.get("/en/account/devices/").status_code == 200
