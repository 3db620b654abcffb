"""People who reach for another's request, copy or deletion; what a page, a mail, the record and the log let out."""

import logging
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.services.claiming import claim, waiting_for
from accounts.services.registering import register_person
from audit.models import AuditEntry
from cases.services.assigning import take
from core.actors import SYSTEM
from core.errors import NotAllowed
from dsr_requests.enums import RequestKind, Verdict
from dsr_requests.models import Request
from dsr_requests.services.fulfilling import run_due
from personal_data.models import ErasureRun, ImportedPerson, Package
from personal_data.services import packaging
from personal_data.services.erasing import progress_token
from policies.models import PolicyVersion
from tests.cases.fixtures import MEMBER_ADDRESS, PASSWORD, mails_of, queued, signed_in
from tests.dsr_requests.asking import HELD_ADDRESS, person_held
from tests.dsr_requests.steps import WISHES, approve, by_member, fresh, hold, judge
from tests.personal_data.import_steps import PEOPLE, people_of, taken_in
from tests.security.impostors import CASE, MORE, NEW, RECEIVED

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

DAY = timedelta(days=1)
SECRET = "Trần-Kín-Đáo"
NUMBER = "0912345678"
OWN = ("", "take-back/", "correction/", "call-off/", "identity/", "evidence/", "child/", "copy/", "copy/code/")
GUEST = ("take-back/", "correction/", "call-off/", "identity/", "identity/code/", "identity/alone/")
GUEST_PAGES = [f"/en/requests/case/{step}" for step in (*GUEST, "evidence/", "child/", "copy/", "copy/code/")]
DATA: dict[str, Any] = {
    "answer": "accept",
    "field": "phone",
    "code": "000000",
    "method": "CODE_MAIL",
    "contact": HELD_ADDRESS,
    "password": PASSWORD,
    "text": "x",
}


@pytest.fixture(autouse=True)
def _no_old_throttles() -> None:
    cache.clear()


@pytest.fixture
def stranger(policy_in_force: PolicyVersion, now: datetime) -> User:
    return register_person(address="ke.la@example.net", password=PASSWORD, language="en", by=SYSTEM, now=now)


@pytest.fixture
def copied(member: User, now: datetime) -> Request:
    """A member's copy that waits to be fetched."""
    hold(member, now=now, full_name=SECRET, phone=NUMBER)
    request = by_member(member, WISHES[RequestKind.COPY], now=now, proved=True, text=SECRET)
    run_due(now=now)
    packaging.make_due(now=now)
    assert Package.objects.get().state == "READY"
    return fresh(request)


@pytest.fixture
def leaving(member: User, agent: User, dpo: User, now: datetime) -> Request:
    """A member's deletion that can still be called off."""
    hold(member, now=now, full_name=SECRET, phone=NUMBER)
    request = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    approve(judge(request, Verdict.ACCEPT, by=agent, now=now), by=dpo, now=now)
    run_due(now=now)
    return fresh(request)


def rows() -> list[Any]:
    """How many rows there are and what was written last, in every table a page could touch."""
    tables = [name for name in connection.introspection.table_names() if name not in ("django_session", "axes")]
    kept = [name for name in tables if name.startswith(("dsr_requests_", "personal_data_", "cases_", "consent_"))]
    found: list[Any] = [AuditEntry.objects.count(), len(queued())]
    with connection.cursor() as cursor:
        for name in sorted(kept):
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM \"{name}\" t")
            found.append((name, cursor.fetchone()))
    return found


def guest_of(address: str, kind: str = "copy") -> tuple[Client, Request]:
    """A guest who sent a request and proved the address, in a browser of their own."""
    browser = Client()
    data = {"form_token": str(uuid4()), "address": address, "text": "x", **MORE.get(kind, {})}
    browser.post(NEW.format(kind=kind), data)
    request = Request.objects.latest("pk")
    browser.post(RECEIVED, {"code": mails_of("case-verify")[-1].code})
    return browser, fresh(request)


@pytest.mark.parametrize("which", ["copied", "leaving"])
def test_another_members_request_is_not_there(which: str, stranger: User, request: pytest.FixtureRequest) -> None:
    case: Request = request.getfixturevalue(which)
    browser, before = signed_in(stranger), rows()
    pages = [f"/en/account/requests/{case.reference}/{step}" for step in OWN]
    pages += [f"/en/account/export/{package.pk}/" for package in Package.objects.all()]
    pages += [f"/en/account/requests/{case.reference}/files/{uuid4()}/"]
    for page in pages:
        for answer in (browser.get(page), browser.post(page, DATA)):
            assert answer.status_code in (404, 405), page
            assert SECRET not in answer.content.decode(), page
    assert case.reference not in browser.get("/en/account/requests/").content.decode()
    assert rows() == before


def test_without_signing_in_nothing_of_a_member_opens(copied: Request) -> None:
    looked_up = guest_of_nothing()
    before = rows()
    for step in OWN:
        for browser in (Client(), looked_up):
            answer = browser.get(f"/en/account/requests/{copied.reference}/{step}")
            assert answer.status_code in (302, 405) and "/auth/login/" in answer.get("Location", "/auth/login/")
    for page in GUEST_PAGES:
        for answer in (Client().get(page), Client().post(page, DATA)):
            assert answer.status_code in (302, 403, 405) and SECRET not in answer.content.decode(), page
    assert rows() == before


def guest_of_nothing() -> Client:
    """A browser that looked a case up and typed no code."""
    browser = Client()
    browser.post("/en/track/", {"reference": "YC-26-2222-3333", "address": "ke.la@example.net"})
    return browser


def test_a_guest_keeps_to_the_own_request(policy_in_force: PolicyVersion, now: datetime) -> None:
    """One browser opens A, asks for its copy, then files B: nothing of A's step works on B."""
    person_held(now=now)
    first, mine = guest_of(HELD_ADDRESS)
    assert mine.is_identified
    run_due(now=now)
    packaging.make_due(now=now)
    assert Package.objects.get().state == "READY"
    second, other = guest_of("ke.la@example.net")
    for page in GUEST_PAGES:
        for answer in (second.get(page), second.post(page, DATA)):
            assert mine.reference not in answer.content.decode() and "Lê Minh Anh" not in answer.content.decode()
    assert Package.objects.get().state == "READY" and not mails_of("copy-code")
    assert first.get(CASE).status_code == 200
    assert fresh(other).about_id != fresh(mine).about_id


def test_the_own_copy_needs_the_password_again_and_leaves_no_trace_on_the_way(
    copied: Request, member: User, now: datetime
) -> None:
    page = f"/en/account/export/{Package.objects.get().pk}/"
    browser = signed_in(member)
    for data in ({}, {"password": "sai rồi"}):
        assert b"PK\x03\x04" not in browser.post(page, data).content
    assert browser.get(page).status_code == 200 and Package.objects.get().state == "READY"
    answer = browser.post(page, {"password": PASSWORD})
    assert answer["Content-Type"] == "application/zip" and answer["Cache-Control"] == "no-store, private"
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert MEMBER_ADDRESS not in answer["Content-Disposition"] and SECRET not in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert Package.objects.get().state == "FETCHED"
    again = browser.post(page, {"password": PASSWORD})
    assert again.status_code == 302 and again["Location"].endswith("/account/export/")


def test_the_link_of_a_deletion_is_not_guessed_and_shows_nobody(leaving: Request, member: User) -> None:
    run, before = ErasureRun.objects.get(), rows()
    token = progress_token(run)
    assert len(token) >= 40 and str(run.pk) not in token and run.subject_ref.hex not in token
    guesses = [str(run.pk), run.pk.hex, token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), token.swapcase()]
    for guess in (*guesses, "", "x" * 500, leaving.reference):
        for step in ("", "certificate/", "certificate.pdf"):
            assert Client().get(f"/en/account/erase/progress/{guess}/{step}").status_code == 404
        assert Client().post(f"/en/account/erase/progress/{guess}/cancel/").status_code == 404
    place = f"/en/account/erase/progress/{token}/"
    answer = Client().get(place)
    text = answer.content.decode()
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] in ("no-referrer", "same-origin")
    for word in (SECRET, NUMBER, MEMBER_ADDRESS, leaving.reference, str(member.subject_id)):
        assert word not in text
    assert Client().get(f"{place}cancel/").status_code == 405
    for step in ("certificate/", "certificate.pdf"):
        assert Client().get(f"{place}{step}").status_code == 404  # not before it is done
    assert rows() == before


def test_every_new_post_of_a_person_wants_the_token_of_its_form(leaving: Request, member: User) -> None:
    browser, before = Client(enforce_csrf_checks=True), rows()
    browser.cookies = signed_in(member).cookies
    pages = [f"/en/account/requests/{leaving.reference}/{step}" for step in OWN]
    pages += [f"/en/account/requests/new/{kind}/" for kind in RequestKind.values]
    pages += ["/en/account/export/", "/en/account/erase/", "/en/account/known/accept/", "/en/account/known/not-me/"]
    pages += [f"/en/account/erase/progress/{progress_token(ErasureRun.objects.get())}/cancel/", *GUEST_PAGES]
    pages += [f"/en/requests/new/{kind}/" for kind in RequestKind.values]
    for page in pages:
        assert browser.post(page, DATA).status_code == 403, page
    assert rows() == before


def test_reading_changes_nothing(leaving: Request, member: User, now: datetime) -> None:
    signed, (guest, _sent) = signed_in(member), guest_of("ai.do@example.net")
    before = rows()
    pages = [f"/en/account/requests/{leaving.reference}/{step}" for step in OWN]
    pages += [f"/en/account/requests/new/{kind}/" for kind in RequestKind.values]
    pages += ["/en/account/requests/", "/en/account/export/", "/en/account/erase/", "/en/account/known/"]
    for browser, own in ((signed, pages), (guest, [*GUEST_PAGES, *(NEW.format(kind=k) for k in RequestKind.values)])):
        for page in own:
            answer = browser.get(page)
            assert answer.status_code in (200, 302, 405), page
            assert answer.status_code == 405 or answer["Cache-Control"] == "no-store, private", page
    assert rows() == before


ALIKE = (
    "an+vn@example.vn",
    "a.n@example.vn",
    "an@example.vn.vn",
    "an@examp1e.vn",
    "аn@example.vn",
    "an@example.vn.",
    "AN@EXAMPLE.VN@example.net",
)


@pytest.mark.parametrize("address", ALIKE)
def test_who_signs_up_with_a_look_alike_claims_nothing(
    address: str, policy_in_force: PolicyVersion, now: datetime
) -> None:
    known = people_of(taken_in(PEOPLE, now))[0]
    user = register_person(address=address, password=PASSWORD, language="vi", by=SYSTEM, now=now)
    assert waiting_for(user=user, at=now) is None
    with pytest.raises(NotAllowed):
        claim(user_id=user.pk, known=known, by=user, now=now)
    assert not ImportedPerson.objects.exclude(told_at=None).exists()


def test_nobody_claims_what_was_not_shown(policy_in_force: PolicyVersion, stranger: User, now: datetime) -> None:
    first, other = people_of(taken_in(PEOPLE, now))
    user = register_person(address="an@example.vn", password=PASSWORD, language="vi", by=SYSTEM, now=now)
    assert waiting_for(user=user, at=now) == first
    for by in (user, stranger):
        browser = signed_in(by)
        for posted in (str(other), str(stranger.subject_id), str(user.subject_id), "x", ""):
            for page in ("accept", "not-me"):
                browser.post(f"/en/account/known/{page}/", {"known": posted})
    browser = signed_in(stranger)
    browser.post("/en/account/known/accept/", {"known": str(first)})
    assert waiting_for(user=user, at=now) == first
    assert User.objects.get(pk=stranger.pk).subject_id == stranger.subject_id


def test_no_word_of_a_request_stands_in_record_log_link_or_subject(
    member: User, agent: User, dpo: User, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hold(member, now=now, full_name=SECRET, phone=NUMBER)
    browser = signed_in(member)
    for kind in RequestKind.values:
        data = {"form_token": str(uuid4()), "text": f"{SECRET} {NUMBER}", "password": PASSWORD, **MORE.get(kind, {})}
        answer = browser.post(f"/en/account/requests/new/{kind}/", data | {"value-full-name": f"{SECRET} hai"})
        assert SECRET not in answer.get("Location", "") and NUMBER not in answer.get("Location", "")
    for case in Request.objects.filter(closed_at=None, decisions=None):
        take(kind="request", case_id=case.pk, by=agent, now=now)
        judge(case, Verdict.REFUSE, ground="R4", words=f"{SECRET} {NUMBER}", by=agent, now=now)
    for row in [row for case in Request.objects.all() for row in case.decisions.filter(needs_second=True)]:
        approve(row, by=dpo, now=now)
    run_due(now=now)
    packaging.make_due(now=now)
    run_due(now=now)
    assert Request.objects.count() == len(RequestKind.values)
    kept = [f"{entry.event} {entry.target} {entry.details}" for entry in AuditEntry.objects.all()]
    logged = [entry.getMessage() for entry in caplog.records if not entry.name.startswith("django.db")]
    subjects = [mail.subject for mail in queued()]
    sessions = [str(dict(browser.session))]
    digits = re.compile(r"912 ?345 ?678")
    for line in (*kept, *logged, *subjects, *sessions):
        assert SECRET not in line and not digits.search(line), line
    for line in (*kept, *logged, *subjects):
        assert MEMBER_ADDRESS not in line
    for line in subjects:
        assert not re.search(r"delet|correct|copy|object|withdraw|restrict", line, re.IGNORECASE), line
    for mail in queued():
        assert SECRET not in mail.body and not digits.search(mail.body)
