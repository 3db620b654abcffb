"""What the desk of requests says comes next, what it waits for, and how lists and pages call what they refer to."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils.html import escape

from accounts.models import User
from audit.services.recording import record
from cases.services.assigning import take
from core.actors import SYSTEM
from dsr_requests.enums import Method, PauseReason, RequestKind, Verdict
from dsr_requests.forms_staff import DecideForm, MandateForm
from dsr_requests.models import Request
from dsr_requests.services.fulfilling import run_request
from dsr_requests.services.pausing import pause
from dsr_requests.wishes import Wish
from personal_data.admin_orders import recipient_words
from personal_data.models import ErasureRun, Package, RecipientTask, UseLimit
from personal_data.services.packaging import ask_package
from tests.cases.desk_steps import page_of, shown
from tests.cases.fixtures import signed_in
from tests.dsr_requests.asking import ask, begin, open_to_sender, person_held, taken
from tests.dsr_requests.steps import approve, by_member, fresh, hold, judge

ENGLISH = {"accept-language": "en"}
Staff = Callable[..., User]


def had(member: User, kind: RequestKind, agent: User, *, now: datetime) -> Request:
    """A member's request for everything, which an agent has."""
    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    request = by_member(member, Wish(kind, everything=True), now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    return fresh(request)


def carried(request: Request, *, by: User, second_by: User, now: datetime) -> Request:
    """Accepted, and gone as far as it goes by itself."""
    decision = judge(request, Verdict.ACCEPT, by=by, now=now)
    if decision.needs_second:
        approve(decision, by=second_by, now=now)
    run_request(request_id=request.pk, now=now)
    return fresh(request)


def test_the_list_says_what_is_asked_for(member: User, agent: User, now: datetime) -> None:
    request = had(member, RequestKind.DELETE, agent, now=now)
    listed = shown(signed_in(agent).get("/staff/dsr_requests/request/", headers=ENGLISH))
    assert "Delete my data" in listed[listed.index(request.reference) :]
    assert str(request.about)[:8] not in listed


def test_a_decision_that_waits_asks_nothing_of_whoever_made_it(member: User, agent: User, now: datetime) -> None:
    request = had(member, RequestKind.DELETE, agent, now=now)
    judge(request, Verdict.ACCEPT, by=agent, now=now)
    page = page_of(signed_in(agent), request)
    assert "It is decided and waits for a second person." in page and "Next:" not in page


def test_a_held_address_comes_before_deciding(member: User, agent: User, now: datetime) -> None:
    request = had(member, RequestKind.RESTRICT, agent, now=now)
    assert "Next: Decide" in page_of(signed_in(agent), request)
    pause(request_id=request.pk, reason=PauseReason.FRAUD, by=agent, now=now)
    page = page_of(signed_in(agent), request)
    assert "Next: Write down that the person was told" in page and "Next: Decide" not in page


def test_a_call_that_is_waited_for_stands_on_top_and_in_a_list(
    policy_in_force: object, agent: User, now: datetime
) -> None:
    person_held(now=now)
    request = taken(open_to_sender(ask(now=now, kind=RequestKind.COPY), now=now), agent, now=now)
    other = taken(
        open_to_sender(ask(now=now, kind=RequestKind.COPY, address="xa.la@example.net"), now=now), agent, now=now
    )
    begin(request, "0912 345 678", now=now, method=Method.CODE_PHONE)
    browser = signed_in(agent)
    page = page_of(browser, request)
    assert page.index("The person waits for a call with a code.") < page.index('id="next"')
    assert "waits for a call" not in page_of(browser, other)
    listed = shown(browser.get("/staff/dsr_requests/request/?list=all&needs=call", headers=ENGLISH))
    assert request.reference in listed and other.reference not in listed


def test_recipients_are_waited_for_in_words(member: User, agent: User, dpo: User, now: datetime) -> None:
    request = carried(had(member, RequestKind.RESTRICT, agent, now=now), by=agent, second_by=dpo, now=now)
    page = page_of(signed_in(agent), request)
    assert "Tell the recipients under" in page and "A colleague has it." not in page
    task = RecipientTask.objects.filter(basis=request.target).first()
    assert task is not None
    recipient = f"/staff/personal_data/recipienttask/{task.pk}/change/"
    for address in (recipient, "/staff/personal_data/recipienttask/"):
        text = shown(signed_in(agent).get(address, headers=ENGLISH))
        assert request.reference in text and request.target not in text
    assert f"Tell the recipients: {escape(recipient_words(task))}." in page, "the timeline says which step was done"


def test_an_agent_is_led_to_no_page_that_is_closed_to_agents(
    member: User, agent: User, dpo: User, now: datetime
) -> None:
    request = carried(had(member, RequestKind.DELETE, agent, now=now), by=agent, second_by=dpo, now=now)
    run, limit = ErasureRun.objects.get(), UseLimit.objects.get()
    pages = [f"erasurerun/{run.pk}", f"uselimit/{limit.pk}"]
    seen_by_agent, seen_by_dpo = page_of(signed_in(agent), request), page_of(signed_in(dpo), request)
    assert "The time in which the deletion can be called off is running." in seen_by_agent
    for address in pages:
        assert address in seen_by_dpo and address not in seen_by_agent


@pytest.fixture
def stuck(member: User, now: datetime) -> Package:
    """A copy that failed too often."""
    package = ask_package(subject_id=member.subject_id, basis="request:41", language="en", by=SYSTEM, now=now)
    with transaction.atomic():
        Package.objects.filter(pk=package.pk).update(state="STUCK", error="DISK", attempts=6)
        record(event="test.stuck", target=f"subject:{member.subject_id}", by=SYSTEM, now=now)
    return package


def test_the_officer_sets_a_stuck_copy_going_again(stuck: Package, dpo: User, staff: Staff) -> None:
    page = f"/staff/personal_data/package/{stuck.pk}/"
    text = shown(signed_in(dpo).get(f"{page}change/", headers=ENGLISH))
    assert "it may be full" in text and "copy-resume" in text
    auditor = signed_in(staff("auditor"))
    assert "copy-resume" not in shown(auditor.get(f"{page}change/", headers=ENGLISH))
    assert auditor.post(f"{page}resume/").status_code == 403
    assert signed_in(dpo).get(f"{page}resume/").status_code == 405
    signed_in(dpo).post(f"{page}resume/")
    stuck.refresh_from_db()
    assert stuck.state == "WAITING" and stuck.attempts == 0


def test_an_agent_sees_no_copies(stuck: Package, agent: User) -> None:
    browser = signed_in(agent)
    assert browser.get("/staff/personal_data/package/").status_code == 403
    assert browser.get(f"/staff/personal_data/package/{stuck.pk}/change/").status_code == 404
    assert browser.post(f"/staff/personal_data/package/{stuck.pk}/resume/").status_code == 404


def test_what_a_mandate_covers_has_to_be_said() -> None:
    form = MandateForm({"valid_until": ""}, chooses_person=False, valid_until=None)
    assert "scope" in form.errors


def test_addresses_requests_are_held_from_are_reached_from_the_start_page(agent: User, dpo: User) -> None:
    text = shown(signed_in(agent).get("/staff/", headers=ENGLISH))
    assert "Addresses requests are held from" in text and "/staff/dsr_requests/pausedaddress/?state=held" in text


@pytest.mark.parametrize(("left_out", "is_part"), [([], False), (["phone"], True), (["full-name", "phone"], False)])
def test_a_part_leaves_out_some_and_not_all(left_out: list[str], is_part: bool) -> None:
    fields = [("full-name", "Full name"), ("phone", "Phone")]
    typed = {
        "form_token": str(uuid4()),
        "verdict": "PART",
        "ground": "R4",
        "words": "Vì luật.",
        "refused_fields": left_out,
    }
    form = DecideForm(typed, verdicts=Verdict.choices, grounds=[("R4", "R4")], fields=fields, purposes=[])
    assert ("refused_fields" not in form.errors) is is_part
