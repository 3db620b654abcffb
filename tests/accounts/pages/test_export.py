"""The page of copies: made after the password, fetched once after it, recorded; nobody gets somebody else's."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.registering import register_person
from audit.models import AuditEntry
from core import clock
from core.actors import SYSTEM
from dsr_requests.models import Request
from dsr_requests.services.fulfilling import run_due
from personal_data.enums import PackageState
from personal_data.models import Package
from personal_data.services import holding, packaging
from tests.accounts.pages.conftest import ADDRESS, NAME, PASSWORD, Hold
from tests.personal_data.package_steps import Copy, unpacked

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
EXPORT = "/en/account/export/"


def work() -> None:
    """What the worker does when it is rung."""
    run_due(now=clock.now())
    packaging.make_due(now=clock.now())
    run_due(now=clock.now())


def asked(browser: Client) -> Package:
    """A copy asked for on the page, and made."""
    token = browser.get(EXPORT).context["form"].initial["form_token"]
    answer = browser.post(EXPORT, {"form_token": token, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    work()
    return Package.objects.get()


def taken(browser: Client, package: Package) -> Copy:
    """The copy as downloaded."""
    answer = browser.post(f"{EXPORT}{package.pk}/", {"password": PASSWORD})
    assert answer["Content-Disposition"].startswith("attachment") and "no-store" in answer["Cache-Control"]
    return unpacked(b"".join(answer.streaming_content))


def test_from_the_page_to_the_file(browser: Client, hold: Hold) -> None:
    hold()
    hold("payment-reference", "FT26061998877")
    package = asked(browser)
    assert package.state == PackageState.READY and Request.objects.get().outcome == "FULFILLED"
    copy = taken(browser, package)
    values = {row["field"]["code"]: row["value"] for row in copy.rows("data")}
    assert values == {"full-name": NAME, "payment-reference": "FT26061998877"}
    assert [row["address"] for row in copy.rows("addresses")] == [ADDRESS]
    assert any(row["what"]["words"] == "A value was entered" and row["who"] == "You" for row in copy.rows("record"))
    assert [row["asked_for"]["code"] for row in copy.rows("requests")] == ["copy"]


def test_it_is_fetched_once_and_recorded(browser: Client, hold: Hold) -> None:
    package = asked(browser)
    taken(browser, package)
    again = browser.post(f"{EXPORT}{package.pk}/", {"password": PASSWORD})
    assert again.status_code == 302
    assert AuditEntry.objects.filter(event="package.fetched").count() == 1
    assert "Fetched" in browser.get(EXPORT).content.decode()


def test_without_the_right_password_nothing_is_made_or_leaves(browser: Client, hold: Hold) -> None:
    hold()
    for password in ("", "wrong"):
        token = browser.get(EXPORT).context["form"].initial["form_token"]
        assert browser.post(EXPORT, {"form_token": token, "password": password}).status_code == 422
    assert not Request.objects.exists()
    package = asked(browser)
    for password in ("", "wrong"):
        answer = browser.post(f"{EXPORT}{package.pk}/", {"password": password})
        assert answer.status_code == 422 and answer["Content-Type"].startswith("text/html")
    assert not AuditEntry.objects.filter(event="package.fetched").exists()


def test_looking_changes_nothing(browser: Client, hold: Hold) -> None:
    package = asked(browser)
    assert browser.get(f"{EXPORT}{package.pk}/").status_code == 200
    package.refresh_from_db()
    assert package.state == PackageState.READY


def test_nobody_sees_or_fetches_the_copy_of_somebody_else(browser: Client, hold: Hold) -> None:
    package = asked(browser)
    other = register_person(address="khac@example.vn", password=PASSWORD, language="en", by=SYSTEM, now=clock.now())
    stranger = Client()
    stranger.force_login(other)
    assert str(package.pk) not in stranger.get(EXPORT).content.decode()
    assert stranger.post(f"{EXPORT}{package.pk}/", {"password": PASSWORD}).status_code == 404


def test_progress_for_pages_that_ask_again(browser: Client, member: User) -> None:
    def far() -> dict[str, object]:
        return browser.get(EXPORT, headers={"Accept": "application/json"}).json()

    assert far()["finished"] is True
    packaging.ask_package(subject_id=member.subject_id, basis="request:9", language="en", by=SYSTEM, now=clock.now())
    assert far()["finished"] is False
    Package.objects.update(parts_done=3, parts_total=12)
    assert far() == {"text": "3 of 12 parts done.", "done": 3, "total": 12, "finished": False}


def test_a_contact_changed_lately_keeps_the_copy_back(browser: Client, member: User, hold: Hold) -> None:
    hold("phone", "0912345678")
    package = asked(browser)
    later = clock.now() + timedelta(minutes=1)
    holding.write_item(subject_id=member.subject_id, field="phone", value="0987654321", by=member, now=later)
    answer = browser.post(f"{EXPORT}{package.pk}/", {"password": PASSWORD}, follow=True)
    assert "changed lately" in answer.content.decode()
    package.refresh_from_db()
    assert package.state == PackageState.READY
