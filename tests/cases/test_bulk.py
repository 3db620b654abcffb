"""Several cases at once: nothing happens before it was shown, and each case is done, or left, by itself."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from audit.selectors import entries_about
from cases.services.assigning import take
from complaints.models import Complaint
from complaints.services.filing import Filed
from tests.cases.fixtures import MEMBER_ADDRESS, STORY, as_it_is, mails_of, signed_in, write_directly

QUEUE = "/staff/complaints/complaint/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def cases(complain: Callable[..., Filed], member: User) -> list[Complaint]:
    return [complain(subject_id=member.subject_id, address=MEMBER_ADDRESS).complaint for _ in range(3)]


def send(browser: Client, action: str, cases: list[Complaint], step: str = "", **data: str) -> str:
    sent = {"case": [case.pk for case in cases], **({"step": step} if step else {}), **data}
    answer = browser.post(f"{QUEUE}bulk-{action}/?list=untaken", sent, headers=ENGLISH, follow=True)
    return answer.content.decode()


def confirm(browser: Client, action: str, page: str) -> str:
    """Send the second form of the page exactly as it stands."""
    form = page[page.index('name="step" value="do"') :]
    sent: dict[str, list[str]] = {"step": ["do"]}
    for name, value in re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', form):
        sent.setdefault(name, []).append(value)
    answer = browser.post(f"{QUEUE}bulk-{action}/?list=untaken", sent, headers=ENGLISH, follow=True)
    assert answer.redirect_chain == [(f"{QUEUE}?list=untaken", 302)]
    return answer.content.decode()


def test_cases_are_given_after_a_page_that_says_so(
    cases: list[Complaint], agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    free, taken, over = cases
    take(kind="complaint", case_id=taken.pk, by=other_agent, now=now)
    write_directly(
        over, status="CLOSED", outcome="UPHELD", settled_at=now, closed_at=now, next_mark="", next_mark_at=None
    )
    browser = signed_in(dpo)
    asked = send(browser, "assign", cases)
    assert 'name="to"' in asked and "bulk-assign-do" not in asked
    refused = send(browser, "assign", cases, "look", to="")
    assert "bulk-assign-do" not in refused
    shown = send(browser, "assign", cases, "look", to=str(agent.pk))
    assert "This will happen to 2 cases" in shown and "1 case will be left as it is" in shown
    assert "goes from Binh to An" in shown and STORY not in shown
    assert as_it_is(free).assignee_id is None

    done = confirm(browser, "assign", shown)
    assert "2 cases updated." in done
    assert [as_it_is(case).assignee_id for case in cases] == [agent.pk, agent.pk, None]
    assert entries_about(free.target).filter(event="complaint.assigned", actor=f"user:{dpo.pk}").count() == 1
    assert len(mails_of("staff-case-given")) == 2


def test_what_changed_meanwhile_is_left_and_said(
    cases: list[Complaint], agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    browser = signed_in(dpo)
    shown = send(browser, "assign", cases, "look", to=str(agent.pk))
    take(kind="complaint", case_id=cases[0].pk, by=agent, now=now)
    done = confirm(browser, "assign", shown)
    assert "2 cases updated." in done and f"{cases[0].reference} was left as it is" in done


def test_an_agent_gives_only_the_own_cases(
    cases: list[Complaint], agent: User, other_agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=cases[0].pk, by=agent, now=now)
    shown = send(signed_in(agent), "assign", cases, "look", to=str(other_agent.pk))
    assert "This will happen to 1 case" in shown and "2 cases will be left as they are" in shown
    send(signed_in(agent), "assign", cases, "do", to=str(other_agent.pk))
    assert [as_it_is(case).assignee_id for case in cases] == [other_agent.pk, None, None]


def test_nobody_is_given_a_complaint_about_oneself(cases: list[Complaint], agent: User, dpo: User) -> None:
    write_directly(cases[0], about_staff=agent)
    shown = send(signed_in(dpo), "assign", cases, "look", to=str(agent.pk))
    assert "This will happen to 2 cases" in shown
    send(signed_in(dpo), "assign", cases, "do", to=str(agent.pk))
    assert as_it_is(cases[0]).assignee_id is None
    write_directly(cases[1], about_staff=dpo)
    assert cases[1].reference not in send(signed_in(dpo), "assign", cases[1:2], "look", to=str(agent.pk))


def test_several_are_assessed_and_keep_what_else_they_say(cases: list[Complaint], dpo: User) -> None:
    write_directly(cases[0], fields_concerned=["email"], purposes_concerned=["marketing"])
    browser = signed_in(dpo)
    shown = send(browser, "triage", cases, "look", severity="HIGH", tier="complex")
    assert "This will happen to 3 cases" in shown and "is assessed as High" in shown
    assert as_it_is(cases[0]).triaged_at is None  # type: ignore[attr-defined]
    confirm(browser, "triage", shown)
    after = Complaint.objects.get(pk=cases[0].pk)
    assert (after.severity, after.tier, after.status) == ("HIGH", "complex", "TRIAGED")
    assert (after.category, after.fields_concerned, after.purposes_concerned) == (
        cases[0].category,
        ["email"],
        ["marketing"],
    )
    again = send(browser, "triage", cases, "look", severity="HIGH", tier="complex")
    assert "Nothing would change." in again and "bulk-triage-do" not in again
    lower = send(browser, "triage", cases, "look", severity="LOW", tier="complex")
    assert "is assessed anew as Low instead of High; " in lower and lower.count("instead of") == 3


@pytest.mark.parametrize("action", ["assign", "triage"])
def test_who_may_not_and_what_is_not_chosen(
    action: str, cases: list[Complaint], agent: User, staff: Callable[..., User]
) -> None:
    for role in ("auditor", "administrator"):
        assert signed_in(staff(role)).post(f"{QUEUE}bulk-{action}/", {"case": cases[0].pk}).status_code == 403
    assert signed_in(agent).get(f"{QUEUE}bulk-{action}/").status_code == 405
    assert "No case was chosen." in send(signed_in(agent), action, [])
    answer = signed_in(agent).post(f"{QUEUE}bulk-{action}/", {"case": ["x", "9" * 30, "-1"]})
    assert answer.status_code == 302
