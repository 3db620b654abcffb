"""A person's complaints and requests: lists, one case, an answer that acts once, a file that comes back as it went."""

import html
import io
import uuid
from datetime import datetime

import pytest
from django.test import Client
from PIL import Image

from accounts.models import User
from accounts.services.registering import register_person
from cases.services.filing import Sender, Upload
from complaints.enums import Remedy
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, file_complaint
from core.actors import SYSTEM
from personal_data.content import ATTACHMENT_TYPES, clean_file
from tests.accounts.pages.conftest import ADDRESS

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
TEXT = "Tôi bị gọi quảng cáo hai lần mỗi ngày."


@pytest.fixture
def complaint(member: User, now: datetime) -> Complaint:
    """Sent by the person, with a picture."""
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(out, "PNG")
    picture = clean_file(out.getvalue(), allowed=ATTACHMENT_TYPES, max_bytes=10**6)
    return file_complaint(
        form_token=uuid.uuid4(),
        sender=Sender(address=ADDRESS, language="en", subject_id=member.subject_id),
        content=ComplaintText(text=TEXT, category="unwanted-marketing", remedy=Remedy.STOP),
        uploads=[Upload(name="cuoc-goi.png", file=picture)],
        by=member,
        now=now,
    ).complaint


def page(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200 and "no-store" in response["Cache-Control"]
    return html.unescape(response.content.decode())


def test_empty_lists_say_what_to_do(browser: Client) -> None:
    assert "You have sent no complaint" in page(browser, "/en/account/complaints/")
    assert "You have sent no request" in page(browser, "/en/account/requests/")


def test_a_complaint_is_listed_and_read_with_its_dates(browser: Client, complaint: Complaint) -> None:
    assert complaint.reference in page(browser, "/en/account/complaints/")
    assert "Unwanted marketing" in page(browser, "/en/account/")
    text = page(browser, f"/en/account/complaints/{complaint.reference}/")
    assert TEXT in text and "Why this date" in text and "cuoc-goi.png" in text


def test_a_message_is_added_once(browser: Client, complaint: Complaint) -> None:
    address, token = f"/en/account/complaints/{complaint.reference}/", str(uuid.uuid4())
    for _turn in range(2):
        browser.post(address, {"form_token": token, "text": "Sáng nay lại gọi."})
    assert complaint.messages.count() == 1
    assert "Sáng nay lại gọi." in page(browser, address)
    empty = browser.post(address, {"form_token": str(uuid.uuid4()), "text": " "})
    assert empty.status_code == 422 and b"error-summary" in empty.content


def test_the_file_comes_back_as_a_download(browser: Client, complaint: Complaint) -> None:
    file = complaint.attachments.get()
    response = browser.get(f"/en/account/complaints/{complaint.reference}/files/{file.pk}/")
    assert response["Content-Disposition"].startswith("attachment") and response["Content-Type"] == "image/png"


def test_another_persons_case_does_not_exist(complaint: Complaint, now: datetime) -> None:
    other = register_person(address="khac@example.vn", password="x" * 12, language="vi", by=SYSTEM, now=now)
    browser = Client()
    browser.force_login(other)
    file = complaint.attachments.get()
    for tail in ("", f"files/{file.pk}/"):
        assert browser.get(f"/en/account/complaints/{complaint.reference}/{tail}").status_code == 404


def test_a_form_sent_after_the_session_ended_is_kept(browser: Client, complaint: Complaint) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()
    address = f"/en/account/complaints/{complaint.reference}/"
    response = browser.post(address, {"form_token": str(uuid.uuid4()), "text": "Chữ đã gõ"}, follow=True)
    assert "/auth/login/" in response.redirect_chain[-1][0]
    assert complaint.messages.count() == 0
