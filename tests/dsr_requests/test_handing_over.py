"""What reaches a person by hand: neither an account nor an address leads to them."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import transaction

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import read_note
from cases.enums import ContactKind, IntakeChannel
from cases.errors import NotYours, ReasonMissing
from cases.services.filing import Sender
from core.actors import SYSTEM
from dsr_requests.enums import Method, RepresentativeKind, RequestKind, ShownBy, Strength
from dsr_requests.errors_copy import FetchedByPerson, OfficerHandsOver
from dsr_requests.models import Request
from dsr_requests.services.handing_over import hand_over
from dsr_requests.services.identifying import identified
from dsr_requests.services.locking import lock_request
from dsr_requests.wishes import Wish
from personal_data.errors import CopyGone, CopyNotReady
from personal_data.models import DataSubject, Package
from personal_data.services import packaging
from policies.models import PolicyVersion
from tests.cases.desk_steps import page_of, url
from tests.cases.fixtures import signed_in
from tests.dsr_requests import asking
from tests.dsr_requests.steps import by_staff
from tests.personal_data.package_steps import unpacked

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
SEEN = {"shown": ShownBy.PAPER, "words": "Thẻ căn cước, người nhận là chính chủ"}


def establish(request: Request, about: DataSubject, method: Method, now: datetime) -> Request:
    """It counts as established whose data a request is about."""
    with transaction.atomic():
        identified(
            request=lock_request(request.pk), about=about, method=method, strength=Strength.MEDIUM, by=SYSTEM, now=now
        )
    return asking.fresh(request)


@pytest.fixture
def letter(policy_in_force: PolicyVersion, agent: User, now: datetime) -> Request:
    """A copy asked for by letter, from somebody with neither an account nor an e-mail address."""
    person = asking.person_held(now=now, address="")
    sender = Sender(address="12 Hàng Bài, Hà Nội", language="vi", contact_kind=ContactKind.POST)
    wish = Wish(RequestKind.COPY, everything=True)
    request = by_staff(wish, by=agent, now=now, sender=sender, channel=IntakeChannel.POST)
    request = establish(asking.taken(request, agent, now=now), person, Method.EVIDENCE, now)
    packaging.ask_package(subject_id=person.pk, basis=request.target, language="vi", by=SYSTEM, now=now)
    return request


def ready(request: Request, now: datetime) -> Request:
    packaging.make_due(now=now)
    return asking.fresh(request)


def test_an_officer_hands_the_copy_over_once_with_both_facts(letter: Request, dpo: User, now: datetime) -> None:
    with pytest.raises(CopyNotReady):
        hand_over(request_id=letter.pk, **SEEN, by=dpo, now=now)
    request = ready(letter, now)
    fetched = hand_over(request_id=request.pk, **SEEN, by=dpo, now=now)
    copy = unpacked(b"".join(fetched.pieces))
    assert "Lê Minh Anh" in {line["value"] for line in copy.rows("data")}
    entry = AuditEntry.objects.get(event="request.copy_handed_over")
    package = Package.objects.get()
    assert entry.details == {"to": str(request.about_id), "shown": "PAPER", "package": str(package.pk)}
    assert entry.actor_role == "dpo" and read_note(entry) == SEEN["words"]
    assert package.state == "FETCHED" and AuditEntry.objects.filter(event="package.fetched").count() == 1
    with pytest.raises(CopyGone):
        hand_over(request_id=request.pk, **SEEN, by=dpo, now=now)


def test_only_an_officer_and_only_with_words(
    letter: Request, agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    request = ready(letter, now)
    for by, refusal in ((agent, OfficerHandsOver), (other_agent, NotYours)):
        with pytest.raises(refusal):
            hand_over(request_id=request.pk, **SEEN, by=by, now=now)
    with pytest.raises(ReasonMissing):
        hand_over(request_id=request.pk, shown=ShownBy.PAPER, words=" ", by=dpo, now=now)
    assert Package.objects.get().state == "READY"


def test_whoever_can_fetch_it_gets_it_from_nobody(
    policy_in_force: PolicyVersion, member: User, dpo: User, now: datetime
) -> None:
    by_mail = asking.open_to_sender(asking.ask(now=now, kind=RequestKind.COPY), now=now)
    held = asking.person_held(now=now)
    with_account = asking.ask(now=now, kind=RequestKind.COPY, subject_id=member.subject_id, by=member)
    for request, person in ((by_mail, held), (with_account, member.subject)):
        establish(request, person, Method.EVIDENCE, now)
        packaging.ask_package(subject_id=person.pk, basis=request.target, language="vi", by=SYSTEM, now=now)
        packaging.make_due(now=now)
        with pytest.raises(FetchedByPerson):
            hand_over(request_id=request.pk, **SEEN, by=dpo, now=now)


@pytest.mark.parametrize("kind", [RepresentativeKind.ATTORNEY, RepresentativeKind.GUARDIAN])
def test_by_power_of_attorney_it_is_for_the_person_represented(
    kind: RepresentativeKind, policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    person = asking.person_held(now=now, address="")
    sender = Sender(address="0901 234 567", language="vi", contact_kind=ContactKind.PHONE)
    wish = Wish(RequestKind.COPY, everything=True, mandate=asking.mandate(kind, contact=asking.HELD_NUMBER))
    request = by_staff(wish, by=agent, now=now, sender=sender, channel=IntakeChannel.PHONE)
    request = establish(request, person, Method.MANDATE, now)
    packaging.ask_package(subject_id=person.pk, basis=request.target, language="vi", by=SYSTEM, now=now)
    packaging.make_due(now=now)
    hand_over(request_id=request.pk, **SEEN, by=dpo, now=now)
    to = AuditEntry.objects.get(event="request.copy_handed_over").details["to"]
    assert to == str(person.pk if kind == RepresentativeKind.ATTORNEY else request.subject_id)


def test_at_the_desk(letter: Request, agent: User, dpo: User, now: datetime, staff: Callable[..., User]) -> None:
    page, officer = url(letter, "hand-over"), signed_in(dpo)
    assert page not in page_of(officer, letter), "nothing is ready yet"
    request = ready(letter, now)
    assert page in page_of(officer, request) and page not in page_of(signed_in(agent), request)
    assert signed_in(agent).get(page).status_code == 302
    shown = officer.get(page).content.decode()
    assert '<option value="" selected>Please choose</option>' in shown, "the words of the page's language"
    assert 'data-action="copy-hand-over"' in shown and str(request.about_id)[:13] in shown
    assert "Lê Minh Anh" not in shown
    assert officer.post(page, {"shown": "PAPER", "words": ""}).status_code == 422
    assert Package.objects.get().state == "READY"
    answer = officer.post(page, SEEN)
    assert answer["Content-Type"] == "application/zip" and "no-store" in answer["Cache-Control"]
    assert unpacked(b"".join(answer.streaming_content)).rows("data")
    assert officer.post(page, SEEN).status_code == 302
    assert page not in page_of(officer, request) and "Copy handed over by an officer" in page_of(officer, request)
