"""Whoever signs up with a proved address finds what was held on them before."""

import uuid
from collections.abc import Callable

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
from personal_data.models import DataItem, DataSubject
from personal_data.services.erasing import run_due_erasures
from personal_data.services.holding import write_item
from personal_data.services.subjects import create_subject
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.accounts.conftest import ADDRESS, PASSWORD, Mail

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


def test_a_guest_who_complained_finds_the_complaint(client: Client, policy: PolicyVersion, mails: Mails) -> None:
    complaint = complain_as_guest(proved=True)
    user = sign_up(client, mails)
    assert user.subject_id == complaint.subject_id
    assert real_address(user) == ADDRESS
    assert client.get("/en/auth/security/").status_code == 200
    run_due_erasures(now=clock.now())
    states = DataSubject.objects.exclude(pk=user.subject_id).values_list("state", flat=True)
    assert list(states) == [SubjectState.ERASED]
    assert real_address(User.objects.get()) == ADDRESS


def test_a_complaint_whose_address_nobody_proved_is_not_handed_over(
    client: Client, policy: PolicyVersion, mails: Mails
) -> None:
    complaint = complain_as_guest(proved=False)
    assert sign_up(client, mails).subject_id != complaint.subject_id


def test_someone_whose_data_was_brought_in_finds_it(client: Client, policy: PolicyVersion, mails: Mails) -> None:
    code = next(field.code for field in policies.fields(policy) if field.kind == "email")
    known = create_subject(by=SYSTEM, now=clock.now(), language="vi")
    write_item(subject_id=known.pk, field=code, value=ADDRESS, source=Source.IMPORT, by=SYSTEM, now=clock.now())
    user = sign_up(client, mails)
    assert user.subject_id == known.pk
    assert DataItem.objects.get().subject_id == user.subject_id


def test_without_anything_known_the_new_person_stays(client: Client, policy: PolicyVersion, mails: Mails) -> None:
    user = sign_up(client, mails)
    assert DataSubject.objects.get().pk == user.subject_id
