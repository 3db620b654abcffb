"""Staff at work: who sees what, who has a case, what is written, and that all of it is recorded."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections

from accounts.models import User
from audit.models import AuditEntry
from audit.selectors import entries_about, entries_about_subject
from audit.services.recording import read_note
from cases import permissions, sealing, selectors
from cases.enums import CaseEvent, CaseStatus
from cases.errors import (
    AlreadyTaken,
    CannotReceive,
    CaseClosed,
    NothingWritten,
    NotSender,
    NotTaken,
    NotYours,
    OwnCase,
    ReasonMissing,
    RoleRefused,
)
from cases.pages import Place, person_case
from cases.services.assigning import assign, release, release_all_of, take
from cases.services.investigating import begin
from cases.services.looking import note_look, read_attachment, reveal_contact
from cases.services.messaging import write_as_person, write_as_staff
from complaints.models import Complaint
from complaints.services.filing import Filed
from complaints.services.withdrawing import withdraw
from core.actors import GUEST
from core.errors import NotAllowed
from dsr_requests.models import Request
from tests.cases.fixtures import GUEST_ADDRESS, MEMBER_ADDRESS, STORY, as_it_is, mails_of, write_directly
from tests.dsr_requests.steps import refused


def events(case: Complaint) -> list[str]:
    return list(entries_about(case.target).order_by("id").values_list("event", flat=True))


# --- who sees what --------------------------------------------------------------------------------------------------


def test_content_is_for_who_has_the_case_the_officer_and_the_auditor(
    complaint: Complaint, agent: User, other_agent: User, staff: Callable[..., User], now: datetime
) -> None:
    sees = {user.staff_name: permissions.can_see_content(complaint, by=user) for user in (agent, other_agent)}
    assert sees == {"An": False, "Binh": False}
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    case = as_it_is(complaint)
    people = [agent, other_agent, staff("dpo"), staff("auditor"), staff("administrator")]
    assert [permissions.can_see_content(case, by=user) for user in people] == [True, False, True, True, False]
    assert [permissions.can_work_on(case, by=user) for user in people] == [True, False, True, False, False]
    assert not permissions.can_see_queue(by=GUEST)


@pytest.mark.parametrize("role", ["agent", "administrator", "person"])
def test_services_refuse_content_to_who_may_not_see_it(
    role: str, complaint: Complaint, staff: Callable[..., User], member: User, now: datetime
) -> None:
    user = member if role == "person" else staff(role)
    refusal = NotTaken if role == "agent" else RoleRefused
    with pytest.raises(refusal):
        note_look(complaint, by=user, now=now)
    with pytest.raises(refusal):
        read_attachment(kind="complaint", case_id=complaint.pk, attachment_id=uuid4(), by=user, now=now)
    with pytest.raises((NotYours, RoleRefused)):
        reveal_contact(kind="complaint", case_id=complaint.pk, reason="why not", by=user, now=now)
    assert events(complaint) == ["complaint.filed", "complaint.acknowledged"]


def test_nobody_handles_a_case_of_their_own(
    complain: Callable[..., Filed], agent: User, dpo: User, now: datetime
) -> None:
    own = complain(subject_id=dpo.subject_id).complaint
    for attempt in (
        lambda: take(kind="complaint", case_id=own.pk, by=dpo, now=now),
        lambda: note_look(own, by=dpo, now=now),
    ):
        with pytest.raises(OwnCase):
            attempt()
    take(kind="complaint", case_id=own.pk, by=agent, now=now)
    with pytest.raises(CannotReceive):
        assign(kind="complaint", case_id=own.pk, to=dpo.pk, by=agent, now=now)


def test_a_look_is_recorded_once_in_a_while_and_stands_with_the_person(
    complaint: Complaint, dpo: User, now: datetime
) -> None:
    note_look(complaint, by=dpo, now=now)
    note_look(complaint, by=dpo, now=now + timedelta(minutes=5))
    note_look(complaint, by=dpo, now=now + timedelta(minutes=20))
    looks = entries_about_subject(complaint.subject_id).filter(event="complaint.read")
    assert [(entry.actor_role, entry.details["fields"]) for entry in looks] == [("dpo", ["text", "thread"])] * 2


def test_revealing_needs_a_reason_which_the_person_can_read(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    with pytest.raises(ReasonMissing):
        reveal_contact(kind="complaint", case_id=complaint.pk, reason="  ", by=agent, now=now)
    address = reveal_contact(kind="complaint", case_id=complaint.pk, reason="Gọi hỏi lại số", by=agent, now=now)
    assert address == GUEST_ADDRESS
    entry = AuditEntry.objects.get(event="complaint.contact_revealed")
    assert entry.subject_ref == complaint.subject_id and read_note(entry) == "Gọi hỏi lại số"
    assert GUEST_ADDRESS not in str(entry.details)


# --- who has it -----------------------------------------------------------------------------------------------------


def test_taking_twice_is_taking_once(complaint: Complaint, agent: User, now: datetime) -> None:
    for _ in range(2):
        take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    assert events(complaint).count("complaint.taken") == 1
    assert as_it_is(complaint).assignee_id == agent.pk


def test_of_two_who_take_at_once_one_wins_and_the_other_is_told(
    complaint: Complaint, agent: User, other_agent: User, now: datetime
) -> None:
    ready = Barrier(2)

    def grab(user: User) -> str:
        try:
            ready.wait(timeout=10)
            take(kind="complaint", case_id=complaint.pk, by=user, now=now)
        except NotAllowed as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "taken"

    for user in (agent, other_agent):
        assert user.audit_role == "agent"
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(grab, (agent, other_agent))) == ["AlreadyTaken", "taken"]
    assert events(complaint).count("complaint.taken") == 1


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_roles_that_do_not_work_on_cases_cannot_take_or_receive_them(
    role: str, complaint: Complaint, agent: User, staff: Callable[..., User], now: datetime
) -> None:
    user = staff(role)
    with pytest.raises(RoleRefused):
        take(kind="complaint", case_id=complaint.pk, by=user, now=now)
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    with pytest.raises(CannotReceive):
        assign(kind="complaint", case_id=complaint.pk, to=user.pk, by=agent, now=now)


def test_the_officer_gives_any_case_and_the_colleague_is_told(
    complaint: Complaint, agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    with pytest.raises(NotYours):
        assign(kind="complaint", case_id=complaint.pk, to=other_agent.pk, by=agent, now=now)
    assign(kind="complaint", case_id=complaint.pk, to=agent.pk, by=dpo, now=now)
    assign(kind="complaint", case_id=complaint.pk, to=other_agent.pk, by=agent, now=now)
    case = as_it_is(complaint)
    assert case.assignee_id == other_agent.pk and case.status == CaseStatus.ACKNOWLEDGED
    with pytest.raises(AlreadyTaken):
        take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    assert sorted(mail.to for mail in mails_of("staff-case-given")) == ["an@example.org", "binh@example.org"]
    assert all(STORY not in mail.body and GUEST_ADDRESS not in mail.body for mail in mails_of("staff-case-given"))


def test_a_released_case_is_free_again(complaint: Complaint, agent: User, other_agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    with pytest.raises(NotYours):
        release(kind="complaint", case_id=complaint.pk, by=other_agent, now=now)
    release(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    case = as_it_is(complaint)
    assert case.status == CaseStatus.ACKNOWLEDGED and case.assignee_id is None and case.taken_at is None
    take(kind="complaint", case_id=complaint.pk, by=other_agent, now=now)


def test_cases_of_staff_who_are_erased_go_back_to_the_queue(
    complaint: Complaint, request_case: Request, agent: User, dpo: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    take(kind="request", case_id=request_case.pk, by=agent, now=now)
    refused(request_case, by=agent, second_by=dpo, now=now)
    for _ in range(2):
        release_all_of(agent.subject_id)
    assert as_it_is(complaint).assignee_id is None and as_it_is(complaint).is_open
    assert as_it_is(request_case).assignee_id is None and as_it_is(request_case).status == CaseStatus.CLOSED


# --- what is written ------------------------------------------------------------------------------------------------


def test_a_question_and_its_answer_move_the_case_and_never_the_clock(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    before = as_it_is(complaint)
    write_as_staff(
        kind="complaint",
        case_id=complaint.pk,
        text="Số nào?",
        form_token=uuid4(),
        awaits_answer=True,
        by=agent,
        now=now,
    )
    asked = as_it_is(complaint)
    assert asked.status == CaseStatus.WAITING and asked.first_reply_at == now
    write_as_person(
        kind="complaint",
        case_id=complaint.pk,
        text="1900 1234",
        form_token=uuid4(),
        by=GUEST,
        now=now + timedelta(days=1),
    )
    answered = as_it_is(complaint)
    assert answered.status == CaseStatus.INVESTIGATING
    assert (answered.target_at, answered.limit_at) == (before.target_at, before.limit_at)
    (question,) = mails_of("case-question")
    assert question.to == GUEST_ADDRESS and "Số nào?" not in question.body
    (told,) = mails_of("staff-case-answered")
    assert told.to == "an@example.org" and "1900" not in told.body


def test_what_comes_in_for_a_case_nobody_has_is_told_once_a_day_to_whoever_may_see_it(
    complain: Callable[..., Filed], member: User, agent: User, dpo: User, staff: Callable[..., User], now: datetime
) -> None:
    staff("auditor"), staff("administrator")
    barred = staff("agent", "Chi")
    case = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS).complaint
    write_directly(case, about_staff=barred)

    def write(at: datetime) -> list[str]:
        known = len(mails_of("staff-case-answered"))
        write_as_person(kind="complaint", case_id=case.pk, text="1900 1234", form_token=uuid4(), by=member, now=at)
        return sorted(mail.to for mail in mails_of("staff-case-answered")[known:])

    assert write(now) == ["an@example.org", "dpo@example.org"]
    assert write(now + timedelta(minutes=1)) == []
    assert write(now + timedelta(days=1)) == ["an@example.org", "dpo@example.org"]
    for mail in mails_of("staff-case-answered"):
        assert case.reference in mail.body and "Nobody has it yet" in mail.body and "1900" not in mail.body
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    assert write(now + timedelta(days=1, minutes=1)) == ["an@example.org"]
    assert "You have it." in mails_of("staff-case-answered")[-1].body


def test_a_request_nobody_has_is_told_of_too(request_case: Request, agent: User, now: datetime) -> None:
    write_as_person(kind="request", case_id=request_case.pk, text="Số cũ", form_token=uuid4(), by=GUEST, now=now)
    assert [mail.to for mail in mails_of("staff-case-answered")] == ["an@example.org"]


def test_a_form_sent_twice_writes_once(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    reply, answer = uuid4(), uuid4()
    for _ in range(2):
        write_as_staff(
            kind="complaint", case_id=complaint.pk, text="a", form_token=reply, awaits_answer=True, by=agent, now=now
        )
    for _ in range(2):
        write_as_person(kind="complaint", case_id=complaint.pk, text="b", form_token=answer, by=GUEST, now=now)
    assert as_it_is(complaint).messages.count() == 2
    assert len(mails_of("case-question")) == 1


def test_an_officer_writes_without_taking_and_nobody_writes_after_the_end(
    complaint: Complaint, dpo: User, agent: User, now: datetime
) -> None:
    def reply(text: str = "a", by: User = dpo) -> None:
        write_as_staff(
            kind="complaint", case_id=complaint.pk, text=text, form_token=uuid4(), awaits_answer=False, by=by, now=now
        )

    with pytest.raises(NotYours):
        reply(by=agent)
    with pytest.raises(NothingWritten):
        reply("  ")
    reply()
    assert as_it_is(complaint).status == CaseStatus.INVESTIGATING
    withdraw(complaint_id=complaint.pk, by=GUEST, now=now)
    with pytest.raises(CaseClosed):
        reply()
    with pytest.raises(CaseClosed):
        write_as_person(kind="complaint", case_id=complaint.pk, text="c", form_token=uuid4(), by=GUEST, now=now)


def test_more_words_while_waiting_end_no_waiting_and_going_on_does(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    for asks in (True, False, True):
        write_as_staff(
            kind="complaint", case_id=complaint.pk, text="?", form_token=uuid4(), awaits_answer=asks, by=agent, now=now
        )
        assert as_it_is(complaint).status == CaseStatus.WAITING
    for _ in range(2):
        begin(kind="complaint", case_id=complaint.pk, by=agent, now=now + timedelta(hours=1))
    case = as_it_is(complaint)
    assert case.status == CaseStatus.INVESTIGATING and events(complaint).count("complaint.investigated") == 1
    assert case.clock_events.get().until == now + timedelta(hours=1)


def test_only_the_sender_writes_as_the_sender(
    complaint: Complaint, complain: Callable[..., Filed], member: User, agent: User, now: datetime
) -> None:
    own = complain(subject_id=member.subject_id).complaint
    for case, by in ((complaint, member), (complaint, agent), (own, agent)):
        with pytest.raises(NotSender):
            write_as_person(kind="complaint", case_id=case.pk, text="x", form_token=uuid4(), by=by, now=now)
    for by in (member, GUEST):
        write_as_person(kind="complaint", case_id=own.pk, text="x", form_token=uuid4(), by=by, now=now)


def test_words_are_sealed_and_bound_to_their_place(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    for text in ("một", "hai"):
        write_as_staff(
            kind="complaint",
            case_id=complaint.pk,
            text=text,
            form_token=uuid4(),
            awaits_answer=False,
            by=agent,
            now=now,
        )
    key = sealing.evidence_key(complaint.subject_id)
    one, two = as_it_is(complaint).messages.all()
    assert {sealing.message_text(one, key=key), sealing.message_text(two, key=key)} == {"một", "hai"}
    assert "một".encode() not in bytes(one.sealed_text) + bytes(two.sealed_text)
    one.sealed_text = two.sealed_text
    with pytest.raises(NotAllowed):
        sealing.message_text(one, key=key)


# --- what the person sees -------------------------------------------------------------------------------------------


def test_the_persons_timeline_tells_the_story_and_what_is_to_come(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    note_look(as_it_is(complaint), by=agent, now=now)
    states = [event.state for event in selectors.timeline(as_it_is(complaint), now=now)]
    # Received, confirmed, taken; the look is for the access log.
    assert states[:3] == ["", "", ""] and set(states[3:]) == {"upcoming"}


def test_a_guest_is_not_shown_again_what_was_first_written(
    complaint: Complaint, complain: Callable[..., Filed], member: User, now: datetime
) -> None:
    place = Place(frame="base.html", page="/", file_url=lambda _file: "/")
    own = complain(subject_id=member.subject_id).complaint
    assert person_case(complaint, place=place, now=now).text == ""
    assert person_case(own, place=place, now=now).text == STORY


def test_staff_see_every_event_with_roles_and_reasons(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    reveal_contact(kind="complaint", case_id=complaint.pk, reason="Gọi lại", by=agent, now=now)
    newest = selectors.staff_timeline(as_it_is(complaint))[0]
    assert newest.text == "Gọi lại" and newest.by == selectors.role_label("agent")
    assert CaseEvent.CONTACT_REVEALED in {name for _, name in selectors._named(complaint)}
