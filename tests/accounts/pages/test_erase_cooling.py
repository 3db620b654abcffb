"""A deletion of everything that can still be called off: what the pages say, and the button that works for whoever
holds the link.
"""

import html
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.services.registering import register_person
from core import clock
from core.actors import SYSTEM
from personal_data.enums import ErasureState
from personal_data.models import DataSubject, ErasureRun
from personal_data.services.erasing import run_due_erasures
from policies.services.publishing import publish
from tests.accounts.conftest import Mail
from tests.accounts.pages.conftest import ADDRESS, PASSWORD, Hold
from tests.personal_data.retention_steps import held_back
from tests.policies.made_up import write_pack

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
ERASE = "/en/account/erase/"


@pytest.fixture(autouse=True)
def _no_old_throttles() -> None:
    cache.clear()


def ask(browser: Client) -> str:
    """Ask for everything to be deleted; the address of the page that shows it."""
    answer = browser.post(ERASE, {"understood": "on", "password": PASSWORD})
    assert answer.status_code == 302
    return str(answer["Location"])


def page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_page_says_when_it_begins(browser: Client, hold: Hold) -> None:
    hold()
    text = page(browser, ERASE)
    assert "It begins 24 hours after you press the button" in text and "You are signed out at once" not in text


def test_the_person_gets_the_link_by_mail_once(
    browser: Client, member: User, hold: Hold, mails: Callable[[], list[Mail]]
) -> None:
    hold()
    link = ask(browser)
    begins = page(browser, link).split("<time")[1].split(">")[1].split("<")[0]
    assert ask(browser) == link
    (mail,) = [one for one in mails() if one.notice == "erasure-begins"]
    assert mail.to == ADDRESS and f"It begins on {begins}." in mail.body and f"{link}\n" in mail.body
    assert "legal grounds" not in mail.body
    run_due_erasures(now=clock.now() + timedelta(hours=25))
    assert "Everything came out as planned." in page(Client(), f"{link}certificate/")


def test_under_a_hold_nobody_is_promised_an_hour(
    browser: Client, member: User, hold: Hold, mails: Callable[[], list[Mail]]
) -> None:
    hold()
    held_back(subject_ref=member.subject_id)
    before = page(browser, ERASE)
    assert "a dispute or a claim that is being settled" in before and "24 hours after" not in before
    link = ask(browser)
    text = page(browser, link)
    assert "waits until a legal ground ends" in text and "not before" in text and "begins in 24 hours" not in text
    assert "It has to wait until a legal ground ends" in page(browser, "/en/account/")
    (mail,) = [one for one in mails() if one.notice == "erasure-begins"]
    assert "legal grounds" in mail.body and "It begins on" not in mail.body


def test_until_it_begins_the_person_stays_signed_in_and_every_page_says_so(browser: Client, hold: Hold) -> None:
    hold()
    link = ask(browser)
    for address in ("/en/account/", "/en/account/data/", "/en/account/requests/"):
        text = page(browser, address)
        assert "Everything is going to be deleted" in text and f'href="{link}"' in text, address
    assert "Your password" not in page(browser, ERASE)


def test_whoever_has_the_link_calls_it_off_with_a_button_and_nothing_else(browser: Client, hold: Hold) -> None:
    hold()
    link = ask(browser)
    stranger = Client()
    text = page(stranger, link)
    assert "The deletion has not begun" in text and "begins in 24 hours" in text
    assert f'action="{link}cancel/"' in text and 'data-action="erasure-cancel"' in text
    assert stranger.get(f"{link}cancel/").status_code == 405
    assert ErasureRun.objects.get().state == ErasureState.COOLING
    for _turn in range(2):
        assert stranger.post(f"{link}cancel/")["Location"] == link
    assert ErasureRun.objects.get().state == ErasureState.CANCELLED
    assert "The deletion was called off" in page(stranger, link)
    assert stranger.get(link, headers={"accept": "application/json"}).json()["finished"] is True
    assert "Everything is going to be deleted" not in page(browser, "/en/account/")


def test_the_page_of_the_deletion_shows_no_value_of_the_person(browser: Client, member: User, hold: Hold) -> None:
    item = hold()
    text = page(Client(), ask(browser))
    assert "What goes" in text and "What stays, and why" in text
    for trace in ("Mai Hoa", "hoa.tran", str(item.pk), str(member.subject_id)):
        assert trace not in text


def test_once_begun_it_cannot_be_called_off(browser: Client, hold: Hold) -> None:
    hold()
    link = ask(browser)
    assert run_due_erasures(now=clock.now()) == 0
    assert run_due_erasures(now=clock.now() + timedelta(hours=25)) == 1
    answer = Client().post(f"{link}cancel/", follow=True)
    assert "Everything is deleted" in html.unescape(answer.content.decode())
    assert ErasureRun.objects.get().state == ErasureState.DONE
    assert not DataSubject.objects.get().is_active


def test_an_unknown_link_shows_and_cancels_nothing(browser: Client) -> None:
    for token in ("0" * 64, uuid4().hex):
        answer = browser.get(f"/en/account/erase/progress/{token}/")
        text = html.unescape(answer.content.decode())
        assert answer.status_code == 404 and "This deletion is not known here" in text
        assert "nothing has been deleted, and you can ask for it again" in text and "/en/complaints/new/" in text
        assert browser.post(f"/en/account/erase/progress/{token}/cancel/").status_code == 404


def test_where_nothing_cools_off_a_hold_leaves_the_account_open_too(
    transactional_db: None, tmp_path: Path, now: datetime
) -> None:
    publish(path=write_pack(tmp_path), by=SYSTEM, now=now, demo=True)
    member = register_person(address=ADDRESS, password=PASSWORD, language="en", by=SYSTEM, now=now)
    held_back(subject_ref=member.subject_id)
    browser = Client()
    browser.force_login(member)
    assert "It takes a minute or two" not in page(browser, ERASE)
    link = ask(browser)
    assert "waits until a legal ground ends" in page(browser, link)
    assert "It has to wait until a legal ground ends" in page(browser, "/en/account/")
    Client().post(f"{link}cancel/")
    member.refresh_from_db()
    assert member.is_active and "Everything is going to be deleted" not in page(browser, "/en/account/")
