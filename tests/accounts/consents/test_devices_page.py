"""The page of devices: what is noted under consent, and apart from it what security keeps."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import User
from consent.answers import Answer, ConsentKey
from consent.services.devices import noted_devices
from consent.services.granting import record_answers
from core import clock
from personal_data.models import Device
from policies.models import PolicyVersion

PAGE = "/en/account/devices/"
NOTE = f"{PAGE}note/"
DELETE_ALL = f"{PAGE}delete/"
DEVICES = ConsentKey("device-information")


@pytest.fixture
def agreed(member: User, policy: PolicyVersion) -> None:
    record_answers(
        subject_id=member.subject_id,
        answers=[Answer(DEVICES, True)],
        version=policy,
        language="en",
        evidence={},
        by=member,
        now=clock.now(),
    )


def test_without_consent_the_page_carries_no_form_and_no_script(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()
    assert "You do not agree, so no device is noted." in page
    assert "device.js" not in page
    assert "data-device-facts" not in page


def test_without_consent_nothing_is_noted(browser: Client) -> None:
    page = browser.post(NOTE, {"screen": "390x844"}, follow=True).content.decode()
    assert "nothing was noted" in page
    assert Device.objects.count() == 0


def test_the_script_notes_the_device_once_per_session(browser: Client, member: User, agreed: None) -> None:
    assert "data-device-auto" in browser.get(PAGE).content.decode()
    answered = browser.post(NOTE, {"quiet": "1", "screen": "390x844", "device_language": "vi-VN"})
    assert (answered.status_code, answered.content) == (204, b"")
    (device,) = noted_devices(member.subject_id)
    assert (device.facts.system, device.facts.screen, device.facts.language) == ("Windows 10", "390x844", "vi-VN")
    page = browser.get(PAGE).content.decode()
    assert "device.js" not in page
    for fact in ("Windows 10", "390x844", "vi-VN", "like the one you are using"):
        assert fact in page


def test_without_script_a_press_notes_it(browser: Client, member: User, agreed: None) -> None:
    page = browser.post(NOTE, {}, follow=True).content.decode()
    assert "This device is noted." in page
    assert len(noted_devices(member.subject_id)) == 1


def test_one_and_all_are_deleted(browser: Client, member: User, agreed: None) -> None:
    browser.post(NOTE, {})
    browser.post(NOTE, {}, headers={"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)"})
    first, _ = noted_devices(member.subject_id)
    assert "The device is deleted." in browser.post(f"{PAGE}{first.id}/delete/", follow=True).content.decode()
    assert "no longer held" in browser.post(f"{PAGE}{first.id}/delete/", follow=True).content.decode()
    assert "1 device deleted." in browser.post(DELETE_ALL, follow=True).content.decode()
    assert "There was no device to delete." in browser.post(DELETE_ALL, follow=True).content.decode()


def test_somebody_elses_device_is_out_of_reach(
    browser: Client, member: User, agreed: None, policy: PolicyVersion
) -> None:
    from accounts.services.registering import register_person
    from core.actors import SYSTEM

    browser.post(NOTE, {})
    (device,) = noted_devices(member.subject_id)
    other = register_person(
        address="b@example.vn", password="bến-sông-9-mùa-lũ", language="en", by=SYSTEM, now=clock.now()
    )
    stranger = Client()
    stranger.force_login(other)
    stranger.post(f"{PAGE}{device.id}/delete/")
    assert Device.objects.count() == 1


def test_withdrawing_here_comes_back_here(browser: Client, member: User, agreed: None) -> None:
    browser.post(NOTE, {})
    answered = browser.post(f"{PAGE[:-8]}consents/withdraw/", {"consent": DEVICES.token, "back": "devices"})
    assert answered["Location"] == PAGE
    assert Device.objects.count() == 0


def test_what_security_keeps_stands_apart_with_its_own_time(browser: Client, member: User) -> None:
    UserSession.objects.create(
        user=member, ip="203.0.113.9", user_agent="Mozilla/5.0 (X11; Linux) Firefox/131.0", session_key="x" * 32
    )
    page = browser.get(PAGE).content.decode()
    apart = page[page.index("Kept for security, apart from this") :]
    for words in ("203.0.113.9", "Firefox, Linux", "90 days", "not on consent"):
        assert words in apart


@pytest.mark.parametrize("path", [NOTE, DELETE_ALL])
def test_a_look_at_an_address_changes_nothing(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 405
