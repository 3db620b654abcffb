"""Holding a copy back at the desk, and what the person sees of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from dsr_requests.enums import RequestKind
from dsr_requests.models import CopyHold, Request
from dsr_requests.services.fulfilling import run_due
from dsr_requests.services.holding_copies import ask
from personal_data.models import Package
from personal_data.services import packaging
from tests.cases.desk_steps import page_of, shown
from tests.cases.fixtures import mails_of, signed_in
from tests.dsr_requests.steps import WISHES, by_member
from tests.dsr_requests.test_copy_holds import WHY, placed

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
ENGLISH = {"accept-language": "en"}
LIST = "/staff/dsr_requests/copyhold/"
Staff = Callable[..., User]


def asked(member: User, now: datetime) -> Request:
    """A member's copy, made and ready."""
    request = by_member(member, WISHES[RequestKind.COPY], now=now, proved=True)
    run_due(now=now)
    packaging.make_due(now=now)
    run_due(now=now)
    return request


def test_an_officer_proposes_a_colleague_approves_and_ends_it(
    member: User, agent: User, dpo: User, staff: Staff, now: datetime
) -> None:
    request = asked(member, now)
    officer, colleague = signed_in(dpo), signed_in(agent)
    add = f"{LIST}add/?person={member.subject_id}"
    assert add in page_of(officer, request) and add not in page_of(colleague, request)
    assert colleague.get(add).status_code == 403
    form = shown(officer.get(add, headers=ENGLISH))
    assert str(member.subject_id) in form and "harm security" in form and "could not establish" not in form
    empty = officer.post(add, {"subject_id": str(member.subject_id), "ground": "", "words": ""}, headers=ENGLISH)
    assert empty.status_code == 422 and not CopyHold.objects.exists()
    unknown = {"subject_id": "00000000-0000-4000-8000-000000000000", "ground": "R2", "words": WHY}
    assert officer.post(add, unknown, headers=ENGLISH).status_code == 422
    officer.post(add, {"subject_id": str(member.subject_id), "ground": "R2", "words": WHY}, headers=ENGLISH)
    hold = CopyHold.objects.get()
    page = f"{LIST}{hold.pk}/"
    assert "copy-hold-second" not in shown(officer.get(f"{page}change/", headers=ENGLISH))
    assert "Holding a copy back waits for a second person" in shown(colleague.get("/staff/", headers=ENGLISH))
    assert str(hold.pk)[:8] in shown(colleague.get(f"{LIST}?state=second", headers=ENGLISH))
    text = shown(colleague.get(f"{page}change/", headers=ENGLISH))
    assert "copy-hold-second" in text and WHY in text and colleague.get(f"{page}second/").status_code == 405
    assert not mails_of("copy-held") and Package.objects.get().state == "READY"
    colleague.post(f"{page}second/")
    hold.refresh_from_db()
    assert hold.stands and len(mails_of("copy-held")) == 1 and Package.objects.get().state == "WAITING"
    text = shown(colleague.get(f"{page}change/", headers=ENGLISH))
    assert request.reference in text and "copy-hold-end" in text
    assert "The copy is held back; the clock goes on." not in page_of(officer, request), "it was answered already"
    auditor = signed_in(staff("auditor"))
    assert "copy-hold-end" not in shown(auditor.get(f"{page}change/", headers=ENGLISH))
    assert auditor.post(f"{page}end/", {"words": "x"}).status_code == 403
    assert colleague.post(f"{page}end/", {"words": ""}, headers=ENGLISH).status_code == 422
    colleague.post(f"{page}end/", {"words": "Đã xem xong."}, headers=ENGLISH)
    hold.refresh_from_db()
    assert not hold.stands and "Đã xem xong." in shown(colleague.get(f"{page}change/", headers=ENGLISH))
    assert str(hold.pk) not in shown(colleague.get(f"{LIST}?state=standing", headers=ENGLISH))
    assert str(hold.pk) in shown(colleague.get(f"{LIST}?state=over", headers=ENGLISH))


def test_who_proposed_a_hold_takes_it_back_and_another_declines_it(
    member: User, agent: User, dpo: User, now: datetime
) -> None:
    page = f"{LIST}{ask(subject_id=member.subject_id, ground='R2', words=WHY, by=dpo, now=now).pk}/change/"
    own, other = (shown(signed_in(user).get(page, headers=ENGLISH)) for user in (dpo, agent))
    assert "You proposed this" in own and "Take it back" in own and "Decline:" not in own
    assert "You proposed this" not in other and "Decline: nothing is held back" in other


def test_an_open_request_says_at_the_desk_that_its_copy_is_held_back(
    member: User, agent: User, dpo: User, now: datetime
) -> None:
    hold = placed(member, dpo=dpo, agent=agent, now=now)
    request = asked(member, now)
    text = page_of(signed_in(dpo), request)
    assert "The copy is held back; the clock goes on." in text and f"{LIST}{hold.pk}/change/" in text


def test_the_person_reads_why_and_how_to_contest_it_and_fetches_nothing(
    member: User, agent: User, dpo: User, now: datetime
) -> None:
    request = asked(member, now)
    package = Package.objects.get()
    placed(member, dpo=dpo, agent=agent, now=now)
    browser = signed_in(member)
    text = shown(browser.get(f"/en/account/requests/{request.reference}/"))
    assert "The copy is held back for now" in text and WHY in text and "15.2(a)" in text
    assert "/en/complaints/new/" in text and "Fetch the copy" not in text
    copies = shown(browser.get("/en/account/export/"))
    assert "Held back for now; the page of your request says why" in copies and str(package.pk) not in copies
    assert browser.post(f"/en/account/export/{package.pk}/").status_code == 302
    assert Package.objects.get().state == "WAITING"
    assert WHY not in shown(Client().get("/en/track/"))


def test_a_proposal_alone_shows_nothing_to_the_person(member: User, dpo: User, now: datetime) -> None:
    request = asked(member, now)
    ask(subject_id=member.subject_id, ground="R2", words=WHY, by=dpo, now=now)
    text = shown(signed_in(member).get(f"/en/account/requests/{request.reference}/"))
    assert "held back" not in text and "Fetch the copy" in text
    assert Package.objects.get().expires_at == now + timedelta(days=7)
