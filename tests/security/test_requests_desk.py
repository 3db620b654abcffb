"""Staff who reach for a request that is not theirs to see, not theirs to work on, or about themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry
from cases.services.assigning import take
from core.actors import GUEST, SYSTEM
from core.errors import NotAllowed
from dsr_requests.admin_case import ACTIONS
from dsr_requests.enums import DemandReason, Method, PauseReason, RepresentativeKind, RequestKind, Verdict
from dsr_requests.models import CopyHold, PausedAddress, Request
from dsr_requests.services.codes_to_held import read_out
from dsr_requests.services.demanding import ask_evidence, give_evidence
from dsr_requests.services.fulfilling import run_due
from dsr_requests.services.holding_copies import ask as hold_back
from dsr_requests.services.pausing import pause
from dsr_requests.services.snapshots import read_identifiers
from personal_data.enums import LimitKind
from personal_data.errors import Restricted
from personal_data.models import ImportBatch, Merge, RecipientTask, UseLimit
from personal_data.services.limiting import set_limit
from personal_data.services.merging import propose
from personal_data.services.ordering import give_orders
from personal_data.services.subjects import create_subject
from tests.cases.desk_steps import page_of, send, shown, url
from tests.cases.fixtures import GUEST_ADDRESS, queued, signed_in
from tests.dsr_requests.asking import HELD_NUMBER, ask, begin, evidence_file, mandate, open_to_sender, person_held
from tests.dsr_requests.steps import WISHES, approve, by_member, fresh, hold, identify, judge
from tests.personal_data.import_steps import PEOPLE, brought

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

Staff = Callable[..., User]
TEXT = "Lời-kín của người gửi"
PERSON = "Lê Minh Anh"
ENGLISH = {"accept-language": "en"}
SENT: dict[str, dict[str, Any]] = {
    "take": {},
    "second": {"seen_digest": "00"},
    "drop": {"words": "because"},
    "acknowledge": {"channel": "PHONE"},
    "mandate": {"scope": ["copy"], "valid_until": "2099-01-01"},
    "mandate-refuse": {"words": "no"},
    "child": {"channel": "PHONE", "words": "yes"},
    "evidence-in": {"channel": "POST", "words": "a letter"},
    "evidence": {"person": "x", "words": "it is"},
    "ask-evidence": {"reason": "NO_CHANNEL"},
    "begin": {},
    "reply": {"text": "hello"},
    "spoken": {"text": "x", "channel": "PHONE", "received_at_0": "2026-03-02", "received_at_1": "10:00"},
    "correction": {"field": "phone", "verdict": "ACCEPT"},
    "offer": {"field": "phone", "value": "0912345678", "words": "x"},
    "decide": {"verdict": "REFUSE", "ground": "R6", "words": "no", "seen_digest": "00"},
    "extend": {"days": "3", "reason": "MUCH_DATA", "words": "more"},
    "processor": {},
    "resume": {},
    "pause": {"reason": "FRAUD"},
    "pause-told": {"way": "PHONE", "words": "told"},
    "pause-lift": {"way": "PHONE", "words": "yes"},
    "letter-told": {"way": "PHONE", "words": "told"},
    "assign": {},
    "release": {},
    "call": {"reason": "because"},
    "named": {"reason": "because"},
    "reveal": {"reason": "because"},
}
STEPS = ("", "send", "template", "change")


@pytest.fixture
def waiting(agent: User, dpo: User, now: datetime, policy_in_force: object) -> Request:
    """For somebody else, with a mandate, evidence, a demand and a refusal that waits for its second person."""
    person_held(now=now)
    request = ask(now=now, kind=RequestKind.COPY, mandate=mandate(RepresentativeKind.PARENT, seven=True))
    take(kind="request", case_id=open_to_sender(request, now=now).pk, by=agent, now=now)
    ask_evidence(request_id=request.pk, reason=DemandReason.NO_CHANNEL, by=agent, now=now)
    give_evidence(request_id=request.pk, uploads=[evidence_file("mat-truoc.pdf")], by=GUEST, now=now)
    judge(request, Verdict.REFUSE, ground="R6", words=TEXT, by=agent, now=now)
    return fresh(request)


@pytest.fixture
def checking(agent: User, now: datetime, policy_in_force: object) -> Request:
    """With a number to call, and an address that is held."""
    person_held(now=now)
    request = open_to_sender(ask(now=now, kind=RequestKind.COPY, address=GUEST_ADDRESS), now=now)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    begin(request, HELD_NUMBER, now=now, method=Method.CODE_PHONE)
    return fresh(request)


def state(request: Request) -> tuple[Any, ...]:
    """Everything of a request that an action could touch."""
    looks = AuditEntry.objects.exclude(event__in=("request.read", "request.listed")).count()
    rows = [
        sorted(map(str, related.values_list()))
        for related in (
            request.decisions,
            request.messages,
            request.verifications,
            request.identity_files,
            request.evidence_demands,
            request.corrections,
            request.steps,
        )
    ]
    return Request.objects.filter(pk=request.pk).values_list().get(), looks, len(queued()), rows


def test_every_action_is_tried_here() -> None:
    assert {action.code for action in ACTIONS} <= set(SENT)


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator"])
@pytest.mark.parametrize("which", ["waiting", "checking"])
def test_no_action_of_somebody_elses_request_does_or_shows_anything(
    role: str, which: str, staff: Staff, request: pytest.FixtureRequest
) -> None:
    case: Request = request.getfixturevalue(which)
    stranger = staff(role, "Chi")
    browser, before = signed_in(stranger), state(case)
    check = case.verifications.first()
    for action, data in SENT.items():
        if (role, which) == ("agent", "waiting") and action in ("second", "drop"):
            continue  # a colleague approves or declines without having the request
        for step in STEPS if action in ("decide", "reply", "mandate-refuse") else ("",):
            sent = {**data, "to": str(stranger.pk), "step": step, "form_token": str(uuid4())}
            answer = send(browser, case, action, sent | ({"check": str(check.pk)} if check else {}), seen="999999999")
            assert answer.status_code in (200, 403, 404, 422), (action, step)
            page = shown(answer)
            assert "As the person will read it" not in page and HELD_NUMBER not in page, (action, step)
            if role != "auditor":
                assert TEXT not in page and GUEST_ADDRESS not in page and "mat-truoc" not in page, (action, step)
    assert state(case) == before


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator"])
def test_evidence_is_opened_by_whoever_decides_alone(role: str, waiting: Request, agent: User, staff: Staff) -> None:
    path = f"{url(waiting, 'evidence')}{waiting.identity_files.get().pk}/"
    answer = signed_in(staff(role, "Chi")).get(path)
    assert answer.status_code in (302, 403, 404) and b"%PDF" not in answer.content
    opened = signed_in(agent).get(path)
    assert opened.status_code == 200 and opened["Content-Disposition"].startswith("attachment")
    assert "no-store" in opened["Cache-Control"] and "default-src 'none'" in opened["Content-Security-Policy"]


def test_evidence_of_one_request_is_not_opened_through_another(
    waiting: Request, checking: Request, agent: User
) -> None:
    path = f"{url(checking, 'evidence')}{waiting.identity_files.get().pk}/"
    assert b"%PDF" not in signed_in(agent).get(path).content


@pytest.mark.parametrize("who", ["subject", "about"])
def test_staff_find_a_request_about_themselves_nowhere(
    who: str, member: User, other_agent: User, dpo: User, agent: User, now: datetime
) -> None:
    sender = other_agent if who == "subject" else member
    request = by_member(sender, WISHES[RequestKind.RESTRICT], now=now)
    identify(request, other_agent, now=now)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    row = judge(request, Verdict.REFUSE, by=agent, now=now)
    browser, before = signed_in(other_agent), state(fresh(request))
    for action, data in SENT.items():
        if action == "take":
            continue
        sent = {**data, "seen_digest": bytes(row.digest).hex(), "form_token": str(uuid4())}
        assert send(browser, request, action, sent, seen="999999999").status_code in (403, 404, 422), action
    decision = f"/staff/dsr_requests/decision/{row.pk}/"
    for path in ("change/", "second/", "drop/"):
        assert browser.get(f"{decision}{path}", headers=ENGLISH).status_code in (404, 405)
        assert browser.post(f"{decision}{path}", {"seen_digest": bytes(row.digest).hex()}).status_code in (404, 405)
    assert state(fresh(request)) == before


def test_lists_beside_the_requests_change_nothing_for_whoever_may_not(
    agent: User, staff: Staff, dpo: User, member: User, now: datetime
) -> None:
    """Pauses, orders, limits, imports and pairs: what the role may not do is refused, whatever is posted."""
    hold(member, now=now, phone="0912345678", full_name="Trần Thị Lan")
    paused = pause(contact="ai.do@example.net", reason=PauseReason.FRAUD, by=dpo, now=now)
    held = hold_back(subject_id=member.subject_id, ground="R2", words="x", by=dpo, now=now)
    limit = set_limit(
        subject_id=member.subject_id, kind=LimitKind.RESTRICTION, purpose="", basis="request:1", by=SYSTEM, now=now
    )
    orders = {"fields": ["phone"], "purposes": [], "basis": "request:1", "by": SYSTEM, "now": now}
    give_orders(subject_id=member.subject_id, order="DELETE", **orders)
    batch = brought(PEOPLE, now)
    pair = [create_subject(by=SYSTEM, now=now, language="vi").pk for _ in range(2)]
    merge = propose(kept=pair[0], other=pair[1], by=dpo, now=now)
    task = RecipientTask.objects.first()
    assert task is not None

    def everything() -> list[Any]:
        tables = (PausedAddress, CopyHold, UseLimit, RecipientTask, ImportBatch, Merge)
        return [sorted(map(str, table._default_manager.values_list())) for table in tables]

    posts = {
        f"/staff/dsr_requests/pausedaddress/{paused.pk}/tell/": {"way": "PHONE", "words": "x"},
        f"/staff/dsr_requests/pausedaddress/{paused.pk}/lift/": {"way": "PHONE", "words": "x"},
        "/staff/dsr_requests/copyhold/add/": {"subject_id": str(pair[0]), "ground": "R2", "words": "x"},
        f"/staff/dsr_requests/copyhold/{held.pk}/second/": {},
        f"/staff/dsr_requests/copyhold/{held.pk}/drop/": {},
        f"/staff/dsr_requests/copyhold/{held.pk}/end/": {"words": "x"},
        f"/staff/personal_data/recipienttask/{task.pk}/tell/": {},
        f"/staff/personal_data/recipienttask/{task.pk}/confirm/": {"words": "x"},
        f"/staff/personal_data/uselimit/{limit.pk}/ask/": {"words": "x"},
        f"/staff/personal_data/uselimit/{limit.pk}/second/": {},
        f"/staff/personal_data/uselimit/{limit.pk}/drop/": {},
        f"/staff/personal_data/importbatch/{batch.pk}/apply/": {"checksum": bytes(batch.digest).hex()},
        f"/staff/personal_data/importbatch/{batch.pk}/undo/": {},
        f"/staff/personal_data/merge/{merge.pk}/merge/": {"merge-keep": str(pair[0]), "merge-words": "x"},
        f"/staff/personal_data/merge/{merge.pk}/decline/": {"decline-words": "x"},
        f"/staff/personal_data/merge/{merge.pk}/part/": {"part-words": "x"},
        f"/staff/dsr_requests/request/propose/{member.subject_id}/": SENT["offer"] | {"form_token": str(uuid4())},
    }
    may = {"agent": ("pausedaddress", "recipienttask", f"copyhold/{held.pk}/")}
    before, requests = everything(), Request.objects.count()
    for role in ("agent", "auditor", "administrator"):
        browser = signed_in(staff(role, f"{role}-moi"))
        for path, data in posts.items():
            if any(name in path for name in may.get(role, ())):
                continue
            answer = browser.post(path, data, headers=ENGLISH)
            assert answer.status_code in (302, 403, 404), (role, path)
            assert browser.get(path).status_code in (403, 404, 405), (role, path)
    assert everything() == before and Request.objects.count() == requests
    for path in posts:
        assert Client().post(path, posts[path]).status_code in (302, 403), path
        assert signed_in(member).post(path, posts[path]).status_code in (302, 403, 404), path
    assert everything() == before and Request.objects.count() == requests


def test_what_is_restricted_is_named_and_called_by_the_officer_alone(
    checking: Request, agent: User, dpo: User, now: datetime
) -> None:
    check = checking.verifications.get()
    assert check.about_id is not None
    said = {"verification_id": check.pk, "reason": "Gọi", "now": now}
    set_limit(subject_id=check.about_id, kind=LimitKind.RESTRICTION, purpose="", basis="request:1", by=SYSTEM, now=now)
    with pytest.raises(Restricted):
        read_out(**said, by=agent)
    answer = send(signed_in(agent), checking, "call", {"check": str(check.pk), "reason": "Gọi"})
    assert answer.status_code == 422 and "912 345 678" not in shown(answer)
    number, _code = read_out(**said, by=dpo)
    assert number.endswith("345678")


def test_while_a_deletion_cools_off_the_officer_alone_reads_by_what_the_person_is_known(
    member: User, agent: User, dpo: User, now: datetime
) -> None:
    hold(member, now=now, full_name=PERSON, phone="0912345678")
    request = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    approve(judge(request, Verdict.ACCEPT, by=agent, now=now), by=dpo, now=now)
    run_due(now=now)
    said = {"request_id": request.pk, "reason": "x", "now": now + timedelta(hours=1)}
    with pytest.raises(NotAllowed):
        read_identifiers(**said, by=agent)
    assert "+84912345678" in read_identifiers(**said, by=dpo).values()
    page = page_of(signed_in(agent), request)
    assert PERSON not in page and "0912345678" not in page and "+84912345678" not in page
