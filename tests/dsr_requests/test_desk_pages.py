"""What hangs on the desk of requests: proposals out of the blue, held addresses, limits shown, the start page."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest

from accounts.models import User
from cases.enums import CaseStatus
from cases.services.assigning import take
from core.actors import SYSTEM
from dsr_requests.admin_case import ACTIONS
from dsr_requests.enums import CorrectionState, PauseReason, RequestKind, Verdict
from dsr_requests.models import Correction, Decision, PausedAddress, Request
from dsr_requests.services.pausing import pause
from personal_data.enums import LimitKind
from personal_data.models import UseLimit
from personal_data.services.limiting import set_limit
from tests.cases.desk_steps import page_of, send, shown, url
from tests.cases.fixtures import MEMBER_ADDRESS, signed_in
from tests.dsr_requests.steps import WISHES, by_guest, by_member, fresh, hold, judge, refused

ENGLISH = {"accept-language": "en"}
PAUSES = "/staff/dsr_requests/pausedaddress/"
Staff = Callable[..., User]


@pytest.fixture
def taken(member: User, agent: User, now: datetime) -> Request:
    """A member asks to have everything deleted; an agent has it."""
    hold(member, now=now, full_name="Trần Thị Lan")
    request = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    return fresh(request)


# --- every button, whatever the state -------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [action.code for action in ACTIONS])
def test_a_form_sent_when_it_is_not_offered_changes_nothing_and_breaks_nothing(
    action: str, taken: Request, agent: User, dpo: User, now: datetime
) -> None:
    closed = refused(taken, by=agent, second_by=dpo, now=now)
    data = {
        "form_token": str(uuid4()),
        "verdict": "ACCEPT",
        "words": "Một lời.",
        "ground": "",
        "reason": "MUCH_DATA",
        "days": "3",
        "way": "PHONE",
        "channel": "PHONE",
        "scope": ["delete"],
        "person": "0911 111 111",
        "text": "Một lời.",
        "step": "send",
    }
    answer = send(signed_in(dpo), closed, action, data)
    assert answer.status_code in (302, 409, 422)
    assert fresh(closed).status == CaseStatus.CLOSED and Decision.objects.count() == 1
    assert signed_in(dpo).get(url(closed, action)).status_code == 405


# --- proposing a correction -----------------------------------------------------------------------------------------


def propose(person: User) -> str:
    return f"/staff/dsr_requests/request/propose/{person.subject_id}/"


def test_a_proposal_out_of_the_blue_opens_a_request_that_waits_for_the_person(
    taken: Request, member: User, agent: User, now: datetime
) -> None:
    browser = signed_in(agent)
    person_page = shown(browser.get(f"/staff/personal_data/datasubject/{member.subject_id}/change/", headers=ENGLISH))
    assert propose(member) in person_page
    page = shown(browser.get(propose(member), headers=ENGLISH))
    assert "Held now" in page and "Trần Thị Lan" not in page
    data = {"form_token": str(uuid4()), "field": "full-name", "value": "Trần Thị Lân", "words": "Theo hợp đồng."}
    for _ in range(2):
        browser.post(propose(member), data, headers=ENGLISH)
    row = Correction.objects.get()
    assert (row.state, row.by_staff, row.case.asked_for) == (CorrectionState.OFFERED, True, "correct")


def test_a_proposal_without_words_or_for_a_stranger_is_refused(
    taken: Request, member: User, agent: User, other_agent: User, staff: Staff
) -> None:
    data = {"form_token": str(uuid4()), "field": "full-name", "value": "Trần Thị Lân", "words": ""}
    assert signed_in(agent).post(propose(member), data, headers=ENGLISH).status_code == 422
    for other in (other_agent, staff("administrator"), staff("auditor")):
        assert signed_in(other).get(propose(member)).status_code == 403
    unknown = f"/staff/dsr_requests/request/propose/{uuid4()}/"
    assert signed_in(agent).get(unknown).status_code == 404
    assert not Correction.objects.exists()


# --- held addresses -------------------------------------------------------------------------------------------------


@pytest.fixture
def paused(taken: Request, agent: User, now: datetime) -> PausedAddress:
    return pause(request_id=taken.pk, reason=PauseReason.FRAUD, by=agent, now=now)


def test_a_held_address_is_told_and_lifted_from_its_own_page(paused: PausedAddress, agent: User) -> None:
    browser = signed_in(agent)
    listed = shown(browser.get(PAUSES, headers=ENGLISH))
    assert "Signs of fraud" in listed and MEMBER_ADDRESS not in listed
    page = f"{PAUSES}{paused.pk}/"
    early = browser.post(f"{page}lift/", {"way": "PHONE", "words": "Đã xác nhận."}, headers=ENGLISH)
    assert early.status_code == 422 and "First tell the person" in shown(early)
    browser.post(f"{page}tell/", {"way": "PHONE", "words": "Đã gọi số cũ."}, headers=ENGLISH)
    assert "waits for the person" in shown(browser.get(f"{page}change/", headers=ENGLISH))
    browser.post(f"{page}lift/", {"way": "PHONE", "words": "Đã xác nhận."}, headers=ENGLISH)
    paused.refresh_from_db()
    assert paused.confirmed_by_way == "PHONE"
    assert "lifted on" in shown(browser.get(f"{page}change/", headers=ENGLISH))
    assert str(paused.pk) not in re.findall(r"pausedaddress/(\d+)/", shown(browser.get(f"{PAUSES}?state=held")))


@pytest.mark.parametrize(("role", "status"), [("auditor", 200), ("administrator", 403)])
def test_who_reads_only_lifts_nothing(role: str, status: int, paused: PausedAddress, staff: Staff) -> None:
    browser = signed_in(staff(role))
    assert browser.get(PAUSES).status_code == status
    assert browser.post(f"{PAUSES}{paused.pk}/tell/", {"way": "PHONE", "words": "x"}).status_code in (403, 404)
    paused.refresh_from_db()
    assert paused.told_at is None


def test_nobody_finds_a_pause_of_the_own_address(agent: User, dpo: User, now: datetime) -> None:
    request = by_member(agent, WISHES[RequestKind.DELETE], now=now, proved=True)
    row = pause(request_id=request.pk, reason=PauseReason.ODD, by=dpo, now=now)
    assert signed_in(agent).get(f"{PAUSES}{row.pk}/change/").status_code == 404
    assert signed_in(dpo).get(f"{PAUSES}{row.pk}/change/").status_code == 200


# --- limits and the start page --------------------------------------------------------------------------------------


def test_what_may_not_be_used_stands_on_every_page_of_the_person(
    taken: Request, member: User, agent: User, dpo: User, now: datetime
) -> None:
    browser = signed_in(dpo)
    person_page = f"/staff/personal_data/datasubject/{member.subject_id}/change/"
    assert "The use of this data is limited" not in shown(browser.get(person_page, headers=ENGLISH))
    set_limit(
        subject_id=member.subject_id,
        kind=LimitKind.RESTRICTION,
        purpose="marketing",
        basis="request:1",
        by=SYSTEM,
        now=now,
    )
    assert "The use of this data is limited" in shown(browser.get(person_page, headers=ENGLISH))
    for user in (agent, dpo):
        page = page_of(signed_in(user), taken)
        assert "limited: look before you use any of it" in page and "What may not be used" in page
    assert f"/staff/personal_data/uselimit/{UseLimit.objects.get().pk}/change/" in page_of(browser, taken)


def test_the_start_page_counts_what_waits_for_a_second_person(
    taken: Request, agent: User, other_agent: User, staff: Staff, now: datetime
) -> None:
    def counted(user: User) -> str:
        page = shown(signed_in(user).get("/staff/", headers=ENGLISH))
        found = re.search(r'href="/staff/dsr_requests/decision/"><strong>(\d+)</strong>', page)
        return found[1] if found else ""

    assert counted(other_agent) == "0"
    judge(taken, Verdict.ACCEPT, by=agent, now=now)
    assert counted(other_agent) == "1"
    assert counted(staff("administrator")) == ""


def test_what_a_guest_asked_stands_in_words(agent: User, now: datetime) -> None:
    request = by_guest(WISHES[RequestKind.RESTRICT], now=now)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    page = page_of(signed_in(agent), request)
    assert "What is asked for" in page and "Purposes concerned" in page
