"""The certificate of a deletion: what went, what stayed and why, with no value of the person on it."""

import html
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils.translation import override

from accounts.alias import alias_of
from accounts.certificate import certificate_of, recall_words
from accounts.certificate_pdf import certificate_pdf
from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import record
from core import clock
from core.actors import SYSTEM
from core.templatetags.portal import moment
from personal_data.models import ErasureRun, PlanLine, RecipientTask
from personal_data.services.erasing import LINK_WORKS, begin_deletion, progress_token, run_due_erasures
from personal_data.services.ordering import confirm
from tests.accounts.pages.conftest import ADDRESS, NAME, PASSWORD, Hold
from tests.cases.fixtures import queued
from tests.harness.people import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
ERASE = "/en/account/erase/"


@pytest.fixture
def link(browser: Client, member: User, hold: Hold, now: datetime) -> str:
    """The progress page of a deletion that is done; one value went, one note was kept."""
    hold()
    record(
        event="test.noted",
        target=f"subject:{member.subject_id}",
        subject_id=member.subject_id,
        by=SYSTEM,
        now=now,
        note="told by phone",
    )
    found: str = browser.post(ERASE, {"understood": "on", "password": PASSWORD})["Location"]
    assert run_due_erasures(now=clock.now() + timedelta(hours=25)) == 1
    return found


def words(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_it_says_what_went_what_stayed_why_and_until_when(link: str, now: datetime) -> None:
    text = words(f"{link}certificate/")
    for one in (
        "Values entered",
        "Account, with its password",
        "Key with which the data is encrypted",
        "Reasons noted beside the record",
        "Article 9.3 of Law 91/2025/QH15",
        str(now.year + 3),
        "Everything came out as planned.",
        str(ErasureRun.objects.get().pk),
    ):
        assert one in text, one
    assert '<html lang="vi"' in words(f"{link}certificate/".replace("/en/", "/vi/", 1))


def test_nothing_of_the_person_stands_on_it(link: str, member: User) -> None:
    for address in (link, f"{link}certificate/"):
        text = words(address)
        for trace in (NAME, ADDRESS, alias_of(ADDRESS), str(member.pk), str(member.subject_id), "told by phone"):
            assert trace not in text, trace


def test_a_difference_is_shown(link: str) -> None:
    run = ErasureRun.objects.get()
    PlanLine.objects.filter(plan=run.plan, target="personal_data.dataitem").update(gone=3, difference="MORE_GONE")
    text = words(f"{link}certificate/")
    assert "Values entered: 1 planned, 3 in the end; more was deleted than planned" in text
    assert "Everything came out as planned" not in text


def test_it_can_be_saved_as_a_pdf(link: str) -> None:
    response = Client().get(f"{link}certificate.pdf")
    assert response["Content-Type"] == "application/pdf" and response["Content-Disposition"].startswith("attachment")
    assert response.content.startswith(b"%PDF-") and len(response.content) < 200_000
    assert b"BeVietnamPro" in response.content
    for trace in (NAME, ADDRESS):
        assert trace.encode() not in response.content


def test_every_letter_of_the_pdf_is_in_its_typeface(link: str, caplog: pytest.LogCaptureFixture) -> None:
    """The library warns of each letter it cannot draw; first make sure that it does."""
    certificate = certificate_of(ErasureRun.objects.get())
    assert certificate_pdf(certificate, controller="Công ty Cổ phần Dữ liệu Ứng dụng ỹ ợ ữ ặ Đ")
    assert not [entry for entry in caplog.records if "glyph" in entry.getMessage()]
    certificate_pdf(certificate, controller="\u6f22")
    assert [entry for entry in caplog.records if "glyph" in entry.getMessage()]


def test_looking_changes_nothing(link: str) -> None:
    before = AuditEntry.objects.count()
    for address in (link, f"{link}certificate/", f"{link}certificate.pdf"):
        assert Client().get(address).status_code == 200
    assert AuditEntry.objects.count() == before


def test_it_works_for_thirty_days(link: str) -> None:
    end = ErasureRun.objects.get().finished_at
    assert end is not None
    for after, status in ((LINK_WORKS - timedelta(hours=1), 200), (LINK_WORKS, 404)):
        with time_machine.travel(end + after, tick=False):
            for address in (link, f"{link}certificate/", f"{link}certificate.pdf"):
                assert Client().get(address).status_code == status, address


def test_the_last_mail_leads_to_it(link: str) -> None:
    mail = queued()[-1]
    assert mail.notice == "account-erased"
    (address,) = [line for line in mail.body.splitlines() if "/certificate/" in line]
    assert progress_token(ErasureRun.objects.get()) in address
    assert Client().get(address.removeprefix(settings.PORTAL_URL)).status_code == 200


def test_it_says_from_when_on_nothing_can_bring_the_data_back(link: str) -> None:
    """Seven days after: by then the last backup of the keys is gone."""
    end = ErasureRun.objects.get().finished_at
    assert end is not None
    said = f"After {moment(end + timedelta(days=7))} nothing can bring this data back"
    assert said in words(f"{link}certificate/")
    assert f"After {moment(end + timedelta(days=7))} nothing can bring the data back" in queued()[-1].body.replace(
        "\n", " "
    )
    certificate = certificate_of(ErasureRun.objects.get())
    assert recall_words(certificate).startswith(f"After {moment(end + timedelta(days=7))}")
    chosen = replace(certificate, is_whole=False)
    assert "the last backup that holds it" in recall_words(chosen)


def test_it_says_that_what_recipients_know_the_person_by_stays_until_they_confirm(link: str) -> None:
    sealed = RecipientTask.objects.filter(order="DELETE", sealed_names__isnull=False)
    assert sealed.exists()
    told = f"What {sealed.count()} recipient"
    assert told in words(f"{link}certificate/")
    pdf = Client().get(f"{link}certificate.pdf").content
    for task in list(sealed):
        confirm(task_id=task.pk, words="", by=Role("dpo"), now=clock.now())
    assert "By what" not in words(f"{link}certificate/")
    assert len(Client().get(f"{link}certificate.pdf").content) < len(pdf)


def test_a_recipient_who_has_to_delete_twice_is_one_recipient(browser: Client, hold: Hold) -> None:
    """What was deleted before everything went counts in the plan as it does on the certificate."""

    def told(address: str) -> str:
        found = re.search(r"What (\d+) recipients? know", browser.get(address).content.decode())
        return found[1] if found else ""

    hold()
    hold("phone", "0912345678")
    browser.post("/en/account/data/phone/delete/")
    tasks = RecipientTask.objects.filter(order="DELETE")
    assert tasks.exists()
    planned = told(ERASE)
    begun: str = browser.post(ERASE, {"understood": "on", "password": PASSWORD})["Location"]
    assert planned == told(begun)
    run_due_erasures(now=clock.now() + timedelta(hours=25))
    assert tasks.count() > tasks.values("recipient").distinct().count()
    assert planned == told(f"{begun}certificate/") == str(tasks.values("recipient").distinct().count())


def test_the_plan_says_so_before(browser: Client, hold: Hold) -> None:
    def told(address: str) -> bool:
        return "sealed, so that" in browser.get(address).content.decode()

    assert not told(ERASE), "nothing is held that recipients could have"
    hold()
    assert told(ERASE)
    begun: str = browser.post(ERASE, {"understood": "on", "password": PASSWORD})["Location"]
    assert told(begun), "while it can be called off"
    run_due_erasures(now=clock.now() + timedelta(hours=25))
    assert not told(begun) and told(f"{begun}certificate/")


@pytest.mark.parametrize(("language", "label"), [("en", "Telephone number"), ("vi", "Số điện thoại")])
def test_of_a_chosen_deletion_it_names_each_field_and_no_value(
    language: str, label: str, member: User, hold: Hold, now: datetime
) -> None:
    hold()
    hold(field="phone", value="0912345678")
    run = begin_deletion(subject_id=member.subject_id, fields=["phone"], by=SYSTEM, now=now)
    run_due_erasures(now=now)
    run.refresh_from_db()
    link = f"/{language}/account/erase/progress/{progress_token(run)}/"
    text = words(f"{link}certificate/")
    assert label in text
    assert "0912345678" not in text and "912 345 678" not in text
    with override(language):
        certificate = certificate_of(run)
        assert certificate.fields == [label]
        named, bare = (certificate_pdf(one, controller="") for one in (certificate, replace(certificate, fields=[])))
    assert len(named) > len(bare)


def test_of_a_deletion_of_everything_no_field_is_named(link: str) -> None:
    assert certificate_of(ErasureRun.objects.get()).fields == [] and "Data deleted" not in words(f"{link}certificate/")
