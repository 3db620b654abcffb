"""What Clever Group promises (CG-1 to CG-18), acted out under its own pack."""

import ast
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client

from accounts.models import User
from audit.services.recording import record
from cases.errors import NotTaken
from cases.explaining import last_day
from cases.services.assigning import take
from cases.services.looking import note_look
from complaints.enums import FINDINGS, Outcome, RejectionGround
from complaints.models import Complaint
from consent.answers import ConsentKey
from consent.models import LedgerEntry
from consent.selectors import in_force
from core.actors import SYSTEM
from core.clock import local_date, midnight
from outbound.channels import CHANNELS
from personal_data.errors import KeyDestroyed
from personal_data.errors_retention import DecidingRefused
from personal_data.keys import data_key
from personal_data.models import DataItem, DataSubject
from personal_data.retention_dates import plus_period
from personal_data.services.erasing import begin_erasure, run_erasure
from policies.models import PolicyVersion
from policies.pack_types import Pack, RetentionSpec, Text
from tests.promises.acting import (
    asked,
    complain,
    decide,
    facts_found,
    one_night,
    purposes_asked,
    tell,
    words_on,
)
from tests.promises.conftest import Hold

LANGUAGES = ("vi", "en")
VALUES = {
    "full-name": "Nguyễn Thị Minh Anh",
    "phone": "0912 345 678",
    "address": "12 Kim Giang, Hà Nội",
    "other-entry": "quảng cáo video",
}
SOURCES = (
    "privacy_portal",
    "accounts",
    "complaints",
    "dsr_requests",
    "cases",
    "consent",
    "outbound",
    "personal_data",
    "policies",
    "audit",
    "core",
)
TALKERS = {"requests", "httpx", "urllib3", "aiohttp", "ftplib", "smtplib", "socket", "http.client", "urllib.request"}


@pytest.fixture
def slug() -> str:
    return "clever-group"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_is_public_numbered_dated_and_printable(client: Client, pack: Pack, language: str) -> None:
    page = words_on(client, f"/{language}/policy/")
    assert pack.title.in_language(language) in page
    assert re.search(r"(Phiên bản|Version) 1\b", page)
    assert {"vi": "02/03/2026", "en": "2 March 2026"}[language] in page
    assert "/versions/1/" in client.get(f"/{language}/policy/versions/").content.decode()
    styles = (settings.BASE_DIR / "privacy_portal/static/css/policy.css").read_text(encoding="utf-8")
    assert "@media print" in styles and "css/policy" in client.get(f"/{language}/policy/").content.decode()


def test_each_field_a_form_asks_for_tells_all_about_itself(browser: Client, pack: Pack, hold: Hold) -> None:
    for field, value in VALUES.items():
        hold(field, value)
    page = words_on(browser, "/en/account/data/")
    for field, value in VALUES.items():
        spec = pack.field(field)
        assert spec is not None
        assert value in page and spec.label.en in page and spec.source.en in page and spec.storage.en in page
        for code in spec.purposes:
            assert pack.purpose(code).name.en in page  # type: ignore[union-attr]
        assert pack.retention_rule(spec.retention).text.en in page  # type: ignore[union-attr]
    assert page.count("Held since 2 March 2026") >= len(VALUES)


def test_entries_are_declared_right_and_confirmed_with_a_date(browser: Client, member: User, hold: Hold) -> None:
    assert "Please enter what is right, complete and up to date" in words_on(browser, "/en/account/data/full-name/")
    hold("full-name", VALUES["full-name"])
    with time_machine.travel(datetime(2026, 5, 4, 3, 0, tzinfo=UTC), tick=False):
        browser.force_login(member)
        browser.post("/en/account/data/full-name/confirm/")
        page = words_on(browser, "/en/account/data/")
        assert "Last confirmed 4 May 2026" in page
        assert "A value was confirmed as still right" in words_on(browser, "/en/account/data/full-name/history/")


def test_a_wrong_entry_turns_no_complaint_away(pack: Pack) -> None:
    filed = complain(text="Tôi đã điền sai số điện thoại của chính mình.")
    assert filed.is_open
    assert "CG-4" in facts_found(pack)
    assert set(Outcome.values) == {*FINDINGS, "OUT_OF_SCOPE", "TAKEN_BACK", "UNVERIFIED"}
    assert set(RejectionGround.values) == {"NOT_OUR_DATA", "NOT_PERSONAL_DATA", "PUBLIC_BODY", "IN_COURT", "ABUSE"}


def test_the_service_is_not_asked_and_the_other_two_purposes_are(policy: PolicyVersion, pack: Pack) -> None:
    service = pack.purpose("service")
    assert service is not None and not service.needs_consent
    assert purposes_asked(policy) == {"personalisation", "marketing", "device-information"}
    for language in LANGUAGES:
        questions = asked(policy, language)
        by_machine = questions[ConsentKey("personalisation")]
        assert by_machine.automated
        assert pack.purpose("personalisation").opt_out.in_language(language) in by_machine.wording  # type: ignore[union-attr]
        marketing = pack.purpose("marketing")
        assert marketing is not None
        for channel in ("email", "sms", "phone"):
            wording = questions[ConsentKey("marketing", channel)].wording
            assert marketing.content.in_language(language) in wording
            assert marketing.frequency.in_language(language) in wording


def test_asking_for_deletion_ends_the_keeping(member: User, hold: Hold, now: datetime) -> None:
    hold("phone", VALUES["phone"])
    run = begin_erasure(subject_id=member.subject_id, address="", by=member, now=now)
    assert run_erasure(run_id=run.pk, now=now)
    assert not DataItem.objects.exists() and not User.objects.exists()
    with pytest.raises(KeyDestroyed):
        data_key(member.subject_id)


def test_two_people_decide_that_it_is_no_longer_needed(
    member: User, hold: Hold, staff: Callable[[str], User], now: datetime
) -> None:
    hold("phone", VALUES["phone"])
    hold("full-name", VALUES["full-name"])
    officer = staff("dpo")
    with pytest.raises(DecidingRefused):
        decide(kind="NOT_NEEDED", fields=["phone"], by=officer, second=officer, at=now)
    one_night(at=now)
    assert DataItem.objects.count() == 2
    decide(kind="NOT_NEEDED", fields=["phone"], by=officer, second=staff("administrator"), at=now)
    one_night(at=now)
    assert DataItem.objects.count() == 2, "not before the person has known of it for seven days"
    tell(member.subject_id, day=local_date(now), at=now - timedelta(days=7))
    one_night(at=now)
    assert list(DataItem.objects.values_list("field", flat=True)) == ["full-name"]


def test_after_two_years_without_activity_it_goes_by_itself(member: User, hold: Hold, now: datetime) -> None:
    hold("phone", VALUES["phone"])
    day = plus_period(local_date(now), RetentionSpec("", "inactive", Text("", ""), months=24))
    long_ago = now - (midnight(day) - now)
    with transaction.atomic():
        record(event="test.prepared", target=f"subject:{member.subject_id}", by=SYSTEM, now=now)
        DataSubject.objects.filter(pk=member.subject_id).update(last_active_at=long_ago - timedelta(days=3))
    one_night(at=now)
    assert DataItem.objects.exists(), "whoever can be reached is told first"
    rule = RetentionSpec("", "inactive", Text("", ""), months=24)
    tell(member.subject_id, day=plus_period(local_date(long_ago - timedelta(days=3)), rule), at=now - timedelta(days=8))
    one_night(at=now)
    assert not DataItem.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_recipients_abroad_are_marked_before_anyone_agrees(
    client: Client, policy: PolicyVersion, pack: Pack, language: str
) -> None:
    abroad = [recipient for recipient in pack.recipients if recipient.cross_border]
    assert {recipient.recipient_class for recipient in abroad} == {"affiliate", "partner"}
    page = words_on(client, f"/{language}/policy/?lists=open")
    words = {"vi": "Ngoài Việt Nam", "en": "Outside Vietnam"}[language]
    assert page.count(words) >= len(abroad)
    questions = asked(policy, language)
    for recipient in abroad:
        wording = questions[ConsentKey("service", "", recipient.recipient_class)].wording
        assert {"vi": "ra nước ngoài", "en": "leave the country"}[language] in wording


def test_staff_look_by_role_and_the_person_sees_it(
    browser: Client, member: User, staff: Callable[[str], User], now: datetime
) -> None:
    browser.post(
        "/en/complaints/new/",
        {"category": "other", "text": "Ai đã xem dữ liệu của tôi?", "remedy": "EXPLAIN"},
    )
    filed = Complaint.objects.get()
    agent = staff("agent")
    with pytest.raises(NotTaken):
        note_look(filed, by=agent, now=now)
    take(kind=Complaint.kind, case_id=filed.pk, by=agent, now=now)
    filed.refresh_from_db()
    note_look(filed, by=agent, now=now)
    page = words_on(browser, "/en/account/access-log/")
    assert "The case was read" in page and "staff who handle cases" in page


def test_each_class_of_recipient_is_agreed_to_by_itself(
    browser: Client, member: User, policy: PolicyVersion, now: datetime
) -> None:
    classes = {key.recipient_class for key in asked(policy) if key.recipient_class}
    assert classes == {"affiliate", "partner", "carrier"}
    partner = asked(policy)[ConsentKey("service", "", "partner")]
    browser.post(
        "/en/account/consents/",
        {f"answer-{partner.key.token}": "agree", f"shown-{partner.key.token}": partner.shown},
    )
    assert set(in_force(member.subject_id, now)) == {partner.key}


def test_harm_to_the_company_is_reported_as_no_ground(pack: Pack) -> None:
    assert {"CG-9", "CG-10", "CG-18"} <= facts_found(pack)
    for recipient in pack.recipients:
        assert recipient.consent or recipient.clause, recipient.code


PAGES = ("", "policy/", "procedure/", "complaints/new/", "requests/new/", "track/", "auth/login/", "auth/signup/")


@pytest.mark.parametrize("page", PAGES)
def test_pages_carry_strict_headers_and_load_nothing_from_others(
    client: Client, policy: PolicyVersion, page: str
) -> None:
    response = client.get(f"/vi/{page}")
    header = response.headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in header.split(";"))
    assert directives["default-src"] == "'none'" and directives["frame-ancestors"] == "'none'"
    for value in directives.values():
        assert set(value.split()) <= {"'none'", "'self'", "data:"}, header
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Frame-Options"] == "DENY"
    body = response.content.decode()
    for address in re.findall(r'(?:src|srcset|poster)="([^"]*)"', body) + re.findall(
        r"<link[^>]*href=\"([^\"]*)\"", body
    ):
        assert address.startswith(("/", "data:")) and not address.startswith("//"), address


def test_a_visitor_gets_no_cookie_that_follows_them(client: Client, policy: PolicyVersion) -> None:
    for page in ("", "policy/", "procedure/"):
        client.get(f"/vi/{page}")
    assert set(client.cookies) <= {settings.CSRF_COOKIE_NAME}


def test_mail_is_the_only_way_out_of_the_program() -> None:
    """Only `outbound` imports what talks to other machines, and what it opens is mail.

    `privacy_portal` starts and asks the servers of its own machine.
    """
    assert set(CHANNELS) == {"EMAIL"}
    found = {
        (package, name)
        for package in SOURCES
        for file in Path(settings.BASE_DIR / package).rglob("*.py")
        for name in _imported(file)
        if name in TALKERS or name.split(".")[0] in TALKERS
    }
    assert {(package, name) for package, name in found if package != "privacy_portal"} == {("outbound", "smtplib")}
    assert {name for package, name in found if package == "privacy_portal"} <= {"http.client", "socket"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["policy/", "policy/versions/1/", "procedure/", ""])
def test_who_answers_stands_on_every_policy_page(
    client: Client, policy: PolicyVersion, language: str, page: str
) -> None:
    words = words_on(client, f"/{language}/{page}")
    assert "Công ty Cổ phần Clever Group" in words and "0102850165" in words
    assert {"vi": "số 2 Kim Giang", "en": "2 Kim Giang"}[language] in words


def test_a_complaint_is_taken_from_anyone_without_an_account(client: Client, policy: PolicyVersion) -> None:
    form = {
        "category": "beyond-purpose",
        "text": "Dùng sai mục đích.",
        "remedy": "STOP",
        "address": "khach@example.com",
    }
    page = client.post("/en/complaints/new/", form, follow=True).content.decode()
    assert Complaint.objects.get().reference in page


def test_seven_days_aimed_at_and_fifteen_at_most_whatever_the_day(policy: PolicyVersion) -> None:
    with time_machine.travel(datetime(2026, 11, 20, 8, 0, tzinfo=UTC), tick=False):
        filed = complain()
    assert last_day(filed.target_at).isoformat() == "2026-11-27"
    assert last_day(filed.limit_at).isoformat() == "2026-12-05"  # a Saturday, and it stays one
    assert filed.limit_at - filed.target_at == timedelta(days=8)


def test_zalo_without_an_address_is_a_marked_gap_and_no_widget(client: Client, policy: PolicyVersion) -> None:
    page = client.get("/vi/procedure/").content.decode()
    assert '<span class="placeholder">[Chưa có: địa chỉ Zalo]</span>' in page
    assert "zalo.me" not in page and "sp.zalo" not in page


def test_visiting_and_signing_up_agree_to_nothing(client: Client, browser: Client, member: User) -> None:
    for page in PAGES:
        client.get(f"/vi/{page}")
    browser.get("/vi/account/")
    page = browser.get("/vi/account/consents/").content.decode()
    assert "checked" not in page and 'type="radio"' in page
    assert not LedgerEntry.objects.exists()
    assert DataSubject.objects.count() == 1


def _imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names
