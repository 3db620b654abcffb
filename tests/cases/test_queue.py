"""The queue: what stands in which list, filters in the address, search without an address in it, and who sees what."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import AuditEntry
from cases import queue
from cases.references import as_begun
from cases.services.assigning import take
from complaints.models import Complaint
from complaints.services.filing import Filed
from complaints.services.triaging import Triage, triage
from dsr_requests.models import Request
from personal_data.services.holding import write_item
from tests.cases.fixtures import GUEST_ADDRESS, MEMBER_ADDRESS, STORY, as_it_is, signed_in, write_directly

QUEUE = "/staff/complaints/complaint/"
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


def listed(browser: Client, query: str = "", path: str = QUEUE) -> set[str]:
    """The references a page of the queue shows."""
    answer = browser.get(path + query)
    assert answer.status_code == 200, answer
    return {row.reference for row in answer.context["cl"].result_list}


def sort(case: Complaint, severity: str, tier: str, by: User, now: datetime) -> None:
    take(kind="complaint", case_id=case.pk, by=by, now=now)
    wanted = Triage(category=case.category, severity=severity, tier=tier)
    triage(complaint_id=case.pk, triage=wanted, note="", by=by, now=now)


def copies_of(first: Complaint, count: int, now: datetime) -> None:
    """Many more of one case, past every service."""
    copies = []
    for number in range(count):
        copy = Complaint.objects.get(pk=first.pk)
        copy.pk, copy.form_token, copy.reference = None, uuid4(), f"KN-26-{number:04}-AAAA"
        copies.append(copy)
    with transaction.atomic():
        made = Complaint.objects.bulk_create(copies)
        AuditEntry.objects.bulk_create(
            AuditEntry(event="complaint.filed", target=case.target, actor="guest", actor_role="guest", at=now)
            for case in made
        )


def test_each_list_holds_its_cases(complaint: Complaint, filed: File, dpo: User, now: datetime) -> None:
    untaken, mine, late, settled, closed = filed(), filed(), filed(), filed(), filed()
    take(kind="complaint", case_id=mine.pk, by=dpo, now=now)
    write_directly(late, target_at=now, received_at=now - timedelta(9), round_started_at=now - timedelta(9))
    over = {"outcome": "UPHELD", "settled_at": now, "next_mark": "", "next_mark_at": None}
    write_directly(settled, status="ANSWERED", **over)
    write_directly(closed, status="CLOSED", closed_at=now, **over)
    names = {
        case.reference: name
        for name, case in {
            "unverified": complaint,
            "untaken": untaken,
            "mine": mine,
            "late": late,
            "settled": settled,
            "closed": closed,
        }.items()
    }
    browser = signed_in(dpo)

    def found(query: str) -> set[str]:
        return {names[reference] for reference in listed(browser, query)}

    assert found("") == {"untaken", "mine", "late"}
    assert found("?list=mine") == {"mine"}
    assert found("?list=untaken") == {"untaken", "late"}
    assert found("?list=late") == {"late"}
    assert found("?list=unverified") == {"unverified"}
    assert found("?list=settled") == {"settled"}
    assert found("?list=closed") == {"closed"}
    assert found("?list=all") == set(names.values())
    assert found("?list=nonsense") == found("")


def test_filters_stand_in_the_address(
    filed: File, agent: User, dpo: User, policy_in_force: object, now: datetime
) -> None:
    high, post, english, plain = filed(), filed(channel="POST"), filed(), filed(language="vi")
    sort(high, "HIGH", "complex", agent, now)
    write_directly(english, round=2, target_at=now + timedelta(hours=2))
    browser = signed_in(dpo)
    everything = {high.reference, post.reference, english.reference, plain.reference}
    assert listed(browser, "?severity=HIGH") == {high.reference}
    assert listed(browser, "?tier=complex") == {high.reference}
    assert listed(browser, "?status=TRIAGED") == {high.reference}
    assert listed(browser, f"?with={agent.pk}") == {high.reference}
    assert listed(browser, "?with=nobody") == everything - {high.reference}
    assert listed(browser, "?channel=POST") == {post.reference}
    assert listed(browser, "?language=vi") == {plain.reference}
    assert listed(browser, "?round=2") == {english.reference}
    assert listed(browser, "?about=staff-conduct") == set()
    assert listed(browser, "?about=unwanted-marketing&language=vi") == {plain.reference}
    assert listed(browser, "?severity=&tier=&status=") == everything
    assert listed(browser, "?severity=NO&status=NEVER&with=x&due=soon") == everything
    assert browser.get(QUEUE + "?sealed_text=x").status_code == 400


def test_due_windows_end_at_midnight_in_vietnam(frozen_clock: object, filed: File, agent: User, now: datetime) -> None:
    midnight = now.replace(hour=17, minute=0)  # 24:00 of the same day in Vietnam
    due = {
        "passed": now,
        "tonight": midnight,
        "in three": midnight + timedelta(days=3),
        "in four": midnight + timedelta(days=3, seconds=1),
        "in seven": midnight + timedelta(days=7),
        "later": midnight + timedelta(days=7, seconds=1),
    }
    early = {"received_at": now - timedelta(30), "round_started_at": now - timedelta(30)}
    names = {filed(target_at=at, limit_at=now + timedelta(40), **early).reference: name for name, at in due.items()}
    browser = signed_in(agent)

    def found(window: str) -> set[str]:
        return {names[reference] for reference in listed(browser, f"?due={window}")}

    assert found("overdue") == {"passed"}
    assert found("today") == {"tonight"}
    assert found("3") == {"tonight", "in three"}
    assert found("7") == {"tonight", "in three", "in four", "in seven"}
    assert found("later") == {"later"}


def test_the_queue_is_sorted_by_due_moment_and_by_nothing_else(filed: File, agent: User, now: datetime) -> None:
    last, first = filed(target_at=now + timedelta(days=3)), filed(target_at=now + timedelta(days=1))
    rows = signed_in(agent).get(QUEUE + "?o=-2").context["cl"].result_list
    assert [row.pk for row in rows] == [first.pk, last.pk]


@pytest.mark.parametrize("typed", [GUEST_ADDRESS, "Khach@Example.COM", " khach@example.com "])
def test_an_address_is_searched_for_and_never_stands_in_a_link(
    typed: str, complaint: Complaint, filed: File, dpo: User
) -> None:
    filed()
    browser = signed_in(dpo)
    answer = browser.post(f"{QUEUE}search/", {"q": typed})
    assert answer["Location"] == f"{QUEUE}?list=all&found=1"
    page = browser.get(answer["Location"])
    assert {row.pk for row in page.context["cl"].result_list} == {complaint.pk}
    assert "khach" not in page.content.decode().lower()
    assert "khach" not in str(dict(browser.session)).lower()
    browser.post(f"{QUEUE}search/", {"q": "nobody@example.com"})
    assert listed(browser, "?list=all&found=1") == set()
    assert listed(signed_in(dpo), "?list=all&found=1") == set()


@pytest.mark.parametrize("typed", ["0912 345 678", "+84912345678", "0912345678"])
def test_a_phone_number_held_on_a_person_finds_that_persons_cases(
    typed: str, filed: File, complaint: Complaint, member: User, dpo: User, now: datetime
) -> None:
    assert member.subject_id is not None
    mine = filed()
    write_item(subject_id=member.subject_id, field="phone", value="0912 345 678", by=member, now=now)
    browser = signed_in(dpo)
    browser.post(f"{QUEUE}search/", {"q": typed})
    assert listed(browser, "?list=all&found=1") == {mine.reference}


def test_a_reference_is_found_however_it_is_typed(filed: File, agent: User) -> None:
    case, browser = filed(), signed_in(agent)
    filed()
    for typed in (case.reference, case.reference.lower().replace("-", " "), case.reference[:10]):
        answer = browser.post(f"{QUEUE}search/", {"q": typed})
        assert case.reference in listed(browser, "?" + answer["Location"].partition("?")[2])
    assert listed(browser, f"?list=all&q={case.reference}") == {case.reference}
    assert listed(browser, "?list=all&q=%25") == set()
    assert as_begun("kn 26 7k", prefix="KN") == "KN-26-7K"
    assert as_begun("khach@example.com", prefix="KN") == as_begun("YC-26", prefix="KN") == ""


def test_who_only_reads_searches_too(complaint: Complaint, staff: Callable[..., User]) -> None:
    browser = signed_in(staff("auditor"))
    answer = browser.post(f"{QUEUE}search/", {"q": GUEST_ADDRESS})
    assert listed(browser, "?" + answer["Location"].partition("?")[2]) == {complaint.reference}
    page = browser.get(QUEUE).content.decode()
    assert 'name="case"' not in page and "case-take-listed" not in page


def test_nobody_finds_a_complaint_about_oneself(
    filed: File, complaint: Complaint, agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    about, own = filed(about_staff=agent), filed(subject=agent.subject)
    for query in ("", "?list=all", "?list=untaken", f"?list=all&q={about.reference}"):
        assert not {about.reference, own.reference} & listed(signed_in(agent), query)
    assert {about.reference, own.reference} <= listed(signed_in(other_agent))
    browser = signed_in(agent)
    browser.post(f"{QUEUE}search/", {"q": MEMBER_ADDRESS})
    assert listed(browser, "?list=all&found=1") == set()
    assert browser.post(f"{QUEUE}take/{about.pk}/").status_code == 404
    assert browser.get(QUEUE).context["counts"]["known"] == 0
    assert signed_in(dpo).get(QUEUE).context["counts"]["known"] == 2


def test_a_case_is_taken_from_its_row(filed: File, agent: User, other_agent: User) -> None:
    case, browser = filed(), signed_in(agent)
    page = browser.get(QUEUE).content.decode()
    assert f'formaction="{QUEUE}take/{case.pk}/"' in page and STORY not in page
    answer = browser.post(f"{QUEUE}take/{case.pk}/")
    assert answer["Location"] == f"{QUEUE}{case.pk}/change/"
    assert as_it_is(case).assignee_id == agent.pk
    assert "case-take-listed" not in browser.get(QUEUE).content.decode()
    signed_in(other_agent).post(f"{QUEUE}take/{case.pk}/")
    assert as_it_is(case).assignee_id == agent.pk
    assert browser.get(f"{QUEUE}take/{case.pk}/").status_code == 405


def test_the_queue_says_how_long_in_words_symbol_and_colour(filed: File, agent: User, now: datetime) -> None:
    case, browser = filed(), signed_in(agent)
    assert "status-active" in browser.get(QUEUE).content.decode()
    write_directly(case, target_at=now + timedelta(hours=1))
    assert "status-waiting" in browser.get(QUEUE).content.decode()
    early = {"received_at": now - timedelta(20), "round_started_at": now - timedelta(20)}
    write_directly(case, target_at=now - timedelta(3), limit_at=now - timedelta(2), **early)
    late = browser.get(QUEUE).content.decode()
    assert "status-overdue" in late and '<svg class="icon"' in late


def test_few_questions_however_long_the_queue_is(filed: File, agent: User, now: datetime) -> None:
    first, browser = filed(), signed_in(agent)
    queries = ("", "?list=all", "?list=late", "?severity=HIGH&due=7&with=nobody", "?list=all&q=KN", "?q=KN")
    for query in queries:
        browser.get(QUEUE + query)

    def questions() -> list[int]:
        asked = []
        for query in queries:
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(QUEUE + query).status_code == 200
            asked.append(len(captured))
        return asked

    with_one = questions()
    copies_of(first, 120, now)
    assert questions() == with_one and max(with_one) <= 13


def test_counting_stops(filed: File, agent: User, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    copies_of(filed(), 120, now)
    monkeypatch.setattr(queue, "MOST_COUNTED", 100)
    monkeypatch.setattr(queue.CappedPaginator, "most", 100)
    answer = signed_in(agent).get(QUEUE)
    changelist = answer.context["cl"]
    assert answer.context["counts"]["known"] == 101
    assert changelist.paginator.more and changelist.paginator.num_pages == 2
    assert signed_in(agent).get(QUEUE + "?p=3").status_code == 302


def test_filters_of_what_is_over_are_counted_one_page_ahead(filed: File, dpo: User, now: datetime) -> None:
    copies_of(filed(), 120, now)
    browser = signed_in(dpo)
    for page, pages, more in ((1, 2, True), (2, 3, False), (3, 3, False)):
        found = browser.get(f"{QUEUE}?list=all&language=en&p={page}").context["cl"]
        assert (found.paginator.num_pages, found.paginator.more) == (pages, more), page
    assert browser.get(f"{QUEUE}?list=all&p=1").context["cl"].paginator.num_pages == 3
    assert browser.get(f"{QUEUE}?list=all&language=en&p=zz").status_code == 200


def test_an_empty_list_says_so(policy_in_force: object, agent: User) -> None:
    page = signed_in(agent).get(QUEUE + "?list=late", headers={"accept-language": "en"}).content.decode()
    assert "Nothing is late." in page and 'id="result_list"' not in page


def test_requests_have_the_same_queue(request_case: Request, agent: User) -> None:
    browser, path = signed_in(agent), "/staff/dsr_requests/request/"
    assert listed(browser, "?list=unverified&about=delete", path) == {request_case.reference}
    assert listed(browser, "?list=all&about=copy", path) == set()
    assert browser.get(path).status_code == 200
