"""Who is asking, at the desk: checks, calls, mandates, evidence, held addresses. Nobody can simply say so."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import read_note
from core.actors import GUEST
from dsr_requests.enums import Method, RepresentativeKind, RequestKind
from dsr_requests.models import PausedAddress, Request
from dsr_requests.services.demanding import give_evidence
from tests.cases.desk_steps import page_of, send, shown, url
from tests.cases.fixtures import signed_in
from tests.dsr_requests.asking import (
    HELD_NUMBER,
    ask,
    begin,
    evidence_file,
    fresh,
    mandate,
    open_to_sender,
    person_held,
    taken,
)

ENGLISH = {"accept-language": "en"}
Staff = Callable[..., User]


@pytest.fixture
def unknown(policy_in_force: object, agent: User, now: datetime) -> Request:
    """A guest asks for a copy; an agent has it, and nobody knows who it is."""
    return taken(open_to_sender(ask(now=now, kind=RequestKind.COPY), now=now), agent, now=now)


def evidence_sent(request: Request, *, now: datetime) -> None:
    give_evidence(request_id=request.pk, uploads=[evidence_file()], by=GUEST, now=now)


def opened(browser: Client, request: Request) -> None:
    """Every file of evidence looked at."""
    for row in request.identity_files.all():
        assert browser.get(f"{url(request, 'evidence')}{row.pk}/").status_code == 200


def test_the_warning_comes_first_and_nothing_identifies_by_a_click(unknown: Request, agent: User) -> None:
    page = page_of(signed_in(agent), unknown)
    warning = page.index("It is not established who is asking")
    assert warning < page.index('id="next"') < page.index('id="identity"')
    assert not re.search(r'data-action="[^"]*(?:verify|identify)', page)
    assert "evidence-accept" not in page


def test_a_colleague_reads_the_code_out_to_the_number_held_and_cannot_type_it(
    unknown: Request, agent: User, now: datetime
) -> None:
    person_held(now=now)
    check = begin(unknown, HELD_NUMBER, now=now, method=Method.CODE_PHONE)
    browser = signed_in(agent)
    page = page_of(browser, unknown)
    assert "The person waits for a call with a code" in page and "0912 345 678" not in page
    refused = browser.post(url(unknown, "call"), {"check": str(check.pk), "reason": ""}, headers=ENGLISH)
    assert refused.status_code == 422 and "0912 345 678" not in shown(refused)
    called = shown(
        browser.post(url(unknown, "call"), {"check": str(check.pk), "reason": "Người gọi chờ mã"}, headers=ENGLISH)
    )
    assert "0912 345 678" in called and re.search(r">\d{6}<", called)
    assert "0912 345 678" not in page_of(browser, unknown), "shown in that answer and nowhere else"
    entry = AuditEntry.objects.get(event="request.code_read_out")
    assert read_note(entry) == "Người gọi chờ mã"
    assert not fresh(unknown).is_identified


@pytest.mark.parametrize("check", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_made_up_check_shows_no_number(check: str, unknown: Request, agent: User) -> None:
    answer = signed_in(agent).post(url(unknown, "call"), {"check": check, "reason": "Gọi"}, headers=ENGLISH)
    assert answer.status_code == 422 and "no number to call" in shown(answer)


def test_a_number_nobody_has_is_not_called(unknown: Request, agent: User, now: datetime) -> None:
    begin(unknown, "0911 111 111", now=now, method=Method.CODE_PHONE)
    assert "waits for a call" not in page_of(signed_in(agent), unknown)


# --- evidence -------------------------------------------------------------------------------------------------------


def test_evidence_is_asked_with_a_coded_reason_once(unknown: Request, agent: User) -> None:
    browser = signed_in(agent)
    assert send(browser, unknown, "ask-evidence", {"reason": ""}).status_code == 422
    send(browser, unknown, "ask-evidence", {"reason": "NO_CHANNEL"})
    assert unknown.evidence_demands.get().reason == "NO_CHANNEL"
    page = page_of(browser, unknown)
    assert "nothing came yet" in page and '<option value="NO_CHANNEL"' not in page


def test_only_an_officer_who_opened_every_file_says_whose_request_it_is(
    unknown: Request, agent: User, dpo: User, now: datetime
) -> None:
    person = person_held(now=now)
    desk, officer = signed_in(agent), signed_in(dpo)
    send(desk, unknown, "ask-evidence", {"reason": "NO_CHANNEL"})
    evidence_sent(unknown, now=now)
    assert "evidence-accept" not in page_of(desk, unknown)
    said = {"person": str(person.pk), "words": "Hợp đồng mang tên và số này."}
    send(desk, unknown, "evidence", said)
    unread = send(officer, unknown, "evidence", said)
    assert unread.status_code == 422 and "Open every file" in shown(unread)
    assert not fresh(unknown).is_identified
    opened(officer, unknown)
    nobody = send(officer, unknown, "evidence", {**said, "person": "0911 111 111"})
    assert nobody.status_code == 422 and not fresh(unknown).is_identified
    send(officer, unknown, "evidence", {**said, "person": HELD_NUMBER})
    assert fresh(unknown).about_id == person.pk


def test_evidence_is_opened_by_who_decides_alone(
    unknown: Request, agent: User, other_agent: User, staff: Staff, now: datetime
) -> None:
    send(signed_in(agent), unknown, "ask-evidence", {"reason": "DOUBT"})
    evidence_sent(unknown, now=now)
    file_url = f"{url(unknown, 'evidence')}{unknown.identity_files.get().pk}/"
    for other in (other_agent, staff("auditor")):
        assert signed_in(other).get(file_url).status_code == 302
    assert not AuditEntry.objects.filter(event="request.evidence_read").exists()
    answer = signed_in(agent).get(file_url)
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert AuditEntry.objects.filter(event="request.evidence_read").exists()


# --- somebody else's request ----------------------------------------------------------------------------------------


@pytest.fixture
def represented(policy_in_force: object, agent: User, now: datetime) -> Request:
    """A parent asks for a child of eight; the proof of the mandate is there."""
    person_held(now=now)
    asked = ask(now=now, kind=RequestKind.COPY, mandate=mandate(RepresentativeKind.PARENT, seven=True))
    request = taken(open_to_sender(asked, now=now), agent, now=now)
    evidence_sent(request, now=now)
    return fresh(request)


def test_both_persons_stand_on_the_page_and_the_child_comes_before_the_mandate(
    represented: Request, agent: User
) -> None:
    browser = signed_in(agent)
    page = page_of(browser, represented)
    assert "Trần Văn Bình" in page and "Lê Minh Anh" in page and "not yet" in page
    assert "Next: Write down that the child agreed" in page
    send(browser, represented, "child", {"channel": "PHONE", "words": "Cháu đồng ý."})
    assert "Next: examine the mandate" in page_of(browser, represented)


def test_a_mandate_is_accepted_after_the_child_agreed_and_the_files_were_opened(
    represented: Request, agent: User
) -> None:
    browser, said = signed_in(agent), {"scope": ["copy", "view"], "valid_until": ""}
    opened(browser, represented)
    first = send(browser, represented, "mandate", said)
    assert first.status_code == 422 and "agree itself first" in shown(first)
    send(browser, represented, "child", {"channel": "PHONE", "words": "Cháu đồng ý."})
    narrow = send(browser, represented, "mandate", {**said, "scope": ["delete"]})
    assert narrow.status_code == 422 and "does not cover" in shown(narrow)
    send(browser, represented, "mandate", said)
    found = fresh(represented)
    assert found.is_identified and found.representative.scope == ["copy", "view"]
    page = page_of(browser, represented)
    assert "mandate accepted on" in page and "mandate of a representative examined" in page.lower()


def test_an_agent_does_not_choose_the_person_represented(represented: Request, agent: User, dpo: User) -> None:
    assert 'name="person"' not in page_of(signed_in(agent), represented)
    assert 'name="person"' in page_of(signed_in(dpo), represented)


def test_a_mandate_that_is_not_accepted_leaves_the_request_open(represented: Request, agent: User) -> None:
    browser = signed_in(agent)
    token = "6c6f1c3e-55b5-4e6b-9f46-3d0f7f3f2b11"
    send(browser, represented, "mandate-refuse", {"form_token": token, "words": "Giấy không có tên người con."})
    found = fresh(represented)
    assert found.representative.refused_at is not None and found.is_open and not found.is_identified
    page = page_of(browser, represented)
    assert "mandate not accepted on" in page and 'data-action="mandate-accept"' not in page


# --- held addresses -------------------------------------------------------------------------------------------------


def test_an_address_is_held_told_and_let_go_on_with_a_confirmation(unknown: Request, agent: User) -> None:
    browser = signed_in(agent)
    send(browser, unknown, "pause", {"reason": "FRAUD"})
    page = page_of(browser, unknown)
    assert "held because of a suspicion" in page and 'data-action="address-lift"' not in page
    by_mail = send(browser, unknown, "pause-told", {"way": "EMAIL", "words": "Gửi thư"})
    assert by_mail.status_code == 422, "the paused address cannot confirm itself"
    send(browser, unknown, "pause-told", {"way": "PHONE", "words": "Đã gọi số đã lưu."})
    send(browser, unknown, "pause-lift", {"way": "PHONE", "words": "Người đó xác nhận đã gửi."})
    row = PausedAddress.objects.get()
    assert row.lifted_at is not None and row.confirmed_by_way == "PHONE"
    assert "held because of a suspicion" not in page_of(browser, unknown)


def test_what_is_recorded_holds_no_word_of_what_was_said(unknown: Request, agent: User) -> None:
    browser = signed_in(agent)
    send(browser, unknown, "pause", {"reason": "ODD"})
    send(browser, unknown, "pause-told", {"way": "PHONE", "words": "Gọi 0987 000 111"})
    assert not [entry for entry in AuditEntry.objects.all() if "0987" in str(entry.details)]
