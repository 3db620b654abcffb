"""The page of one request, for guests and members: what was decided, what is done, how far it is, what one can do."""

import html
import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from cases.services import codes
from cases.services.assigning import take
from complaints.errors import NotOfThisPerson
from complaints.models import Complaint
from complaints.services.contesting import contested
from core import clock
from dsr_requests.enums import CorrectionState, Ground, Outcome, RepresentativeKind, RequestKind, Verdict
from dsr_requests.models import Request
from dsr_requests.services.extending import extend
from dsr_requests.services.fulfilling import run_due
from dsr_requests.services.offering import offer_correction, open_with_offer
from dsr_requests.wishes import Mandate, Wish
from personal_data.enums import ErasureState
from personal_data.models import DataItem, ErasureRun
from personal_data.services.erasing import run_due_erasures
from policies.models import PolicyVersion
from tests.cases.fixtures import GUEST_ADDRESS, mails_of, signed_in
from tests.dsr_requests.steps import WORDS, approve, by_guest, by_member, fresh, hold, identify, judge, refused

CASE = "/en/track/case/"
NEW_NAME = "Trần Thị Lan"
OLD_NAME = "Trần Thị Lanh"


def opened(case: Request) -> Client:
    """A browser that opened a request by the code sent to its address."""
    client = Client()
    client.post("/en/track/", {"reference": case.reference, "address": GUEST_ADDRESS})
    codes.send_pending(now=clock.now())
    client.post("/en/track/code/", {"code": mails_of("case-code")[-1].code})
    return client


def page(client: Client, address: str = CASE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers.get("Location")
    return html.unescape(answer.content.decode())


def own(case: Request, tail: str = "") -> str:
    return f"/en/account/requests/{case.reference}/{tail}"


def test_a_guest_reads_no_value_until_it_is_established_who_asks(
    policy_in_force: PolicyVersion, member: User, now: datetime
) -> None:
    hold(member, now=now, full_name=OLD_NAME)
    case = by_guest(Wish(RequestKind.CORRECT, values={"full-name": NEW_NAME}), now=now)
    browser = opened(case)
    text = page(browser)
    assert "Not confirmed yet" in text and 'href="/en/requests/case/identity/"' in text and "Full name" in text
    assert NEW_NAME not in text and OLD_NAME not in text
    identify(case, member, now=now)
    text = page(browser)
    assert "Confirmed" in text and NEW_NAME in text and OLD_NAME in text


def test_a_refusal_names_ground_article_and_words_and_how_to_contest_it(
    policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    case = refused(by_guest(Wish(RequestKind.VIEW), now=now), by=agent, second_by=dpo, ground=Ground.ABUSE, now=now)
    browser = opened(case)
    text = page(browser)
    assert str(Outcome.REFUSED.label) in text and str(Ground.ABUSE.label) in text and WORDS in text
    assert "Article 4.3 of Law 91/2025/QH15" in text
    assert "I disagree with this decision" in text and 'href="/en/complaints/new/"' in text
    form = page(browser, "/en/complaints/new/")
    assert f'value="request:{case.reference}" selected' in form
    fields = browser.get("/en/complaints/new/").context["form"].fields
    sent = {
        "category": fields["category"].choices[0][0],
        "remedy": fields["remedy"].choices[1][0],
        "text": "Không đúng.",
        "contests": f"request:{case.reference}",
        "address": "khac@example.com",
    }
    assert Client().post("/en/complaints/new/", sent).status_code in (302, 422)
    assert not Complaint.objects.filter(contested_request=case).exists()
    browser.post("/en/complaints/new/", sent)
    assert Complaint.objects.get(contested_request=case).subject_id != case.subject_id


def test_a_guest_contests_no_request_but_the_one_a_code_opened(policy_in_force: PolicyVersion, now: datetime) -> None:
    case, other = (by_guest(Wish(RequestKind.VIEW), now=now) for _turn in range(2))
    found = contested(None, request=case.reference, consent=None, opened=case.pk)
    assert found["contested_request"] == case
    for opened_one in (None, other.pk):
        with pytest.raises(NotOfThisPerson):
            contested(None, request=case.reference, consent=None, opened=opened_one)


def test_a_decision_that_waits_for_its_second_person_says_no_more_than_that(
    member: User, agent: User, dpo: User, now: datetime
) -> None:
    case = by_member(member, Wish(RequestKind.RESTRICT, purposes=("marketing",)), proved=True, now=now)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    decision = judge(case, Verdict.REFUSE, ground=Ground.WITHOUT_CONSENT, by=agent, now=now)
    browser = signed_in(member)
    text = page(browser, own(case))
    assert "Being checked by a second person" in text and WORDS not in text and "We do not do" not in text
    approve(decision, by=dpo, now=now)
    text = page(browser, own(case))
    assert WORDS in text and "We do not do what you asked for" in text


def test_plan_steps_limits_and_orders_are_told_as_they_stand(member: User, agent: User, now: datetime) -> None:
    case = by_member(member, Wish(RequestKind.RESTRICT, everything=True), proved=True, now=now)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    judge(case, Verdict.ACCEPT, words="", by=agent, now=now)
    browser = signed_in(member)
    text = page(browser, own(case))
    assert "What will be done" in text and "stored and used for nothing else" in text
    assert "Progress" in text and "to come" in text
    run_due(now=clock.now())
    text = page(browser, own(case))
    assert "done" in text and "What may not be done with the data now" not in text  # the frame of the account says it
    if fresh(case).is_open:
        assert "Who else was told" in text and "not yet" in text
    assert "The use of your data is limited" in page(browser, "/en/account/data/")


def test_an_extension_is_told_with_its_reason(member: User, agent: User, now: datetime) -> None:
    case = by_member(member, Wish(RequestKind.OBJECT, purposes=("marketing",)), proved=True, now=now)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    extend(request_id=case.pk, days=5, reason="OTHERS", words="Cần thêm thời gian.", by=agent, now=now)
    text = page(signed_in(member), own(case))
    assert "We need another 5 days" in text and "Other people's data has to be taken out first" in text


def test_a_member_accepts_what_staff_proposed(member: User, agent: User, dpo: User, now: datetime) -> None:
    hold(member, now=now, full_name=OLD_NAME)
    open_with_offer(
        form_token=uuid4(),
        subject_id=member.subject_id,
        field="full-name",
        value=NEW_NAME,
        words="Theo hợp đồng.",
        by=dpo,
        now=now,
    )
    case, browser = Request.objects.get(), signed_in(member)
    assert "We need your answer." in page(browser, "/en/account/requests/")
    text = page(browser, own(case))
    assert OLD_NAME in text and NEW_NAME in text and "What we propose" in text and "Yes, correct it" in text
    assert "What you wrote" not in text
    assert browser.get(own(case, "correction/")).status_code == 405
    browser.post(own(case, "correction/"), {"field": "full-name", "answer": "accept"})
    assert fresh(case).corrections.get().state == CorrectionState.ACCEPTED
    run_due(now=clock.now())
    assert fresh(case).corrections.get().state == CorrectionState.APPLIED


def test_a_member_declines_what_staff_proposed(member: User, agent: User, now: datetime) -> None:
    hold(member, now=now, full_name=OLD_NAME)
    case = by_member(member, Wish(RequestKind.CORRECT, values={"full-name": NEW_NAME}), proved=True, now=now)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    offer = {"field": "full-name", "value": "Lan Trần", "words": "Như trên giấy tờ."}
    offer_correction(request_id=case.pk, by=agent, now=now, **offer)
    browser = signed_in(member)
    assert "Lan Trần" in page(browser, own(case))
    browser.post(own(case, "correction/"), {"field": "full-name", "answer": "decline"})
    assert fresh(case).corrections.get().state == CorrectionState.DECLINED
    assert "declined by you" in page(browser, own(case)).lower()


def _deletion(case: Request, agent: User, dpo: User, now: datetime) -> Request:
    take(kind="request", case_id=case.pk, by=agent, now=now)
    approve(judge(case, Verdict.ACCEPT, words="", by=agent, now=now), by=dpo, now=now)
    run_due(now=clock.now())
    return fresh(case)


def test_a_deletion_decided_can_be_called_off_until_it_begins(
    member: User, agent: User, dpo: User, now: datetime
) -> None:
    hold(member, now=now, full_name=OLD_NAME)
    case = _deletion(
        by_member(member, Wish(RequestKind.DELETE, everything=True), proved=True, now=now), agent, dpo, now
    )
    browser = signed_in(member)
    text = page(browser, own(case))
    assert "Has not begun, can be called off" in text and "Everything that is held is deleted" in text
    assert browser.get(own(case, "call-off/")).status_code == 405
    browser.post(own(case, "call-off/"))
    assert ErasureRun.objects.get().state == ErasureState.CANCELLED
    assert "Called off" in page(browser, own(case))
    browser.post(own(case, "call-off/"))
    assert DataItem.objects.filter(subject_id=member.subject_id).exists()


def test_a_guest_whose_data_is_gone_reads_the_certificate(
    policy_in_force: PolicyVersion, member: User, agent: User, dpo: User, now: datetime
) -> None:
    hold(member, now=now, full_name=OLD_NAME)
    filed = by_guest(Wish(RequestKind.DELETE, everything=True), now=now)
    identify(filed, member, now=now)
    case = _deletion(filed, agent, dpo, now)
    later = clock.now() + timedelta(hours=25)
    run_due_erasures(now=later)
    run_due(now=later)
    browser = opened(case)
    text = page(browser)
    assert "Open the certificate" in text and OLD_NAME not in text
    link = re.search(r'href="(/en/account/erase/progress/[^"]+/certificate/)"', text)
    assert link is not None and "Certificate of deletion" in page(Client(), link[1])


def test_both_people_stand_on_the_case_of_a_representative(policy_in_force: PolicyVersion, now: datetime) -> None:
    mandate = Mandate(RepresentativeKind.GUARDIAN, "Người Giám Hộ", "Người Được Giám Hộ", "duoc@example.com")
    case = by_guest(Wish(RequestKind.COPY, mandate=mandate), now=now)
    text = page(opened(case))
    assert "Người Giám Hộ" in text and "Người Được Giám Hộ" in text and str(RepresentativeKind.GUARDIAN.label) in text
    assert "duoc@example.com" not in text and 'href="/en/requests/case/evidence/"' in text


def test_a_guest_takes_a_request_back(policy_in_force: PolicyVersion, now: datetime) -> None:
    case = by_guest(Wish(RequestKind.VIEW), now=now)
    browser = opened(case)
    assert "Take the request back?" in page(browser, "/en/requests/case/take-back/")
    browser.post("/en/requests/case/take-back/")
    assert fresh(case).outcome == Outcome.TAKEN_BACK


@pytest.mark.parametrize("step", ["take-back", "correction", "call-off"])
def test_without_a_code_nothing_can_be_done(
    policy_in_force: PolicyVersion, client: Client, now: datetime, step: str
) -> None:
    case = by_guest(Wish(RequestKind.VIEW), now=now)
    answer = client.post(f"/en/requests/case/{step}/")
    assert answer.status_code in (302, 403) and fresh(case).is_open


def test_the_code_that_proves_the_address_opens_the_case_too(policy_in_force: PolicyVersion, client: Client) -> None:
    client.post("/en/requests/new/view/", {"text": "", "address": "khach@example.com"})
    assert client.get(CASE).status_code == 302
    client.post("/en/track/received/", {"code": mails_of("case-verify")[0].code})
    assert f'href="{CASE}"' in page(client, "/en/track/received/") and "Who is asking" in page(client)
