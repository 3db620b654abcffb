"""Sending a complaint, as a guest and as a member; wrong input, double sending, and what becomes of it."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from PIL import Image

from accounts.models import User
from audit.selectors import entries_about
from cases import sealing
from cases.explaining import last_day
from cases.services.assigning import take
from cases.services.looking import read_attachment
from complaints.models import Complaint
from complaints.selectors import complaints_of
from complaints.services.filing import Filed, due_moments
from personal_data import keys, storage
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.cases.fixtures import GUEST_ADDRESS, MEMBER_ADDRESS, STORY, as_it_is, mails_of, queued, signed_in

NEW = "/en/complaints/new/"
RECEIVED = "/en/track/received/"


def picture(kind: str = "JPEG") -> bytes:
    """A picture that says where it was taken."""
    image, out = Image.new("RGB", (64, 48), "teal"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    image.save(out, kind, exif=exif)
    return out.getvalue()


def filled_in(**changes: object) -> dict[str, object]:
    data: dict[str, object] = {
        "form_token": str(uuid4()),
        "category": "unwanted-marketing",
        "text": STORY,
        "remedy": "STOP",
        "fields_concerned": ["email"],
        "purposes_concerned": ["marketing"],
        "address": GUEST_ADDRESS,
    }
    return data | changes


pytestmark = pytest.mark.usefixtures("policy_in_force")


def test_a_guest_gets_a_reference_both_dates_and_a_code(client: Client) -> None:
    answer = client.post(NEW, filled_in(), follow=True)
    case = Complaint.objects.get()
    page = answer.content.decode()
    assert answer.redirect_chain == [(RECEIVED, 302)]
    assert case.reference in page and 'data-action="address-verify"' in page
    assert {mail.notice for mail in queued()} == {"complaint-received", "case-verify"}
    (mail,) = mails_of("complaint-received")
    assert mail.to == GUEST_ADDRESS and case.reference in mail.body
    assert (
        STORY not in mail.body and GUEST_ADDRESS not in mail.subject + mail.body and case.reference not in mail.subject
    )

    answer = client.post(RECEIVED, {"code": mails_of("case-verify")[0].code}, follow=True)
    assert as_it_is(case).is_verified
    assert 'data-action="address-verify"' not in answer.content.decode()


def test_a_wrong_code_is_said_beside_its_field_and_another_can_be_had(client: Client) -> None:
    client.post(NEW, filled_in())
    code = mails_of("case-verify")[0].code
    answer = client.post(RECEIVED, {"code": f"{(int(code) + 1) % 10**6:06}"})
    assert answer.status_code == 422 and "This code is not right" in answer.content.decode()
    assert "six digits" in client.post(RECEIVED, {"code": "12"}).content.decode()
    client.post("/en/track/received/resend/")
    newest = next(mail for mail in mails_of("case-verify") if mail.code != code)
    client.post(RECEIVED, {"code": newest.code})
    assert Complaint.objects.get().is_verified


def test_a_member_is_known_and_answers_no_code(member: User) -> None:
    browser = signed_in(member)
    assert 'name="address"' not in browser.get(NEW).content.decode()
    data = filled_in()
    del data["address"]
    answer = browser.post(NEW, data, follow=True)
    case = Complaint.objects.get()
    assert case.subject_id == member.subject_id and case.is_verified and not case.from_guest
    assert 'data-action="address-verify"' not in answer.content.decode()
    assert [(mail.notice, mail.to) for mail in queued()] == [("complaint-received", MEMBER_ADDRESS)]
    assert [found.reference for found in complaints_of(member.subject_id)] == [case.reference]


def test_seven_and_fifteen_calendar_days_never_move(policy_in_force: PolicyVersion) -> None:
    # The last minute of Wednesday 11 February 2026 in Vietnam; day seven lies within Tết.
    at = datetime(2026, 2, 11, 16, 59, tzinfo=UTC)
    promise = policies.document(policy_in_force).complaints
    due = due_moments(promise, category="other", received_at=at)
    assert last_day(due.target_at).isoformat() == "2026-02-18"
    assert last_day(due.limit_at).isoformat() == "2026-02-26"
    assert due.target_at == datetime(2026, 2, 18, 17, 0, tzinfo=UTC)
    later = due_moments(promise, category="other", received_at=at + timedelta(minutes=1))
    assert last_day(later.target_at).isoformat() == "2026-02-19"


def test_what_the_person_wrote_is_sealed_under_the_evidence_key(complaint: Complaint) -> None:
    stored = bytes(complaint.sealed_text) + bytes(complaint.sealed_contact)
    assert STORY.encode() not in stored and GUEST_ADDRESS.encode() not in stored
    key = sealing.evidence_key(complaint.subject_id)
    assert sealing.text_of(complaint, key=key) == STORY
    keys.destroy_data_key(complaint.subject_id)
    assert sealing.contact_of(complaint, key=sealing.evidence_key(complaint.subject_id)) == GUEST_ADDRESS


def test_a_form_sent_twice_is_one_complaint(client: Client) -> None:
    data = filled_in()
    for _ in range(2):
        assert client.post(NEW, data)["Location"] == RECEIVED
    # The second answer keeps the way to the code of the first.
    code = mails_of("case-verify")[0].code
    client.post(RECEIVED, {"code": code})
    assert Complaint.objects.get().is_verified
    assert len(queued()) == 2


def test_a_form_sent_twice_at_once_is_one_complaint(complain: Callable[..., Filed]) -> None:
    token, ready = uuid4(), Barrier(3)

    def send(_number: int) -> str:
        try:
            ready.wait(timeout=10)
            return complain(token=token).complaint.reference
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(send, range(3)))) == 1
    assert Complaint.objects.count() == 1 and len(queued()) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "What happened?"),
        ({"text": "x" * 10_001}, "Please shorten this to 10000 characters; it has 10001."),
        ({"text": "a\x00b"}, "Null characters"),
        ({"address": "not an address"}, "not an e-mail address"),
        ({"category": "no-such"}, "What is it about?"),
        ({"fields_concerned": ["no-such"]}, "Which data is it about?"),
    ],
)
def test_wrong_input_is_said_and_what_was_typed_stays(client: Client, changes: dict[str, object], words: str) -> None:
    answer = client.post(NEW, filled_in(**({"text": "Chuyện của tôi: <b>&"} | changes)))
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page
    if "text" not in changes:
        assert "Chuyện của tôi: &lt;b&gt;&amp;" in page
    assert not Complaint.objects.exists()


def test_a_damaged_form_token_does_no_harm(client: Client) -> None:
    assert client.post(NEW, filled_in(form_token="'; --"))["Location"] == RECEIVED


def test_attachments_are_cleaned_sealed_and_given_only_to_who_may_see_them(
    client: Client, agent: User, now: datetime
) -> None:
    files = [SimpleUploadedFile("../../Ảnh chụp.exe", picture()), SimpleUploadedFile("b.pdf", b"%PDF-1.7\n...")]
    client.post(NEW, filled_in(attachments=files))
    case = Complaint.objects.get()
    first, second = sorted(case.attachments.all(), key=lambda one: one.mime, reverse=True)
    assert (first.mime, second.mime) == ("image/jpeg", "application/pdf")
    on_disk = (storage.root() / first.pk.hex[:2] / str(first.pk)).read_bytes()
    assert b"\xff\xd8\xff" not in on_disk[:64] and b"taken at home" not in on_disk
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    name, mime, data = read_attachment(kind="complaint", case_id=case.pk, attachment_id=first.pk, by=agent, now=now)
    assert (name, mime) == ("Ảnh chụp.jpg", "image/jpeg")
    assert b"taken at home" not in data and Image.open(io.BytesIO(data)).size == (64, 48)
    assert entries_about(case.target).filter(event="complaint.attachment_read").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jpg", b"<html><script>alert(1)</script>", "not one of the accepted types"),
        ("a.png", b"", "empty"),
        ("big.pdf", b"%PDF-" + b"0" * (5 * 1024 * 1024), "the limit is 5 MB"),
    ],
)
def test_a_file_that_cannot_be_taken_says_which_and_why(client: Client, name: str, content: bytes, words: str) -> None:
    answer = client.post(NEW, filled_in(attachments=[SimpleUploadedFile(name, content)]))
    page = answer.content.decode()
    assert words in page and name in page and STORY in page
    assert "choose them again" in page


def test_too_many_files_are_refused_together(client: Client) -> None:
    files = [SimpleUploadedFile(f"{number}.pdf", b"%PDF-1.7") for number in range(6)]
    assert "At most 5 files" in client.post(NEW, filled_in(attachments=files)).content.decode()


def test_one_guest_cannot_flood_a_mailbox(client: Client) -> None:
    for _ in range(5):
        assert client.post(NEW, filled_in()).status_code == 302
    answer = client.post(NEW, filled_in())
    assert answer.status_code == 422 and "Too many" in answer.content.decode() and STORY in answer.content.decode()


def test_the_page_after_sending_belongs_to_who_sent(client: Client, complaint: Complaint) -> None:
    answer = client.get(RECEIVED)
    assert answer["Location"] == "/en/track/"


def test_personal_pages_are_not_kept_by_browsers(client: Client) -> None:
    client.post(NEW, filled_in())
    for url in (NEW, RECEIVED, "/en/track/"):
        assert "no-store" in client.get(url)["Cache-Control"]
