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
    MoveNotAllowed,
    NothingWritten,
    NotTaken,
    NotYours,
    OwnCase,
    ReasonMissing,
    RoleRefused,
)
from cases.pages import person_case
from cases.services.assigning import assign, release, release_all_of, take
from cases.services.closing import close
from cases.services.looking import note_look, read_attachment, reveal_contact
from cases.services.messaging import write_as_person, write_as_staff
from complaints.enums import Outcome
from complaints.models import Complaint
from complaints.services.filing import Filed
from core.actors import GUEST
from core.errors import NotAllowed
from dsr_requests.models import Request
from tests.cases.fixtures import GUEST_ADDRESS, STORY, as_it_is, mails_of


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
    assert events(complaint) == ["complaint.filed"]


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
    assert case.assignee_id == other_agent.pk and case.status == CaseStatus.IN_PROGRESS
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
    assert case.status == CaseStatus.RECEIVED and case.assignee_id is None
    take(kind="complaint", case_id=complaint.pk, by=other_agent, now=now)


def test_cases_of_staff_who_are_erased_go_back_to_the_queue(
    complaint: Complaint, request_case: Request, agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    take(kind="request", case_id=request_case.pk, by=agent, now=now)
    close(kind="request", case_id=request_case.pk, outcome="FULFILLED", text="x", form_token=uuid4(), by=agent, now=now)
    for _ in range(2):
        release_all_of(agent.subject_id)
    assert as_it_is(complaint).status == CaseStatus.RECEIVED
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
    assert answered.status == CaseStatus.IN_PROGRESS
    assert (answered.target_at, answered.limit_at) == (before.target_at, before.limit_at)
    (question,) = mails_of("case-question")
    assert question.to == GUEST_ADDRESS and "Số nào?" not in question.body
    (told,) = mails_of("staff-case-answered")
    assert told.to == "an@example.org" and "1900" not in told.body


def test_a_form_sent_twice_writes_once(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    reply, answer, end = uuid4(), uuid4(), uuid4()
    for _ in range(2):
        write_as_staff(
            kind="complaint", case_id=complaint.pk, text="a", form_token=reply, awaits_answer=True, by=agent, now=now
        )
    for _ in range(2):
        write_as_person(kind="complaint", case_id=complaint.pk, text="b", form_token=answer, by=GUEST, now=now)
    for _ in range(2):
        close(
            kind="complaint", case_id=complaint.pk, outcome=Outcome.UPHELD, text="c", form_token=end, by=agent, now=now
        )
    assert as_it_is(complaint).messages.count() == 3
    assert len(mails_of("case-closed")) == 1


def test_nothing_is_written_to_a_case_nobody_has_or_that_is_closed(
    complaint: Complaint, dpo: User, now: datetime
) -> None:
    def reply() -> None:
        write_as_staff(
            kind="complaint", case_id=complaint.pk, text="a", form_token=uuid4(), awaits_answer=False, by=dpo, now=now
        )

    with pytest.raises(MoveNotAllowed):
        reply()
    take(kind="complaint", case_id=complaint.pk, by=dpo, now=now)
    with pytest.raises(NothingWritten):
        close(kind="complaint", case_id=complaint.pk, outcome="UPHELD", text="  ", form_token=uuid4(), by=dpo, now=now)
    close(kind="complaint", case_id=complaint.pk, outcome="UPHELD", text="b", form_token=uuid4(), by=dpo, now=now)
    with pytest.raises(CaseClosed):
        reply()
    with pytest.raises(CaseClosed):
        write_as_person(kind="complaint", case_id=complaint.pk, text="c", form_token=uuid4(), by=GUEST, now=now)


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
    titles = [(event.title, event.state) for event in selectors.timeline(as_it_is(complaint), now=now)]
    assert len(titles) == 4
    assert [state for _, state in titles] == ["", "", "upcoming", "upcoming"]


def test_a_guest_is_not_shown_again_what_was_first_written(
    complaint: Complaint, complain: Callable[..., Filed], member: User, now: datetime
) -> None:
    assert person_case(complaint, now=now).text == ""
    assert person_case(complain(subject_id=member.subject_id).complaint, now=now).text == STORY


def test_staff_see_every_event_with_roles_and_reasons(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    reveal_contact(kind="complaint", case_id=complaint.pk, reason="Gọi lại", by=agent, now=now)
    newest = selectors.staff_timeline(as_it_is(complaint))[0]
    assert newest.text == "Gọi lại" and newest.by == selectors.role_label("agent")
    assert CaseEvent.CONTACT_REVEALED in {name for _, name in selectors._named(complaint)}
