"""What a complainant sees and does: the same page behind a code and in the account."""

import html
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from cases.enums import CaseStatus
from cases.services import assigning, messaging
from cases.services.filing import Upload
from complaints.enums import Outcome, PostponeReason, RejectionGround, Severity
from complaints.models import Complaint
from complaints.services import answering, closing, rejecting, triaging
from complaints.services.filing import Filed
from complaints.services.triaging import Triage
from core.clock import local_date
from personal_data.content import ATTACHMENT_TYPES, clean_file
from tests.cases.fixtures import GUEST_ADDRESS, MEMBER_ADDRESS, STORY, as_it_is, mails_of, queued, signed_in
from tests.complaints.looking import GUEST, MEMBER, look_up, page, png
from tests.harness.clock import MONDAY
from tests.personal_data.package_steps import fetched, made

FINDING, DONE = "The list was not cleaned in May.", "Your number is off every list."
QUESTION, REPLY = "Which number was called?", "The one ending in 678."


@pytest.fixture
def now(frozen_clock: time_machine.Traveller) -> datetime:
    """Time stands still, so that every date can be named."""
    return MONDAY


@pytest.fixture
def worked_on(complaint: Complaint, agent: User, now: datetime) -> Complaint:
    """A guest's complaint an agent took and sorted."""
    assigning.take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    sorted_as = Triage(category="unwanted-marketing", severity=Severity.LOW, tier="simple")
    return triaging.triage(complaint_id=complaint.pk, triage=sorted_as, note="", by=agent, now=now)


def answered(complaint: Complaint, agent: User, now: datetime) -> Complaint:
    answering.answer(
        complaint_id=complaint.pk,
        outcome=Outcome.UPHELD,
        finding=FINDING,
        done=DONE,
        form_token=uuid4(),
        by=agent,
        now=now,
    )
    return complaint


def ask(complaint: Complaint, agent: User, now: datetime, uploads: tuple[Upload, ...] = ()) -> None:
    messaging.write_as_staff(
        kind="complaint",
        case_id=complaint.pk,
        text=QUESTION,
        form_token=uuid4(),
        awaits_answer=True,
        uploads=uploads,
        by=agent,
        now=now,
    )


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_guest_sees_every_date_with_its_reason_and_not_what_was_written(complaint: Complaint, now: datetime) -> None:
    text = page(look_up(complaint, now))
    assert STORY not in text
    assert "Unwanted marketing" in text and complaint.reference in text
    # First reply, target and limit above; the same three at the end of the timeline.
    assert text.count("Why this date") == 6
    for day in ("3 March 2026", "9 March 2026", "17 March 2026"):
        assert day in text
    assert "Received on 2 March 2026; that day is not counted." in text
    assert "Article 7 of Decree 248/2026/NĐ-CP" in text
    assert "You" in text and "The portal, by itself" in text


def test_a_member_sees_what_was_written_and_the_same_dates(
    complain: Callable[..., Filed], member: User, now: datetime
) -> None:
    complaint = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS).complaint
    text = page(signed_in(member), f"{MEMBER}{complaint.reference}/")
    assert STORY in text and text.count("Why this date") == 6
    assert complaint.reference in page(signed_in(member), MEMBER)


def test_assessment_and_postponement_are_told_with_their_reason_and_new_date(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    assigning.take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    sorted_as = Triage(category="staff-conduct", severity=Severity.HIGH, tier="standard")
    triaging.triage(complaint_id=complaint.pk, triage=sorted_as, note="for colleagues only", by=agent, now=now)
    last_day = local_date(complaint.limit_at) - timedelta(days=2)
    triaging.postpone(complaint_id=complaint.pk, reason=PostponeReason.TECHNICAL, last_day=last_day, by=agent, now=now)
    text = page(look_up(complaint, now))
    assert "12 March 2026 instead of 9 March 2026" in text
    assert "Reason: A technical examination has to be finished." in text
    assert "16 March 2026 instead of 12 March 2026" in text
    assert "for colleagues only" not in text and "High" not in text
    assert "12 March 2026" in mails_of("complaint-later")[0].body
    (mail,) = mails_of("complaint-postponed")
    assert "16 March 2026" in mail.body and "17 March 2026" in mail.body and "technical" not in mail.body


def test_a_case_turned_away_says_why_and_where_to_go(worked_on: Complaint, agent: User, now: datetime) -> None:
    rejecting.reject(
        complaint_id=worked_on.pk,
        ground=RejectionGround.IN_COURT,
        text="The district court decides.",
        form_token=uuid4(),
        by=agent,
        now=now,
    )
    text = page(look_up(worked_on, now))
    assert "A court or an authority is dealing with it already" in text
    assert "The district court decides." in text
    assert "If you disagree" in text and "Article 57.2 of Law 19/2023/QH15" in text
    assert 'href="/en/complaints/case/reopen/"' in text


# --- writing and files ------------------------------------------------------------------------------------------------


def test_a_question_is_answered_with_a_file_and_both_can_be_fetched_by_the_sender_alone(
    worked_on: Complaint, agent: User, now: datetime, frozen_clock: time_machine.Traveller
) -> None:
    upload = Upload(name="danh-sach.png", file=clean_file(png(), allowed=ATTACHMENT_TYPES, max_bytes=10**6))
    ask(worked_on, agent, now, (upload,))
    frozen_clock.shift(timedelta(days=1))
    browser = look_up(worked_on, now + timedelta(days=1))
    text = page(browser)
    assert QUESTION in text and "danh-sach.png" in text
    assert "We need an answer from you" in text and "Our time keeps running meanwhile" in text

    form = {"form_token": str(uuid4()), "text": REPLY, "attachments": SimpleUploadedFile("goi.png", png(), "image/png")}
    assert browser.post(GUEST, form).headers["Location"] == GUEST
    text = page(browser)
    assert REPLY in text and "goi.png" in text and "We need an answer from you" not in text
    assert "that did not move the date" in text
    assert as_it_is(worked_on).status == CaseStatus.INVESTIGATING
    for file in worked_on.attachments.all():
        answer = browser.get(f"/en/track/case/files/{file.pk}/")
        assert answer["Content-Disposition"].startswith("attachment") and answer["Content-Type"] == "image/png"
        assert Client().get(f"/en/track/case/files/{file.pk}/").status_code == 302


def test_what_a_guest_sent_at_first_is_not_handed_out_again(complain: Callable[..., Filed], now: datetime) -> None:
    upload = Upload(name="first.png", file=clean_file(png(), allowed=ATTACHMENT_TYPES, max_bytes=10**6))
    complaint = complain(uploads=(upload,)).complaint
    browser = look_up(complaint, now)
    assert "first.png" not in page(browser)
    assert browser.get(f"/en/track/case/files/{complaint.attachments.get().pk}/").status_code == 404


@pytest.mark.parametrize(
    ("text", "kept", "reason"),
    [
        ("  ", "", "Please write something first."),
        ("x" * 100_000, "x" * 100_000, "Please shorten this to 10000 characters; it has 100000."),
        ("zero\x00byte", "byte", "Null characters are not allowed."),
    ],
    ids=["empty", "long", "nul"],
)
def test_a_message_that_cannot_be_sent_is_kept_and_says_why(
    complaint: Complaint, now: datetime, text: str, kept: str, reason: str
) -> None:
    browser = look_up(complaint, now)
    file = SimpleUploadedFile("goi.png", png(), "image/png")
    refused = browser.post(GUEST, {"form_token": str(uuid4()), "text": text, "attachments": file})
    shown = html.unescape(refused.content.decode())
    assert refused.status_code == 422
    assert kept in shown and reason in shown and "please choose them again" in shown
    assert complaint.messages.count() == 0


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", '=HYPERLINK("http://a.example")', "abc \u202egnp.exe", "{{ 7|add:7 }} %(x)s"],
    ids=["script", "formula", "override", "template"],
)
def test_hostile_text_is_shown_as_it_was_typed(complaint: Complaint, now: datetime, text: str) -> None:
    browser = look_up(complaint, now)
    assert browser.post(GUEST, {"form_token": str(uuid4()), "text": text}).status_code == 302
    raw = browser.get(GUEST).content.decode()
    assert "<script>alert" not in raw
    assert text in html.unescape(raw)


# --- after the answer -------------------------------------------------------------------------------------------------


def test_an_answer_is_read_whole_and_accepted(worked_on: Complaint, agent: User, now: datetime) -> None:
    answered(worked_on, agent, now)
    browser = look_up(worked_on, now)
    text = page(browser)
    right = "You were right, and we put it right"
    for words in (FINDING, DONE, right, "In time: we aimed for 9 March 2026.", "people's court"):
        assert words in text
    assert "Taken up within 7 working days; Article 57.2 of Law 19/2023/QH15" in text
    assert "you can reopen the complaint once, until 1 April 2026" in text
    assert "Unless you come back to it, it is closed after this day" in text

    assert browser.get("/en/complaints/case/accept/").status_code == 405
    assert as_it_is(worked_on).status == CaseStatus.ANSWERED, "opening an address changes nothing"
    browser.post("/en/complaints/case/accept/")
    assert as_it_is(worked_on).status == CaseStatus.RESOLVED
    text = page(browser)
    assert "You accepted this answer on 2 March 2026." in text and "complaint-accept" not in text


def test_a_reopened_complaint_shows_its_first_answer_and_dates_of_its_own(
    worked_on: Complaint, agent: User, now: datetime
) -> None:
    answered(worked_on, agent, now)
    browser = look_up(worked_on, now)
    assert "until 1 April 2026" in page(browser, "/en/complaints/case/reopen/")
    empty = browser.post("/en/complaints/case/reopen/", {"form_token": str(uuid4()), "text": ""})
    assert empty.status_code == 422 and as_it_is(worked_on).status == CaseStatus.ANSWERED

    again = {"form_token": str(uuid4()), "text": "They called again this morning."}
    assert browser.post("/en/complaints/case/reopen/", again).headers["Location"] == GUEST
    text = page(browser)
    assert "Our first answer, before you reopened the complaint" in text and FINDING in text
    assert "They called again this morning." in text
    assert "Reopened on 2 March 2026, which starts a new period" in text
    assert "Reopen the complaint" not in text
    assert browser.get("/en/complaints/case/reopen/").status_code == 302

    second = browser.post("/en/complaints/case/reopen/", {**again, "form_token": str(uuid4())})
    assert second.status_code == 422 and "They called again this morning." in second.content.decode()


def test_taking_a_complaint_back_is_asked_once_and_told(worked_on: Complaint, agent: User, now: datetime) -> None:
    browser = look_up(worked_on, now)
    text = page(browser, "/en/complaints/case/withdraw/")
    assert "What ends" in text and "You cannot reopen it" in text
    assert as_it_is(worked_on).is_open
    browser.post("/en/complaints/case/withdraw/")
    assert as_it_is(worked_on).status == CaseStatus.WITHDRAWN
    text = page(browser)
    assert "Withdrawn" in text and "You took it back" in text
    assert "case-write" not in text and "What you can do now" not in text
    assert browser.get("/en/complaints/case/withdraw/").status_code == 302


def test_what_was_typed_into_a_complaint_that_ended_meanwhile_is_shown_to_be_copied(
    worked_on: Complaint, now: datetime
) -> None:
    browser = look_up(worked_on, now)
    browser.post("/en/complaints/case/withdraw/")
    late = browser.post(GUEST, {"form_token": str(uuid4()), "text": REPLY})
    assert late.status_code == 422
    assert "What you typed was not sent" in late.content.decode() and REPLY in late.content.decode()


@pytest.mark.parametrize("step", ["accept", "reopen", "withdraw"])
def test_nobody_acts_without_the_code_nor_on_somebody_elses(
    complaint: Complaint, member: User, agent: User, now: datetime, step: str
) -> None:
    assert Client().post(f"/en/complaints/case/{step}/").headers["Location"] == "/en/track/"
    other = signed_in(member)
    assert other.post(f"{MEMBER}{complaint.reference}/{step}/").status_code == 404
    assert as_it_is(complaint).status == complaint.status


def test_a_member_does_the_same_in_the_account(
    complain: Callable[..., Filed], member: User, agent: User, now: datetime
) -> None:
    complaint = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS).complaint
    assigning.take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    ask(complaint, agent, now)
    browser, address = signed_in(member), f"{MEMBER}{complaint.reference}/"
    file = SimpleUploadedFile("goi.png", png(), "image/png")
    browser.post(address, {"form_token": str(uuid4()), "text": REPLY, "attachments": file})
    stored = complaint.attachments.get()
    assert f"{address}files/{stored.pk}/" in page(browser, address)
    assert browser.get(f"{address}files/{stored.pk}/")["Content-Type"] == "image/png"
    answered(complaint, agent, now)
    assert "Our answer is ready" in page(browser, "/en/account/")
    assert "You can reopen it until" in page(browser, MEMBER)
    again = {"form_token": str(uuid4()), "text": "Not settled."}
    assert browser.post(f"{address}reopen/", again).headers["Location"] == address
    assert as_it_is(complaint).round == 2
    assert browser.post(f"{address}withdraw/").headers["Location"] == address
    assert as_it_is(complaint).status == CaseStatus.WITHDRAWN


def test_the_copy_to_take_along_holds_messages_files_and_answers(
    complain: Callable[..., Filed], member: User, agent: User, now: datetime
) -> None:
    complaint = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS).complaint
    assigning.take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    upload = Upload(name="danh-sach.png", file=clean_file(png(), allowed=ATTACHMENT_TYPES, max_bytes=10**6))
    ask(complaint, agent, now, (upload,))
    answered(complaint, agent, now)
    copy = fetched(made(member.subject_id, now), now)
    (message,) = copy.rows("complaint_messages")
    assert (message["reference"], message["text"]) == (complaint.reference, QUESTION)
    (file,) = copy.rows("complaint_files")
    assert (
        file["files"] == ["files/complaint_files/danh-sach.png"] and copy.entries[file["files"][0]] == upload.file.data
    )
    (answer,) = copy.rows("complaint_answers")
    assert (answer["found"], answer["done"], answer["round"]) == (FINDING, DONE, 1)


def test_mails_say_that_something_waits_and_never_what(worked_on: Complaint, agent: User, now: datetime) -> None:
    ask(worked_on, agent, now)
    browser = look_up(worked_on, now)
    browser.post(GUEST, {"form_token": str(uuid4()), "text": REPLY})
    answered(worked_on, agent, now)
    answering.resolve(complaint_id=worked_on.pk, by=agent, now=now)
    browser.post("/en/complaints/case/reopen/", {"form_token": str(uuid4()), "text": "Not settled."})
    browser.post("/en/complaints/case/withdraw/")
    mails = [mail for mail in queued() if mail.to == GUEST_ADDRESS and not mail.notice.endswith(("verify", "code"))]
    assert sorted(mail.notice for mail in mails) == [
        "case-question",
        "complaint-answered",
        "complaint-received",
        "complaint-reopened",
        "complaint-resolved",
        "complaint-withdrawn",
    ]
    for mail in mails:
        assert worked_on.reference in mail.body and worked_on.reference not in mail.subject
        assert "http" in mail.body
        for words in (STORY, QUESTION, REPLY, FINDING, DONE, "Not settled.", "You were right"):
            assert words not in mail.body + mail.subject
    (received,) = mails_of("complaint-received")
    for words in ("3 March 2026", "9 March 2026", "17 March 2026", "/en/procedure/"):
        assert words in received.body


def test_a_complaint_closed_unconfirmed_can_be_read_with_a_code_and_reopened(
    complaint: Complaint, now: datetime, frozen_clock: time_machine.Traveller
) -> None:
    frozen_clock.shift(timedelta(days=7))
    assert closing.close_unverified(complaint_id=complaint.pk, now=now + timedelta(days=7))
    (mail,) = mails_of("case-unverified-closed")
    assert complaint.reference in mail.body and STORY not in mail.body
    browser = look_up(complaint, now + timedelta(days=7))
    text = page(browser)
    assert "Closed, the address was not confirmed" in text and "so you can reopen the complaint until" in text
    assert "If you disagree" not in text, "there was no answer to disagree with"
    browser.post("/en/complaints/case/reopen/", {"form_token": str(uuid4()), "text": "It is mine."})
    assert as_it_is(complaint).status == CaseStatus.REOPENED
