"""What an agent learns from the list about cases of others: reference, category, dates, and that somebody has them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry
from cases.enums import DeskEvent
from cases.services.assigning import release, take
from complaints.models import Complaint
from complaints.services.filing import Filed
from complaints.services.triaging import Triage, triage
from tests.cases.fixtures import MEMBER_ADDRESS, signed_in, write_directly

QUEUE = "/staff/complaints/complaint/"
ALONE = "Only your own cases are shown here."
File = Callable[..., Complaint]


@pytest.fixture
def filed(complain: Callable[..., Filed], member: User) -> File:
    """A member's complaint."""

    def make(**changes: object) -> Complaint:
        made = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS).complaint
        if changes:
            write_directly(made, **changes)
        return made

    return make


@pytest.fixture
def sorted_by(filed: File, now: datetime) -> Callable[[User], Complaint]:
    """A complaint that somebody took and sorted."""

    def make(user: User) -> Complaint:
        case = filed(round=2, channel="POST", language="vi")
        take(kind="complaint", case_id=case.pk, by=user, now=now)
        wanted = Triage(category=case.category, severity="HIGH", tier="complex")
        triage(complaint_id=case.pk, triage=wanted, note="", by=user, now=now)
        return case

    return make


def page(browser: Client, query: str = "") -> str:
    return browser.get(QUEUE + query, headers={"accept-language": "en"}).content.decode()


def row(browser: Client, case: Complaint, query: str = "") -> str:
    """The row of one case."""
    rows = (part.partition("</tr>")[0] for part in page(browser, query).split("<tr>"))
    return next(found for found in rows if f'"{QUEUE}{case.pk}/change/' in found)


def shows(browser: Client, query: str) -> set[str]:
    answer = browser.get(QUEUE + query)
    assert answer.status_code == 200
    return {found.reference for found in answer.context["cl"].result_list}


@pytest.mark.parametrize("freed", [False, True], ids=["a colleague has it", "nobody has it any more"])
def test_a_row_of_another_case_tells_reference_category_and_date_alone(
    freed: bool, sorted_by: Callable[[User], Complaint], agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    case = sorted_by(other_agent)
    if freed:
        release(kind="complaint", case_id=case.pk, by=other_agent, now=now)
    theirs = row(signed_in(agent), case)
    assert case.reference in theirs and "marketing" in theirs and "2026" in theirs
    assert ("nobody yet" in theirs) == freed and ("a colleague" in theirs) != freed
    for word in ("High", "Complex", "Assessed", "Binh"):
        assert word not in theirs, word
    for reader in (dpo, *([] if freed else [other_agent])):
        told = row(signed_in(reader), case)
        assert "High" in told and "Complex" in told and "Assessed" in told


@pytest.mark.parametrize(
    "query",
    [
        "?status=TRIAGED",
        "?severity=HIGH",
        "?tier=complex",
        "?channel=POST",
        "?language=vi",
        "?round=2",
        "?list=untaken&severity=HIGH",
        "?list=all&status=TRIAGED",
    ],
)
def test_filters_answer_an_agent_about_own_cases_alone(
    query: str, sorted_by: Callable[[User], Complaint], agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    own, theirs, free = sorted_by(agent), sorted_by(other_agent), sorted_by(other_agent)
    release(kind="complaint", case_id=free.pk, by=other_agent, now=now)
    nobodys = {free.reference}
    assert shows(signed_in(dpo), query) == (
        nobodys if "untaken" in query else {own.reference, theirs.reference} | nobodys
    )
    assert shows(signed_in(agent), query) == (set() if "untaken" in query else {own.reference})
    assert ALONE in page(signed_in(agent), query) and ALONE not in page(signed_in(dpo), query)


def test_what_is_over_and_who_has_what_is_an_agents_own(
    filed: File, agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    over = {
        "outcome": "UPHELD",
        "settled_at": now,
        "next_mark": "",
        "next_mark_at": None,
        "target_at": now + timedelta(1),
    }
    own, theirs = (filed(status="ANSWERED", assignee=user, **over) for user in (agent, other_agent))
    ended = filed(status="CLOSED", closed_at=now, assignee=other_agent, **over)
    browser = signed_in(agent)
    assert shows(browser, "?list=settled") == {own.reference} and ALONE in page(browser, "?list=settled")
    assert shows(browser, "?list=closed") == set() and ALONE in page(browser, "?list=closed")
    assert shows(browser, "?list=all") == {own.reference, theirs.reference, ended.reference}
    assert "Answered" in row(browser, own, "?list=all")
    answered, closed = (
        row(browser, case, "?list=all")
        .replace(case.reference, "")
        .replace(f"/{case.pk}/", "")
        .replace(f'"{case.pk}"', "")
        for case in (theirs, ended)
    )
    assert answered == closed
    assert shows(signed_in(dpo), "?list=settled") == {own.reference, theirs.reference}


def test_an_agent_asks_for_own_cases_and_those_of_nobody(
    filed: File, agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    own, theirs, free = filed(), filed(), filed()
    for case, user in ((own, agent), (theirs, other_agent)):
        take(kind="complaint", case_id=case.pk, by=user, now=now)
    browser = signed_in(agent)
    assert shows(browser, f"?with={agent.pk}") == {own.reference}
    assert shows(browser, "?with=nobody") == {free.reference}
    assert shows(browser, f"?with={other_agent.pk}") == shows(browser, "")
    assert "Binh" not in page(browser) and ALONE not in page(browser) + page(browser, "?with=nobody&due=7")
    assert shows(signed_in(dpo), f"?with={other_agent.pk}") == {theirs.reference}


def test_a_search_by_address_finds_an_agent_own_cases_and_no_longer_what_was_given_away(
    filed: File, agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    own, theirs, free = filed(), filed(), filed()
    for case, user in ((own, agent), (theirs, other_agent)):
        take(kind="complaint", case_id=case.pk, by=user, now=now)
    browser, officer = signed_in(agent), signed_in(dpo)
    for who in (browser, officer):
        who.post(f"{QUEUE}search/", {"q": MEMBER_ADDRESS})
    assert shows(browser, "?list=all&found=1") == {own.reference}
    assert ALONE in page(browser, "?list=all&found=1")
    assert shows(officer, "?list=all&found=1") == {own.reference, theirs.reference, free.reference}
    noted = AuditEntry.objects.filter(event=DeskEvent.SEARCHED).order_by("id")
    assert [entry.details["found"] for entry in noted] == [1, 3]
    release(kind="complaint", case_id=own.pk, by=agent, now=now)
    assert shows(browser, "?list=all&found=1") == set()


def test_the_start_page_counts_what_its_links_show(
    filed: File, agent: User, other_agent: User, dpo: User, staff: Callable[..., User], now: datetime
) -> None:
    for user in (agent, other_agent, None):
        filed(status="WAITING", assignee=user)
    for reader, count in ((agent, 1), (dpo, 3)):
        browser = signed_in(reader)
        start = browser.get("/staff/", headers={"accept-language": "en"}).content.decode()
        tile = start[start.index(f"{QUEUE}?list=all&amp;status=WAITING") :]
        assert f"<strong>{count}</strong>" in tile[:120]
        assert len(shows(browser, "?list=all&status=WAITING")) == count
    start = signed_in(staff("administrator")).get("/staff/").content.decode()
    assert f"{QUEUE}?list=untaken" in start and "status=WAITING" not in start


def test_an_administrator_and_an_auditor(
    sorted_by: Callable[[User], Complaint], other_agent: User, staff: Callable[..., User]
) -> None:
    case = sorted_by(other_agent)
    assert "High" in row(signed_in(staff("auditor")), case)
    assert shows(signed_in(staff("auditor", "Chi")), "?severity=HIGH") == {case.reference}
    administrator = signed_in(staff("administrator"))
    assert "High" not in row(administrator, case) and shows(administrator, "?severity=HIGH") == set()
