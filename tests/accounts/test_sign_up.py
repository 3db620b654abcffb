"""Signing up: the address proved by a code, the same answer for everyone, nothing kept of children."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.alias import alias_of
from accounts.models import SealedAddress, User
from accounts.sealed_address import real_address
from audit.models import AuditEntry
from core import clock
from outbound.models import OutboxMessage
from personal_data.models import DataSubject
from personal_data.services.suppressing import EMAIL, index_of, suppress
from tests.accounts.conftest import ADDRESS, PASSWORD, Mail

pytestmark = pytest.mark.django_db

FORM = {"age": "ADULT", "email": ADDRESS, "password1": PASSWORD}


def sign_up(client: Client, **changes: str) -> str:
    """Send the form; where it leads."""
    response = client.post("/en/auth/signup/", {**FORM, **changes})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def test_signing_up_asks_for_the_code_and_then_for_consents(client: Client, mails: Callable[[], list[Mail]]) -> None:
    assert sign_up(client) == "/en/auth/confirm-email/"
    (mail,) = mails()
    assert (mail.notice, mail.to) == ("address-code", ADDRESS)
    page = client.get("/en/auth/confirm-email/").content.decode()
    assert ADDRESS in page
    response = client.post("/en/auth/confirm-email/", {"code": mail.code})
    assert response["Location"] == "/en/account/consents/?welcome=1"
    user = User.objects.get()
    assert user.email == alias_of(ADDRESS) and user.subject.age_band == "ADULT" and user.language == "en"
    assert real_address(user) == ADDRESS
    assert EmailAddress.objects.get().verified
    assert client.get("/en/auth/security/").status_code == 200


def test_each_step_of_signing_up_is_recorded(client: Client, mails: Callable[[], list[Mail]]) -> None:
    sign_up(client)
    client.post("/en/auth/confirm-email/", {"code": "00000000"})
    client.post("/en/auth/confirm-email/", {"code": mails()[0].code})
    events = list(
        AuditEntry.objects.filter(target=f"user:{User.objects.get().pk}").order_by("id").values_list("event", flat=True)
    )
    assert events == ["account.created", "account.code_refused", "account.address_verified", "account.signed_in"]


def test_a_wrong_code_says_so_and_keeps_the_page(client: Client, mails: Callable[[], list[Mail]]) -> None:
    sign_up(client)
    response = client.post("/en/auth/confirm-email/", {"code": "12345678"})
    assert response.status_code == 200
    assert "This code is not right" in response.content.decode()
    assert client.post("/en/auth/confirm-email/", {"code": mails()[0].code}).status_code == 302


def test_after_five_wrong_codes_the_code_is_worth_nothing(client: Client, mails: Callable[[], list[Mail]]) -> None:
    sign_up(client)
    for _ in range(5):
        last = client.post("/en/auth/confirm-email/", {"code": "12345678"})
    assert last["Location"] == "/en/auth/login/"
    assert client.post("/en/auth/confirm-email/", {"code": mails()[0].code})["Location"] == "/en/auth/login/"
    assert not EmailAddress.objects.get().verified


def test_a_new_code_replaces_the_old_one(client: Client, mails: Callable[[], list[Mail]]) -> None:
    sign_up(client)
    page = client.post("/en/auth/confirm-email/", {"action": "resend"}, follow=True).content.decode()
    assert "A new code is on its way" in page
    first, second = mails()
    assert "This code is not right" in client.post("/en/auth/confirm-email/", {"code": first.code}).content.decode()
    assert client.post("/en/auth/confirm-email/", {"code": second.code}).status_code == 302


def test_a_code_works_once_and_sending_it_twice_is_no_error(client: Client, mails: Callable[[], list[Mail]]) -> None:
    sign_up(client)
    code = mails()[0].code
    client.post("/en/auth/confirm-email/", {"code": code})
    again = client.post("/en/auth/confirm-email/", {"code": code})
    assert again["Location"] == "/en/account/"
    other = Client()
    assert other.post("/en/auth/confirm-email/", {"code": code})["Location"] == "/en/auth/login/"


def test_the_form_sent_twice_makes_one_account(client: Client, mails: Callable[[], list[Mail]]) -> None:
    sign_up(client)
    # A first visit has no session yet, so the second sending of a double click arrives as if from another browser.
    other = Client()
    assert sign_up(other) == "/en/auth/confirm-email/"
    assert User.objects.count() == DataSubject.objects.count() == 1
    assert [mail.notice for mail in mails()] == ["address-code", "address-code"]
    assert other.post("/en/auth/confirm-email/", {"code": mails()[1].code})["Location"].startswith(
        "/en/account/consents/"
    )


def test_a_known_address_gets_the_same_answer_and_a_mail_that_says_so(
    client: Client, person: User, mails: Callable[[], list[Mail]]
) -> None:
    unknown = Client()
    assert sign_up(client, password1="ein ganz anderes Wort") == sign_up(unknown, email="new@example.com")
    known_page = client.get("/en/auth/confirm-email/").content.decode()
    unknown_page = unknown.get("/en/auth/confirm-email/").content.decode()
    assert same(known_page, ADDRESS) == same(unknown_page, "new@example.com")
    assert [(mail.notice, mail.to) for mail in mails()] == [
        ("account-exists", ADDRESS),
        ("address-code", "new@example.com"),
    ]
    wrong = [browser.post("/en/auth/confirm-email/", {"code": "12345678"}) for browser in (client, unknown)]
    assert wrong[0].status_code == wrong[1].status_code == 200
    assert same(wrong[0].content.decode(), ADDRESS) == same(wrong[1].content.decode(), "new@example.com")
    assert User.objects.count() == 2


def test_another_spelling_of_a_known_address_is_the_same_address(client: Client, person: User) -> None:
    sign_up(client, email="  LAN.nguyen@EXAMPLE.com ", password1="ein ganz anderes Wort")
    assert User.objects.count() == 1


@pytest.mark.parametrize("age", ["CHILD", "YOUNG_CHILD"])
def test_under_16_nothing_is_kept(client: Client, age: str, mails: Callable[[], list[Mail]]) -> None:
    before = (AuditEntry.objects.count(), OutboxMessage.objects.count())
    assert sign_up(client, age=age) == "/en/auth/signup/representative/"
    page = client.get("/en/auth/signup/representative/")
    assert page.status_code == 200 and "guardian" in page.content.decode()
    assert (AuditEntry.objects.count(), OutboxMessage.objects.count()) == before
    for model in (User, DataSubject, EmailAddress, SealedAddress, Session):
        assert not model.objects.exists(), model
    assert "session" not in client.cookies


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"age": ""}, "Choose your age group."),
        ({"age": "SOMETHING"}, "Select a valid choice"),
        ({"email": ""}, "Enter your e-mail address."),
        ({"email": "lan at example"}, "This is not an e-mail address."),
        ({"email": f"{'a' * 300}@example.com"}, "254"),
        ({"email": alias_of(ADDRESS)}, "This is not an e-mail address."),
        ({"password1": ""}, "Choose a password."),
        ({"password1": "short"}, "too short"),
        ({"password1": "password123"}, "too common"),
        ({"password1": "lan.nguyen@example.com"}, "too similar"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    client: Client, changes: dict[str, str], says: str
) -> None:
    response = client.post("/en/auth/signup/", {**FORM, **changes})
    page = response.content.decode()
    assert response.status_code == 200
    assert says in page
    if "email" not in changes:
        assert f'value="{ADDRESS}"' in page
    assert PASSWORD not in page
    assert not User.objects.exists()


def test_an_address_in_the_link_is_not_taken_over(client: Client) -> None:
    assert ADDRESS not in client.get("/en/auth/signup/", {"email": ADDRESS}).content.decode()


def same(page: str, address: str) -> str:
    """A page without what differs for everyone."""
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page).replace(address, "ADDRESS")


def test_somebody_who_was_erased_begins_anew_and_is_told_after_proving_the_address(
    client: Client, mails: Callable[[], list[Mail]]
) -> None:
    suppress(indexes=[index_of(EMAIL, ADDRESS)], now=clock.now())
    sign_up(client)
    before = client.get("/en/auth/confirm-email/").content.decode()
    assert "deleted before" not in before and "deleted before" not in mails()[0].body
    client.post("/en/auth/confirm-email/", {"code": mails()[0].code})
    assert "you begin anew, as a new person" in client.get("/en/account/").content.decode()
    assert "you begin anew" not in client.get("/en/account/").content.decode()


def test_nobody_else_is_told_so(client: Client, mails: Callable[[], list[Mail]]) -> None:
    suppress(indexes=[index_of(EMAIL, "somebody.else@example.com")], now=clock.now())
    sign_up(client)
    client.post("/en/auth/confirm-email/", {"code": mails()[0].code})
    assert "you begin anew" not in client.get("/en/account/").content.decode()
