"""Power of attorney: its holder may ask and learns that it is done; what is held goes to the person represented."""

import html
from datetime import date, datetime

import pytest
from django.test import Client

from accounts.models import User
from cases.services import codes
from core import clock
from core.actors import GUEST, SYSTEM
from dsr_requests.enums import Outcome, RepresentativeKind, RequestKind, Verdict
from dsr_requests.models import Request
from dsr_requests.services.demanding import give_evidence, read_evidence
from dsr_requests.services.representing import check_mandate
from personal_data.services.holding import write_item
from policies.models import PolicyVersion
from tests.cases.fixtures import MEMBER_ADDRESS, mails_of, queued, signed_in
from tests.dsr_requests.asking import (
    HELD_ADDRESS,
    STRANGER,
    ask,
    evidence_file,
    mandate,
    open_to_sender,
    person_held,
    taken,
)
from tests.dsr_requests.carrying import run, run_of, to_the_end
from tests.dsr_requests.steps import approve, fresh, judge

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
ADDRESS = "12 Hàng Bài"
LATER = date(2099, 1, 1)


def examined(request: Request, by: User, *, now: datetime, sender: object = GUEST) -> Request:
    """The mandate was shown, opened and accepted."""
    give_evidence(request_id=request.pk, uploads=[evidence_file()], by=sender, now=now)  # type: ignore[arg-type]
    request = taken(request, by, now=now)
    for row in request.identity_files.all():
        read_evidence(request_id=request.pk, file_id=row.pk, by=by, now=now)
    check_mandate(request_id=request.pk, scope=[request.asked_for], valid_until=LATER, by=by, now=now)
    return fresh(request)


def case_page(request: Request, now: datetime) -> str:
    """The page of the request, opened by the code to the address of who asks."""
    browser = Client()
    browser.post("/en/track/", {"reference": request.reference, "address": STRANGER})
    codes.send_pending(now=clock.now())
    browser.post("/en/track/code/", {"code": mails_of("case-code")[-1].code})
    answer = browser.get("/en/track/case/")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("kind", "reads"),
    [(RepresentativeKind.ATTORNEY, False), (RepresentativeKind.PARENT, True), (RepresentativeKind.GUARDIAN, True)],
)
def test_the_value_held_now_is_not_shown_to_who_holds_a_power_of_attorney(
    policy_in_force: PolicyVersion, agent: User, now: datetime, kind: RepresentativeKind, reads: bool
) -> None:
    held = person_held(now=now)
    write_item(subject_id=held.pk, field="address", value=ADDRESS, by=SYSTEM, now=now)
    request = ask(now=now, kind=RequestKind.CORRECT, mandate=mandate(kind), values={"address": "7 Hàng Gai"})
    request = examined(open_to_sender(request, now=now), agent, now=now)
    text = case_page(request, now)
    assert request.about_id == held.pk and "7 Hàng Gai" in text and "Held now" in text
    assert (ADDRESS in text) == reads
    assert ("Not shown to who holds a power of attorney" in text) != reads


def test_a_member_who_asks_for_another_reads_neither_that_value_nor_the_own(
    member: User, agent: User, now: datetime
) -> None:
    held = person_held(now=now)
    for subject_id, value in ((held.pk, ADDRESS), (member.subject_id, "99 Hàng Bông")):
        write_item(subject_id=subject_id, field="address", value=value, by=SYSTEM, now=now)
    request = ask(
        now=now,
        kind=RequestKind.CORRECT,
        address=MEMBER_ADDRESS,
        subject_id=member.subject_id,
        by=member,
        mandate=mandate(),
        values={"address": "7 Hàng Gai"},
    )
    browser, place = signed_in(member), f"/en/account/requests/{request.reference}/"
    before = html.unescape(browser.get(place).content.decode())
    assert request.about_id is None and "99 Hàng Bông" not in before
    examined(request, agent, now=now, sender=member)
    text = html.unescape(browser.get(place).content.decode())
    assert "7 Hàng Gai" in text and ADDRESS not in text and "99 Hàng Bông" not in text


def test_a_deletion_by_power_of_attorney_is_announced_and_certified_to_the_person(
    policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    person_held(now=now)
    request = ask(now=now, kind=RequestKind.DELETE, mandate=mandate())
    request = examined(open_to_sender(request, now=now), agent, now=now)
    approve(judge(request, Verdict.ACCEPT, by=agent, now=now), by=dpo, now=now)
    run(request, now=now)
    (announced,) = mails_of("request-erasure-begins")
    assert announced.to == HELD_ADDRESS and run_of(request).state == "COOLING"
    page = case_page(request, now)
    assert "/erase/" not in page and 'data-action="erasure-cancel"' in page, "what was asked for can be taken back"
    done = to_the_end(request, by=dpo, now=now)
    assert (done.status, done.outcome) == ("CLOSED", Outcome.FULFILLED)
    told = {mail.notice: mail for mail in queued()}
    assert told["data-erased"].to == told["request-done-in-your-name"].to == HELD_ADDRESS
    assert "/certificate/" in told["request-done-in-your-name"].body
    assert told["request-done"].to == STRANGER and "/certificate/" not in told["request-done"].body
    page = case_page(request, now)
    assert "/certificate/" not in page and "gets the certificate" in page
    assert not [mail for mail in queued() if mail.to == STRANGER and "/erase/" in mail.body]


def test_what_is_restricted_by_power_of_attorney_is_told_to_both(
    policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    person_held(now=now)
    request = ask(now=now, kind=RequestKind.RESTRICT, mandate=mandate(), purposes=("marketing",))
    request = examined(open_to_sender(request, now=now), agent, now=now)
    judge(request, Verdict.ACCEPT, by=agent, now=now)
    assert to_the_end(request, by=dpo, now=now).status == "CLOSED"
    assert [mail.to for mail in mails_of("request-done-in-your-name")] == [HELD_ADDRESS]
    assert [mail.to for mail in mails_of("request-done")] == [STRANGER]


def test_without_an_address_held_the_link_goes_to_nobody(
    policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    person_held(now=now, address="")
    request = ask(now=now, kind=RequestKind.DELETE, mandate=mandate(contact="0912 345 678"))
    request = examined(open_to_sender(request, now=now), agent, now=now)
    approve(judge(request, Verdict.ACCEPT, by=agent, now=now), by=dpo, now=now)
    run(request, now=now)
    assert to_the_end(request, by=dpo, now=run_of(request).starts_at).status == "CLOSED"
    assert mails_of("request-erasure-begins") == mails_of("data-erased") == mails_of("request-done-in-your-name") == []
    assert [mail.to for mail in mails_of("request-done")] == [STRANGER]
