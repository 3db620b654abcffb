"""A forgotten password, another address, an address that no longer works."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.alias import alias_of
from accounts.models import SealedAddress, User
from accounts.sealed_address import address_of_subject, masked_address, real_address
from accounts.services import sweeping
from audit.models import AuditEntry
from core import clock
from outbound.enums import FailureCode
from outbound.models import OutboxMessage
from tests.accounts.conftest import ADDRESS, PASSWORD, Mail
from tests.accounts.test_sign_up import same

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "noch ein langer Satz"
NEW_ADDRESS = "lan.moi@example.org"
Mails = Callable[[], list[Mail]]
SignIn = Callable[..., Client]


# --- a forgotten password -------------------------------------------------------------------------------------------


def ask_for_reset(client: Client, address: str = ADDRESS) -> str:
    response = client.post("/en/auth/password/reset/", {"email": address})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def test_a_code_allows_a_new_password_and_ends_other_sessions(
    client: Client, person: User, mails: Mails, sign_in: SignIn
) -> None:
    elsewhere = sign_in(using=Client())
    assert ask_for_reset(client) == "/en/auth/password/reset/confirm/"
    mail = mails()[-1]
    assert (mail.notice, mail.to) == ("reset-code", ADDRESS)
    assert (
        "This code is not right"
        in client.post("/en/auth/password/reset/confirm/", {"code": "11111111"}).content.decode()
    )
    assert (
        client.post("/en/auth/password/reset/confirm/", {"code": mail.code})["Location"]
        == "/en/auth/password/reset/complete/"
    )
    assert (
        client.post("/en/auth/password/reset/complete/", {"password1": NEW_PASSWORD})["Location"] == "/en/auth/login/"
    )
    assert client.get("/en/auth/security/").status_code == 302, "a reset does not sign anyone in"
    assert elsewhere.get("/en/auth/security/").status_code == 302
    assert mails()[-1].notice == "password-changed"
    assert sign_in(password=NEW_PASSWORD).get("/en/auth/security/").status_code == 200
    assert AuditEntry.objects.filter(event="account.password_changed", target=f"user:{person.pk}").count() == 1


def test_the_code_of_a_reset_cannot_be_used_twice(client: Client, person: User, mails: Mails) -> None:
    ask_for_reset(client)
    code = mails()[-1].code
    client.post("/en/auth/password/reset/confirm/", {"code": code})
    client.post("/en/auth/password/reset/complete/", {"password1": NEW_PASSWORD})
    again = client.post("/en/auth/password/reset/confirm/", {"code": code})
    assert again["Location"] == "/en/auth/password/reset/"


def test_a_code_that_ran_out_is_said_to_have(client: Client, person: User, mails: Mails) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        ask_for_reset(client)
        traveller.shift(timedelta(minutes=11))
        page = client.post("/en/auth/password/reset/confirm/", {"code": mails()[-1].code}, follow=True)
    assert "has run out" in page.content.decode()


def test_known_and_unknown_addresses_get_the_same_pages(client: Client, person: User, mails: Mails) -> None:
    other = Client()
    assert ask_for_reset(client) == ask_for_reset(other, "nobody@example.com")
    pages = [browser.get("/en/auth/password/reset/confirm/").content.decode() for browser in (client, other)]
    assert same(pages[0], ADDRESS) == same(pages[1], "nobody@example.com")
    wrong = [browser.post("/en/auth/password/reset/confirm/", {"code": "11111111"}) for browser in (client, other)]
    assert same(wrong[0].content.decode(), ADDRESS) == same(wrong[1].content.decode(), "nobody@example.com")
    assert [(mail.notice, mail.to) for mail in mails()] == [
        ("reset-code", ADDRESS),
        ("account-unknown", "nobody@example.com"),
    ]


def test_mail_goes_to_the_address_that_was_proved_not_to_another_spelling(
    client: Client, person: User, mails: Mails
) -> None:
    ask_for_reset(client, "lan.nguyen@ExAmPlE.com")
    assert mails()[-1].to == ADDRESS


def test_two_domains_that_look_alike_are_two_addresses() -> None:
    assert alias_of("a@straße.de") != alias_of("a@strasse.de")
    assert alias_of("a@Exámple.com") == alias_of("a@exámple.COM")
    assert alias_of("a\u200b@example.com") == alias_of("a@example.com")


def test_a_reset_does_not_get_past_the_second_factor(client: Client, person: User, mails: Mails) -> None:
    from tests.accounts.test_staff import give_app

    give_app(person)
    ask_for_reset(client)
    client.post("/en/auth/password/reset/confirm/", {"code": mails()[-1].code})
    client.post("/en/auth/password/reset/complete/", {"password1": NEW_PASSWORD})
    answer = client.post("/en/auth/login/", {"login": ADDRESS, "password": NEW_PASSWORD})
    assert answer["Location"] == "/en/auth/factor/"


def test_a_new_password_like_the_address_is_refused(client: Client, person: User, mails: Mails) -> None:
    ask_for_reset(client)
    client.post("/en/auth/password/reset/confirm/", {"code": mails()[-1].code})
    page = client.post("/en/auth/password/reset/complete/", {"password1": "lan.nguyen@example"}).content.decode()
    assert "too similar" in page


def test_changing_the_password_asks_for_the_old_one(
    client: Client, person: User, sign_in: SignIn, mails: Mails
) -> None:
    sign_in()
    wrong = client.post("/en/auth/password/change/", {"oldpassword": "falsch falsch", "password1": NEW_PASSWORD})
    assert "This is not your current password" in wrong.content.decode()
    client.post("/en/auth/password/change/", {"oldpassword": PASSWORD, "password1": NEW_PASSWORD})
    assert mails()[-1].notice == "password-changed"
    assert client.get("/en/auth/security/").status_code == 200


# --- another address ------------------------------------------------------------------------------------------------


def confirm_self(client: Client) -> None:
    client.post("/en/auth/reauthenticate/", {"password": PASSWORD})


def test_another_address_is_proved_and_the_old_one_is_told(
    client: Client, person: User, sign_in: SignIn, mails: Mails
) -> None:
    sign_in()
    assert "/reauthenticate/" in client.get("/en/auth/address/")["Location"]
    confirm_self(client)
    assert ADDRESS in client.get("/en/auth/address/").content.decode()
    answer = client.post("/en/auth/address/", {"action_add": "1", "email": NEW_ADDRESS})
    assert answer["Location"] == "/en/auth/confirm-email/"
    assert real_address(User.objects.get()) == ADDRESS, "until the code is typed the old one stays"
    code_mail = mails()[-1]
    assert (code_mail.notice, code_mail.to) == ("address-code", NEW_ADDRESS)
    page = client.get("/en/auth/confirm-email/").content.decode()
    assert NEW_ADDRESS in page
    client.post("/en/auth/confirm-email/", {"code": code_mail.code})
    user = User.objects.get()
    assert real_address(user) == NEW_ADDRESS and user.email == alias_of(NEW_ADDRESS)
    assert EmailAddress.objects.count() == SealedAddress.objects.count() == 1
    told = mails()[-1]
    assert (told.notice, told.to) == ("address-changed", ADDRESS)
    assert "l•••@example.org" in told.body and NEW_ADDRESS not in told.body
    assert sign_in(address=NEW_ADDRESS, using=Client()).get("/en/auth/security/").status_code == 200
    assert sign_in(using=Client()).get("/en/auth/security/").status_code == 302


def test_an_address_of_someone_else_is_refused_only_to_whoever_reads_its_mail(
    client: Client, person: User, staff: Callable[..., User], sign_in: SignIn, mails: Mails
) -> None:
    staff("agent")
    sign_in()
    confirm_self(client)
    answer = client.post("/en/auth/address/", {"action_add": "1", "email": "agent@example.com"})
    assert answer["Location"] == "/en/auth/confirm-email/"
    page = client.post("/en/auth/confirm-email/", {"code": mails()[-1].code}).content.decode()
    assert "It belongs to another account" in page
    assert real_address(User.objects.get(pk=person.pk)) == ADDRESS


@pytest.mark.parametrize("typed", ["", "no address", ADDRESS])
def test_what_is_wrong_with_a_new_address_is_said(client: Client, person: User, sign_in: SignIn, typed: str) -> None:
    sign_in()
    confirm_self(client)
    answer = client.post("/en/auth/address/", {"action_add": "1", "email": typed})
    assert answer.status_code == 200 and "error-summary" in answer.content.decode()


# --- does it still work ---------------------------------------------------------------------------------------------


def test_after_a_year_the_next_sign_in_asks_whether_the_address_works(client: Client, person: User) -> None:
    SealedAddress.objects.update(confirmed_at=clock.now() - timedelta(days=366))
    answer = client.post("/en/auth/login/", {"login": ADDRESS, "password": PASSWORD})
    assert answer["Location"] == "/en/auth/address/check/?next=%2Fen%2Faccount%2F"
    assert ADDRESS in client.get(answer["Location"]).content.decode()
    assert client.post("/en/auth/address/check/", {"next": "/en/account/"})["Location"] == "/en/account/"
    again = Client().post("/en/auth/login/", {"login": ADDRESS, "password": PASSWORD})
    assert again["Location"] == "/en/account/"


def bounce(user: User) -> None:
    message = OutboxMessage(channel="EMAIL", notice="new-browser", language="en", subject_id=user.subject_id)
    message.created_at = message.due_at = clock.now()
    message.failed_at, message.failure_code = clock.now(), FailureCode.BOUNCED
    message.save()


def test_mail_that_came_back_asks_for_another_address_until_one_is_given(
    client: Client, person: User, sign_in: SignIn, mails: Mails
) -> None:
    bounce(person)
    assert sweeping.mark_bounces(now=clock.now()) == 1
    assert sweeping.mark_bounces(now=clock.now()) == 0
    answer = client.post("/en/auth/login/", {"login": ADDRESS, "password": PASSWORD})
    assert "came back" in client.get(answer["Location"]).content.decode()
    confirm_self(client)
    client.post("/en/auth/address/", {"action_add": "1", "email": NEW_ADDRESS})
    client.post("/en/auth/confirm-email/", {"code": mails()[-1].code})
    answer = Client().post("/en/auth/login/", {"login": NEW_ADDRESS, "password": PASSWORD})
    assert answer["Location"] == "/en/account/"


def test_an_old_bounce_says_nothing_about_an_address_confirmed_since(person: User) -> None:
    bounce(person)
    SealedAddress.objects.update(confirmed_at=clock.now() + timedelta(minutes=1))
    assert sweeping.mark_bounces(now=clock.now()) == 0


def test_the_outbox_finds_people(person: User) -> None:
    assert address_of_subject(person.subject_id) == ADDRESS
    assert masked_address(person) == "L•••@example.com"
