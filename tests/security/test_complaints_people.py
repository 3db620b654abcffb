"""People who reach for a case of somebody else, or for more than their own case allows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import AuditEntry
from cases.enums import CaseStatus, CodeAnswer, CodePurpose, IntakeChannel
from cases.models import OneTimeCode
from cases.services import codes
from cases.services.filing import Sender, Upload
from cases.services.messaging import MOST_AN_HOUR, write_as_person
from complaints.errors import NotOfThisPerson
from complaints.models import Complaint
from complaints.services.answering import accept
from complaints.services.contesting import contested
from complaints.services.filing import Filed
from core import clock
from core.actors import GUEST
from dsr_requests.enums import RequestKind
from dsr_requests.services.filing import file_request
from dsr_requests.wishes import Wish
from personal_data.content import ATTACHMENT_TYPES, clean_file
from tests.cases.fixtures import GUEST_ADDRESS, MEMBER_ADDRESS, STORY, queued, signed_in
from tests.complaints.looking import look_up, page, png
from tests.complaints.steps import by_phone, come_back, fresh, walked_to
from tests.complaints.test_at_once import at_once
from tests.complaints.test_filing import filled_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

CASE = "/en/track/case/"
NEW = "/en/complaints/new/"
STEPS = ("accept", "reopen", "withdraw")
DAY = timedelta(days=1)


def a_file() -> Upload:
    data = clean_file(png(), allowed=ATTACHMENT_TYPES, max_bytes=10**6)
    return Upload("giấy tờ.png", data)


def rows() -> tuple[Any, ...]:
    cases = Complaint.objects.order_by("pk").values_list("status", "round", "outcome", "settled_at")
    return list(cases), AuditEntry.objects.count(), len(queued())


def test_what_one_code_opened_leads_to_no_other_case(
    complain: Callable[..., Filed], agent: User, now: datetime
) -> None:
    """Both were sent from one address; each still needs a code of its own."""
    mine, other = complain().complaint, complain(uploads=(a_file(),)).complaint
    walked_to(CaseStatus.ANSWERED, other, by=agent, now=now)
    with_file: dict[str, Any] = {"text": "x", "form_token": uuid4(), "uploads": (a_file(),)}
    write_as_person(kind="complaint", case_id=other.pk, **with_file, by=GUEST, now=now)
    browser = look_up(mine, now)
    files = [*other.attachments.values_list("pk", flat=True), uuid4()]
    assert len(files) == 3
    for file_id in files:
        assert browser.get(f"{CASE}files/{file_id}/").status_code == 404
    before = fresh(other).status, other.messages.count()
    for step in STEPS:
        browser.post(f"/en/complaints/case/{step}/", {"text": "x", "complaint_id": other.pk, "case": other.target})
    browser.post(CASE, {"text": "x", "case": other.target, "reference": other.reference})
    assert (fresh(other).status, other.messages.count()) == before
    assert other.reference not in browser.get(CASE).content.decode()


def test_nothing_of_a_case_is_reached_without_a_code(complaint: Complaint, agent: User, now: datetime) -> None:
    walked_to(CaseStatus.ANSWERED, complaint, by=agent, now=now)
    before, browser = rows(), Client()
    for address in (CASE, *(f"/en/complaints/case/{step}/" for step in STEPS)):
        answers = [browser.post(address, {"text": ""})]
        answers += [] if "accept" in address else [browser.get(address)]
        for answer in answers:
            assert (answer.status_code, answer["Location"]) == (302, "/en/track/")
    assert browser.get("/en/complaints/case/accept/").status_code == 405
    assert rows() == before


def test_a_member_finds_the_cases_of_another_nowhere(
    complain: Callable[..., Filed], member: User, agent: User, now: datetime
) -> None:
    theirs = complain(address="khac@example.com", uploads=(a_file(),)).complaint
    walked_to(CaseStatus.ANSWERED, theirs, by=agent, now=now)
    browser, before = signed_in(member), rows()
    place = f"/en/account/complaints/{theirs.reference}/"
    file_id = theirs.attachments.get().pk
    for address in (place, *(f"{place}{step}/" for step in STEPS), f"{place}files/{file_id}/"):
        assert browser.get(address).status_code in (404, 405)
        assert browser.post(address, {"text": "x", "form_token": str(uuid4())}).status_code in (404, 405)
    assert rows() == before


def test_a_complaint_contests_nothing_of_another_person(
    complain: Callable[..., Filed], member: User, now: datetime
) -> None:
    request = file_request(
        form_token=uuid4(),
        sender=Sender(address="khac@example.com", language="vi"),
        wish=Wish(RequestKind.DELETE, everything=True),
        text="Xóa.",
        by=GUEST,
        now=now,
    ).request
    data = {name: value for name, value in filled_in().items() if name != "address"}
    for contests in (
        f"request:{request.reference}",
        "consent:1",
        "request:",
        "consent:x",
        "consent:99999999999999999999",
    ):
        answer = signed_in(member).post(NEW, {**data, "contests": contests})
        kept = Complaint.objects.filter(contested_request__isnull=False).count()
        assert kept == 0 and request.reference not in answer.content.decode().replace(contests, "")
    Client().post(NEW, filled_in(contests=f"request:{request.reference}"))
    for subject_id in (member.subject_id, None):
        with pytest.raises(NotOfThisPerson):
            contested(subject_id, request=request.reference, consent=None)
    assert contested(request.subject_id, request=request.reference, consent=None)["contested_request"] == request
    assert not Complaint.objects.filter(contested_request__isnull=False).exists()


def test_a_form_token_of_another_shows_no_case_of_theirs_in_words(complaint: Complaint) -> None:
    """Whoever guessed a random token learns the reference at most, and no word of what was written."""
    browser = Client()
    answer = browser.post(NEW, filled_in(form_token=str(complaint.form_token), text="other"), follow=True)
    shown = answer.content.decode()
    assert STORY not in shown and GUEST_ADDRESS not in shown
    assert Complaint.objects.count() == 1


def test_words_typed_into_a_case_that_closed_after_half_an_hour_are_not_lost(
    complaint: Complaint, now: datetime
) -> None:
    browser = look_up(complaint, now)
    before = complaint.messages.count()
    for address in (CASE, "/en/complaints/case/reopen/"):
        with time_machine.travel(now + timedelta(minutes=31), tick=False):
            answer = browser.post(address, {"text": "Dài <b>lắm</b>", "form_token": str(uuid4())})
        assert answer.status_code == 403
        shown = answer.content.decode()
        assert "Dài &lt;b&gt;lắm" in shown and 'action="/en/track/"' in shown and complaint.reference not in shown
    assert complaint.messages.count() == before


@pytest.mark.parametrize("typed", ["000000", "999999"])
def test_a_wrong_code_runs_out_at_the_same_moment_for_a_case_and_for_none(
    typed: str, complaint: Complaint, now: datetime
) -> None:
    """The worker sends later than asked; the answer to a guess must not tell that there was something to send."""
    real = codes.begin_lookup(reference=complaint.reference, address=GUEST_ADDRESS, now=now)
    none = codes.begin_lookup(reference=complaint.reference, address="ai-do@example.com", now=now)
    assert codes.send_pending(now=now + timedelta(minutes=2)) == 1
    OneTimeCode.objects.filter(pk=real.pk).update(code_hash=bytes(32))
    for minutes, wanted in ((9, CodeAnswer.WRONG), (11, CodeAnswer.SPENT)):
        at = now + timedelta(minutes=minutes)
        for row in (real, none):
            assert codes.answer(code_id=row.pk, purpose=CodePurpose.TRACK, typed=typed, now=at) == wanted


def test_looking_up_asks_the_database_the_same_for_a_case_and_for_none(
    complaint: Complaint,
) -> None:
    asked = []
    for reference, address in (
        (complaint.reference, GUEST_ADDRESS),
        (complaint.reference, "ai-do@example.com"),
        ("KN-26-2222-3333", GUEST_ADDRESS),
    ):
        browser = Client()
        browser.post("/en/track/", {"reference": reference, "address": address})
        with CaptureQueriesContext(connection) as queries:
            answer = browser.post("/en/track/code/", {"code": "000000"})
        asked.append((len(queries), answer.status_code, len(answer.content)))
    assert asked[0] == asked[1] == asked[2]


def test_accepting_and_reopening_at_once_leave_one_truth(complaint: Complaint, agent: User, now: datetime) -> None:
    case = walked_to(CaseStatus.ANSWERED, complaint, by=agent, now=now)
    came = at_once(
        lambda: accept(complaint_id=case.pk, by=GUEST, now=now + DAY), lambda: come_back(case, now=now + DAY)
    )
    after = fresh(case)
    assert "done" in came and after.status == CaseStatus.REOPENED and after.round == 2


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.png",
        "a\u202egnp.exe.png",
        "x" * 300 + ".png",
        '"; filename="evil.html',
        "a\r\nSet-Cookie: a=b.png",
        "\x00.png",
    ],
    ids=["path", "override", "long", "quotes", "header", "null"],
)
def test_a_hostile_file_name_is_only_a_name(name: str, complaint: Complaint, now: datetime) -> None:
    browser = look_up(complaint, now)
    sent = SimpleUploadedFile("a.png", png(), "image/png")
    sent._name = name  # past the cleaning a browser's name would get here
    answer = browser.post(CASE, {"text": "đây", "form_token": str(uuid4()), "attachments": sent})
    assert answer.status_code in (302, 422)
    if answer.status_code == 302:
        file_id = complaint.attachments.get().pk
        file = browser.get(f"{CASE}files/{file_id}/")
        assert file["Content-Disposition"].startswith("attachment") and "Set-Cookie" not in file
        assert "sandbox" in file["Content-Security-Policy"] and file["Cache-Control"] == "no-store, private"
        assert "<bdi>" in page(browser)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([png()] * 11, "At most 5 files"),
        ([b"\x89PNG\r\n\x1a\n" + b"0" * (6 * 1024 * 1024)], "a0.png"),
        ([b"<html><script>alert(1)</script>"], "a0.png"),
        ([b"GIF89a/*<script>*/=1;//"], "a0.png"),
    ],
    ids=["eleven", "six megabytes", "a page", "a polyglot"],
)
def test_files_that_cannot_be_taken_are_refused_and_the_words_stay(
    files: list[bytes], words: str, complaint: Complaint, now: datetime
) -> None:
    browser = look_up(complaint, now)
    sent = [SimpleUploadedFile(f"a{number}.png", data, "image/png") for number, data in enumerate(files)]
    answer = browser.post(CASE, {"text": "Lời của tôi", "form_token": str(uuid4()), "attachments": sent})
    shown = answer.content.decode()
    assert answer.status_code == 422 and "Lời của tôi" in shown and words in shown
    assert not complaint.attachments.exists() and not complaint.messages.exists()


def test_a_picture_with_a_page_behind_it_is_made_anew(complaint: Complaint, now: datetime) -> None:
    browser = look_up(complaint, now)
    sent = SimpleUploadedFile("a.png", png() + b"<script>alert(1)</script>", "text/html")
    browser.post(CASE, {"text": "x", "form_token": str(uuid4()), "attachments": sent})
    file = browser.get(f"{CASE}files/{complaint.attachments.get().pk}/")
    assert file["Content-Type"] == "image/png" and b"script" not in file.content


def test_nothing_is_added_to_a_case_that_is_over(complaint: Complaint, agent: User, now: datetime) -> None:
    browser = look_up(complaint, now)
    walked_to(CaseStatus.CLOSED, complaint, by=agent, now=now)
    before = complaint.messages.count()
    sent = SimpleUploadedFile("a.png", png(), "image/png")
    answer = browser.post(CASE, {"text": "muộn rồi", "form_token": str(uuid4()), "attachments": sent})
    assert answer.status_code == 422 and "muộn rồi" in answer.content.decode()
    assert complaint.messages.count() == before and not complaint.attachments.exists()


def test_a_lone_surrogate_in_a_form_is_no_fault_of_the_server(complaint: Complaint, now: datetime) -> None:
    browser = look_up(complaint, now)
    body = b"text=a%ED%A0%80b&form_token=" + str(uuid4()).encode()
    answer = browser.post(CASE, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302 and complaint.messages.count() == 1


def test_every_post_of_a_person_wants_the_token_of_its_form(
    complaint: Complaint, member: User, agent: User, now: datetime
) -> None:
    walked_to(CaseStatus.ANSWERED, complaint, by=agent, now=now)
    opened = look_up(complaint, now)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = opened.cookies
    before = rows()
    addresses = [f"/en/complaints/case/{step}/" for step in STEPS]
    addresses += [CASE, f"{CASE}close/", "/en/track/", "/en/track/code/", "/en/track/received/resend/", NEW]
    for address in addresses:
        assert browser.post(address, {"text": "x"}).status_code == 403, address
    assert rows() == before and browser.get(CASE).status_code == 200


def test_reading_changes_nothing(complain: Callable[..., Filed], member: User, agent: User, now: datetime) -> None:
    case = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS).complaint
    walked_to(CaseStatus.ANSWERED, case, by=agent, now=now)
    before, browser = rows(), signed_in(member)
    place = f"/en/account/complaints/{case.reference}/"
    for address in (place, "/en/account/complaints/", NEW, "/en/track/", f"{place}reopen/", f"{place}withdraw/"):
        answer = browser.get(address)
        assert answer.status_code in (200, 302) and answer["Cache-Control"] == "no-store, private", address
        assert case.reference not in answer.get("Location", "").replace(place, "")
    for address in ("/en/track/received/resend/", f"{CASE}close/", f"{place}accept/"):
        assert browser.get(address).status_code == 405
    assert rows() == before


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_form_leads_to_another_site(onward: str, complaint: Complaint, agent: User, now: datetime) -> None:
    browser = look_up(complaint, now)
    for address in (CASE, f"{CASE}close/", "/en/complaints/case/accept/"):
        answer = browser.post(f"{address}?next={onward}", {"next": onward, "text": "x"})
        assert "evil" not in answer.get("Location", "") and "javascript" not in answer.get("Location", "")
    desk = signed_in(agent)
    take = desk.post(f"/staff/complaints/complaint/take/{complaint.pk}/?next={onward}", {"next": onward})
    assert take["Location"].startswith("/staff/")
    language = desk.post("/staff/language/", {"language": "vi", "next": onward})
    assert language["Location"].startswith("/") and "evil" not in language["Location"]


def test_a_flood_from_one_address_or_one_place_ends(policy_in_force: object) -> None:
    browser = Client()
    came = [browser.post(NEW, filled_in()).status_code for _ in range(7)]
    assert came == [302] * 5 + [422] * 2
    spread = [browser.post(NEW, filled_in(address=f"a{number}@example.com")).status_code for number in range(30)]
    assert 422 in spread and Complaint.objects.count() <= 31


def test_a_token_no_form_had_is_a_form_of_its_own(complaint: Complaint, now: datetime) -> None:
    browser = look_up(complaint, now)
    for token in ("", "x", "\x00", str(UUID(int=0)) + "z"):
        assert browser.post(CASE, {"text": "x", "form_token": token}).status_code == 302
    assert complaint.messages.count() == 4


def test_one_person_does_not_fill_a_thread_without_end(complaint: Complaint, now: datetime) -> None:
    browser = look_up(complaint, now)
    for number in range(MOST_AN_HOUR):
        write_as_person(
            kind="complaint", case_id=complaint.pk, text=f"{number}", form_token=uuid4(), by=GUEST, now=clock.now()
        )
    answer = browser.post(CASE, {"text": "thêm một lời", "form_token": str(uuid4())})
    assert answer.status_code == 422 and "thêm một lời" in answer.content.decode()
    assert "You sent very many messages" in answer.content.decode()
    assert complaint.messages.count() == MOST_AN_HOUR


def test_a_code_to_an_address_staff_wrote_down_shows_no_words_of_the_person(
    complain: Callable[..., Filed], agent: User, now: datetime
) -> None:
    """Staff said whose it is, and mistyped where to answer: the code goes to a stranger."""
    known = complain(address="quen@example.com").complaint
    case = by_phone(
        by=agent,
        now=now,
        channel=IntakeChannel.EMAIL,
        sender=Sender(address=GUEST_ADDRESS, language="vi", subject_id=known.subject_id),
        uploads=(a_file(),),
    )
    browser = look_up(case, now)
    assert STORY not in page(browser)
    assert browser.get(f"{CASE}files/{case.attachments.get().pk}/").status_code == 404
