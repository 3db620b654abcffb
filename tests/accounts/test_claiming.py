"""Whoever signs up with a proved address finds what was held on them before."""

import html
import re
import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from accounts.sealed_address import real_address
from cases.services.filing import Sender
from cases.services.verifying import mark_verified
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, file_complaint
from core import clock
from core.actors import GUEST, SYSTEM
from personal_data.enums import Source, SubjectState
from personal_data.models import DataItem, DataSubject, ImportedPerson, Merge
from personal_data.services.erasing import run_due_erasures
from personal_data.services.holding import write_item
from personal_data.services.subjects import create_subject
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.accounts.conftest import ADDRESS, PASSWORD, Mail
from tests.personal_data.import_steps import taken_in, values_of

pytestmark = pytest.mark.django_db(transaction=True)

Mails = Callable[[], list[Mail]]


def sign_up(client: Client, mails: Mails) -> User:
    client.post("/en/auth/signup/", {"age": "ADULT", "email": ADDRESS, "password1": PASSWORD})
    code = [mail for mail in mails() if mail.notice == "address-code"][-1].code
    assert client.post("/en/auth/confirm-email/", {"code": code}).status_code == 302
    return User.objects.get()


def complain_as_guest(*, proved: bool) -> Complaint:
    category = policies.document(policies.version_in_force(clock.now())).complaints.categories[0].code
    filed = file_complaint(
        form_token=uuid.uuid4(),
        sender=Sender(address=ADDRESS.lower(), language="en"),
        content=ComplaintText(category=category, text="It took too long.", remedy="An answer."),
        by=GUEST,
        now=clock.now(),
    )
    if proved:
        mark_verified(kind="complaint", case_id=filed.complaint.pk, by=GUEST, now=clock.now())
    return filed.complaint


def answer(client: Client, name: str) -> None:
    """Press one of the two buttons of the page."""
    page = html.unescape(client.get("/en/account/known/").content.decode())
    known = re.search(r'name="known" value="([^"]+)"', page)
    assert known
    sent = client.post(f"/en/account/known/{name}/", {"known": known[1], "next": "/en/account/consents/"})
    assert sent.status_code == 302


def brought_in(*, address: str = ADDRESS) -> DataSubject:
    known = create_subject(by=SYSTEM, now=clock.now(), language="vi")
    write_item(subject_id=known.pk, field="email", value=address, source=Source.IMPORT, by=SYSTEM, now=clock.now())
    return known


def test_a_guest_who_complained_finds_the_complaint(client: Client, policy: PolicyVersion, mails: Mails) -> None:
    complaint = complain_as_guest(proved=True)
    user = sign_up(client, mails)
    assert user.subject_id != complaint.subject_id
    assert complaint.reference in client.get("/en/account/known/").content.decode()
    answer(client, "accept")
    user.refresh_from_db()
    assert user.subject_id == complaint.subject_id
    assert real_address(user) == ADDRESS
    assert client.get("/en/auth/security/").status_code == 200
    run_due_erasures(now=clock.now())
    states = DataSubject.objects.exclude(pk=user.subject_id).values_list("state", flat=True)
    assert list(states) == [SubjectState.ERASED]
    assert real_address(User.objects.get()) == ADDRESS


def test_a_complaint_whose_address_nobody_proved_is_not_shown(
    client: Client, policy: PolicyVersion, mails: Mails
) -> None:
    complaint = complain_as_guest(proved=False)
    assert sign_up(client, mails).subject_id != complaint.subject_id
    assert client.get("/en/account/known/")["Location"] == "/en/account/"


def test_what_is_held_is_shown_masked_first_and_attached_only_then(
    client: Client, policy: PolicyVersion, mails: Mails, now: datetime
) -> None:
    batch = taken_in(f"full-name,email\nNguyễn Thị Lan,{ADDRESS}\n", now)
    known = batch.imported.get().subject_id
    user = sign_up(client, mails)
    assert user.subject_id != known
    page = html.unescape(client.get("/en/account/known/").content.decode())
    for words in ("shop-orders", "Needed for your contract", "Held since 2 March 2025", "N••• T••• L•••"):
        assert words in page, words
    assert "Lan" not in page.replace("Language", "")
    assert DataItem.objects.get(field="full-name").subject_id == known != User.objects.get().subject_id
    assert "/en/account/known/" in client.get("/en/account/").content.decode()
    answer(client, "accept")
    assert User.objects.get().subject_id == known
    assert ImportedPerson.objects.get().told_at is not None
    assert "/en/account/known/" not in client.get("/en/account/").content.decode()


def test_signing_up_leads_there_first_and_onward_afterwards(
    client: Client, policy: PolicyVersion, mails: Mails
) -> None:
    brought_in()
    client.post("/en/auth/signup/", {"age": "ADULT", "email": ADDRESS, "password1": PASSWORD})
    code = [mail for mail in mails() if mail.notice == "address-code"][-1].code
    first = client.post("/en/auth/confirm-email/", {"code": code})["Location"]
    assert first == "/en/account/known/?next=%2Fen%2Faccount%2Fconsents%2F%3Fwelcome%3D1"
    answer(client, "accept")
    assert client.get(first)["Location"] == "/en/account/consents/?welcome=1"
    assert client.get("/en/account/known/?next=https://evil.example/")["Location"] == "/en/account/"


def test_who_says_not_me_keeps_apart_and_is_not_asked_again(
    client: Client, policy: PolicyVersion, mails: Mails
) -> None:
    known = brought_in()
    user = sign_up(client, mails)
    answer(client, "not-me")
    assert client.get("/en/account/known/").status_code == 302
    assert User.objects.get().subject_id == user.subject_id
    row = Merge.objects.get()
    assert (row.kept_id, row.other_id, row.state) == (known.pk, user.subject_id, "DECLINED")
    assert DataItem.objects.get().subject_id == known.pk


def test_an_account_that_holds_something_takes_it_over(client: Client, policy: PolicyVersion, mails: Mails) -> None:
    known = brought_in()
    user = sign_up(client, mails)
    write_item(subject_id=user.subject_id, field="phone", value="0912345678", by=user, now=clock.now())
    answer(client, "accept")
    assert User.objects.get().subject_id == user.subject_id
    assert values_of(user.subject_id) == {"phone": "+84912345678", "email": ADDRESS}
    assert Merge.objects.get(kept=user.subject_id, other=known).state == "MERGED"
    assert client.get("/en/account/known/").status_code == 302


def test_only_what_was_shown_is_attached(client: Client, policy: PolicyVersion, mails: Mails) -> None:
    other = brought_in(address="someone.else@example.com")
    user = sign_up(client, mails)
    for wrong in (str(other.pk), "nonsense", ""):
        client.post("/en/account/known/accept/", {"known": wrong})
        client.post("/en/account/known/not-me/", {"known": wrong})
    assert User.objects.get().subject_id == user.subject_id and not Merge.objects.exists()
    assert client.get("/en/account/known/accept/").status_code == 405


def test_nobody_sees_anything_before_the_address_is_proved(client: Client, policy: PolicyVersion) -> None:
    brought_in()
    client.post("/en/auth/signup/", {"age": "ADULT", "email": ADDRESS, "password1": PASSWORD})
    assert client.get("/en/account/known/").status_code == 302
    user = User.objects.get()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/en/account/known/")["Location"] == "/en/account/"


def test_an_address_somebody_signs_in_with_is_known_to_an_import(
    client: Client, policy: PolicyVersion, mails: Mails, now: datetime
) -> None:
    user = sign_up(client, mails)
    batch = taken_in(f"email\n{ADDRESS.upper()}\n", now)
    assert batch.doubles == 1
    assert Merge.objects.get().kept_id == user.subject_id


def test_without_anything_known_the_new_person_stays(client: Client, policy: PolicyVersion, mails: Mails) -> None:
    user = sign_up(client, mails)
    assert DataSubject.objects.get().pk == user.subject_id
