"""An organisation nobody foresaw: a folder of text files is all it takes, and every page works by it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from cases.explaining import last_day
from complaints.models import Complaint
from consent.selectors import in_force
from core.actors import SYSTEM
from dsr_requests.models import Request
from personal_data.models import DataItem, DataSubject, Device, ErasureRun, FieldRefusal, StoredFile
from personal_data.services.erasing import run_due_erasures
from policies.models import PolicyVersion
from policies.services.publishing import publish
from privacy_portal import demo_media
from tests.cases.desk_steps import send
from tests.policies.made_up import write_pack
from tests.promises.acting import asked, words_on
from tests.promises.conftest import ADDRESS, PASSWORD

GATE = "Cổng xanh cạnh giếng"


@pytest.fixture
def policy(tmp_path: Path, transactional_db: None, now: datetime) -> PolicyVersion:
    """The made-up pack, published as any other and not in the demo: it has no gaps."""
    cache.clear()
    return publish(path=write_pack(tmp_path), by=SYSTEM, now=now, demo=False).version


@pytest.mark.parametrize("language", ["vi", "en"])
def test_its_public_pages_speak_of_it(client: Client, policy: PolicyVersion, language: str) -> None:
    home = words_on(client, f"/{language}/")
    assert {"vi": "Vườn Rau giữ địa chỉ giao rau.", "en": "Vườn Rau holds where vegetables go."}[language] in home
    assert {"vi": "Giao rau", "en": "Delivering vegetables"}[language] in words_on(client, f"/{language}/policy/")
    procedure = words_on(client, f"/{language}/procedure/")
    assert "Chị Lan" in procedure and "0101010101" in procedure
    for page in ("complaints/new/", "requests/new/", "track/", "auth/signup/", "auth/login/", "policy/versions/"):
        assert words_on(client, f"/{language}/{page}")


def test_a_person_rules_over_its_kinds_of_data(browser: Client, member: User) -> None:
    browser.post("/en/account/data/address/", {"value": "7 Đồi Thông\nĐà Lạt", "seen": ""})
    browser.post("/en/account/data/taste/", {"value": "hot", "seen": ""})
    picture = SimpleUploadedFile("cong.png", demo_media.receipt(), "image/png")
    browser.post("/en/account/data/gate/files/add/", {"file": picture})
    assert DataItem.objects.count() == 2 and StoredFile.objects.count() == 1
    page = words_on(browser, "/en/account/data/")
    for words in ("7 Đồi Thông", "Hot", "Server in Da Lat", "Rider", "Until you ask for deletion.", ADDRESS):
        assert words in page
    assert "No delivery." in words_on(browser, "/en/account/data/address/decline/")
    browser.post("/en/account/data/address/decline/")
    assert FieldRefusal.objects.get().field == "address" and not DataItem.objects.filter(field="address").exists()


def test_its_consents_are_asked_answered_and_taken_back(
    browser: Client, member: User, policy: PolicyVersion, now: datetime
) -> None:
    questions = asked(policy)
    assert {(key.purpose, key.channel, key.recipient_class) for key in questions} == {
        ("recipes", "email", ""),
        ("recipes", "zalo", ""),
        ("delivery", "", "carrier"),
    }
    form = {}
    for key, question in questions.items():
        form[f"answer-{key.token}"], form[f"shown-{key.token}"] = "agree", question.shown
    browser.post("/en/account/consents/", form)
    assert set(in_force(member.subject_id, now)) == set(questions)
    browser.post("/en/account/devices/note/", {"screen": "360x800", "device_language": "vi"})
    assert Device.objects.count() == 1
    for key in questions:
        browser.post("/en/account/consents/withdraw/", {"consent": key.token})
    assert not in_force(member.subject_id, now) and not Device.objects.exists()


def test_its_own_periods_run_for_complaints(client: Client, policy: PolicyVersion) -> None:
    form = {"category": "misuse", "text": GATE, "remedy": "EXPLAIN", "address": "khach@example.com"}
    client.post("/vi/complaints/new/", {**form, "form_token": str(uuid4())})
    filed = Complaint.objects.get()
    assert (last_day(filed.target_at).isoformat(), last_day(filed.limit_at).isoformat()) == ("2026-03-05", "2026-03-11")


def test_staff_settle_a_case_and_read_its_words(
    browser: Client, member: User, staff: Callable[[str], User], policy: PolicyVersion
) -> None:
    browser.post("/en/complaints/new/", {"category": "misuse", "text": GATE, "remedy": "STOP"})
    browser.post("/en/account/requests/new/restrict/", {"extent": "all", "text": "Cho tôi xem.", "password": PASSWORD})
    desk = Client()
    desk.force_login(staff("agent"))
    filed, request = Complaint.objects.get(), Request.objects.get()
    assert "Misuse" in words_on(desk, "/staff/complaints/complaint/")
    page = f"/staff/complaints/complaint/{filed.pk}/"
    desk.post(f"{page}take/")
    assert GATE in words_on(desk, f"{page}change/")
    send(desk, filed, "triage", {"category": "misuse", "severity": "LOW", "tier": "only", "note": ""})
    answer = {"form_token": str(uuid4()), "outcome": "UPHELD", "finding": "Bảng tin bị lộ.", "done": "Đã chấm dứt."}
    send(desk, filed, "answer", answer | {"step": "send"})
    assert "Đã chấm dứt." in words_on(browser, f"/en/account/complaints/{filed.reference}/")
    assert words_on(desk, f"/staff/dsr_requests/request/{request.pk}/change/")


def test_everything_goes_when_asked(browser: Client, member: User, frozen_clock: time_machine.Traveller) -> None:
    browser.post("/en/account/data/address/", {"value": "7 Đồi Thông", "seen": ""})
    answer = browser.post("/en/account/erase/", {"password": PASSWORD, "understood": "on"})
    assert answer.status_code == 302 and "/erase/progress/" in answer.headers["Location"]
    frozen_clock.shift(5)
    run_due_erasures(now=ErasureRun.objects.get().asked_at)
    assert DataSubject.objects.get().state == "ERASED" and not DataItem.objects.exists()
    assert words_on(Client(), answer.headers["Location"])
