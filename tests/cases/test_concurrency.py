"""Two people with one case open: the second to save is told what changed, loses no word, and saves again knowing it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Event
from uuid import uuid4

import pytest
from django.db import connections, transaction

from accounts.models import User
from cases.errors import ChangedMeanwhile
from cases.services.assigning import assign, release, take
from cases.services.concurrency import changes_since, check_unseen, newest_change, saving
from cases.services.looking import note_look
from cases.services.messaging import write_as_person
from complaints.models import Complaint
from complaints.services.triaging import Triage, triage
from core.actors import GUEST
from policies import selectors as policies
from tests.cases.desk_steps import page_of, seen_on, send, shown, url
from tests.cases.fixtures import as_it_is, signed_in


@pytest.fixture
def mine(complaint: Complaint, agent: User, now: datetime) -> Complaint:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    return complaint


@pytest.fixture
def tiers(complaint: Complaint) -> list[str]:
    return [tier.code for tier in policies.document(complaint.policy_version).complaints.tiers]


def sorted_as(tier: str, severity: str = "LOW", note: str = "") -> dict[str, str]:
    return {"category": "unwanted-marketing", "severity": severity, "tier": tier, "note": note}


# --- what counts as a change ----------------------------------------------------------------------------------------


def test_looks_and_the_own_changes_are_no_news(mine: Complaint, agent: User, dpo: User, now: datetime) -> None:
    seen = newest_change(mine)
    note_look(mine, by=dpo, now=now)
    assert newest_change(mine) == seen and changes_since(mine, seen=seen, by=agent) == []
    release(kind="complaint", case_id=mine.pk, by=agent, now=now)
    assert changes_since(mine, seen=seen, by=agent) == []
    assert [change.name for change in changes_since(mine, seen=seen, by=dpo)] == ["released"]


def test_a_page_that_knew_nothing_is_refused(mine: Complaint, agent: User) -> None:
    with pytest.raises(ChangedMeanwhile) as refusal:
        check_unseen(mine, seen=0, by=agent)
    assert next(change.name for change in refusal.value.changes) == "filed"


def test_a_look_numbered_past_a_change_hides_it_from_nobody(
    mine: Complaint, agent: User, dpo: User, now: datetime
) -> None:
    """The entry of a change is written, not yet committed, when somebody opens the page; the look is numbered later."""
    written, looked = Event(), Event()

    def change() -> None:
        try:
            with transaction.atomic():
                release(kind="complaint", case_id=mine.pk, by=agent, now=now)
                written.set()
                assert looked.wait(20)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(change)
        assert written.wait(20)
        note_look(mine, by=dpo, now=now)
        seen = newest_change(mine)
        looked.set()
        running.result(20)
    assert [one.name for one in changes_since(mine, seen=seen, by=dpo)] == ["released"]


# --- two at once ----------------------------------------------------------------------------------------------------


def test_of_two_who_save_at_once_one_is_told(
    mine: Complaint, agent: User, dpo: User, tiers: list[str], now: datetime
) -> None:
    seen, ready = newest_change(mine), Barrier(2)

    def save(user: User, tier: str) -> list[str]:
        try:
            ready.wait(20)
            try:
                with saving(kind="complaint", case_id=mine.pk, seen=seen, by=user):
                    wanted = Triage(category="unwanted-marketing", severity="LOW", tier=tier)
                    triage(complaint_id=mine.pk, triage=wanted, note="", by=user, now=now)
            except ChangedMeanwhile as refusal:
                return [change.name for change in refusal.changes]
            return []
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(save, [agent, dpo], [tiers[0], tiers[-1]]))
    assert sorted(told) == [[], ["triaged"]]
    assert as_it_is(mine).tier == (tiers[0] if told[0] == [] else tiers[-1]), "the first one's choice stands"


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_second_saver_reads_what_changed_keeps_every_word_and_saves_again(
    mine: Complaint, agent: User, dpo: User, tiers: list[str]
) -> None:
    first, second = signed_in(dpo), signed_in(agent)
    seen = seen_on(page_of(second, mine))
    send(first, mine, "triage", sorted_as(tiers[-1], "HIGH"))

    typed = sorted_as(tiers[0], "CRITICAL", note="Người này gọi ba lần")
    refused = send(second, mine, "triage", typed, seen=seen)
    page = shown(refused)
    assert refused.status_code == 409
    changes = page[page.index('class="changes"') : page.index('id="next"')]
    assert "Assessed" in changes and "Data-protection officer" in changes and "High: sensitive" in changes
    assert "Người này gọi ba lần" in page and '<option value="CRITICAL" selected>' in page
    assert as_it_is(mine).severity == "HIGH"

    again = send(second, mine, "triage", typed, seen=seen_on(page))
    assert again.status_code == 302 and as_it_is(mine).severity == "CRITICAL"


@pytest.mark.parametrize("action", ["reply", "begin", "assign", "release", "postpone", "spoken", "reject", "link"])
def test_every_action_that_can_overwrite_is_refused_after_a_change(
    action: str, mine: Complaint, agent: User, dpo: User, other_agent: User, tiers: list[str], now: datetime
) -> None:
    browser = signed_in(agent)
    seen = seen_on(page_of(browser, mine))
    send(signed_in(dpo), mine, "triage", sorted_as(tiers[0]))
    before = as_it_is(mine)
    day, time = f"{now:%Y-%m-%d}", f"{now:%H:%M}"
    data = {
        "reply": {"form_token": uuid4(), "text": "x"},
        "assign": {"to": str(other_agent.pk)},
        "postpone": {"reason": "MUCH_DATA", "last_day": f"{before.limit_at - timedelta(hours=10):%Y-%m-%d}"},
        "spoken": {"form_token": uuid4(), "channel": "PHONE", "received_at_0": day, "received_at_1": time, "text": "x"},
        "reject": {"form_token": uuid4(), "ground": "ABUSE", "text": "x", "step": "send"},
        "link": {"earlier": mine.reference, "reason": "SAME_TEXT"},
    }.get(action, {})
    refused = send(browser, mine, action, data, seen=seen)
    assert refused.status_code == 409, shown(refused)
    after = as_it_is(mine)
    assert (after.status, after.assignee_id, after.target_at) == (before.status, before.assignee_id, before.target_at)
    assert mine.messages.count() == 0


def test_the_same_form_sent_twice_is_no_conflict_with_oneself(mine: Complaint, agent: User) -> None:
    browser = signed_in(agent)
    seen, token = seen_on(page_of(browser, mine)), str(uuid4())
    for _ in range(2):
        answer = send(browser, mine, "reply", {"form_token": token, "text": "Một lần"}, seen=seen)
        assert answer.status_code == 302
    assert mine.messages.count() == 1


def test_what_the_person_wrote_meanwhile_is_told(mine: Complaint, agent: User, now: datetime) -> None:
    browser = signed_in(agent)
    seen = seen_on(page_of(browser, mine))
    write_as_person(kind="complaint", case_id=mine.pk, text="Thêm một số", form_token=uuid4(), by=GUEST, now=now)
    refused = send(browser, mine, "reply", {"form_token": uuid4(), "text": "Chưa đủ số"}, seen=seen)
    page = shown(refused)
    assert refused.status_code == 409 and "The person wrote" in page
    assert "Thêm một số" in page and "Chưa đủ số" in page


def test_a_form_with_a_mistake_does_not_swallow_what_changed(
    mine: Complaint, agent: User, dpo: User, tiers: list[str]
) -> None:
    browser = signed_in(agent)
    seen = seen_on(page_of(browser, mine))
    send(signed_in(dpo), mine, "triage", sorted_as(tiers[0]))
    page = shown(send(browser, mine, "reply", {"form_token": uuid4(), "text": ""}, seen=seen))
    assert 'class="changes"' in page and "Please write something first." in page


def test_who_lost_the_case_keeps_the_words_and_sees_no_content(
    mine: Complaint, agent: User, other_agent: User, dpo: User, now: datetime, staff: Callable[..., User]
) -> None:
    browser = signed_in(agent)
    seen = seen_on(page_of(browser, mine))
    assign(kind="complaint", case_id=mine.pk, to=other_agent.pk, by=dpo, now=now)
    page = shown(send(browser, mine, "reply", {"form_token": uuid4(), "text": "Một câu trả lời dài"}, seen=seen))
    assert "Một câu trả lời dài" in page and "quảng cáo" not in page and 'data-action="case-reply"' not in page


def test_who_takes_second_is_told(mine: Complaint, other_agent: User) -> None:
    browser = signed_in(other_agent)
    answer = browser.post(url(mine, "take"), headers={"accept-language": "en"})
    assert answer.status_code == 422 and "a moment before you" in shown(answer)
