"""A member's requests: the form beside what is held, the password once more, and the page of one request."""

import html
from datetime import datetime
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from accounts.models import User
from accounts.services.registering import register_person
from audit.models import AuditEntry
from core.actors import GUEST, SYSTEM
from dsr_requests.enums import Method, Outcome, RepresentativeKind, RequestKind, Strength
from dsr_requests.models import Request
from dsr_requests.services.identifying import identified
from dsr_requests.services.locking import lock_request
from personal_data.enums import LimitKind
from personal_data.selectors_limits import is_restricted
from personal_data.services.limiting import end_limits, set_limit
from tests.accounts.pages.conftest import NAME, PASSWORD, PHONE, Hold
from tests.dsr_requests.asking import ask as ask_as_guest
from tests.dsr_requests.asking import mandate
from tests.personal_data.erasure_cases import picture

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
NEW = "/en/account/requests/new/"


def ask(browser: Client, kind: str, **changes: object) -> str:
    """Send a form; the page after it."""
    data = {"form_token": str(uuid4()), "text": "", "password": PASSWORD, **changes}
    answer = browser.post(f"{NEW}{kind}/", data, follow=True)
    return html.unescape(answer.content.decode())


def page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def own(case: Request, tail: str = "") -> str:
    return f"/en/account/requests/{case.reference}/{tail}"


def test_the_public_choice_leads_a_member_to_the_own_forms(browser: Client) -> None:
    assert f'href="{NEW}delete/"' in page(browser, "/en/requests/new/")
    assert browser.get("/en/requests/new/delete/")["Location"] == f"{NEW}delete/"
    assert browser.get(f"{NEW}no-such/").status_code == 404


def test_the_value_held_stands_beside_the_new_one(browser: Client, hold: Hold) -> None:
    hold()
    text = page(browser, f"{NEW}correct/")
    assert f"Now: {NAME}" in text and "Now: nothing held" in text
    assert 'name="value-email"' not in text  # the sign-in address has a page of its own


def test_a_correction_comes_with_a_file_where_the_policy_asks_for_one(browser: Client, hold: Hold) -> None:
    hold("payment-reference", "FT26061998877")
    new = {"value-payment-reference": "FT26061998878"}
    assert "Please add a file below that shows it" in page(browser, f"{NEW}correct/")
    assert "Add a file that shows: Payment reference." in ask(browser, "correct", **new)
    assert not Request.objects.exists()
    ask(browser, "correct", **new, attachments=[SimpleUploadedFile("bien-lai.jpg", picture(), "image/jpeg")])
    assert Request.objects.get().corrections.get().field == "payment-reference"


def test_a_correction_needs_no_file_elsewhere(browser: Client, hold: Hold) -> None:
    hold("phone", PHONE)
    ask(browser, "correct", **{"value-phone": "0987654321"})
    assert Request.objects.get().corrections.get().field == "phone"


def test_only_what_is_held_can_be_chosen_for_deletion(browser: Client, hold: Hold) -> None:
    hold("phone", PHONE)
    text = page(browser, f"{NEW}delete/")
    assert 'value="phone"' in text and 'value="full-name"' not in text and 'value="email"' not in text


def test_only_consents_given_can_be_withdrawn(browser: Client) -> None:
    assert "You have not agreed to anything" in page(browser, f"{NEW}withdraw/")


def test_the_password_once_more_establishes_who_asks(browser: Client, member: User) -> None:
    text = ask(browser, "view")
    case = Request.objects.get()
    assert case.reference in text and case.about_id == member.subject_id and case.is_identified
    assert case.verifications.get().method == Method.SESSION
    assert f'href="{own(case)}"' in text


@pytest.mark.parametrize("password", ["", "not-this-one"])
def test_without_the_right_password_nothing_is_sent(browser: Client, password: str) -> None:
    text = ask(browser, "copy", password=password)
    assert not Request.objects.exists() and "error-summary" in text


def test_what_was_typed_stays_when_the_password_is_wrong(browser: Client, hold: Hold) -> None:
    hold()
    text = ask(browser, "correct", **{"value-full-name": "Trần Mai", "password": "no"})
    assert "Trần Mai" in text and "This is not your password" in text


def test_a_correction_shows_both_values_to_its_person_only(browser: Client, hold: Hold, now: datetime) -> None:
    hold()
    ask(browser, "correct", **{"value-full-name": "Trần Thị Mai Hoà"})
    case = Request.objects.get()
    text = page(browser, own(case))
    assert NAME in text and "Trần Thị Mai Hoà" in text and "Held now" in text
    other = register_person(address="khac@example.vn", password="x" * 12, language="vi", by=SYSTEM, now=now)
    stranger = Client()
    stranger.force_login(other)
    for tail in ("", "take-back/"):
        assert stranger.get(own(case, tail)).status_code == 404
    for tail in ("correction/", "call-off/"):
        assert stranger.post(own(case, tail)).status_code == 404


def test_the_page_says_what_was_asked_who_asks_and_why_each_date(browser: Client, hold: Hold) -> None:
    hold("phone", PHONE)
    ask(browser, "delete", extent="chosen", chosen_fields=["phone"])
    text = page(browser, own(Request.objects.get()))
    for words in ("Which data", "Who is asking", "Confirmed", "Why this date", "take the request back"):
        assert words in text, words


def test_taking_back_asks_first_and_acts_once(browser: Client, hold: Hold) -> None:
    hold("phone", PHONE)
    ask(browser, "delete", extent="all")
    case = Request.objects.get()
    assert "Take the request back?" in page(browser, own(case, "take-back/"))
    assert Request.objects.get().is_open
    for _turn in range(2):
        browser.post(own(case, "take-back/"))
    case.refresh_from_db()
    assert case.outcome == Outcome.TAKEN_BACK
    text = page(browser, own(case))
    assert "take the request back" not in text and browser.get(own(case, "take-back/")).status_code == 302


def test_asking_for_somebody_else_needs_no_password_and_establishes_nothing(browser: Client) -> None:
    mandate = {
        "mandate_kind": "ATTORNEY",
        "mandate_name": "Người Đại Diện",
        "person_name": "Người Khác",
        "person_contact": "khac@example.vn",
    }
    assert "Your password" not in page(browser, f"{NEW}copy/?for=other")
    browser.post(f"{NEW}copy/?for=other", {"form_token": str(uuid4()), "text": "", **mandate})
    case = Request.objects.get()
    assert not case.is_identified
    text = page(browser, own(case))
    assert "Người Đại Diện" in text and "Người Khác" in text and "Your authority is being checked" in text


def test_a_restriction_is_told_on_every_page_of_the_account(browser: Client, member: User, now: datetime) -> None:
    about = {"subject_id": member.subject_id, "by": SYSTEM, "now": now}
    set_limit(kind=LimitKind.RESTRICTION, purpose="", basis="request:1", **about)
    for address in ("", "data/", "consents/", "requests/", "complaints/", "devices/", "access-log/"):
        text = page(browser, f"/en/account/{address}")
        assert "The use of your data is limited" in text and "used for nothing else" in text, address
    end_limits(basis="request:1", **about)
    assert "The use of your data is limited" not in page(browser, "/en/account/")


def test_a_restriction_asked_for_is_ended_with_one_confirmed_button(browser: Client, member: User, hold: Hold) -> None:
    hold("phone", PHONE)
    ask(browser, "restrict", extent="all")
    case = Request.objects.get()
    about = {"subject_id": member.subject_id, "by": SYSTEM, "now": case.received_at}
    limit = set_limit(kind=LimitKind.RESTRICTION, purpose="", basis=case.target, **about)
    other = set_limit(kind=LimitKind.OBJECTION, purpose="orders", basis="request:0", **about)
    address = f"/en/account/limits/{limit.pk}/end/"
    assert f'href="{address}"' in page(browser, "/en/account/requests/")
    assert "End the restriction?" in page(browser, address) and is_restricted(member.subject_id)
    assert browser.post(f"/en/account/limits/{other.pk}/end/").status_code == 404
    text = html.unescape(browser.post(address, follow=True).content.decode())
    assert "The restriction has ended." in text and address not in text and not is_restricted(member.subject_id)
    entry = AuditEntry.objects.filter(event="limit.ended").get()
    assert entry.actor == f"user:{member.pk}" and entry.details["basis"] == case.target
    assert browser.get(address).status_code == 404


def test_what_somebody_else_had_restricted_is_not_ended_in_the_account(
    browser: Client, member: User, now: datetime
) -> None:
    about = {"subject_id": member.subject_id, "by": SYSTEM, "now": now}
    guest = ask_as_guest(now=now, kind=RequestKind.RESTRICT, mandate=mandate(RepresentativeKind.PARENT))
    with transaction.atomic():
        identified(
            request=lock_request(guest.pk),
            about=member.subject,
            method=Method.CODE_MAIL,
            strength=Strength.MEDIUM,
            by=GUEST,
            now=now,
        )
    limit = set_limit(kind=LimitKind.RESTRICTION, purpose="", basis=guest.target, **about)
    assert browser.post(f"/en/account/limits/{limit.pk}/end/").status_code == 404 and is_restricted(member.subject_id)


def test_what_came_another_way_is_listed_without_what_was_written(
    browser: Client, member: User, hold: Hold, now: datetime
) -> None:
    guest = ask_as_guest(now=now, kind=RequestKind.PROTECT)
    assert guest.reference not in page(browser, "/en/account/requests/")
    with transaction.atomic():
        identified(
            request=lock_request(guest.pk),
            about=member.subject,
            method=Method.CODE_MAIL,
            strength=Strength.MEDIUM,
            by=GUEST,
            now=now,
        )
    text = page(browser, "/en/account/requests/")
    assert guest.reference in text and "Sent another way" in text
    assert browser.get(own(guest)).status_code == 404
