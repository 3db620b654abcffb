"""Deleting everything: asked for twice, done by the worker, and nothing left that names the person."""

import html
import io
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.test import Client
from PIL import Image

from accounts.alias import alias_of
from accounts.models import User
from consent.answers import Answer
from consent.enums import Method
from consent.models import LedgerEntry
from consent.services.asking import questions
from consent.services.granting import record_answers
from core import clock
from core.clock import local_date
from outbound.models import OutboxMessage
from personal_data import keys, storage
from personal_data.enums import SubjectState
from personal_data.errors import KeyDestroyed
from personal_data.models import DataSubject, ErasureRun, SubjectKey
from personal_data.services import files
from personal_data.services.erasing import run_due_erasures
from policies.models import PolicyVersion
from tests.accounts.pages.conftest import ADDRESS, NAME, PASSWORD, PHONE, Hold

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
ERASE = "/en/account/erase/"
COOLED = timedelta(hours=24, minutes=1)


def ask(browser: Client, **changes: str) -> object:
    return browser.post(ERASE, {"understood": "on", "password": PASSWORD, **changes})


def everything() -> str:
    """Every row of every table of both databases as text."""
    found = []
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue()


def test_the_page_says_what_goes_and_what_stays(browser: Client, hold: Hold) -> None:
    hold()
    text = html.unescape(browser.get(ERASE).content.decode())
    for words in ("What goes", "Full name", "What stays, and why", "Download everything first"):
        assert words in text
    assert "Values entered: 1 (Full name)" in text and "Files:" not in text
    assert ErasureRun.objects.count() == 0


def test_a_wrong_password_deletes_nothing(browser: Client, hold: Hold) -> None:
    hold()
    response = ask(browser, password="not-this-one")
    assert "This is not your password" in response.content.decode()
    assert browser.post(ERASE, {"password": PASSWORD}).status_code == 200
    assert not ErasureRun.objects.exists()


def test_everything_goes_and_the_link_works_after_sign_out(
    browser: Client, member: User, hold: Hold, now: datetime
) -> None:
    hold()
    hold("phone", PHONE)
    stored = files.store_file(
        subject_id=member.subject_id, field="payment-image", name="bien-lai.jpg", data=picture(), by=member, now=now
    )
    alias = alias_of(ADDRESS)
    assert alias in everything()
    response = ask(browser)
    link = response["Location"]
    assert browser.get("/en/account/").status_code == 200, "to call it off"
    assert run_due_erasures(now=clock.now()) == 0
    assert run_due_erasures(now=clock.now() + COOLED) == 1
    assert browser.get("/en/account/").status_code == 302
    text = browser.get(link).content.decode()
    assert "Everything is deleted" in text
    assert browser.get(link, headers={"accept": "application/json"}).json()["finished"] is True

    subject = DataSubject.objects.get(pk=member.subject_id)
    assert subject.state == SubjectState.ERASED
    assert not User.objects.filter(pk=member.pk).exists()
    assert set(SubjectKey.objects.values_list("kind", flat=True)) == {"EVIDENCE"}
    assert not (storage.root() / stored.pk.hex[:2] / str(stored.pk)).exists()
    left = everything()
    for trace in (ADDRESS, alias, NAME, "912345678", "bien-lai"):
        assert trace not in left
    assert {one.notice for one in OutboxMessage.objects.all()} == {"erasure-begins", "account-erased"}


def test_proof_of_consent_stays_and_opens_with_the_evidence_key(
    browser: Client, member: User, policy: PolicyVersion, now: datetime
) -> None:
    asked = questions(policy, "en")[0]
    record_answers(
        subject_id=member.subject_id,
        answers=[Answer(key=asked.key, granted=True, shown=asked.wording_hash)],
        version=policy,
        language="en",
        method=Method.ACCOUNT,
        evidence={"browser": "Firefox"},
        by=member,
        now=now,
    )
    text = html.unescape(browser.get(ERASE).content.decode())
    assert "What was agreed to or not, and to which words: 2" in text, "the answer, and its end"
    today = local_date(now)
    assert "Article 9.3 of Law 91/2025/QH15" in text and f"Until {today.day} " in text and f" {today.year + 3};" in text
    ask(browser)
    run_due_erasures(now=clock.now() + COOLED)
    entries = LedgerEntry.objects.filter(subject_ref=member.subject_id)
    assert entries.filter(reply="GRANTED").count() == 1
    assert keys.evidence_key(member.subject_id)
    with pytest.raises(KeyDestroyed):
        keys.data_key(member.subject_id)


def test_asked_in_two_windows_it_is_one_deletion(browser: Client, member: User) -> None:
    other = Client()
    other.force_login(member)
    first, second = ask(browser), ask(other)
    assert ErasureRun.objects.count() == 1
    assert second.status_code in (302, 410) and first.status_code == 302


def test_another_window_is_told_and_shows_nothing(browser: Client, member: User, hold: Hold, now: datetime) -> None:
    from personal_data.services.erasing import begin_erasure, run_erasure

    hold()
    run = begin_erasure(subject_id=member.subject_id, address="", by=member, now=now)
    response = browser.post("/en/account/data/full-name/", {"value": "Another", "seen": ""})
    assert response.status_code in (302, 410)
    run_erasure(run_id=run.pk, now=now)
    assert browser.get("/en/account/data/").status_code in (302, 410)


def test_a_guessed_link_shows_nothing(client: Client, policy: object) -> None:
    assert client.get(f"{ERASE}progress/{'0' * 64}/").status_code == 404


def test_staff_cannot_delete_the_account_they_work_with(browser: Client, member: User) -> None:
    User.objects.filter(pk=member.pk).update(is_staff=True)
    assert "member of staff" in browser.get(ERASE).content.decode()
    assert ask(browser).status_code == 403


def test_the_link_shows_the_plan_until_it_is_done(browser: Client, hold: Hold) -> None:
    hold()
    link = ask(browser)["Location"]  # type: ignore[index]
    text = html.unescape(Client().get(link).content.decode())
    assert "Values entered: 1" in text and "Full name" not in text, "counts, and nothing about the person"
    assert Client().get(f"{link}certificate/").status_code == 404, "not finished"


def test_a_stuck_deletion_says_so_to_the_person(browser: Client, member: User) -> None:
    link = ask(browser)["Location"]  # type: ignore[index]
    ErasureRun.objects.update(state="STUCK")
    answer = Client().get(link, headers={"accept": "application/json"}).json()
    assert "One step did not work" in answer["text"] and answer["finished"] is False
    assert 'class="status status-done"' not in Client().get(link).content.decode()
