"""A deletion about to begin, told to whom no mail can go: by a letter that staff hand over."""

import html
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import read_note
from cases.enums import ContactKind, IntakeChannel
from cases.errors import NotYours, ReasonMissing
from cases.services.acknowledging import record_acknowledgement
from cases.services.filing import Sender
from dsr_requests.enums import Method, RequestKind, Verdict
from dsr_requests.errors import UnknownChoice
from dsr_requests.errors_copy import LetterFirst, NoLetterNeeded
from dsr_requests.models import Request
from dsr_requests.services.lettering import awaits_letter, is_told, make_letter, note_letter
from dsr_requests.wishes import Wish
from personal_data.enums import ErasureState
from personal_data.services.erasing import cancel_erasure
from policies.models import PolicyVersion
from tests.cases.desk_steps import page_of, send, shown, url
from tests.cases.fixtures import mails_of, signed_in
from tests.dsr_requests.asking import DAY, HELD_ADDRESS, HOUR, ask, fresh, mandate, open_to_sender, person_held, taken
from tests.dsr_requests.carrying import run, run_of
from tests.dsr_requests.steps import approve, by_staff, judge
from tests.dsr_requests.test_attorney import examined
from tests.dsr_requests.test_handing_over import establish

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
SAID = {"way": IntakeChannel.IN_PERSON, "words": "Trao tận tay tại quầy"}


def decided(request: Request, agent: User, dpo: User, now: datetime) -> Request:
    """Deletion of everything is approved; it can be called off still."""
    approve(judge(request, Verdict.ACCEPT, by=agent, now=now), by=dpo, now=now)
    run(request, now=now)
    assert run_of(request).state == ErasureState.COOLING
    return fresh(request)


def for_another(agent: User, now: datetime, *, address: str = "") -> Request:
    """Asked for by power of attorney, and examined."""
    person_held(now=now, address=address)
    request = ask(now=now, kind=RequestKind.DELETE, mandate=mandate(contact=address or "0912 345 678"))
    return examined(open_to_sender(request, now=now), agent, now=now)


@pytest.fixture
def request_for_another(policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime) -> Request:
    """No address is held on the person represented."""
    return decided(for_another(agent, now), agent, dpo, now)


def test_the_letter_says_what_a_mail_would_and_calls_the_deletion_off(
    request_for_another: Request, agent: User, now: datetime
) -> None:
    request, erasure = request_for_another, run_of(request_for_another)
    assert not mails_of("request-erasure-begins") and awaits_letter(request) == erasure
    letter = make_letter(request_id=request.pk, by=agent, now=now)
    assert letter.begins == erasure.starts_at and letter.reference == request.reference
    place = "/" + letter.link.split("/", 3)[3]
    browser = Client()
    assert 'data-action="erasure-cancel"' in browser.get(place).content.decode()
    browser.post(f"{place}cancel/")
    erasure.refresh_from_db()
    assert erasure.state == ErasureState.CANCELLED
    with pytest.raises(NoLetterNeeded):
        make_letter(request_id=request.pk, by=agent, now=now)
    details = AuditEntry.objects.get(event="request.letter_made").details
    assert details == {"run": str(erasure.pk)}, "the link is no part of the record"


def test_that_the_person_was_told_is_recorded_after_the_letter(
    request_for_another: Request, agent: User, other_agent: User, now: datetime
) -> None:
    request = request_for_another
    with pytest.raises(LetterFirst):
        note_letter(request_id=request.pk, **SAID, by=agent, now=now)
    make_letter(request_id=request.pk, by=agent, now=now)
    for changes, refusal in (
        ({"way": IntakeChannel.EMAIL}, UnknownChoice),
        ({"words": " "}, ReasonMissing),
        ({"by": other_agent}, NotYours),
    ):
        with pytest.raises(refusal):
            note_letter(request_id=request.pk, **({**SAID, "by": agent, "now": now} | changes))  # type: ignore[arg-type]
    assert not is_told(request, run_of(request))
    note_letter(request_id=request.pk, **SAID, by=agent, now=now)
    entry = AuditEntry.objects.get(event="request.letter_told")
    assert entry.details == {"run": str(run_of(request).pk), "way": "IN_PERSON"} and read_note(entry) == SAID["words"]
    assert is_told(request, run_of(request))


def test_who_was_told_by_mail_gets_no_letter(
    policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    person_held(now=now)
    request = ask(now=now, kind=RequestKind.DELETE, mandate=mandate())
    request = decided(examined(open_to_sender(request, now=now), agent, now=now), agent, dpo, now)
    assert mails_of("request-erasure-begins") and awaits_letter(request) is None
    with pytest.raises(NoLetterNeeded):
        make_letter(request_id=request.pk, by=agent, now=now)
    assert 'data-action="erasure-letter"' not in page_of(signed_in(agent), request)


def test_who_asked_by_letter_for_oneself_gets_one_too(
    policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    person = person_held(now=now, address="")
    sender = Sender(address="12 Hàng Bài, Hà Nội", language="vi", contact_kind=ContactKind.POST)
    wish = Wish(RequestKind.DELETE, everything=True)
    request = by_staff(wish, by=agent, now=now, sender=sender, channel=IntakeChannel.POST)
    request = taken(request, agent, now=now)
    record_acknowledgement(kind="request", case_id=request.pk, channel=IntakeChannel.POST, by=agent, now=now)
    request = decided(establish(fresh(request), person, Method.EVIDENCE, now), agent, dpo, now)
    assert make_letter(request_id=request.pk, by=agent, now=now).language == "vi"
    cancel_erasure(run_id=run_of(request).pk, by=agent, now=now)
    assert awaits_letter(fresh(request)) is None


def test_at_the_desk(request_for_another: Request, agent: User, now: datetime) -> None:
    request, browser = request_for_another, signed_in(agent)
    page = page_of(browser, request)
    assert 'data-action="erasure-letter"' in page and 'data-action="erasure-told"' in page
    assert "Next: tell the person that a deletion is about to begin" in page and "/erase/progress/" not in page
    assert browser.get(url(request, "letter")).status_code == 405
    letter = html.unescape(browser.post(url(request, "letter")).content.decode())
    link = re.search(r"https?://\S+/erase/progress/[0-9a-f]+/", letter)
    assert link and "data:image/svg+xml;base64," in letter and "Lê Minh Anh" not in letter
    assert 'lang="en"' in letter, "the language of the person"
    assert send(browser, request, "letter-told", {"way": "POST", "words": ""}).status_code == 422
    send(browser, request, "letter-told", {"way": "POST", "words": "Thư bảo đảm"})
    page = page_of(browser, request)
    assert 'data-action="erasure-told"' not in page and "The person was told how to call the deletion off" in page
    assert shown(browser.post(url(request, "letter"))), "it can be opened again"


def test_a_letter_has_time_to_arrive_before_the_deletion_begins(
    request_for_another: Request, agent: User, now: datetime
) -> None:
    begins = run_of(request_for_another).starts_at
    assert begins == now + timedelta(days=7, hours=24)
    assert make_letter(request_id=request_for_another.pk, by=agent, now=now).begins == begins


def test_whom_a_mail_reaches_has_the_time_of_the_pack_alone(
    policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    request = decided(for_another(agent, now, address=HELD_ADDRESS), agent, dpo, now)
    assert run_of(request).starts_at == now + timedelta(hours=24)


@pytest.mark.parametrize(("left", "wait"), [(4 * DAY, 3 * DAY), (12 * HOUR, DAY)])
def test_it_does_not_outlast_the_request_nor_fall_below_what_everybody_has(
    left: timedelta, wait: timedelta, policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    request = for_another(agent, now)
    late = request.limit_at - left
    assert run_of(decided(request, agent, dpo, late)).starts_at == late + wait
