"""A correction of the held e-mail address says that the address to sign in with stays, and where to change that."""

import html
from datetime import datetime

import pytest

from accounts.models import User
from cases.services.assigning import take
from dsr_requests.enums import RequestKind, Verdict
from dsr_requests.models import Request
from dsr_requests.wishes import Wish
from personal_data.models import DataItem
from personal_data.services.holding import write_item
from tests.cases.fixtures import MEMBER_ADDRESS, mails_of, signed_in
from tests.dsr_requests.asking import ask, mandate, open_to_sender
from tests.dsr_requests.carrying import to_the_end
from tests.dsr_requests.steps import by_member, fresh, judge
from tests.dsr_requests.test_attorney import case_page, examined

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
NEW = "lan.moi@example.com"
STAYS = "The address you sign in with stays as it is"


def corrected(member: User, field: str, value: str, agent: User, now: datetime) -> Request:
    request = by_member(member, Wish(RequestKind.CORRECT, values={field: value}), now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    judge(fresh(request), Verdict.ACCEPT, by=agent, now=now)
    return fresh(request)


def page_of_member(member: User, request: Request) -> str:
    answer = signed_in(member).get(f"/en/account/requests/{request.reference}/")
    return html.unescape(answer.content.decode())


def test_page_and_mail_say_so_with_a_link(member: User, agent: User, dpo: User, now: datetime) -> None:
    request = corrected(member, "email", NEW, agent, now)
    page = page_of_member(member, request)
    assert STAYS in page and 'href="/en/auth/address/"' in page, "before it is carried out"
    to_the_end(request, by=dpo, now=now)
    assert DataItem.objects.filter(subject=member.subject, field="email").exists()
    (mail,) = mails_of("request-done")
    assert mail.to == MEMBER_ADDRESS and STAYS in mail.body and "/en/auth/address/" in mail.body
    assert NEW not in mail.body and STAYS in page_of_member(member, request)


def test_another_correction_says_nothing_of_it(member: User, agent: User, dpo: User, now: datetime) -> None:
    write_item(subject_id=member.subject_id, field="phone", value="0901234567", by=member, now=now)
    request = corrected(member, "phone", "0987654321", agent, now)
    to_the_end(request, by=dpo, now=now)
    assert STAYS not in page_of_member(member, request) + mails_of("request-done")[-1].body


def test_by_power_of_attorney_only_the_person_is_told(member: User, agent: User, dpo: User, now: datetime) -> None:
    request = ask(now=now, kind=RequestKind.CORRECT, mandate=mandate(contact=MEMBER_ADDRESS), values={"email": NEW})
    request = examined(open_to_sender(request, now=now), agent, now=now)
    assert request.about_id == member.subject_id
    judge(request, Verdict.ACCEPT, by=agent, now=now)
    assert STAYS not in case_page(request, now)
    to_the_end(request, by=dpo, now=now)
    assert STAYS not in mails_of("request-done")[-1].body
    assert STAYS in mails_of("request-done-in-your-name")[-1].body
