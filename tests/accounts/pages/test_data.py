"""The data pages: every field with what belongs to it, and each action once, whatever happens in other windows."""

import html
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from core import clock
from core.actors import SYSTEM
from personal_data.models import DataItem, FieldRefusal
from personal_data.services import holding
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.accounts.pages.conftest import ADDRESS, NAME, PASSWORD, PHONE, Hold

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
PACKS = settings.BASE_DIR / "policies" / "packs"
DATA = "/en/account/data/"


def page(browser: Client, address: str = DATA) -> str:
    response = browser.get(address)
    assert response.status_code == 200, response.status_code
    assert "no-store" in response["Cache-Control"]
    return html.unescape(response.content.decode())


def test_every_field_says_what_the_issue_asks(browser: Client, hold: Hold) -> None:
    hold()
    text = page(browser)
    for words in ("Full name", NAME, "Used for", "Who may receive it", "Where it comes from", "Where it is stored"):
        assert words in text
    for words in ("Held since", "Kept until", "Last confirmed", "Delivery address", "Unboxing or inspection video"):
        assert words in text
    assert ADDRESS in text


def test_a_sensitive_value_is_shown_once_and_only_when_asked(browser: Client, hold: Hold) -> None:
    hold("payment-reference", "FT26061998877")
    assert "FT26061998877" not in page(browser)
    shown = browser.post(f"{DATA}payment-reference/show/", follow=True)
    assert "FT26061998877" in shown.content.decode()
    assert "FT26061998877" not in page(browser)


def test_a_value_is_entered_and_changed(browser: Client, member: User) -> None:
    browser.post(f"{DATA}phone/", {"value": PHONE, "seen": ""})
    item = DataItem.objects.get(subject_id=member.subject_id)
    assert "0912 345 678" in page(browser)
    browser.post(f"{DATA}phone/", {"value": "+84 987 654 321", "seen": holding.state_mark(item)})
    assert "0987 654 321" in page(browser)
    events = list(AuditEntry.objects.filter(event__startswith="item.").order_by("id").values_list("event", flat=True))
    assert events == ["item.written", "item.corrected"]


@pytest.mark.parametrize(("language", "words"), [("en", "Enter a phone number such as"), ("vi", "0912 345 678")])
def test_a_wrong_phone_number_keeps_what_was_typed(browser: Client, language: str, words: str) -> None:
    response = browser.post(f"/{language}/account/data/phone/", {"value": "call me <b>maybe</b>", "seen": ""})
    text = html.unescape(response.content.decode())
    assert 'value="call me <b>maybe</b>"' in text and words in text
    assert not DataItem.objects.exists()


@pytest.mark.parametrize("value", ["x" * 2001, "Mai\x00Hoa", "   "])
def test_hostile_values_are_refused_beside_the_field(browser: Client, value: str) -> None:
    response = browser.post(f"{DATA}full-name/", {"value": value, "seen": ""})
    assert response.status_code == 200 and b"error-summary" in response.content
    assert not DataItem.objects.exists()


def test_the_same_form_sent_twice_acts_once(browser: Client) -> None:
    for _turn in range(2):
        browser.post(f"{DATA}full-name/", {"value": NAME, "seen": ""})
    assert AuditEntry.objects.filter(event__startswith="item.").count() == 1


def test_two_windows_do_not_overwrite_each_other(browser: Client, hold: Hold) -> None:
    seen = holding.state_mark(hold())
    browser.post(f"{DATA}full-name/", {"value": "Trần Mai Hoa", "seen": seen})
    second = browser.post(f"{DATA}full-name/", {"value": "Mai Hoa Trần", "seen": seen})
    text = html.unescape(second.content.decode())
    assert "Held now: Trần Mai Hoa" in text and 'value="Mai Hoa Trần"' in text
    mark = holding.state_mark(DataItem.objects.get())
    assert mark in text
    browser.post(f"{DATA}full-name/", {"value": "Mai Hoa Trần", "seen": mark})
    assert "Mai Hoa Trần" in page(browser)


def test_still_right_is_one_press(browser: Client, hold: Hold) -> None:
    hold()
    browser.post(f"{DATA}full-name/confirm/")
    assert AuditEntry.objects.filter(event="item.confirmed").count() == 1


def test_deleting_says_first_what_follows(browser: Client, hold: Hold) -> None:
    hold()
    text = page(browser, f"{DATA}full-name/delete/")
    assert NAME in text and "Without a name the carrier" in text and "What stays" in text
    assert DataItem.objects.exists()
    browser.post(f"{DATA}full-name/delete/")
    assert not DataItem.objects.exists()


def test_deleting_what_another_window_deleted_is_told_kindly(browser: Client, hold: Hold) -> None:
    hold()
    browser.post(f"{DATA}full-name/delete/")
    for address in (f"{DATA}full-name/delete/", f"{DATA}full-name/confirm/"):
        again = browser.post(address, follow=True)
        assert again.status_code == 200 and b"It may have been deleted in another window" in again.content


def test_several_go_at_once(browser: Client, hold: Hold) -> None:
    hold()
    hold("phone", PHONE)
    hold("delivery-address", "12 Lý Thường Kiệt")
    text = page(browser, f"{DATA}delete/?field=full-name&field=phone")
    assert "Full name" in text and "Delete all 2" in text
    browser.post(f"{DATA}delete/", {"field": ["full-name", "phone"]})
    assert [item.field for item in DataItem.objects.all()] == ["delivery-address"]
    nothing = browser.get(f"{DATA}delete/", follow=True)
    assert b"Tick what you want to delete first" in nothing.content


def test_declining_states_the_consequence_and_is_recorded(browser: Client, hold: Hold) -> None:
    hold("phone", PHONE)
    assert "The carrier cannot call you" in page(browser, f"{DATA}phone/decline/")
    for _turn in range(2):
        browser.post(f"{DATA}phone/decline/")
    assert FieldRefusal.objects.get().field == "phone" and not DataItem.objects.exists()
    assert AuditEntry.objects.filter(event="field.declined").count() == 1
    assert "You do not give this" in page(browser)


def test_the_sign_in_address_cannot_go_by_itself(browser: Client) -> None:
    browser.post(f"{DATA}email/delete/")
    assert ADDRESS in page(browser)
    assert browser.get(f"{DATA}email/decline/").status_code == 404


def test_an_unknown_field_is_no_page(browser: Client) -> None:
    for action in ("", "delete/", "decline/", "history/"):
        assert browser.get(f"{DATA}shoe-size/{action}").status_code == 404


def test_buttons_do_nothing_by_get(browser: Client, hold: Hold) -> None:
    hold()
    for action in ("show", "confirm"):
        assert browser.get(f"{DATA}full-name/{action}/").status_code == 405


def test_nobody_signed_out_sees_anything(client: Client, policy: object) -> None:
    for name in ("home", "data", "access_log", "complaints", "requests", "export", "erase"):
        response = client.get(reverse(f"accounts:{name}"))
        assert response.status_code == 302 and "/auth/login/" in response["Location"]


def test_history_tells_by_role_and_never_the_value(browser: Client, hold: Hold, now: datetime) -> None:
    hold()
    hold(value="Trần Mai Hoa")
    text = page(browser, f"{DATA}full-name/history/")
    assert "A value was changed" in text and "By: you" in text
    assert NAME not in text and "Trần Mai Hoa" not in text


def test_what_was_typed_outlives_the_session(browser: Client, member: User) -> None:
    Session.objects.all().delete()
    sent = browser.post(f"{DATA}full-name/", {"value": NAME, "seen": ""})
    assert "/auth/login/" in sent["Location"]
    opened = browser.post(sent["Location"], {"login": ADDRESS, "password": PASSWORD}, follow=True)
    text = html.unescape(opened.content.decode())
    assert NAME in text and f'action="{DATA}full-name/"' in text
    assert not DataItem.objects.exists()
    browser.post(f"{DATA}full-name/", {"value": NAME, "seen": ""})
    assert NAME in page(browser)


def test_a_field_that_left_the_policy_can_be_seen_and_deleted_and_nothing_else(
    browser: Client, hold: Hold, policy: PolicyVersion, tmp_path: Path
) -> None:
    hold("payment-reference", "FT26061998877")
    folder = shutil.copytree(PACKS / policy.slug, tmp_path / policy.slug)
    text = (folder / "policy.toml").read_text(encoding="utf-8")
    (folder / "policy.toml").write_text(text.replace('"payment-reference"', '"new-reference"'), encoding="utf-8")
    publish(path=folder, by=SYSTEM, now=clock.now(), demo=True)
    text = page(browser)
    assert "Our policy no longer asks for this." in text and f"{DATA}payment-reference/delete/" in text
    for action in ("", "decline/", "confirm/"):
        assert f'{DATA}payment-reference/{action}"' not in text
    assert browser.get(f"{DATA}payment-reference/").status_code == 302
    assert browser.post(f"{DATA}payment-reference/decline/").status_code == 404
    browser.post(f"{DATA}payment-reference/delete/")
    assert not DataItem.objects.filter(field="payment-reference").exists()
    assert "Our policy no longer asks for this." not in page(browser)
