"""Forms sent twice, too large, or with a picture made to fill the memory."""

import io
import threading
import zlib
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from complaints.models import Complaint
from personal_data.content import IMAGE_TYPES, clean_file
from policies.models import PolicyVersion
from tests.cases.fixtures import GUEST_ADDRESS, STORY, mails_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def test_a_guest_who_sent_the_form_twice_at_once_proves_the_address_from_either_answer(
    policy_in_force: PolicyVersion,
) -> None:
    form = {
        "form_token": str(uuid4()),
        "category": "unwanted-marketing",
        "remedy": "STOP",
        "text": STORY,
        "address": GUEST_ADDRESS,
    }
    first, second = Client(), Client()
    for browser in (first, second):
        assert browser.post("/en/complaints/new/", form).status_code == 302
    assert Complaint.objects.count() == 1
    answer = second.post("/en/track/received/", {"code": mails_of("case-verify")[0].code})
    assert answer.status_code == 302
    assert Complaint.objects.get().is_verified


def test_a_refused_form_is_read_to_its_end_so_that_the_browser_shows_our_page(policy_in_force: PolicyVersion) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/vi/complaints/new/")
    body = b"text=" + b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    answer = browser.post("/vi/complaints/new/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert answer.wsgi_request._stream.read(1) == b""


def test_many_large_pictures_at_once_are_taken_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = io.BytesIO()
    Image.new("RGBA", (3000, 3000)).save(picture, "PNG", compress_level=1)
    working, most, lock = 0, 0, threading.Lock()
    save = Image.Image.save

    def counted(*args: object, **kwargs: object) -> None:
        nonlocal working, most
        with lock:
            working += 1
            most = max(most, working)
        save(*args, **kwargs)  # type: ignore[arg-type]
        with lock:
            working -= 1

    monkeypatch.setattr(Image.Image, "save", counted)
    several = [
        threading.Thread(
            target=clean_file, args=(picture.getvalue(),), kwargs={"allowed": IMAGE_TYPES, "max_bytes": 10**8}
        )
        for _ in range(4)
    ]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert most == 1


def test_a_picture_of_many_pixels_in_few_bytes_is_refused_before_it_is_opened() -> None:
    from personal_data.errors import FileTypeRefused

    size = (60_000).to_bytes(4) * 2 + bytes([8, 6, 0, 0, 0])
    head = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR" + size + zlib.crc32(b"IHDR" + size).to_bytes(4)
    with pytest.raises(FileTypeRefused):
        clean_file(head + bytes(60), allowed=IMAGE_TYPES, max_bytes=10**6)
