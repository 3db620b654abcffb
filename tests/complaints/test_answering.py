"""The answer: what it needs, what it stops, who hears of it, and what the person can do then."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from accounts.models import User
from audit.models import AuditEntry
from cases import sealing
from cases.enums import CaseStatus, ClockKind
from cases.errors import CaseClosed, MoveNotAllowed, NothingWritten, NotSender, NotYours, RoleRefused
from cases.services.assigning import take
from cases.services.filing import Upload
from cases.services.messaging import write_as_person, write_as_staff
from complaints.enums import Outcome, RejectionGround
from complaints.errors import AnswerInstead, SortFirst, UnknownChoice
from complaints.models import Complaint, ComplaintAnswer
from complaints.selectors import answers_of, recourse_of, shown
from complaints.services.answering import accept, answer, resolve
from complaints.services.filing import Filed
from complaints.services.rejecting import reject
from core.actors import GUEST
from personal_data.content import CleanFile
from personal_data.errors import TooManyFiles
from tests.cases.fixtures import mails_of
from tests.complaints.steps import DONE, FINDING, come_back, fresh, give, turn_away, walked_to

pytestmark = pytest.mark.usefixtures("frozen_clock")

S = CaseStatus
HOUR = timedelta(hours=1)
PDF = Upload("biên bản.pdf", CleanFile("application/pdf", b"%PDF-1.7 x"))


def test_an_answer_stops_the_clock_and_keeps_the_dates_that_held(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    give(case, by=agent, now=now + HOUR)
    case = fresh(case)
    assert (case.status, case.outcome, case.settled_at) == (S.ANSWERED, Outcome.UPHELD, now + HOUR)
    assert case.first_reply_at == now + HOUR and case.closed_at is None
    given = ComplaintAnswer.objects.get()
    assert (given.round, given.target_at, given.limit_at) == (1, case.target_at, case.limit_at)
    stored = bytes(given.sealed_finding) + bytes(given.sealed_done)
    assert FINDING.encode() not in stored and DONE.encode() not in stored
    (read,) = answers_of(case, key=sealing.evidence_key(case.subject_id))
    assert (read.finding, read.done, read.before_target, read.before_limit) == (FINDING, DONE, True, True)


def test_the_mail_says_that_an_answer_waits_and_nothing_of_it(complaint: Complaint, agent: User, now: datetime) -> None:
    walked_to(S.ANSWERED, complaint, by=agent, now=now)
    (mail,) = mails_of("complaint-answered")
    for word in (FINDING, DONE, str(Outcome.UPHELD.label)):
        assert word not in mail.subject + mail.body
    assert "1 April 2026" in mail.body and complaint.reference in mail.body
    entry = AuditEntry.objects.get(event="complaint.answered")
    assert entry.details == {"outcome": "UPHELD", "round": 1, "files": 0} and entry.note_hash is None


def test_a_late_answer_is_called_late(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    give(case, by=agent, now=case.limit_at)
    (read,) = answers_of(fresh(case), key=sealing.evidence_key(case.subject_id))
    assert (read.before_target, read.before_limit) == (False, False)


@pytest.mark.parametrize("changes", [{"finding": " \n"}, {"done": ""}, {"finding": "", "done": ""}], ids=str)
def test_an_answer_says_what_was_found_and_what_was_done(
    changes: dict[str, str], complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    with pytest.raises(NothingWritten):
        give(case, by=agent, now=now, **changes)
    assert fresh(case).status == S.TRIAGED and not ComplaintAnswer.objects.exists()


def test_where_nothing_was_wrong_nothing_had_to_be_done(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    give(case, by=agent, now=now + HOUR, outcome=Outcome.NOT_UPHELD, done="")
    assert fresh(case).status == S.ANSWERED


@pytest.mark.parametrize("outcome", [Outcome.OUT_OF_SCOPE, Outcome.TAKEN_BACK, Outcome.UNVERIFIED, "anything"])
def test_other_outcomes_are_no_answers(outcome: str, complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    with pytest.raises(UnknownChoice):
        give(case, by=agent, now=now, outcome=outcome)


def test_it_is_sorted_or_examined_before_it_is_answered(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    with pytest.raises(SortFirst):
        give(complaint, by=agent, now=now)


def test_a_form_sent_twice_answers_once(complaint: Complaint, agent: User, now: datetime) -> None:
    case, token = walked_to(S.TRIAGED, complaint, by=agent, now=now), uuid4()
    for _ in range(2):
        give(case, by=agent, now=now, token=token)
    assert ComplaintAnswer.objects.count() == 1 and len(mails_of("complaint-answered")) == 1
    with pytest.raises(CaseClosed):
        give(case, by=agent, now=now)


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator", "person", "guest"])
def test_only_who_has_it_or_an_officer_answers(
    role: str, complaint: Complaint, agent: User, staff: Callable[..., User], member: User, now: datetime
) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    by = {"person": member, "guest": GUEST}.get(role) or staff(role, "Chi")
    refusal = NotYours if role == "agent" else RoleRefused
    with pytest.raises(refusal):
        give(case, by=by, now=now)  # type: ignore[arg-type]
    with pytest.raises(refusal):
        turn_away(case, by=by, now=now)  # type: ignore[arg-type]
    give(case, by=agent, now=now)
    with pytest.raises(refusal):
        resolve(complaint_id=case.pk, by=by, now=now)  # type: ignore[arg-type]


def test_answering_ends_the_waiting(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.WAITING, complaint, by=agent, now=now)
    give(case, by=agent, now=now + HOUR)
    assert case.clock_events.get(kind=ClockKind.PAUSE).until == now + HOUR


def test_files_of_an_answer_stand_in_the_thread(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.TRIAGED, complaint, by=agent, now=now)
    with pytest.raises(TooManyFiles):
        give(case, by=agent, now=now, uploads=[PDF] * 6)
    assert not case.attachments.exists()
    give(case, by=agent, now=now + HOUR, uploads=[PDF, PDF])
    message = case.messages.get()
    assert message.attachments.count() == 2
    assert message.author_role == "STAFF"


# --- after the answer -----------------------------------------------------------------------------------------------


def test_the_person_accepts_once(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    for minute in range(2):
        accept(complaint_id=case.pk, by=GUEST, now=now + HOUR + timedelta(minutes=minute))
    case = fresh(case)
    assert case.status == S.RESOLVED and case.answers.get().accepted_at == now + HOUR
    assert AuditEntry.objects.filter(event="complaint.accepted").count() == 1
    assert case.outcome == Outcome.UPHELD


def test_staff_say_that_what_was_promised_is_done(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    for _ in range(2):
        resolve(complaint_id=case.pk, by=agent, now=now + HOUR)
    assert fresh(case).status == S.RESOLVED and fresh(case).answers.get().accepted_at is None
    assert len(mails_of("complaint-resolved")) == 1


def test_nobody_accepts_for_the_person(
    complaint: Complaint, agent: User, dpo: User, member: User, now: datetime
) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    for by in (agent, dpo, member):
        with pytest.raises(NotSender):
            accept(complaint_id=case.pk, by=by, now=now)
    assert fresh(case).status == S.ANSWERED


def test_nothing_is_accepted_before_it_is_answered(complaint: Complaint, now: datetime) -> None:
    with pytest.raises(MoveNotAllowed):
        accept(complaint_id=complaint.pk, by=GUEST, now=now)


def test_both_sides_may_write_after_the_answer_and_nothing_moves(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    write_as_person(kind="complaint", case_id=case.pk, text="Cảm ơn.", form_token=uuid4(), by=GUEST, now=now + HOUR)
    assert [mail.to for mail in mails_of("staff-case-answered")] == ["an@example.org"]
    said = {"kind": "complaint", "case_id": case.pk, "text": "Không có gì.", "by": agent, "now": now + HOUR}
    write_as_staff(**said, form_token=uuid4(), awaits_answer=False)  # type: ignore[arg-type]
    with pytest.raises(CaseClosed):
        write_as_staff(**said, form_token=uuid4(), awaits_answer=True)  # type: ignore[arg-type]
    after = fresh(case)
    assert (after.status, after.settled_at, after.messages.count()) == (S.ANSWERED, case.settled_at, 2)


def test_the_answer_says_where_to_turn_next(complaint: Complaint) -> None:
    found = recourse_of(complaint)
    assert [step.code for step in found] == ["negotiation", "consumer-authority", "ministry", "court"]
    assert found[0].working_days == 7 and all(step.article and step.label for step in found)
    assert {step.working_days for step in found[1:]} == {None}


# --- not taken up ---------------------------------------------------------------------------------------------------


def test_turning_away_gives_the_ground_and_the_words(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.REJECTED, complaint, by=agent, now=now)
    assert (case.outcome, case.rejection_ground) == (Outcome.OUT_OF_SCOPE, RejectionGround.NOT_OUR_DATA)
    (read,) = answers_of(case, key=sealing.evidence_key(case.subject_id))
    assert read.finding == "Số này của công ty khác." and read.done == ""
    (mail,) = mails_of("complaint-rejected")
    assert "công ty khác" not in mail.body
    assert AuditEntry.objects.get(event="complaint.rejected").details == {"ground": "NOT_OUR_DATA"}
    found = shown(case)
    assert found.can_reopen_until is not None and found.rejection_ground and not found.can_accept


def test_turning_away_needs_words_and_happens_once(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    said = {"complaint_id": complaint.pk, "ground": RejectionGround.ABUSE, "by": agent, "now": now}
    with pytest.raises(NothingWritten):
        reject(**said, text=" ", form_token=uuid4())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="WEATHER"):
        reject(**(said | {"ground": "WEATHER"}), text="x", form_token=uuid4())  # type: ignore[arg-type]
    token = uuid4()
    for _ in range(2):
        reject(**said, text="x", form_token=token)  # type: ignore[arg-type]
    with pytest.raises(CaseClosed):
        reject(**said, text="x", form_token=uuid4())  # type: ignore[arg-type]
    assert len(mails_of("complaint-rejected")) == 1


def test_a_reopened_complaint_is_answered_and_not_turned_away(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(S.REOPENED, complaint, by=agent, now=now)
    with pytest.raises(AnswerInstead):
        turn_away(case, by=agent, now=now + HOUR)


def test_an_answer_to_the_second_round_stands_beside_the_first(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(S.ANSWERED, complaint, by=agent, now=now)
    come_back(case, now=now + HOUR)
    answer(
        complaint_id=case.pk,
        outcome=Outcome.PARTLY_UPHELD,
        finding="Hai.",
        done="Hai.",
        form_token=uuid4(),
        by=agent,
        now=now + 2 * HOUR,
    )
    read = answers_of(fresh(case), key=sealing.evidence_key(case.subject_id))
    assert [(one.round, one.outcome) for one in read] == [(1, "UPHELD"), (2, "PARTLY_UPHELD")]
    assert read[1].finding == "Hai."
    assert mails_of("complaint-answered")[-1].body.count("April") == 0


def test_a_member_is_written_to_and_accepts_as_oneself(
    complain: Callable[..., Filed], member: User, agent: User, now: datetime
) -> None:
    case = walked_to(S.ANSWERED, complain(subject_id=member.subject_id).complaint, by=agent, now=now)
    accept(complaint_id=case.pk, by=member, now=now + HOUR)
    assert fresh(case).status == S.RESOLVED
