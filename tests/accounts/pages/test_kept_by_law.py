"""What a rule of law keeps, on the person's pages: said before the person confirms, refused with article and day."""

import html
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from audit.models import AuditEntry
from core import clock
from core.clock import local_date
from personal_data.models import DataItem, ErasureRun, KeptByLaw, StoredFile
from personal_data.retention_dates import plus_period
from personal_data.services.erasing import progress_token, run_due_erasures
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.accounts.pages.conftest import NAME, PASSWORD, PHONE, Hold
from tests.cases.fixtures import mails_of
from tests.personal_data.retention_steps import publish_with, rule, stored
from tests.personal_data.test_orders_desk import browser_of, colleague

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
BY_LAW = rule("invoices", "law", years="5", clause='"L91 14.2"')
ARTICLE = "Article 14.2 of Law 91/2025/QH15"
KEPT = "/staff/personal_data/keptbylaw/"


@pytest.fixture
def policy(transactional_db: None, tmp_path: Path) -> PolicyVersion:
    """The law keeps names and pictures for five years."""
    of_fields = {"full-name": "invoices", "other-entry": "invoices"}
    return publish_with(tmp_path, BY_LAW, of_fields, pictures="other-entry")


@pytest.fixture
def now(policy: PolicyVersion) -> datetime:
    return clock.now()


@pytest.fixture
def until(policy: PolicyVersion, now: datetime) -> str:
    """The day on which what is held since now goes, as an English page tells it."""
    law = policies.document(policy).retention_rule("invoices")
    assert law is not None
    last = plus_period(local_date(now), law)
    return f"{last.day} {last:%B} {last.year}"


def text(browser: Client, address: str, **sent: object) -> str:
    answer = browser.post(address, sent, follow=True) if sent else browser.get(address, follow=True)
    return html.unescape(answer.content.decode())


def test_a_single_entry_is_refused_before_anything_is_asked(browser: Client, hold: Hold, until: str) -> None:
    hold()
    for address in ("/en/account/data/full-name/delete/", "/en/account/data/full-name/decline/"):
        for page in (text(browser, address), text(browser, address, field="full-name")):
            assert "The law asks for this to be kept until" in page and until in page and ARTICLE in page
            assert "value-delete" not in page and "cannot be deleted before: Full name" in page
    assert DataItem.objects.count() == 1 and not ErasureRun.objects.exists()


def test_a_file_is_refused_too(browser: Client, member: User, until: str) -> None:
    file = stored(member.subject, "other-entry")
    for sent in ({}, {"sent": "1"}):
        page = text(browser, f"/en/account/files/{file.pk}/delete/", **sent)
        assert until in page and ARTICLE in page and "file-delete" not in page
    assert StoredFile.objects.count() == 1


def test_of_several_the_page_says_what_stays_and_the_others_go(browser: Client, hold: Hold, until: str) -> None:
    hold()
    hold("phone", PHONE)
    page = text(browser, "/en/account/data/delete/?field=full-name&field=phone")
    assert "Delete: Phone" in page and until in page.split("What stays, and why")[1]
    assert 'value="phone"' in page and 'value="full-name"' not in page
    text(browser, "/en/account/data/delete/", field=["full-name", "phone"])
    assert list(DataItem.objects.values_list("field", flat=True)) == ["full-name"]


def test_everything_goes_but_that_and_each_page_and_the_mail_say_so(
    browser: Client, member: User, hold: Hold, until: str, now: datetime
) -> None:
    hold()
    hold("phone", PHONE)
    page = text(browser, "/en/account/erase/")
    stays = page.split("What stays, and why")[1]
    assert "What the law asks us to keep, set apart (Full name): 1" in stays and until in stays and ARTICLE in stays
    assert "Values entered: 1 (Phone" in page
    browser.post("/en/account/erase/", {"understood": "on", "password": PASSWORD})
    assert run_due_erasures(now=clock.now() + timedelta(hours=25)) == 1
    run = ErasureRun.objects.get()
    done = text(Client(), f"/en/account/erase/progress/{progress_token(run)}/")
    assert "What the law asks us to keep lies apart" in done
    told = text(Client(), f"/en/account/erase/progress/{progress_token(run)}/certificate/")
    assert "(Full name)" in told and until in told and ARTICLE in told and "Everything came out as planned" in told
    assert until in mails_of("account-erased")[-1].body


def test_the_officer_opens_it_at_the_desk_with_a_reason_and_nobody_else_does(
    browser: Client, hold: Hold, now: datetime
) -> None:
    hold()
    browser.post("/en/account/erase/", {"understood": "on", "password": PASSWORD})
    run_due_erasures(now=clock.now() + timedelta(hours=25))
    row = KeptByLaw.objects.get()
    officer, auditor = (browser_of(colleague(role, now, role.value)) for role in (Role.DPO, Role.AUDITOR))
    page = text(officer, f"{KEPT}{row.pk}/change/")
    assert "Full name" in page and ARTICLE in page and NAME not in page and "kept-open" in page
    assert officer.post(f"{KEPT}{row.pk}/open/", {"reason": ""}).status_code == 422
    assert NAME in text(officer, f"{KEPT}{row.pk}/open/", reason="Thanh tra 12/2026")
    assert NAME not in text(officer, f"{KEPT}{row.pk}/change/")
    assert "kept-open" not in text(auditor, f"{KEPT}{row.pk}/change/") and "Full name" in text(auditor, KEPT)
    assert NAME not in text(auditor, f"{KEPT}{row.pk}/open/", reason="Thanh tra 12/2026")
    assert AuditEntry.objects.filter(event="kept.opened").count() == 1
    agent = browser_of(colleague(Role.AGENT, now, "agent"))
    assert agent.get(KEPT).status_code == 403
