"""Signing in and out: one answer for wrong pairs, throttles that shut nobody out, alerts, sessions that end."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from accounts.services.ending import forget_dead_sessions
from audit.models import AuditEntry
from core import clock
from tests.accounts.conftest import ADDRESS, PASSWORD, Mail

pytestmark = pytest.mark.django_db

SECURITY = "/en/auth/security/"


def test_a_person_signs_in_and_out(client: Client, person: User, sign_in: Callable[..., Client]) -> None:
    assert client.get(SECURITY)["Location"] == f"/en/auth/login/?next={SECURITY}"
    sign_in(address=ADDRESS.upper())
    assert client.get(SECURITY).status_code == 200
    assert client.post("/en/auth/logout/")["Location"] == "/en/"
    assert client.get(SECURITY).status_code == 302


def test_sign_in_leads_to_where_one_wanted_to_go_but_never_elsewhere(client: Client, person: User) -> None:
    form = {"login": ADDRESS, "password": PASSWORD}
    assert client.post("/en/auth/login/", {**form, "next": SECURITY})["Location"] == SECURITY
    outside = Client().post("/en/auth/login/", {**form, "next": "https://elsewhere.example/"})
    assert outside["Location"] == "/en/account/"


def test_the_login_page_has_one_address_and_one_password_input(client: Client) -> None:
    page = client.get("/en/auth/login/").content.decode()
    assert page.count('type="email"') == 1 and page.count('type="password"') == 1


def test_wrong_password_and_unknown_address_get_the_same_answer(client: Client, person: User) -> None:
    answers = [
        client.post("/en/auth/login/", {"login": address, "password": "nicht das Passwort"})
        for address in (ADDRESS, "nobody@example.com")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    texts = [answer.context["form"].non_field_errors() for answer in answers]
    assert texts[0] == texts[1] == ["This e-mail address and password do not go together. Please check both."]
    events = AuditEntry.objects.filter(event="account.sign_in_failed").order_by("id").values_list("target", flat=True)
    assert list(events) == [f"user:{person.pk}", "signin:unknown"]


def test_after_five_wrong_passwords_the_right_one_waits_too_and_it_is_recorded_once(
    client: Client, person: User
) -> None:
    for _ in range(7):
        answer = client.post("/en/auth/login/", {"login": ADDRESS, "password": "nicht das Passwort"})
    assert "Too many attempts" in answer.content.decode()
    answer = client.post("/en/auth/login/", {"login": ADDRESS, "password": PASSWORD})
    assert "Too many attempts" in answer.content.decode()
    assert AuditEntry.objects.filter(event="account.sign_in_locked").count() == 1


def test_nobody_can_shut_a_person_out_of_the_browser_they_use(
    client: Client, person: User, sign_in: Callable[..., Client]
) -> None:
    sign_in()
    client.post("/en/auth/logout/")
    stranger = Client()
    for _ in range(7):
        stranger.post("/en/auth/login/", {"login": ADDRESS, "password": "nicht das Passwort"})
    assert client.post("/en/auth/login/", {"login": ADDRESS, "password": PASSWORD}).status_code == 302


def test_an_unproved_address_gets_a_code_instead_of_a_session(
    client: Client, mails: Callable[[], list[Mail]], sign_in: Callable[..., Client]
) -> None:
    Client().post("/en/auth/signup/", {"age": "ADULT", "email": ADDRESS, "password1": PASSWORD})
    answer = client.post("/en/auth/login/", {"login": ADDRESS, "password": PASSWORD})
    assert answer["Location"] == "/en/auth/confirm-email/"
    assert client.get(SECURITY).status_code == 302
    assert client.post("/en/auth/confirm-email/", {"code": mails()[-1].code}).status_code == 302
    assert client.get(SECURITY).status_code == 200


def test_a_new_browser_is_told_by_mail_a_known_one_is_not(
    client: Client, person: User, mails: Callable[[], list[Mail]], sign_in: Callable[..., Client]
) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
    sign_in(HTTP_USER_AGENT=agent)
    (mail,) = mails()
    assert (mail.notice, mail.to) == ("new-browser", ADDRESS)
    assert "Chrome, Linux" in mail.body
    client.post("/en/auth/logout/")
    sign_in()
    assert len(mails()) == 1


def test_a_mark_made_for_one_account_proves_nothing_for_another(
    client: Client,
    person: User,
    staff: Callable[..., User],
    mails: Callable[[], list[Mail]],
    sign_in: Callable[..., Client],
) -> None:
    staff("agent")
    sign_in()
    client.post("/en/auth/logout/")
    sign_in(address="agent@example.com")
    assert [mail.to for mail in mails()] == [ADDRESS, "agent@example.com"]


def test_signing_out_everywhere_ends_all_other_sessions_at_once(
    client: Client, person: User, sign_in: Callable[..., Client]
) -> None:
    elsewhere = sign_in(using=Client())
    sign_in()
    page = client.get("/en/auth/security/sessions/").content.decode()
    assert page.count("this browser") == 1
    client.post("/en/auth/security/sessions/")
    assert elsewhere.get(SECURITY).status_code == 302
    assert client.get(SECURITY).status_code == 200
    assert UserSession.objects.count() == 1


def test_one_other_session_can_be_ended_but_nobody_elses(
    client: Client, person: User, staff: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    staff("agent")
    elsewhere = sign_in(using=Client())
    stranger = sign_in(address="agent@example.com", using=Client())
    other = UserSession.objects.get(user=person)
    stranger.post(f"/en/auth/security/sessions/{other.pk}/end/")
    assert elsewhere.get(SECURITY).status_code == 200
    sign_in()
    client.post(f"/en/auth/security/sessions/{other.pk}/end/")
    client.post(f"/en/auth/security/sessions/{other.pk}/end/")
    assert elsewhere.get(SECURITY).status_code == 302


@pytest.mark.parametrize(
    ("role", "step", "steps", "ends"),
    [
        ("person", timedelta(minutes=119), 1, False),
        ("person", timedelta(minutes=121), 1, True),
        ("person", timedelta(minutes=100), 7, False),
        ("person", timedelta(minutes=100), 8, True),
        ("agent", timedelta(minutes=29), 1, False),
        ("agent", timedelta(minutes=31), 1, True),
        ("agent", timedelta(minutes=29), 17, True),
    ],
)
def test_a_session_ends_when_idle_and_after_its_whole_length(
    client: Client,
    person: User,
    staff: Callable[..., User],
    sign_in: Callable[..., Client],
    role: str,
    step: timedelta,
    steps: int,
    ends: bool,
) -> None:
    if role != "person":
        staff(role)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        sign_in(address=ADDRESS if role == "person" else f"{role}@example.com")
        for _ in range(steps):
            traveller.shift(step)
            answer = client.get(SECURITY)
    assert (answer.status_code == 302) is ends


def test_what_is_kept_of_a_session_goes_with_it(client: Client, person: User, sign_in: Callable[..., Client]) -> None:
    sign_in()
    later = datetime.now(tz=UTC) + timedelta(days=2)
    assert UserSession.objects.count() == 1
    forget_dead_sessions(now=later)
    assert not UserSession.objects.exists() and not Session.objects.exists()


@pytest.mark.parametrize(("role", "idle"), [("person", timedelta(hours=2)), ("agent", timedelta(minutes=30))])
def test_address_and_browser_of_a_session_nobody_comes_back_to_go_soon(
    person: User, staff: Callable[..., User], sign_in: Callable[..., Client], role: str, idle: timedelta
) -> None:
    if role != "person":
        staff(role)
    now = clock.now()
    with time_machine.travel(now, tick=False):
        sign_in(address=ADDRESS if role == "person" else f"{role}@example.com")
    forget_dead_sessions(now=now + idle)
    assert UserSession.objects.count() == 1
    forget_dead_sessions(now=now + idle + timedelta(minutes=3))
    assert not UserSession.objects.exists() and not Session.objects.exists()


def test_a_closed_account_is_told_only_to_whoever_knows_its_password(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    wrong = client.post("/en/auth/login/", {"login": ADDRESS, "password": "nicht das Passwort"})
    assert "do not go together" in wrong.content.decode()
    right = client.post("/en/auth/login/", {"login": ADDRESS, "password": PASSWORD})
    assert right["Location"] == "/en/auth/inactive/"
    assert client.get(right["Location"]).status_code == 200
