"""The other half of the drill: people who are who they say. Every one of them succeeds."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.services.registering import register_person
from cases.enums import IntakeChannel
from core.actors import SYSTEM
from dsr_requests.enums import DemandReason, Method, PauseReason, RepresentativeKind, RequestKind
from dsr_requests.models import Request
from dsr_requests.services.codes_to_held import read_out
from dsr_requests.services.demanding import ask_evidence, read_evidence
from dsr_requests.services.examining import accept_evidence
from dsr_requests.services.identifying import go_on_waiting
from dsr_requests.services.pausing import lift, pause, tell
from dsr_requests.services.representing import check_mandate, child_agrees
from personal_data.services.holding import write_item
from tests.cases.fixtures import MEMBER_ADDRESS, PASSWORD, signed_in
from tests.dsr_requests.asking import (
    DAY,
    HELD_ADDRESS,
    HELD_NUMBER,
    HOUR,
    STRANGER,
    ask,
    fresh,
    identity_codes,
    mandate,
    open_to_sender,
    taken,
)
from tests.security.impostors import ALONE, IDENTITY_CODE, Stage, complains, opens_own_case, set_stage

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

LATER = date(2099, 1, 1)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def stage(member: User, agent: User, dpo: User, staff: Callable[..., User], now: datetime) -> Stage:
    return set_stage(now=now, member=member, agent=agent, dpo=dpo, staff=staff)


def sends_file(stage: Stage, page: str, browser: Client | None = None) -> None:
    """By the page, as a person does."""
    stage.post(page, {"files": SimpleUploadedFile("giấy.pdf", PDF, "application/pdf")}, browser)


def opened_by(stage: Stage, request: Request, by: User) -> None:
    for row in request.identity_files.all():
        read_evidence(request_id=request.pk, file_id=row.pk, by=by, now=stage.now)


@pytest.mark.parametrize("address", [HELD_ADDRESS, "Minh.Anh@Example.COM", f"  {HELD_ADDRESS} "])
def test_a_guest_who_writes_from_the_address_held(stage: Stage, address: str) -> None:
    assert stage.files(address=address).about_id == stage.held.pk


def test_a_guest_who_has_another_address_now(stage: Stage) -> None:
    stage.files()
    stage.asks_for_code(HELD_ADDRESS)
    stage.types(identity_codes()[-1][1])
    assert Request.objects.get().about_id == stage.held.pk


def test_a_guest_who_mistyped_once_and_came_back_later(stage: Stage) -> None:
    stage.files()
    stage.asks_for_code(HELD_ADDRESS)
    ((_, first),) = identity_codes()
    stage.types("000000" if first != "000000" else "111111")
    stage.asks_for_code(HELD_ADDRESS)
    codes = [code for _, code in identity_codes()]
    codes.remove(first)
    stage.types(f"{codes[0][:3]} {codes[0][3:]}")
    assert Request.objects.get().about_id == stage.held.pk


def test_a_guest_who_is_called(stage: Stage) -> None:
    stage.files()
    stage.asks_for_code("+84 912 345 678", "CODE_PHONE")
    request = taken(Request.objects.get(), stage.agent, now=stage.now)
    check = request.verifications.get(method=Method.CODE_PHONE)
    number, code = read_out(verification_id=check.pk, reason="Gọi xác minh", by=stage.agent, now=stage.now)
    assert number.endswith("912345678")
    stage.types(code)
    assert fresh(request).about_id == stage.held.pk


def test_a_member_who_writes_without_signing_in(stage: Stage) -> None:
    assert stage.files(address=MEMBER_ADDRESS).about_id == stage.member.subject_id


def test_a_member_who_signs_in_and_types_the_password(stage: Stage) -> None:
    page = "/en/account/requests/new/view/"
    data = {"form_token": str(uuid4()), "text": "", "password": PASSWORD}
    stage.post(page, data, signed_in(stage.member))
    request = Request.objects.get()
    assert request.about_id == stage.member.subject_id and request.verifications.get().method == Method.SESSION


def test_a_member_whose_request_waited(stage: Stage) -> None:
    member = stage.member
    request = ask(now=stage.now, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member)
    stage.post(f"/en/account/requests/{request.reference}/identity/", {"password": PASSWORD}, signed_in(member))
    assert fresh(request).about_id == member.subject_id


def test_somebody_of_whom_nothing_else_is_held(stage: Stage) -> None:
    request = stage.files()
    stage.post(ALONE, {})
    assert fresh(request).about_id == request.subject_id


def test_somebody_who_complained_before(stage: Stage) -> None:
    earlier = complains(stage, address="cu@example.com", text="Tôi nhận tin quảng cáo.")
    assert stage.files(address="cu@example.com").about_id == earlier.subject_id


def test_somebody_whose_address_another_typed_into_an_account(stage: Stage) -> None:
    """Somebody else's typing neither takes the person's place nor shuts the person out."""
    other = register_person(address=STRANGER, password=PASSWORD, language="en", by=SYSTEM, now=stage.now)
    write_item(subject_id=other.subject_id, field="email", value=HELD_ADDRESS, by=other, now=stage.now)
    assert stage.files(address=HELD_ADDRESS).about_id == stage.held.pk


def test_the_holder_of_a_power_of_attorney(stage: Stage) -> None:
    request = ask(now=stage.now, kind=RequestKind.COPY, mandate=mandate(contact=HELD_NUMBER))
    request = taken(open_to_sender(request, now=stage.now), stage.agent, now=stage.now)
    opens_own_case(stage, request)
    sends_file(stage, "/en/requests/case/evidence/")
    opened_by(stage, request, stage.agent)
    said = {"request_id": request.pk, "scope": ["view", "copy"], "valid_until": LATER, "now": stage.now}
    assert check_mandate(**said, by=stage.agent).about_id == stage.held.pk  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [RepresentativeKind.PARENT, RepresentativeKind.GUARDIAN])
def test_who_acts_for_a_child_or_a_ward(stage: Stage, kind: RepresentativeKind) -> None:
    own = register_person(address=STRANGER, password=PASSWORD, language="en", by=SYSTEM, now=stage.now)
    named = mandate(kind, seven=kind == RepresentativeKind.PARENT)
    request = ask(now=stage.now, subject_id=own.subject_id, by=own, mandate=named)
    browser, page = signed_in(own), f"/en/account/requests/{request.reference}/"
    sends_file(stage, f"{page}evidence/", browser)
    stage.post(f"{page}child/", {}, browser)
    request = taken(request, stage.agent, now=stage.now)
    opened_by(stage, request, stage.agent)
    said = {"request_id": request.pk, "scope": ["view"], "valid_until": None, "now": stage.now}
    request = check_mandate(**said, by=stage.agent)  # type: ignore[arg-type]
    assert request.about_id == stage.held.pk
    assert (request.representative.child_agreed_at is not None) == (kind == RepresentativeKind.PARENT)


def test_a_child_who_says_so_on_the_phone(stage: Stage) -> None:
    named = mandate(RepresentativeKind.PARENT, seven=True)
    request = taken(open_to_sender(ask(now=stage.now, mandate=named), now=stage.now), stage.agent, now=stage.now)
    said = {"request_id": request.pk, "words": "Cháu nói đồng ý", "now": stage.now, "by": stage.agent}
    child_agrees(**said, channel=IntakeChannel.PHONE)  # type: ignore[arg-type]
    assert fresh(request).representative.child_agreed_at == stage.now


def test_somebody_who_lost_both_mailbox_and_number(stage: Stage) -> None:
    request = taken(stage.files(), stage.agent, now=stage.now)
    ask_evidence(request_id=request.pk, reason=DemandReason.NO_CHANNEL, by=stage.agent, now=stage.now)
    sends_file(stage, "/en/requests/case/evidence/")
    assert fresh(request).identity_files.count() == 1
    opened_by(stage, request, stage.dpo)
    said = {"request_id": request.pk, "subject_id": stage.held.pk, "words": "Khớp hồ sơ", "now": stage.now}
    assert accept_evidence(**said, by=stage.dpo).about_id == stage.held.pk  # type: ignore[arg-type]


def test_somebody_whose_address_was_paused_by_mistake(stage: Stage) -> None:
    row = pause(contact=HELD_ADDRESS, reason=PauseReason.ODD, by=stage.agent, now=stage.now)
    request = stage.files(address=HELD_ADDRESS)
    assert not request.decisions.exists()
    said = {"pause_id": row.pk, "way": IntakeChannel.PHONE, "words": "Gọi số đã lưu", "by": stage.agent}
    tell(**said, now=stage.now)  # type: ignore[arg-type]
    lift(**said, now=stage.now + HOUR)  # type: ignore[arg-type]
    assert fresh(request).decisions.get().effective_at == stage.now + HOUR


def test_somebody_who_really_changed_the_number(stage: Stage) -> None:
    member, at = stage.member, stage.now + HOUR
    write_item(subject_id=member.subject_id, field="phone", value="0987 654 321", by=member, now=at)
    request = ask(now=at, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member, proved=True)
    later = at + 3 * DAY + HOUR
    # The check is too old by then for anything to follow by itself: a colleague decides, or the person asks again.
    go_on_waiting(now=later)
    assert fresh(request).is_open and fresh(request).is_identified
    again = ask(now=later, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member, proved=True)
    assert fresh(again).decisions.exists()


def test_the_code_page_says_nothing_while_it_waits(stage: Stage) -> None:
    stage.files()
    stage.asks_for_code(HELD_NUMBER, "CODE_PHONE")
    assert "If this number is held by us" in stage.get(IDENTITY_CODE).content.decode()
