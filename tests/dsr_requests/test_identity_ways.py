"""Evidence staff had to ask for, mandates, a contact changed lately, and paused addresses."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from audit.selectors import entries_about
from cases.enums import IntakeChannel
from cases.errors import ContentGone, NotSender, NotYours, ReasonMissing, RoleRefused
from core.actors import GUEST
from dsr_requests.enums import DemandReason, Method, PauseReason, RepresentativeKind, RequestKind, Verdict
from dsr_requests.errors_identity import (
    AskedAlready,
    ChildMustAgree,
    EvidenceMissing,
    EvidenceNotAwaited,
    EvidenceUnread,
    MandateDecided,
    MandateEnded,
    MandateTooNarrow,
    NotPaused,
    OfficerOnly,
    OtherWayNeeded,
    PausedAlready,
    PersonUnknown,
    TellFirst,
)
from dsr_requests.models import PausedAddress, Representative, Request
from dsr_requests.selectors_identity import is_frozen, is_held_back, takes_evidence
from dsr_requests.services.demanding import ask_evidence, delete_identity_files, give_evidence, read_evidence
from dsr_requests.services.examining import accept_evidence
from dsr_requests.services.identifying import go_on_waiting
from dsr_requests.services.locking import lock_request
from dsr_requests.services.pausing import lift, pause, tell
from dsr_requests.services.representing import check_mandate, child_agrees, refuse_mandate
from personal_data import storage
from personal_data.services.holding import write_item
from policies.models import PolicyVersion
from tests.cases.fixtures import MEMBER_ADDRESS, mails_of
from tests.dsr_requests.asking import (
    DAY,
    HELD_ADDRESS,
    HOUR,
    MINUTE,
    STRANGER,
    ask,
    begin,
    evidence_file,
    fresh,
    identity_codes,
    mandate,
    open_to_sender,
    person_held,
    taken,
)
from tests.dsr_requests.steps import judge

SOON = date(2099, 1, 1)


@pytest.fixture
def asked(policy_in_force: PolicyVersion, agent: User, now: datetime) -> Request:
    """A guest's request an agent has, about nobody yet."""
    return taken(open_to_sender(ask(now=now), now=now), agent, now=now)


def sent(request: Request, by: User, *, now: datetime, reads: bool = True) -> str:
    """The person sends a file, and a colleague opens it."""
    give_evidence(request_id=request.pk, uploads=[evidence_file()], by=GUEST, now=now)
    file_id = str(request.identity_files.latest("added_at").pk)
    if reads:
        read_evidence(request_id=request.pk, file_id=file_id, by=by, now=now)  # type: ignore[arg-type]
    return file_id


# --- evidence ---------------------------------------------------------------------------------------------------


def test_no_file_is_taken_that_nobody_asked_for(asked: Request, now: datetime) -> None:
    with pytest.raises(EvidenceNotAwaited):
        give_evidence(request_id=asked.pk, uploads=[evidence_file()], by=GUEST, now=now)


def test_evidence_is_asked_for_with_a_coded_reason_once(asked: Request, agent: User, now: datetime) -> None:
    ask_evidence(request_id=asked.pk, reason=DemandReason.NO_CHANNEL, by=agent, now=now)
    assert mails_of("identity-evidence")[0].to == STRANGER and takes_evidence(asked)
    with pytest.raises(AskedAlready):
        ask_evidence(request_id=asked.pk, reason=DemandReason.NO_CHANNEL, by=agent, now=now)
    sent(asked, agent, now=now)
    assert asked.evidence_demands.get().met_at == now and not takes_evidence(fresh(asked))


def test_only_who_decides_opens_it_and_each_look_is_recorded(
    asked: Request, agent: User, other_agent: User, staff: Callable[..., User], now: datetime
) -> None:
    ask_evidence(request_id=asked.pk, reason=DemandReason.DOUBT, by=agent, now=now)
    file_id = sent(asked, agent, now=now, reads=False)
    for colleague in (other_agent, staff("auditor"), staff("administrator")):
        with pytest.raises((NotYours, RoleRefused)):
            read_evidence(request_id=asked.pk, file_id=file_id, by=colleague, now=now)  # type: ignore[arg-type]
    name, mime, data = read_evidence(request_id=asked.pk, file_id=file_id, by=agent, now=now)  # type: ignore[arg-type]
    assert (name, mime, data[:5]) == ("giay.pdf", "application/pdf", b"%PDF-")
    assert entries_about(asked.target).filter(event="request.evidence_read").count() == 1
    with pytest.raises(ContentGone):
        read_evidence(request_id=asked.pk, file_id=uuid4(), by=agent, now=now)


def test_it_goes_with_the_decision(asked: Request, agent: User, now: datetime) -> None:
    ask_evidence(request_id=asked.pk, reason=DemandReason.DOUBT, by=agent, now=now)
    file_id = sent(asked, agent, now=now)
    assert any(str(path).endswith(file_id) for path in storage.root().glob("??/*"))
    with transaction.atomic():
        assert delete_identity_files(request=lock_request(asked.pk), now=now) == 1
    assert not asked.identity_files.exists()
    assert not any(str(path).endswith(file_id) for path in storage.root().glob("??/*"))


def test_an_officer_who_opened_every_file_says_what_it_shows(
    asked: Request, agent: User, dpo: User, now: datetime
) -> None:
    person = person_held(now=now)
    says = {"request_id": asked.pk, "subject_id": person.pk, "words": "Giấy khai sinh khớp", "now": now}
    with pytest.raises(EvidenceMissing):
        accept_evidence(**says, by=dpo)  # type: ignore[arg-type]
    ask_evidence(request_id=asked.pk, reason=DemandReason.NO_CHANNEL, by=agent, now=now)
    file_id = sent(asked, agent, now=now)
    with pytest.raises(OfficerOnly):
        accept_evidence(**says, by=agent)  # type: ignore[arg-type]
    with pytest.raises(EvidenceUnread):
        accept_evidence(**says, by=dpo)  # type: ignore[arg-type]
    read_evidence(request_id=asked.pk, file_id=file_id, by=dpo, now=now)  # type: ignore[arg-type]
    with pytest.raises(ReasonMissing):
        accept_evidence(**(says | {"words": " "}), by=dpo)  # type: ignore[arg-type]
    request = accept_evidence(**says, by=dpo)  # type: ignore[arg-type]
    assert request.about_id == person.pk and request.verifications.get().method == Method.EVIDENCE


# --- representatives ----------------------------------------------------------------------------------------------


def for_another(now: datetime, agent: User, **said: object) -> Request:
    request = ask(now=now, mandate=mandate(**said), kind=RequestKind.COPY)  # type: ignore[arg-type]
    return taken(open_to_sender(request, now=now), agent, now=now)


def checks(request: Request, by: User, *, now: datetime, **changes: object) -> Request:
    said = {"scope": ["copy"], "valid_until": SOON, "by": by, "now": now}
    return check_mandate(request_id=request.pk, **(said | changes))  # type: ignore[arg-type]


def test_a_mandate_binds_the_person_found_by_the_contact(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    person = person_held(now=now)
    request = for_another(now, agent)
    assert not request.is_identified
    with pytest.raises(EvidenceMissing):
        checks(request, agent, now=now)
    sent(request, agent, now=now)
    request = checks(request, agent, now=now)
    assert request.about_id == person.pk and request.subject_id != person.pk
    assert request.representative.scope == ["copy"] and request.representative.valid_until == SOON
    assert request.verifications.get().method == Method.MANDATE
    assert mails_of("request-in-your-name")[0].to == HELD_ADDRESS
    assert not request.decisions.exists()
    with pytest.raises(MandateDecided):
        checks(request, agent, now=now)


def test_a_representative_is_not_taken_for_the_person_represented(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    person_held(now=now, address=STRANGER, number="")
    assert not for_another(now, agent).is_identified


def test_what_a_mandate_does_not_cover_is_refused(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    person_held(now=now)
    request = for_another(now, agent)
    sent(request, agent, now=now)
    with pytest.raises(MandateTooNarrow):
        checks(request, agent, now=now, scope=["view"])
    for until in (None, now.date() - timedelta(days=2)):
        with pytest.raises(MandateEnded):
            checks(request, agent, now=now, valid_until=until)
    assert not fresh(request).is_identified


def test_a_child_of_seven_agrees_itself(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    person = person_held(now=now)
    request = for_another(now, agent, kind=RepresentativeKind.PARENT, seven=True)
    sent(request, agent, now=now)
    with pytest.raises(ChildMustAgree):
        checks(request, agent, now=now, valid_until=None)
    child_agrees(request_id=request.pk, by=GUEST, now=now)
    child_agrees(request_id=request.pk, by=GUEST, now=now + HOUR)
    assert Representative.objects.get().child_agreed_at == now
    assert checks(request, agent, now=now, valid_until=None).about_id == person.pk
    assert mails_of("request-in-your-name") == []


def test_staff_write_down_the_childs_words(
    policy_in_force: PolicyVersion, agent: User, other_agent: User, now: datetime
) -> None:
    request = for_another(now, agent, kind=RepresentativeKind.PARENT, seven=True)
    by_phone = {"request_id": request.pk, "channel": IntakeChannel.PHONE, "now": now}
    with pytest.raises(ReasonMissing):
        child_agrees(**by_phone, by=agent)  # type: ignore[arg-type]
    with pytest.raises(NotYours):
        child_agrees(**by_phone, words="Cháu đồng ý", by=other_agent)  # type: ignore[arg-type]
    with pytest.raises(NotSender):
        child_agrees(request_id=request.pk, by=agent, now=now)
    child_agrees(**by_phone, words="Cháu đồng ý", by=agent)  # type: ignore[arg-type]
    assert Representative.objects.get().child_agreed_at == now


def test_a_person_is_chosen_by_an_officer_alone(
    policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    person = person_held(now=now)
    request = for_another(now, agent, contact="khac@example.com")
    file_id = sent(request, agent, now=now)
    with pytest.raises(PersonUnknown):
        checks(request, agent, now=now)
    with pytest.raises(OfficerOnly):
        checks(request, agent, now=now, about=person.pk)
    read_evidence(request_id=request.pk, file_id=file_id, by=dpo, now=now)  # type: ignore[arg-type]
    assert checks(request, dpo, now=now, about=person.pk).about_id == person.pk


def test_a_mandate_is_refused_with_words(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    request = for_another(now, agent)
    with pytest.raises(ReasonMissing):
        refuse_mandate(request_id=request.pk, words=" ", form_token=uuid4(), by=agent, now=now)
    refuse_mandate(request_id=request.pk, words="Giấy không có chữ ký", form_token=uuid4(), by=agent, now=now)
    row = Representative.objects.get()
    assert row.refused_at == now and row.checked_by == f"user:{agent.pk}"
    assert mails_of("case-message")[0].to == STRANGER
    assert not takes_evidence(fresh(request))
    with pytest.raises(MandateDecided):
        checks(request, agent, now=now)


# --- a contact changed lately -----------------------------------------------------------------------------------


def test_a_replaced_contact_freezes_for_three_days_and_tells_the_old_one(member: User, now: datetime) -> None:
    said = {"subject_id": member.subject_id, "field": "phone", "by": member}
    write_item(**said, value="0912 345 678", now=now)  # type: ignore[arg-type]
    assert not is_frozen(member.subject_id, now) and mails_of("contact-changed") == []
    write_item(**said, value="0987 654 321", now=now + DAY)  # type: ignore[arg-type]
    assert is_frozen(member.subject_id, now + 4 * DAY) and not is_frozen(member.subject_id, now + 4 * DAY + HOUR)
    assert [mail.to for mail in mails_of("contact-changed")] == [MEMBER_ADDRESS]
    write_item(**said, value="0987654321", now=now + 2 * DAY)  # type: ignore[arg-type]
    assert len(mails_of("contact-changed")) == 1


def test_an_old_address_is_written_to(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    person = person_held(now=now)
    write_item(subject_id=person.pk, field="email", value=STRANGER, source="STAFF", by=agent, now=now + HOUR)
    assert [mail.to for mail in mails_of("contact-changed")] == [HELD_ADDRESS]


def test_what_waited_for_the_freeze_goes_on_by_itself(member: User, now: datetime) -> None:
    said = {"subject_id": member.subject_id, "field": "phone", "by": member}
    write_item(**said, value="0912 345 678", now=now)  # type: ignore[arg-type]
    write_item(**said, value="0987 654 321", now=now + HOUR)  # type: ignore[arg-type]
    asked_at = now + 2 * DAY + 12 * HOUR
    request = ask(now=asked_at, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member, proved=True)
    assert request.is_identified and not request.decisions.exists()
    assert go_on_waiting(now=asked_at + HOUR) == 0
    assert go_on_waiting(now=now + 3 * DAY + 2 * HOUR) == 1
    assert fresh(request).decisions.get().effective_at == now + 3 * DAY + 2 * HOUR
    assert go_on_waiting(now=now + 4 * DAY) == 0


def test_a_check_that_ran_out_lets_nothing_follow_by_itself(member: User, agent: User, now: datetime) -> None:
    said = {"subject_id": member.subject_id, "field": "phone", "by": member}
    write_item(**said, value="0912 345 678", now=now)  # type: ignore[arg-type]
    write_item(**said, value="0987 654 321", now=now + HOUR)  # type: ignore[arg-type]
    request = ask(now=now + HOUR, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member, proved=True)
    assert request.verifications.get().expires_at == now + DAY + HOUR
    late = now + 4 * DAY
    assert go_on_waiting(now=late) == 0 and not fresh(request).decisions.exists()
    decision = judge(taken(request, agent, now=late), Verdict.ACCEPT, by=agent, now=late)
    assert decision.effective_at == late, "staff decide it then"


def test_after_a_long_pause_staff_decide(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    person_held(now=now)
    row = pause(contact=HELD_ADDRESS, reason=PauseReason.FRAUD, by=agent, now=now)
    request = open_to_sender(ask(now=now, address=HELD_ADDRESS), now=now)
    late = now + DAY + MINUTE
    tell(pause_id=row.pk, way=IntakeChannel.POST, words="Thư", by=agent, now=now)
    lift(pause_id=row.pk, way=IntakeChannel.POST, words="Thư trả lời", by=agent, now=late)
    assert not is_held_back(fresh(request)) and not fresh(request).decisions.exists()


# --- LV-11: paused addresses ----------------------------------------------------------------------------------------


def test_requests_from_a_paused_address_are_held(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    person_held(now=now)
    pause(contact=HELD_ADDRESS, reason=PauseReason.FRAUD, by=agent, now=now)
    request = open_to_sender(ask(now=now, address=HELD_ADDRESS), now=now)
    assert is_held_back(request) and request.is_identified and not request.decisions.exists()
    assert go_on_waiting(now=now + DAY) == 0
    with pytest.raises(PausedAlready):
        pause(contact=HELD_ADDRESS.upper(), reason=PauseReason.ODD, by=agent, now=now)


def test_no_code_goes_to_a_paused_address(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    person_held(now=now)
    pause(contact=HELD_ADDRESS, reason=PauseReason.REPORTED, by=agent, now=now)
    begin(open_to_sender(ask(now=now), now=now), HELD_ADDRESS, now=now)
    assert identity_codes() == []


def test_it_is_lifted_with_a_confirmation_by_another_way(
    policy_in_force: PolicyVersion, agent: User, other_agent: User, now: datetime
) -> None:
    person_held(now=now)
    request = open_to_sender(ask(now=now, address=HELD_ADDRESS), now=now)
    request = taken(request, agent, now=now)
    row = pause(contact=HELD_ADDRESS, reason=PauseReason.FRAUD, by=agent, now=now)
    said = {"pause_id": row.pk, "by": other_agent, "now": now + HOUR}
    with pytest.raises(TellFirst):
        lift(**said, way=IntakeChannel.PHONE, words="Chị ấy xác nhận")  # type: ignore[arg-type]
    with pytest.raises(OtherWayNeeded):
        tell(**said, way=IntakeChannel.EMAIL, words="Đã viết")  # type: ignore[arg-type]
    tell(**said, way=IntakeChannel.PHONE, words="Gọi số đã lưu")  # type: ignore[arg-type]
    for way in (IntakeChannel.EMAIL, IntakeChannel.PORTAL):
        with pytest.raises(OtherWayNeeded):
            lift(**said, way=way, words="Xác nhận")  # type: ignore[arg-type]
    with pytest.raises(ReasonMissing):
        lift(**said, way=IntakeChannel.PHONE, words="")  # type: ignore[arg-type]
    lift(**said, way=IntakeChannel.PHONE, words="Chị ấy xác nhận")  # type: ignore[arg-type]
    assert not is_held_back(fresh(request))
    assert list(entries_about(f"address-pause:{row.pk}").order_by("pk").values_list("event", flat=True)) == [
        "address.paused",
        "address.told",
        "address.lifted",
    ]
    with pytest.raises(NotPaused):
        lift(**said, way=IntakeChannel.PHONE, words="Lần nữa")  # type: ignore[arg-type]


def test_another_held_address_is_told_at_once(member: User, agent: User, now: datetime) -> None:
    write_item(subject_id=member.subject_id, field="email", value="cu@example.com", by=member, now=now)
    row = pause(contact=MEMBER_ADDRESS, reason=PauseReason.FRAUD, by=agent, now=now + 9 * DAY)
    assert [mail.to for mail in mails_of("address-paused")] == ["cu@example.com"]
    assert row.told_by_way == IntakeChannel.EMAIL


def test_what_was_held_goes_on_when_lifted(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    person_held(now=now)
    row = pause(contact=HELD_ADDRESS, reason=PauseReason.FRAUD, by=agent, now=now)
    request = open_to_sender(ask(now=now, address=HELD_ADDRESS), now=now)
    tell(pause_id=row.pk, way=IntakeChannel.POST, words="Thư", by=agent, now=now)
    lift(pause_id=row.pk, way=IntakeChannel.POST, words="Thư trả lời", by=agent, now=now + DAY)
    assert fresh(request).decisions.get().effective_at == now + DAY


def test_the_database_lifts_nothing_without_a_confirmation(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    row = pause(contact=HELD_ADDRESS, reason=PauseReason.FRAUD, by=agent, now=now)
    with pytest.raises(IntegrityError, match="pause_lifted_with_confirmation"), transaction.atomic():
        PausedAddress.objects.filter(pk=row.pk).update(lifted_at=now)
