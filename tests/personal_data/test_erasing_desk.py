"""Erasures at the staff desk: seen by whoever sees everybody, set going again by the officer alone."""

import html
from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.services.staffing import create_staff
from audit.services.recording import record
from core.actors import SYSTEM
from personal_data.enums import StepError, StepKind, StepState
from personal_data.models import DataItem, DataSubject, ErasureRun
from personal_data.services.erasing import run_erasure
from personal_data.services.holding import write_item
from tests.harness.people import Role as Actor
from tests.personal_data.erasure_cases import NAME, begin

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture
def run(subject: DataSubject, now: datetime) -> ErasureRun:
    """A deletion begun."""
    write_item(subject_id=subject.pk, field="full-name", value=NAME, by=Actor("person"), now=now)
    return begin(subject, now)


def desk(role: Role, now: datetime) -> Client:
    user = create_staff(
        address=f"{role.value}@example.com",
        password="một câu dài dễ nhớ",
        role=role,
        staff_name="Người Trực",
        language="en",
        by=SYSTEM,
        now=now,
    )
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def page(run: ErasureRun, name: str = "change") -> str:
    return reverse(f"admin:personal_data_erasurerun_{name}", args=[run.pk])


def stick(run: ErasureRun, now: datetime) -> None:
    """As if the disk had failed too often."""
    with transaction.atomic():
        run.steps.filter(kind=StepKind.ROWS, target="personal_data.dataitem").update(
            state=StepState.STUCK, error=StepError.DISK, attempts=6
        )
        ErasureRun.objects.filter(pk=run.pk).update(state="STUCK")
        record(event="test.stuck", target=f"subject:{run.subject_ref}", by=SYSTEM, now=now)


@pytest.mark.parametrize(("role", "status"), [(Role.DPO, 200), (Role.AUDITOR, 200), (Role.AGENT, 404)])
def test_who_sees_a_deletion(run: ErasureRun, now: datetime, role: Role, status: int) -> None:
    browser = desk(role, now)
    assert browser.get(page(run)).status_code == status
    listed = browser.get(reverse("admin:personal_data_erasurerun_changelist"))
    assert listed.status_code == (200 if status == 200 else 403)


def test_it_shows_the_plan_the_steps_and_the_outcome(run: ErasureRun, now: datetime) -> None:
    browser = desk(Role.DPO, now)
    text = html.unescape(browser.get(page(run)).content.decode())
    for words in ("Values entered", "Destroy the key", "Not yet begun", str(run.pk)):
        assert words in text, words
    assert "Everything came out as planned" not in text and NAME not in text
    run_erasure(run_id=run.pk, now=now)
    text = html.unescape(browser.get(page(run)).content.decode())
    assert "Everything came out as planned" in text and "Not yet begun" not in text


def test_the_officer_reads_the_reason_and_sets_it_going_again(run: ErasureRun, now: datetime) -> None:
    stick(run, now)
    browser = desk(Role.DPO, now)
    text = html.unescape(browser.get(page(run)).content.decode())
    assert "The disk did not let a file go." in text and 'data-action="erasure-resume"' in text
    listed = html.unescape(browser.get(reverse("admin:personal_data_erasurerun_changelist")).content.decode())
    assert "Remove entries: The disk did not let a file go." in listed
    assert browser.get(page(run, "resume")).status_code == 405
    browser.post(page(run, "resume"))
    run.refresh_from_db()
    assert run.state == "RUNNING" and not run.steps.filter(state=StepState.STUCK).exists()
    assert run_erasure(run_id=run.pk, now=now) and not DataItem.objects.exists()


def test_an_auditor_sees_no_button_and_may_not_press_it(run: ErasureRun, now: datetime) -> None:
    stick(run, now)
    browser = desk(Role.AUDITOR, now)
    assert "erasure-resume" not in browser.get(page(run)).content.decode()
    assert browser.post(page(run, "resume")).status_code == 403
    run.refresh_from_db()
    assert run.state == "STUCK"
