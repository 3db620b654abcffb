"""A request taken in: its dates, the acknowledgement at once, what it may name, and staff entries."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from accounts.models import User
from audit.models import AuditEntry
from cases import sealing
from cases.enums import CaseStatus, ContactKind, IntakeChannel, MarkCode
from cases.errors import OwnCase, ReceiptImpossible, RoleRefused
from cases.explaining import last_day
from cases.services.assigning import take
from cases.services.filing import Sender, Upload
from cases.services.messaging import write_as_person, write_as_staff
from cases.services.reminding import sweep_marks
from core.rules import request_kinds
from dsr_requests.enums import CorrectionState, Method, RepresentativeKind, RequestKind, Strength
from dsr_requests.errors import NothingNamed, UnknownChoice
from dsr_requests.models import Correction, Representative, Request
from dsr_requests.sealing import proposed_value, representative_name, represented_person
from dsr_requests.selectors import requests_of, shown
from dsr_requests.wishes import Mandate, Wish
from personal_data.content import CleanFile
from personal_data.errors import InvalidValue
from policies.models import PolicyVersion
from tests.cases.fixtures import GUEST_ADDRESS, MEMBER_ADDRESS, mails_of, queued
from tests.dsr_requests.steps import WISHES, by_guest, by_member, by_staff, fresh

MANDATE = Mandate(
    RepresentativeKind.ATTORNEY, "Phạm Văn Minh", "Phạm Thị Hoa", "hoa@example.com", valid_until=date(2027, 1, 31)
)


def test_every_kind_the_law_names_can_be_asked_for() -> None:
    assert set(RequestKind.values) == set(request_kinds(on=date(2026, 3, 2))) == set(WISHES)


def test_the_article_and_both_dates_are_stored(request_case: Request) -> None:
    assert request_case.article == "D356 Art. 5.4"
    received = last_day(request_case.received_at)
    assert (last_day(request_case.target_at) - received).days == 20
    assert request_case.limit_at >= request_case.target_at
    found = shown(request_case)
    assert "khoản 4 Điều 5 Nghị định 356/2025/NĐ-CP" in found.target_why and "20 ngày" in found.target_why


@pytest.mark.parametrize(
    ("received", "kind", "reply", "target", "limit"),
    [
        ((2026, 11, 20), RequestKind.RESTRICT, (11, 25), (12, 5), (12, 7)),
        ((2026, 11, 23), RequestKind.DELETE, (11, 26), (12, 13), (12, 14)),
        ((2026, 11, 24), RequestKind.VIEW, (11, 26), (12, 4), (12, 4)),
    ],
)
def test_the_worked_examples_of_the_law(
    frozen_clock: time_machine.Traveller,
    policy_in_force: PolicyVersion,
    received: tuple[int, int, int],
    kind: RequestKind,
    reply: tuple[int, int],
    target: tuple[int, int],
    limit: tuple[int, int],
) -> None:
    year, month, day = received
    case = by_guest(WISHES[kind], now=datetime(year, month, day, 3, 0, tzinfo=UTC))
    stored = [last_day(moment) for moment in (case.first_reply_due_at, case.target_at, case.limit_at)]
    assert stored == [date(2026, *found) for found in (reply, target, limit)]


@pytest.mark.parametrize("kind", RequestKind)
def test_each_kind_is_taken_in_from_a_guest(kind: RequestKind, policy_in_force: PolicyVersion, now: datetime) -> None:
    case = by_guest(WISHES[kind], now=now)
    assert case.asked_for == kind and case.status == CaseStatus.ACKNOWLEDGED and case.acknowledged_at == now
    assert case.from_guest and not case.is_identified and case.about_id is None
    assert sorted(mail.notice for mail in queued()) == ["case-verify", "request-received"]
    assert case.reference.startswith("YC-")


@pytest.mark.parametrize("kind", RequestKind)
def test_each_kind_is_taken_in_from_the_account(kind: RequestKind, member: User, now: datetime) -> None:
    case = by_member(member, WISHES[kind], now=now)
    assert case.subject_id == member.subject_id and not case.is_identified
    assert [(mail.notice, mail.to) for mail in queued()] == [("request-received", MEMBER_ADDRESS)]
    assert [found.asked_for for found in requests_of(member.subject_id)] == [str(kind.label)]


@pytest.mark.parametrize("kind", RequestKind)
def test_each_kind_is_written_down_by_staff_from_its_real_receipt(
    kind: RequestKind, policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    heard = now - timedelta(days=3)
    case = by_staff(WISHES[kind], by=agent, now=now, channel=IntakeChannel.ZALO, received_at=heard)
    own = by_guest(WISHES[kind], now=now)
    assert case.received_at == heard and case.filed_at == now
    assert own.target_at - case.target_at == timedelta(days=3)
    assert not case.is_identified and "request-received" in {mail.notice for mail in queued()}


def test_a_form_sent_twice_is_one_request(policy_in_force: PolicyVersion, now: datetime) -> None:
    token = uuid4()
    first, again = (by_guest(WISHES[RequestKind.CORRECT], now=now, form_token=token) for _ in range(2))
    assert first == again and Request.objects.count() == 1 and Correction.objects.count() == 1
    assert len(queued()) == 2


def test_the_acknowledgement_says_the_procedure_and_both_dates_and_nothing_of_the_matter(
    policy_in_force: PolicyVersion, now: datetime
) -> None:
    case = by_guest(Wish(RequestKind.RESTRICT, purposes=("marketing",)), now=now, text="Số cũ")
    (mail,) = mails_of("request-received")
    assert mail.to == GUEST_ADDRESS and case.reference in mail.body and "Số cũ" not in mail.body
    assert case.reference not in mail.subject
    for moment in (case.target_at, case.limit_at):
        assert last_day(moment).strftime("%d/%m/%Y").lstrip("0") in mail.body.replace(" 0", " ")


def test_the_automatic_acknowledgement_is_the_reply_the_law_asks_for(request_case: Request) -> None:
    assert sweep_marks(now=request_case.first_reply_due_at).get(MarkCode.REPLY_MISSED, 0) == 0


def test_without_an_address_to_mail_to_the_acknowledgement_is_owed(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    sender = Sender(address="0901 234 567", language="vi", contact_kind=ContactKind.PHONE)
    case = by_staff(WISHES[RequestKind.VIEW], by=agent, now=now, channel=IntakeChannel.PHONE, sender=sender)
    assert case.status == CaseStatus.RECEIVED and case.acknowledged_at is None and not queued()
    assert sweep_marks(now=case.first_reply_due_at)[MarkCode.REPLY_MISSED] == 1


def test_staff_enter_only_what_can_have_come_in(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    wish = WISHES[RequestKind.VIEW]
    for received in (now + timedelta(seconds=1), now - timedelta(days=61)):
        with pytest.raises(ReceiptImpossible):
            by_staff(wish, by=agent, now=now, received_at=received)
    with pytest.raises(UnknownChoice):
        by_staff(wish, by=agent, now=now, channel=IntakeChannel.PORTAL)
    assert not Request.objects.exists()


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_does_not_work_on_cases_enters_none(role: str, staff: object, now: datetime) -> None:
    with pytest.raises(RoleRefused):
        by_staff(WISHES[RequestKind.VIEW], by=staff(role), now=now)  # type: ignore[operator]


def test_nobody_enters_a_request_of_the_own(agent: User, now: datetime) -> None:
    sender = Sender(address="an@example.org", language="vi", subject_id=agent.subject_id)
    with pytest.raises(OwnCase):
        by_staff(WISHES[RequestKind.VIEW], by=agent, now=now, sender=sender)


@pytest.mark.parametrize(
    "wish",
    [
        Wish(RequestKind.DELETE, fields=("shoe-size",)),
        Wish(RequestKind.CORRECT, values={"shoe-size": "40"}),
        Wish(RequestKind.CORRECT, values={"device": "x"}),
        Wish(RequestKind.CORRECT, everything=True, values={"full-name": "Lan"}),
        Wish(RequestKind.RESTRICT, purposes=("selling",)),
        Wish(RequestKind.RESTRICT, fields=("email",)),
        Wish(RequestKind.DELETE, purposes=("marketing",)),
        Wish(RequestKind.DELETE, fields=("email",), values={"email": "a@b.vn"}),
        Wish(RequestKind.WITHDRAW, consents=("selling//",)),
        Wish(RequestKind.WITHDRAW, consents=("marketing",)),
        Wish(RequestKind.VIEW, fields=("email",)),
        Wish(RequestKind.PROTECT, purposes=("marketing",)),
    ],
    ids=repr,
)
def test_what_the_policy_or_the_kind_does_not_know_is_refused(
    wish: Wish, policy_in_force: PolicyVersion, now: datetime
) -> None:
    with pytest.raises(UnknownChoice):
        by_guest(wish, now=now)
    assert not Request.objects.exists()


@pytest.mark.parametrize("kind", [RequestKind.CORRECT, RequestKind.DELETE, RequestKind.OBJECT, RequestKind.WITHDRAW])
def test_a_wish_names_something(kind: RequestKind, policy_in_force: PolicyVersion, now: datetime) -> None:
    with pytest.raises(NothingNamed):
        by_guest(Wish(kind), now=now)


def test_all_of_it_and_a_part_of_it_is_no_wish(policy_in_force: PolicyVersion, now: datetime) -> None:
    with pytest.raises(NothingNamed):
        by_guest(Wish(RequestKind.DELETE, everything=True, fields=("email",)), now=now)


def test_proposed_values_are_checked_and_sealed(member: User, now: datetime) -> None:
    with pytest.raises(InvalidValue):
        by_member(member, Wish(RequestKind.CORRECT, values={"phone": "12"}), now=now)
    case = by_member(member, Wish(RequestKind.CORRECT, values={"phone": "0901 234 567"}), now=now)
    row = case.corrections.get()
    key = sealing.evidence_key(case.subject_id)
    assert proposed_value(row, key=key) == "+84901234567" and b"84901" not in bytes(row.sealed_value)
    assert (row.state, row.by_staff, case.fields) == (CorrectionState.PROPOSED, False, ["phone"])


def test_a_member_who_proved_it_is_identified_at_once(member: User, now: datetime) -> None:
    case = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    check = fresh(case).verifications.get()
    assert fresh(case).about_id == member.subject_id and case.is_identified
    assert (check.method, check.strength, check.passed_at) == (Method.SESSION, Strength.STRONG, now)


def test_a_representative_is_never_identified_by_signing_in(member: User, now: datetime) -> None:
    wish = Wish(RequestKind.DELETE, everything=True, mandate=MANDATE)
    case = by_member(member, wish, now=now, proved=True)
    assert not fresh(case).is_identified
    row = Representative.objects.get(case=case)
    key = sealing.evidence_key(case.subject_id)
    assert representative_name(row, key=key) == MANDATE.name
    assert represented_person(row, key=key) == (MANDATE.person, MANDATE.person_contact)
    assert (row.kind, row.valid_until, row.checked_at) == (MANDATE.kind, MANDATE.valid_until, None)


def test_files_come_with_a_request(member: User, now: datetime) -> None:
    upload = Upload("giấy.png", CleanFile("image/png", b"\x89PNG"))
    case = by_member(member, WISHES[RequestKind.PROTECT], now=now, uploads=(upload,))
    key = sealing.evidence_key(case.subject_id)
    assert [sealing.attachment_name(file, key=key) for file in case.attachments.all()] == ["giấy.png"]


def test_asking_the_person_stops_no_clock(member: User, agent: User, now: datetime) -> None:
    case = by_member(member, WISHES[RequestKind.DELETE], now=now)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    before = fresh(case)
    said = {"kind": "request", "case_id": case.pk, "form_token": uuid4()}
    write_as_staff(**said, text="Số nào?", awaits_answer=True, by=agent, now=now)
    waiting = fresh(case)
    assert waiting.status == CaseStatus.WAITING and waiting.target_at == before.target_at
    write_as_person(**said | {"form_token": uuid4()}, text="Số cũ", by=member, now=now + timedelta(days=2))
    again = fresh(case)
    assert again.status == CaseStatus.INVESTIGATING
    assert (again.target_at, again.limit_at) == (before.target_at, before.limit_at)
    assert "không làm" in shown(again).target_why


def test_no_value_stands_in_what_is_recorded(member: User, now: datetime) -> None:
    by_member(member, Wish(RequestKind.CORRECT, values={"full-name": "Tên Mới"}), now=now, text="Bí mật của tôi")
    recorded = json.dumps([entry.details for entry in AuditEntry.objects.all()], ensure_ascii=False)
    assert "Tên Mới" not in recorded and "Bí mật" not in recorded
