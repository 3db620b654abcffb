"""Sessions that end mid-form, forms sent twice, stale windows: nothing is lost, nothing happens twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from core import clock
from tests.accounts.conftest import ADDRESS, PASSWORD

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]
FORM = {"value": "Phố Huế 12", "note": "hai dòng\nở đây", "password": "not kept"}
PAGE = "/en/account/data/"


def send_late(client: Client, traveller: time_machine.Traveller) -> str:
    traveller.shift(timedelta(hours=3))
    answer = client.post(PAGE, FORM)
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_form_sent_after_the_end_of_the_session_is_kept_for_its_sender(
    client: Client, person: User, sign_in: SignIn
) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        sign_in()
        led = send_late(client, traveller)
        assert led == "/en/auth/login/?next=%2Fen%2Fauth%2Fresume%2F"
        assert "what you typed is kept" in client.get(led).content.decode()
        client.post(led, {"login": ADDRESS, "password": PASSWORD, "next": "/en/auth/resume/"})
        page = client.get("/en/auth/resume/").content.decode()
    assert f'action="{PAGE}"' in page
    assert "Phố Huế 12" in page and "hai dòng\nở đây" in page
    assert "not kept" not in page


def test_a_kept_form_is_not_shown_to_someone_else(
    client: Client, person: User, staff: Callable[..., User], sign_in: SignIn
) -> None:
    staff("agent")
    with time_machine.travel(clock.now(), tick=False) as traveller:
        sign_in()
        send_late(client, traveller)
        sign_in(address="agent@example.com")
        answer = client.get("/en/auth/resume/")
    assert answer.status_code == 302


def test_a_kept_form_lasts_a_quarter_of_an_hour(client: Client, person: User, sign_in: SignIn) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        sign_in()
        send_late(client, traveller)
        traveller.shift(timedelta(minutes=16))
        sign_in()
        assert client.get("/en/auth/resume/").status_code == 302


def test_a_kept_form_can_be_thrown_away(client: Client, person: User, sign_in: SignIn) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        sign_in()
        send_late(client, traveller)
        sign_in()
        client.post("/en/auth/resume/")
        assert client.get("/en/auth/resume/").status_code == 302


def test_a_session_ended_elsewhere_keeps_the_form_too(client: Client, person: User, sign_in: SignIn) -> None:
    sign_in()
    Session.objects.all().delete()
    assert client.post(PAGE, FORM)["Location"].startswith("/en/auth/login/")
    sign_in()
    assert "Phố Huế 12" in client.get("/en/auth/resume/").content.decode()


def test_a_huge_form_is_not_kept_and_nothing_breaks(client: Client, person: User, sign_in: SignIn) -> None:
    sign_in()
    Session.objects.all().delete()
    client.post(PAGE, {"value": "x" * 200_000})
    sign_in()
    assert client.get("/en/auth/resume/").status_code == 302


def test_a_page_read_after_the_end_says_why_one_must_sign_in(client: Client, person: User, sign_in: SignIn) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        sign_in()
        traveller.shift(timedelta(hours=3))
        page = client.get("/en/auth/security/", follow=True).content.decode()
    assert "You were signed out because the session was idle" in page


def strict_client() -> Client:
    return Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})


def token_of(client: Client, page: str) -> str:
    client.get(page)
    return client.cookies["csrf"].value


def test_the_login_form_sent_twice_signs_in_once(person: User) -> None:
    client = strict_client()
    token = token_of(client, "/en/auth/login/")
    form = {"login": ADDRESS, "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/en/auth/security/"}
    assert client.post("/en/auth/login/", form)["Location"] == "/en/auth/security/"
    # The token changed with the sign-in; the second click of a double click still carries the old one.
    assert client.post("/en/auth/login/", form)["Location"] == "/en/auth/security/"


def test_a_stale_form_of_a_signed_in_person_is_offered_again(person: User) -> None:
    client = strict_client()
    token = token_of(client, "/en/auth/login/")
    client.post("/en/auth/login/", {"login": ADDRESS, "password": PASSWORD, "csrfmiddlewaretoken": token})
    answer = client.post(PAGE, {**FORM, "csrfmiddlewaretoken": token})
    assert answer["Location"] == "/en/auth/resume/"
    assert "Phố Huế 12" in client.get("/en/auth/resume/").content.decode()


def test_a_forged_form_is_refused_and_not_kept(person: User) -> None:
    client = strict_client()
    token = token_of(client, "/en/auth/login/")
    client.post("/en/auth/login/", {"login": ADDRESS, "password": PASSWORD, "csrfmiddlewaretoken": token})
    answer = client.post(PAGE, FORM, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert client.get("/en/auth/resume/").status_code == 302


def test_pages_of_signing_in_are_not_stored_by_browsers(client: Client) -> None:
    for page in ("login", "signup", "password/reset"):
        assert client.get(f"/en/auth/{page}/")["Cache-Control"] == "no-store, private"
