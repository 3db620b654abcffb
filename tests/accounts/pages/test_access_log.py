"""The access log: what staff did, by role and with the reason; what the person did; nothing that names anybody."""

import html
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from audit.services.recording import record
from personal_data.errors import PurposeNotNamed
from personal_data.services import holding
from tests.accounts.pages.conftest import NAME, Hold
from tests.harness.people import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
LOG = "/en/account/access-log/"


def test_nobody_looked_is_said(browser: Client, hold: Hold) -> None:
    hold()
    assert "No member of staff has looked at your data" in browser.get(LOG).content.decode()


def test_a_look_by_staff_stands_there_with_role_field_purpose_and_reason(
    browser: Client, hold: Hold, now: datetime
) -> None:
    item = hold()
    holding.reveal(item_id=item.pk, purpose="orders", reason="Khách gọi <hỏi> đơn 12", by=Role("dpo"), now=now)
    text = html.unescape(browser.get(LOG).content.decode())
    for words in ("A value was looked at", "What: Full name", "Why: Khách gọi <hỏi> đơn 12", "data-protection officer"):
        assert words in text
    assert "Purpose: Carrying out and reviewing orders" in text
    assert NAME not in text and "user:7" not in text
    assert "A value was looked at" in browser.get("/en/account/").content.decode()


def test_a_refused_read_is_told_too(browser: Client, hold: Hold, member: User, now: datetime) -> None:
    hold()
    with pytest.raises(PurposeNotNamed):
        holding.check_purpose(
            subject_id=member.subject_id, field="full-name", purpose="statistics", by=Role("dpo"), now=now
        )
    assert "A look at a value was refused" in browser.get(LOG).content.decode()


def test_each_side_has_its_own_page(browser: Client, hold: Hold, member: User, now: datetime) -> None:
    hold()
    assert "A value was entered" in browser.get(f"{LOG}?by=you").content.decode()
    assert "Your data began to be held here" in browser.get(f"{LOG}?by=portal").content.decode()
    assert browser.get(f"{LOG}?by=nonsense&page=9999").status_code == 200


def test_notes_between_staff_are_not_shown(browser: Client, member: User, now: datetime) -> None:
    record(
        event="complaint.assigned",
        target="complaint:1",
        subject_id=member.subject_id,
        by=Role("dpo"),
        now=now,
        note="difficult customer",
    )
    text = browser.get(LOG).content.decode()
    assert "The case was given to a member of staff" in text and "difficult customer" not in text
