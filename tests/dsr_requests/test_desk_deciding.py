"""Deciding at the desk: the plan before the eyes, the person's words shown first, a second person who approves them."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import record
from cases.enums import CaseStatus
from cases.services.assigning import take
from core.actors import SYSTEM
from dsr_requests.enums import CorrectionState, Outcome, RepresentativeKind, RequestKind, Verdict
from dsr_requests.models import Decision, Representative, Request
from dsr_requests.services.fulfilling import run_due
from dsr_requests.wishes import Wish
from personal_data.models import Package
from personal_data.package_sections import part_title
from tests.cases.desk_steps import page_of, send, shown, url
from tests.cases.fixtures import mails_of, signed_in
from tests.dsr_requests import asking
from tests.dsr_requests.steps import WISHES, approve, by_guest, by_member, fresh, hold, identify, judge
from tests.dsr_requests.steps import WORDS as REFUSAL

ENGLISH = {"accept-language": "en"}
QUEUE = "/staff/dsr_requests/decision/"
Staff = Callable[..., User]


@pytest.fixture
def deletion(member: User, agent: User, now: datetime) -> Request:
    """A member asks to have everything deleted; an agent has it and knows who asks."""
    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    request = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    return fresh(request)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


def decided(browser: Client, request: Request, **data: object) -> object:
    """Through the preview, as the page leads."""
    typed = {"form_token": str(uuid4()), "words": "", "ground": "", **data}
    preview = shown(send(browser, request, "decide", typed))
    return send(browser, request, "decide", {**typed, "seen_digest": hidden(preview, "seen_digest"), "step": "send"})


def test_the_plan_stands_in_words_with_counts_before_deciding(deletion: Request, agent: User) -> None:
    page = page_of(signed_in(agent), deletion)
    assert "If it is accepted" in page and "Values entered (2)" in page
    assert "Hash of what runs" in page and "Next: Decide" in page
    assert not Decision.objects.exists()


def test_it_is_shown_as_the_person_will_read_it_and_only_then_decided(
    deletion: Request, agent: User, now: datetime
) -> None:
    browser = signed_in(agent)
    typed = {"form_token": str(uuid4()), "verdict": "REFUSE", "ground": "R4", "words": REFUSAL}
    preview = shown(send(browser, deletion, "decide", typed))
    assert (
        REFUSAL in preview and "Article 4.3 of Law 91/2025/QH15" in preview and "Nothing has been sent yet" in preview
    )
    assert not Decision.objects.exists()
    decided(browser, deletion, verdict="REFUSE", ground="R4", words=REFUSAL)
    row = Decision.objects.get()
    assert (row.verdict, row.ground, row.needs_second, row.effective_at) == ("REFUSE", "R4", True, None)
    assert fresh(deletion).status != CaseStatus.CLOSED and not mails_of("request-refused")


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"verdict": "REFUSE", "words": REFUSAL}, "ground"),
        ({"verdict": "REFUSE", "ground": "R4"}, "words"),
        ({"verdict": "ACCEPT", "ground": "R4"}, "verdict"),
        ({"verdict": "REFUSE", "ground": "R5", "words": REFUSAL}, "ground"),
        ({}, "verdict"),
    ],
)
def test_a_refusal_needs_a_ground_that_fits_and_words(
    data: dict[str, str], where: str, deletion: Request, agent: User
) -> None:
    refused = send(signed_in(agent), deletion, "decide", {"form_token": str(uuid4()), **data})
    assert refused.status_code == 422 and f'href="#id_decide_{where}' in shown(refused)
    assert not Decision.objects.exists()


def test_a_plan_that_changed_meanwhile_decides_nothing(
    deletion: Request, agent: User, member: User, now: datetime
) -> None:
    browser = signed_in(agent)
    typed = {"form_token": str(uuid4()), "words": "", "ground": "", "verdict": "ACCEPT"}
    digest = hidden(shown(send(browser, deletion, "decide", typed)), "seen_digest")
    hold(member, now=now, email="lan.moi@example.com")
    answer = send(browser, deletion, "decide", {**typed, "seen_digest": digest, "step": "send"})
    assert answer.status_code == 422 and "has changed since you looked" in shown(answer)
    assert not Decision.objects.exists()


def test_without_an_identity_it_can_only_be_refused(agent: User, now: datetime) -> None:
    request = by_guest(WISHES[RequestKind.VIEW], now=now)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    page = page_of(signed_in(agent), request)
    assert "It is not established who is asking" in page
    assert 'name="verdict" value="REFUSE"' in page and 'name="verdict" value="ACCEPT"' not in page


# --- the second person ----------------------------------------------------------------------------------------------


def test_a_colleague_without_the_case_approves_what_is_shown(
    deletion: Request, agent: User, other_agent: User, now: datetime
) -> None:
    decided(signed_in(agent), deletion, verdict="ACCEPT")
    row = Decision.objects.get()
    second = signed_in(other_agent)
    assert deletion.reference in shown(second.get(QUEUE, headers=ENGLISH))
    page = shown(second.get(f"{QUEUE}{row.pk}/change/", headers=ENGLISH))
    assert "Values entered (2)" in page and str(agent) in page and bytes(row.digest).hex()[:16] in page
    assert "Trần Thị Lan" not in page
    entry = AuditEntry.objects.filter(event="request.read", target=deletion.target).latest("pk")
    assert entry.details == {"fields": ["decision"]}
    second.post(f"{QUEUE}{row.pk}/second/", {"seen_digest": hidden(page, "seen_digest")}, headers=ENGLISH)
    row.refresh_from_db()
    assert row.seconded_by_id == other_agent.pk and row.effective_at is not None
    assert fresh(deletion).status == CaseStatus.FULFILLING
    assert deletion.reference not in shown(second.get(QUEUE, headers=ENGLISH))


def test_nobody_approves_the_own_decision_nor_one_about_oneself(deletion: Request, agent: User, now: datetime) -> None:
    browser = signed_in(agent)
    decided(browser, deletion, verdict="ACCEPT")
    row = Decision.objects.get()
    page = shown(browser.get(f"{QUEUE}{row.pk}/change/", headers=ENGLISH))
    assert "You made this decision yourself" in page and 'data-action="decision-second"' not in page
    browser.post(f"{QUEUE}{row.pk}/second/", {"seen_digest": bytes(row.digest).hex()}, headers=ENGLISH)
    send(browser, deletion, "second", {"seen_digest": bytes(row.digest).hex()})
    row.refresh_from_db()
    assert row.seconded_at is None and fresh(deletion).status != CaseStatus.FULFILLING


def test_a_decision_about_oneself_does_not_exist(
    agent: User, other_agent: User, dpo: User, policy_in_force: object, now: datetime
) -> None:
    request = by_member(other_agent, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    row = judge(request, Verdict.ACCEPT, by=agent, now=now)
    own = signed_in(other_agent)
    assert request.reference not in shown(own.get(QUEUE))
    assert own.get(f"{QUEUE}{row.pk}/change/").status_code == 404
    assert own.post(f"{QUEUE}{row.pk}/second/", {"seen_digest": bytes(row.digest).hex()}).status_code == 404
    assert request.reference in shown(signed_in(dpo).get(QUEUE))


def test_another_hash_approves_nothing(deletion: Request, agent: User, dpo: User, now: datetime) -> None:
    row = judge(deletion, Verdict.ACCEPT, by=agent, now=now)
    for wrong in ("", "00" * 32, "zz"):
        signed_in(dpo).post(f"{QUEUE}{row.pk}/second/", {"seen_digest": wrong})
    row.refresh_from_db()
    assert row.seconded_at is None


def test_declining_needs_a_reason_and_the_request_can_be_decided_anew(
    deletion: Request, agent: User, dpo: User, now: datetime
) -> None:
    row = judge(deletion, Verdict.ACCEPT, by=agent, now=now)
    browser = signed_in(dpo)
    assert browser.post(f"{QUEUE}{row.pk}/drop/", {"words": ""}, headers=ENGLISH).status_code == 422
    browser.post(f"{QUEUE}{row.pk}/drop/", {"words": "Còn một đơn hàng chưa xong."}, headers=ENGLISH)
    row.refresh_from_db()
    assert row.dropped_at is not None
    assert 'data-action="request-decide"' in page_of(signed_in(agent), deletion)


@pytest.mark.parametrize(("role", "status"), [("auditor", 200), ("administrator", 403)])
def test_who_reads_only_approves_nothing(
    role: str, status: int, deletion: Request, agent: User, staff: Staff, now: datetime
) -> None:
    row = judge(deletion, Verdict.ACCEPT, by=agent, now=now)
    browser = signed_in(staff(role))
    assert browser.get(QUEUE).status_code == status
    if status == 200:
        assert "decision-second" not in shown(browser.get(f"{QUEUE}{row.pk}/change/"))
    browser.post(f"{QUEUE}{row.pk}/second/", {"seen_digest": bytes(row.digest).hex()})
    row.refresh_from_db()
    assert row.seconded_at is None


# --- more time ------------------------------------------------------------------------------------------------------


def test_more_time_is_taken_once_with_its_reason(deletion: Request, agent: User, now: datetime) -> None:
    browser, before = signed_in(agent), deletion.target_at
    refused = send(browser, deletion, "extend", {"days": "99", "reason": "MUCH_DATA", "words": "Nhiều dữ liệu."})
    assert refused.status_code == 422 and "Nhiều dữ liệu." in shown(refused)
    send(browser, deletion, "extend", {"days": "5", "reason": "MUCH_DATA", "words": "Nhiều dữ liệu."})
    assert (fresh(deletion).target_at - before).days == 5
    assert 'data-action="request-extend"' not in page_of(browser, deletion)


def test_another_company_moves_the_dates_once(deletion: Request, agent: User) -> None:
    browser, before = signed_in(agent), deletion.target_at
    assert 'data-action="request-processor"' in page_of(browser, deletion)
    send(browser, deletion, "processor", {})
    assert fresh(deletion).target_at > before
    assert 'data-action="request-processor"' not in page_of(browser, deletion)


# --- corrections ----------------------------------------------------------------------------------------------------


@pytest.fixture
def correction(member: User, agent: User, now: datetime) -> Request:
    """A member asks to have two values corrected."""
    hold(member, now=now, full_name="Trần Thị Lam", phone="0912345678")
    wish = Wish(RequestKind.CORRECT, values={"full-name": "Trần Thị Lan", "phone": "0987654321"})
    request = by_member(member, wish, now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    return fresh(request)


def test_present_and_proposed_stand_side_by_side_the_present_one_masked(correction: Request, agent: User) -> None:
    page = page_of(signed_in(agent), correction)
    assert "Trần Thị Lan" in page and "Held now" in page
    assert "Trần Thị Lam" not in page and "+84912345678" not in page


def test_each_value_is_decided_apart(correction: Request, agent: User) -> None:
    browser = signed_in(agent)
    no_ground = send(browser, correction, "correction", {"field": "phone", "verdict": "refuse"})
    assert no_ground.status_code == 422
    send(browser, correction, "correction", {"field": "phone", "verdict": "refuse", "ground": "R5"})
    send(browser, correction, "correction", {"field": "full-name", "verdict": "accept"})
    states = dict(correction.corrections.values_list("field", "state"))
    assert states == {"phone": CorrectionState.REFUSED, "full-name": CorrectionState.ACCEPTED}
    decided(browser, correction, verdict="PART", ground="R5", words=REFUSAL)
    assert Decision.objects.get().refused_fields == ["phone"]


def test_a_value_is_proposed_and_waits_for_the_person(correction: Request, agent: User) -> None:
    browser = signed_in(agent)
    send(browser, correction, "offer", {"field": "full-name", "value": "Trần Thị Lân", "words": "Theo giấy tờ."})
    row = correction.corrections.get(field="full-name")
    assert (row.state, row.by_staff) == (CorrectionState.OFFERED, True)
    assert "proposed by us, waits for the person" in page_of(browser, correction)


# --- a copy ----------------------------------------------------------------------------------------------------------


def test_staff_leave_a_whole_section_out_of_a_copy_with_its_ground(
    held_copy: Request, agent: User, dpo: User, now: datetime
) -> None:
    browser = signed_in(agent)
    page = page_of(browser, held_copy)
    assert 'value="section:requests"' in page and 'value="phone"' in page and 'value="section:data"' not in page
    typed = {"verdict": "PART", "ground": "R2", "words": REFUSAL, "refused_fields": ["section:requests", "phone"]}
    preview = shown(send(browser, held_copy, "decide", {"form_token": str(uuid4()), **typed}))
    title = part_title("section:requests")
    assert title and f"Left out of it: Phone number, {title}." in preview
    decided(browser, held_copy, **typed)
    row = Decision.objects.get()
    approve(row, by=dpo, now=now)
    run_due(now=now)
    left_out = {(one["section"], one["ref"], one["ground"]) for one in Package.objects.get().left_out}
    assert ("requests", "", "R2") in left_out and ("data", "phone", "R2") in left_out
    assert not [one for one in left_out if one[1].startswith("section:")]


@pytest.fixture
def held_copy(member: User, agent: User, now: datetime) -> Request:
    """A parent asks for the copy of a child, with a mandate that was checked: staff have to decide."""
    hold(member, now=now, full_name="Trần Thị Lam", phone="0912345678")
    request = asking.ask(now=now, kind=RequestKind.COPY, mandate=asking.mandate(RepresentativeKind.PARENT))
    asking.open_to_sender(request, now=now)
    with transaction.atomic():
        record(event="test.checked", target=request.target, by=SYSTEM, now=now)
        Representative.objects.filter(case=request).update(
            checked_at=now, checked_by="user:1", scope=[RequestKind.COPY]
        )
    identify(request, member, now=now)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    return fresh(request)


# --- the queue ------------------------------------------------------------------------------------------------------


def test_lists_show_who_is_known_and_what_waits(
    deletion: Request, agent: User, dpo: User, member: User, now: datetime
) -> None:
    unknown = by_guest(WISHES[RequestKind.VIEW], now=now)
    judge(deletion, Verdict.ACCEPT, by=agent, now=now)
    browser, base = signed_in(dpo), "/staff/dsr_requests/request/"

    def listed(query: str) -> set[str]:
        return set(re.findall(r"YC-\d\d-[A-Z0-9]{4}-[A-Z0-9]{4}", shown(browser.get(base + query, headers=ENGLISH))))

    assert listed("") == {deletion.reference}
    assert listed("?list=unverified") == {unknown.reference}
    assert listed("?needs=second") == {deletion.reference}
    assert listed("?needs=stuck") == set()
    assert "Identity not established" in shown(browser.get(base, headers=ENGLISH))


def test_a_refusal_approved_closes_and_tells(deletion: Request, agent: User, dpo: User, now: datetime) -> None:
    decided(signed_in(agent), deletion, verdict="REFUSE", ground="R4", words=REFUSAL)
    browser = signed_in(dpo)
    page = page_of(browser, deletion)
    assert "Next: Approve what a colleague decided" in page
    send(browser, deletion, "second", {"seen_digest": bytes(Decision.objects.get().digest).hex()})
    closed = fresh(deletion)
    assert (closed.status, closed.outcome) == (CaseStatus.CLOSED, Outcome.REFUSED) and mails_of("request-refused")
    assert browser.get(url(deletion)).status_code == 200


def test_identified_later_by_a_code_shows_how(agent: User, member: User, now: datetime) -> None:
    request = by_guest(WISHES[RequestKind.DELETE], now=now)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    identify(request, member, now=now)
    page = page_of(signed_in(agent), request)
    assert "Code to an e-mail address already held" in page and "medium" in page
