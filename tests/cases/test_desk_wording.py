"""What the desk says to staff: in their words, without noise, in the right place."""

from datetime import datetime, timedelta

from django.utils.translation import override

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import record
from cases import selectors
from cases.enums import CaseEvent, MarkCode
from cases.reasons import reason_for_staff
from cases.services.messaging import write_as_staff
from cases.services.reminding import sweep_marks
from complaints import staff_wording
from complaints.desk_actions import Begin, Reply, wanted_next
from complaints.enums import Outcome, PostponeReason
from complaints.models import Complaint
from core.actors import SYSTEM
from tests.cases.desk_steps import page_of
from tests.cases.fixtures import as_it_is, signed_in
from tests.complaints import steps

RULES = "/staff/cases/assignmentrule/"


def test_every_outcome_and_reason_has_words_for_staff() -> None:
    assert set(staff_wording.OUTCOMES) == set(Outcome)
    assert set(staff_wording.POSTPONED) == set(PostponeReason)


def test_the_timeline_of_staff_does_not_speak_to_the_person(complaint: Complaint, agent: User, now: datetime) -> None:
    case = steps.walked_to("ANSWERED", complaint, by=agent, now=now)
    with override("en"):
        told = [event.text for event in selectors.staff_timeline(case)]
        asked = reason_for_staff(AuditEntry(event="complaint.answer_awaited", details={}))
    assert "Upheld and put right" in told
    assert asked == "Waiting for the person moves no date."
    assert not any(word in text.lower().split() for text in told for word in ("you", "your", "we"))


def test_a_reminder_says_which_mark_set_it_off() -> None:
    reminded = AuditEntry(event="complaint.reminded", details={"mark": MarkCode.HALF_GONE.value})
    with override("en"):
        assert reason_for_staff(reminded) == "Half of the time gone"


def test_looks_and_reminders_stand_apart_and_idle_computations_not_at_all(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    case = steps.walked_to("INVESTIGATING", complaint, by=agent, now=now)
    page_of(signed_in(agent), case)
    sweep_marks(now=case.target_at - timedelta(days=3))
    names = {name for _entry, name in selectors._named(as_it_is(case))}
    assert {CaseEvent.READ, CaseEvent.REMINDED} <= names
    record(event=case.event(CaseEvent.DATES_KEPT), target=case.target, by=SYSTEM, now=now)
    with override("en"):
        apart = {event.title for event in selectors.staff_timeline(as_it_is(case)) if event.aside}
    assert apart == {"Content looked at", "Staff reminded"}
    text = page_of(signed_in(agent), case)
    assert "looks and reminders" in text and "Dates computed again" not in text


def test_a_late_first_reply_comes_before_the_button_that_only_begins(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    case = steps.walked_to("TRIAGED", complaint, by=agent, now=now)
    assert next(wanted_next(case, now=now)) == Begin.code
    assert next(wanted_next(case, now=case.first_reply_due_at)) == Reply.code
    write_as_staff(
        kind="complaint",
        case_id=case.pk,
        text="Xin chào bạn.",
        form_token=case.form_token,
        awaits_answer=False,
        by=agent,
        now=now + timedelta(hours=1),
    )
    assert Reply.code not in list(wanted_next(as_it_is(case), now=case.first_reply_due_at))


def test_the_list_of_rules_is_a_list_of_its_own_not_the_queue(dpo: User) -> None:
    page = signed_in(dpo).get(RULES, headers={"accept-language": "en"}).content.decode()
    assert f'href="{RULES}add/"' in page and "queue-search" not in page


def test_the_start_page_names_every_page_once(dpo: User) -> None:
    page = signed_in(dpo).get("/staff/", headers={"accept-language": "en"}).content.decode()
    rest = page[page.index('class="start-rest"') :]
    assert "/staff/cases/answertemplate/add/" in rest and "/staff/core/holiday/" in rest
    assert "/staff/complaints/" not in rest and rest.count('href="/staff/cases/assignmentrule/"') == 1
