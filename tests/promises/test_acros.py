"""What ACROS promises (AC-1 to AC-9), acted out under its own pack."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from consent.answers import ConsentKey
from core.clock import local_date
from core.rules import complaint_rule, request_kinds, request_rule
from personal_data.models import DataItem, Disposal, FieldRefusal, StoredFile
from personal_data.permissions import can_reveal
from personal_data.services.disposing import selected
from personal_data.services.erasing import begin_erasure, run_erasure
from personal_data.storage import root
from policies.models import PolicyVersion
from policies.pack_types import Pack
from privacy_portal import demo_media
from tests.harness.people import Role
from tests.promises.acting import asked, decide, facts_found, findings_on, one_night, purposes_asked, tell, words_on
from tests.promises.conftest import Hold

DELIVERY = {
    "full-name": "Phạm Quốc Bảo",
    "phone": "0912 345 678",
    "delivery-address": "45 Lý Thường Kiệt, Đà Nẵng",
}


@pytest.fixture
def slug() -> str:
    return "acros"


def test_every_period_of_law_names_its_article(now: datetime) -> None:
    for kind in request_kinds(on=now.date()):
        rule = request_rule(kind, on=now.date())
        assert rule.article.startswith("D356 ") and rule.own_days > 0
    assert complaint_rule(on=now.date()).publication_article


def test_five_purposes_each_with_its_ground_and_fields(policy: PolicyVersion, pack: Pack) -> None:
    grounds = {purpose.code: purpose.basis for purpose in pack.purposes}
    assert grounds == {
        "orders": "contract",
        "care": "contract",
        "verification": "contract",
        "statistics": "consent",
        "legal-request": "law",
        "case-handling": "law",
        "commercial": "consent",
    }
    for purpose in pack.purposes:
        assert purpose.fields and purpose.clause
    assert purposes_asked(policy) == {"statistics", "commercial"}


def test_what_a_delivery_needs_is_held_and_shown(browser: Client, hold: Hold) -> None:
    for field, value in DELIVERY.items():
        hold(field, value)
    page = words_on(browser, "/en/account/data/")
    for value in DELIVERY.values():
        assert value in page


def test_a_picture_of_a_payment_is_sealed_listed_fetched_and_deleted(browser: Client, member: User) -> None:
    page = words_on(browser, "/en/account/data/payment-image/files/add/")
    assert "5 MB" in page
    picture = demo_media.receipt()
    sent = {"file": SimpleUploadedFile("bien-lai.png", picture, "image/png")}
    browser.post("/en/account/data/payment-image/files/add/", sent)
    stored = StoredFile.objects.get()
    on_disk = [path.read_bytes() for path in root().glob("??/*") if path.name == str(stored.pk)]
    assert len(on_disk) == 1 and b"PNG" not in on_disk[0][:64] and b"bien-lai" not in bytes(stored.sealed_name)
    fetched = browser.get(f"/en/account/files/{stored.pk}/download/")
    assert fetched.content[:4] == b"\x89PNG" and "attachment" in fetched.headers["Content-Disposition"]
    browser.post(f"/en/account/files/{stored.pk}/delete/")
    assert not StoredFile.objects.exists()
    assert not [path for path in root().glob("??/*") if path.name == str(stored.pk)]


def test_payment_pictures_are_sensitive_and_videos_have_their_own_period(pack: Pack) -> None:
    picture, video = pack.field("payment-image"), pack.field("warranty-video")
    assert picture is not None and video is not None
    assert picture.is_sensitive and not can_reveal(by=Role("agent"), sensitivity=picture.sensitivity)
    assert (picture.max_mb, video.max_mb) == (5, 50)
    assert {picture.retention, video.retention} == {"payment", "warranty"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_not_giving_something_says_first_what_follows(browser: Client, pack: Pack, hold: Hold, language: str) -> None:
    hold("phone", DELIVERY["phone"])
    spec = pack.field("phone")
    assert spec is not None
    assert spec.consequence.in_language(language) in words_on(browser, f"/{language}/account/data/phone/decline/")
    assert not FieldRefusal.objects.exists()
    browser.post(f"/{language}/account/data/phone/decline/")
    assert FieldRefusal.objects.get().field == "phone" and not DataItem.objects.filter(field="phone").exists()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_who_has_access_is_listed_with_fields_uses_and_ground(client: Client, pack: Pack, language: str) -> None:
    page = words_on(client, f"/{language}/policy/?lists=open")
    for recipient in pack.recipients:
        assert recipient.name.in_language(language) in page
        assert recipient.clause and recipient.purposes and recipient.fields


def test_nothing_commercial_without_its_own_consent(policy: PolicyVersion, pack: Pack) -> None:
    assert {key.channel for key in asked(policy) if key.purpose == "commercial"} == {"email", "sms", "phone"}
    assert ConsentKey("care", "", "partner") in asked(policy)
    for recipient in pack.recipients:
        if recipient.code != "staff":
            assert "commercial" not in recipient.purposes and "statistics" not in recipient.purposes


def test_the_persons_request_ends_the_keeping_beside_the_managements_order(
    member: User, hold: Hold, pack: Pack, now: datetime
) -> None:
    for rule in pack.retention:
        if rule.rule == "management-order":
            assert "on-request" in rule.also
    hold("phone", DELIVERY["phone"])
    run = begin_erasure(subject_id=member.subject_id, address="", by=member, now=now)
    run_erasure(run_id=run.pk, now=now)
    assert not DataItem.objects.exists()
    assert "AC-7" in facts_found(pack)


def test_what_the_management_orders_gone_goes_once_two_people_approved(
    member: User, hold: Hold, staff: Callable[[str], User], now: datetime
) -> None:
    for field in ("phone", "delivery-address"):
        hold(field, DELIVERY[field])
    order = {"kind": "ORDERED", "fields": ["phone"], "ground": "Quyết định 5/2026", "goes_on": local_date(now)}
    _row, effect = selected(**order, now=now)  # type: ignore[arg-type]
    assert (effect.people, effect.items) == (1, 1) and not Disposal.objects.exists(), "tried dry"
    decide(kind="ORDERED", fields=["phone"], by=staff("dpo"), second=staff("administrator"), at=now)
    tell(member.subject_id, day=local_date(now), at=now - timedelta(days=7))
    one_night(at=now)
    assert list(DataItem.objects.values_list("field", flat=True)) == ["delivery-address"]


def test_each_field_says_where_it_is_stored(browser: Client, pack: Pack) -> None:
    page = words_on(browser, "/en/account/data/")
    for spec in pack.fields:
        assert spec.storage.en in page


def test_what_acros_left_out_is_reported_and_marked(client: Client, pack: Pack) -> None:
    gaps = {finding.place for finding in findings_on(pack)}
    assert {"controller.registration", "controller.address", "controller.phone", "controller.email"} <= gaps
    assert "AC-9" in facts_found(pack)
    page = client.get("/vi/policy/").content.decode()
    assert '<span class="placeholder">[Chưa có: địa chỉ trụ sở của ACROS]</span>' in page
    assert words_on(client, "/vi/complaints/new/") and words_on(client, "/vi/requests/new/")
