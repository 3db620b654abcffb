"""Everything of a member is deleted by request: two colleagues decide, the worker does it, recipients confirm."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.asking import Asker, enters, path_behind
from tests.journeys.conftest import OpenWalk
from tests.journeys.desk import Desk
from tests.journeys.installation import Installation
from tests.journeys.routes import in_language
from tests.journeys.walk import PASSWORD

NAME, PHONE = "Hoàng Thị Lan Anh", "0912 345 678"


@pytest.fixture
def desk(browser: Browser, acros: Installation) -> Iterator[Desk]:
    found = Desk(browser, acros)
    yield found
    found.check()
    found.close()


def test_everything_is_deleted_and_the_certificate_says_so(walk_on: OpenWalk, acros: Installation, desk: Desk) -> None:
    person = Asker(walk_on(acros, "en"), member=True)
    walk = person.walk
    enters(walk, "full-name", NAME)
    enters(walk, "phone", PHONE)
    person.asks("delete", everything=True)
    desk.agent.takes(person.reference)
    desk.agent.decides("ACCEPT")
    person.reads("second person", step="delete-everything-waits")
    before = acros.mailbox.names(person.address)
    desk.officer.seconds(person.reference)
    desk.officer.opens(person.reference)
    desk.officer.waits_for_orders()
    assert desk.officer.confirms_orders("Answered by e-mail, filed under its number.") == 3

    mail = acros.mailbox.next(person.address, after=before, having="/certificate/")
    assert not [value for value in (NAME, PHONE) if value in mail.body]
    walk.page.context.clear_cookies()
    certificate = path_behind(next(link for link in mail.links if "/certificate/" in link))
    for language in ("en", "vi"):
        reads_the_certificate(person, in_language(certificate, language), language)
    walk.language = "en"
    walk.go("auth/login/")
    walk.fill(login=person.address, password=PASSWORD)
    walk.act("session-start")
    walk.is_refused("login")


def reads_the_certificate(person: Asker, path: str, language: str) -> None:
    """The page, and the same as a PDF; without a session."""
    walk = person.walk
    walk.language = language
    walk.stay(path)
    walk.examine()
    walk.shoot("certificate")
    expect(walk.page.locator("main tbody tr").first).to_be_visible()
    expect(walk.page.locator("main .status-done")).to_be_visible()
    for value in (NAME, PHONE, person.address):
        walk.does_not_see(value)
    with walk.page.expect_download() as download:
        walk.page.locator('main a[href$="/certificate.pdf"]').click()
    data = download.value.path().read_bytes()
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    if folder := os.environ.get("PORTAL_SHOTS"):
        Path(folder, f"certificate-{language}.pdf").write_bytes(data)
