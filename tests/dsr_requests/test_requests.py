"""Requests: the dates of the law, the acknowledgement at once, and an end by hand."""

import re
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from cases import sealing
from cases.enums import CaseStatus
from cases.errors import NotYours
from cases.explaining import last_day
from cases.services.assigning import take
from cases.services.filing import Sender
from core.actors import GUEST
from core.rules import request_kinds
from dsr_requests.enums import Outcome, RequestKind
from dsr_requests.models import Request
from dsr_requests.selectors import requests_of, shown
from dsr_requests.services.deciding import finish
from dsr_requests.services.filing import file_request
from policies.models import PolicyVersion
from tests.cases.fixtures import GUEST_ADDRESS, MEMBER_ADDRESS, as_it_is, mails_of, queued, signed_in

NEW = "/en/requests/new/"
RECEIVED = "/en/track/received/"


def filled_in(**changes: object) -> dict[str, object]:
    data = {"form_token": str(uuid4()), "asked_for": "delete", "text": "Số cũ", "address": GUEST_ADDRESS}
    return data | changes


def test_every_kind_the_law_names_can_be_asked_for() -> None:
    assert set(RequestKind.values) == set(request_kinds(on=date(2026, 3, 2)))


def test_the_article_and_both_dates_are_stored(request_case: Request) -> None:
    assert request_case.article == "D356 Art. 5.4"
    received = last_day(request_case.received_at)
    assert (last_day(request_case.target_at) - received).days == 20
    assert request_case.limit_at >= request_case.target_at
    found = shown(request_case)
    assert "khoản 4 Điều 5 Nghị định 356/2025/NĐ-CP" in found.target_why and "20 ngày" in found.target_why


@pytest.mark.parametrize(
    ("received", "kind", "reply", "target", "limit"),
    [
        ((2026, 11, 20), RequestKind.RESTRICT, (11, 25), (12, 5), (12, 7)),
        ((2026, 11, 23), RequestKind.DELETE, (11, 26), (12, 13), (12, 14)),
        ((2026, 11, 24), RequestKind.VIEW, (11, 26), (12, 4), (12, 4)),
    ],
)
def test_the_worked_examples_of_the_law(
    frozen_clock: time_machine.Traveller,
    now: datetime,
    policy_in_force: PolicyVersion,
    received: tuple[int, int, int],
    kind: RequestKind,
    reply: tuple[int, int],
    target: tuple[int, int],
    limit: tuple[int, int],
) -> None:
    year, month, day = received
    case = file_request(
        form_token=uuid4(),
        sender=Sender(address=GUEST_ADDRESS, language="en"),
        asked_for=kind,
        text="",
        by=GUEST,
        now=datetime(year, month, day, 3, 0, tzinfo=UTC),
    ).request
    stored = [last_day(moment) for moment in (case.first_reply_due_at, case.target_at, case.limit_at)]
    assert stored == [date(2026, *found) for found in (reply, target, limit)]


def test_a_guest_is_acknowledged_at_once_with_the_procedure_and_both_dates(
    policy_in_force: PolicyVersion, client: Client
) -> None:
    answer = client.post(NEW, filled_in(), follow=True)
    case = Request.objects.get()
    assert answer.redirect_chain == [(RECEIVED, 302)]
    assert case.reference in answer.content.decode()
    (mail,) = mails_of("request-received")
    assert mail.to == GUEST_ADDRESS and case.reference in mail.body and "Số cũ" not in mail.body
    assert case.status == CaseStatus.ACKNOWLEDGED and case.acknowledged_at == case.received_at
    assert case.reference.startswith("YC-")
    client.post(RECEIVED, {"code": mails_of("case-verify")[0].code})
    assert as_it_is(case).is_verified


def test_a_member_needs_no_code(member: User) -> None:
    data = filled_in()
    del data["address"]
    signed_in(member).post(NEW, data)
    assert [(mail.notice, mail.to) for mail in queued()] == [("request-received", MEMBER_ADDRESS)]
    assert [found.asked_for for found in requests_of(member.subject_id)] == [str(RequestKind.DELETE.label)]


def test_a_form_sent_twice_is_one_request(policy_in_force: PolicyVersion, client: Client) -> None:
    data = filled_in()
    for _ in range(2):
        assert client.post(NEW, data)["Location"] == RECEIVED
    assert Request.objects.count() == 1 and len(queued()) == 2


def test_wrong_input_is_said_and_what_was_typed_stays(policy_in_force: PolicyVersion, client: Client) -> None:
    answer = client.post(NEW, filled_in(asked_for="everything", text="Chuyện của tôi", address="x"))
    page = answer.content.decode()
    assert answer.status_code == 422 and "Chuyện của tôi" in page and 'aria-invalid="true"' in page
    assert not Request.objects.exists()


def test_a_kind_can_be_chosen_by_the_link(policy_in_force: PolicyVersion, client: Client) -> None:
    chosen = client.get(f"{NEW}?kind=withdraw").content.decode()
    assert re.search(r'<input[^>]*value="withdraw"[^>]* checked', chosen)
    assert " checked" not in client.get(f"{NEW}?kind=no-such").content.decode()


def test_staff_end_a_request_by_hand(request_case: Request, agent: User, other_agent: User, now: datetime) -> None:
    take(kind="request", case_id=request_case.pk, by=agent, now=now)
    with pytest.raises(NotYours):
        finish(
            request_id=request_case.pk,
            outcome=Outcome.REFUSED,
            text="Không",
            form_token=uuid4(),
            by=other_agent,
            now=now,
        )
    finish(
        request_id=request_case.pk,
        outcome=Outcome.FULFILLED,
        text="Đã xóa số cũ.",
        form_token=uuid4(),
        by=agent,
        now=now,
    )
    case = Request.objects.get()
    assert case.outcome == Outcome.FULFILLED and not case.is_open
    key = sealing.evidence_key(case.subject_id)
    assert sealing.message_text(case.messages.get(), key=key) == "Đã xóa số cũ."
