"""Who has neither an account nor an e-mail address: evidence by letter or in person, taken in by staff, judged by an
officer who did not take it in.
"""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import read_note
from cases.enums import ContactKind, IntakeChannel
from cases.errors import NotYours, ReasonMissing
from cases.services.acknowledging import record_acknowledgement
from cases.services.filing import Sender
from dsr_requests.enums import DemandReason, Method, RequestKind
from dsr_requests.errors import UnknownChoice
from dsr_requests.errors_identity import EvidenceNotAwaited, OfficerOnly, PersonCanSend, TakenInYourself
from dsr_requests.models import Request
from dsr_requests.services.demanding import ask_evidence, read_evidence, take_in_evidence
from dsr_requests.services.examining import accept_evidence
from dsr_requests.services.representing import check_mandate
from dsr_requests.wishes import Mandate, Wish
from policies.models import PolicyVersion
from tests.cases.desk_steps import page_of, send, shown
from tests.cases.fixtures import signed_in
from tests.dsr_requests.asking import ask, evidence_file, fresh, mandate, open_to_sender, person_held, taken
from tests.dsr_requests.steps import by_staff

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LETTER = {"channel": IntakeChannel.POST, "words": "Thư có bản sao hợp đồng"}


def by_letter(agent: User, now: datetime, *, named: Mandate | None = None, kind: str = ContactKind.POST) -> Request:
    """A request for a copy by letter; its sender can be reached by post or phone alone."""
    sender = Sender(address="12 Hàng Bài, Hà Nội", language="vi", contact_kind=kind)
    wish = Wish(RequestKind.COPY, everything=True, mandate=named)
    request = by_staff(wish, by=agent, now=now, sender=sender, channel=IntakeChannel.POST)
    request = taken(request, agent, now=now)
    record_acknowledgement(kind="request", case_id=request.pk, channel=IntakeChannel.POST, by=agent, now=now)
    return fresh(request)


def takes_in(request: Request, by: User, now: datetime, **changes: object) -> int:
    said = {"uploads": [evidence_file()], **LETTER, "by": by, "now": now} | changes
    return take_in_evidence(request_id=request.pk, **said)  # type: ignore[arg-type]


def opens(request: Request, by: User, now: datetime) -> None:
    for row in request.identity_files.all():
        read_evidence(request_id=request.pk, file_id=row.pk, by=by, now=now)


@pytest.fixture
def letter(policy_in_force: PolicyVersion, agent: User, now: datetime) -> Request:
    request = by_letter(agent, now)
    ask_evidence(request_id=request.pk, reason=DemandReason.NO_CHANNEL, by=agent, now=now)
    return fresh(request)


def test_what_came_by_letter_lets_an_officer_say_who_asks(
    letter: Request, agent: User, dpo: User, now: datetime
) -> None:
    person = person_held(now=now)
    assert takes_in(letter, agent, now) == 1
    entry = AuditEntry.objects.get(event="request.evidence_given")
    assert entry.details == {"files": 1, "channel": "POST"} and read_note(entry) == LETTER["words"]
    assert not fresh(letter).is_identified, "a file shows nothing by itself"
    opens(letter, dpo, now)
    said = {"request_id": letter.pk, "subject_id": person.pk, "words": "Khớp hợp đồng", "now": now}
    with pytest.raises(OfficerOnly):
        accept_evidence(**said, by=agent)  # type: ignore[arg-type]
    request = accept_evidence(**said, by=dpo)  # type: ignore[arg-type]
    assert request.about_id == person.pk and request.verifications.get().method == Method.EVIDENCE
    assert not request.identity_files.exists(), "it went with the decision"


def test_who_took_it_in_does_not_judge_it(
    letter: Request, dpo: User, staff: Callable[..., User], now: datetime
) -> None:
    person = person_held(now=now)
    takes_in(letter, dpo, now)
    other = staff("dpo", "Chi")
    for officer in (dpo, other):
        opens(letter, officer, now)
    said = {"request_id": letter.pk, "subject_id": person.pk, "words": "Khớp hợp đồng", "now": now}
    with pytest.raises(TakenInYourself):
        accept_evidence(**said, by=dpo)  # type: ignore[arg-type]
    assert accept_evidence(**said, by=other).about_id == person.pk  # type: ignore[arg-type]


def test_a_mandate_by_letter_is_judged_by_an_officer(
    policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    person = person_held(now=now)
    request = by_letter(agent, now, named=mandate())
    takes_in(request, agent, now)
    said = {"request_id": request.pk, "scope": ["copy"], "valid_until": date(2099, 1, 1), "now": now}
    for colleague in (agent, dpo):
        opens(request, colleague, now)
    with pytest.raises(OfficerOnly):
        check_mandate(**said, by=agent)  # type: ignore[arg-type]
    assert check_mandate(**said, by=dpo).about_id == person.pk  # type: ignore[arg-type]


def test_staff_take_in_nothing_the_person_can_send(
    member: User, agent: User, policy_in_force: PolicyVersion, now: datetime
) -> None:
    by_mail = taken(open_to_sender(ask(now=now), now=now), agent, now=now)
    sender = Sender(address="0901 234 567", language="vi", subject_id=member.subject_id, contact_kind=ContactKind.PHONE)
    with_account = by_staff(
        Wish(RequestKind.COPY, everything=True), by=agent, now=now, sender=sender, channel=IntakeChannel.PHONE
    )
    with_account = taken(with_account, agent, now=now)
    for request in (by_mail, with_account):
        ask_evidence(request_id=request.pk, reason=DemandReason.DOUBT, by=agent, now=now)
        with pytest.raises(PersonCanSend):
            takes_in(request, agent, now)


def test_only_what_was_asked_for_is_taken_in_with_words_and_a_way(
    policy_in_force: PolicyVersion, agent: User, other_agent: User, now: datetime
) -> None:
    request = by_letter(agent, now)
    with pytest.raises(EvidenceNotAwaited):
        takes_in(request, agent, now)
    ask_evidence(request_id=request.pk, reason=DemandReason.NO_CHANNEL, by=agent, now=now)
    for changes, refusal in (
        ({"channel": IntakeChannel.EMAIL}, UnknownChoice),
        ({"words": " "}, ReasonMissing),
        ({"by": other_agent}, NotYours),
    ):
        with pytest.raises(refusal):
            takes_in(request, **{"by": agent, "now": now} | changes)  # type: ignore[arg-type]
    assert not request.identity_files.exists()


def test_at_the_desk(letter: Request, agent: User, now: datetime) -> None:
    browser = signed_in(agent)
    page = page_of(browser, letter)
    assert 'data-action="evidence-take-in"' in page and 'enctype="multipart/form-data"' in page
    typed = {"channel": "POST", "words": "Thư ngày 3"}
    empty = send(browser, letter, "evidence-in", typed)
    assert empty.status_code == 422 and "Nothing was sent" in shown(empty)
    send(browser, letter, "evidence-in", {**typed, "uploads": SimpleUploadedFile("thư.pdf", PDF, "application/pdf")})
    assert letter.identity_files.count() == 1
    page = page_of(browser, letter)
    assert "thư.pdf" in page and 'data-action="evidence-take-in"' not in page


def test_where_a_page_opens_the_desk_does_not_offer_it(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    request = taken(open_to_sender(ask(now=now), now=now), agent, now=now)
    ask_evidence(request_id=request.pk, reason=DemandReason.DOUBT, by=agent, now=now)
    assert "evidence-take-in" not in page_of(signed_in(agent), request)
