"""Files one by one: limits stated beforehand, refusals beside the field, downloads that cannot do harm."""

import html
import io
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from audit.models import AuditEntry
from personal_data import storage
from personal_data.models import StoredFile
from personal_data.services import files

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
ADD = "/en/account/data/payment-image/files/add/"


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue()


def send(browser: Client, data: bytes, name: str = "receipt.jpg", address: str = ADD) -> str:
    response = browser.post(address, {"file": SimpleUploadedFile(name, data)}, follow=True)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_limits_stand_there_before_a_file_is_chosen(browser: Client) -> None:
    text = browser.get(ADD).content.decode()
    assert "error-summary" not in text
    assert "at most 5 MB" in text and "JPG" in text
    assert "at most 50 MB" in browser.get("/en/account/data/warranty-video/files/add/").content.decode()


def test_a_file_is_added_seen_downloaded_and_deleted(browser: Client, member: User) -> None:
    assert "File added" in send(browser, jpeg(), name="Biên lai tháng 3.jpg")
    stored = StoredFile.objects.get()
    assert "Biên lai tháng 3.jpg" in browser.get("/en/account/data/").content.decode()
    assert browser.get(f"/en/account/files/{stored.pk}/").status_code == 200
    shown = browser.get(f"/en/account/files/{stored.pk}/content/")
    assert shown["Content-Type"] == "image/jpeg" and "sandbox" in shown["Content-Security-Policy"]
    kept = browser.get(f"/en/account/files/{stored.pk}/download/")
    assert kept["Content-Disposition"].startswith("attachment; filename*=utf-8''Bi%C3%AAn%20lai")
    assert kept["X-Content-Type-Options"] == "nosniff" and "no-store" in kept["Cache-Control"]
    assert browser.get(f"/en/account/files/{stored.pk}/delete/").status_code == 200
    for _turn in range(2):
        browser.post(f"/en/account/files/{stored.pk}/delete/")
    assert not StoredFile.objects.exists() and stored.pk not in set(storage.stored_blobs(older_than=2**40))
    events = list(AuditEntry.objects.filter(event__startswith="file.").order_by("id").values_list("event", flat=True))
    assert events == ["file.stored", "file.read", "file.read", "file.erased"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xd8\xff" + b"x" * (5 * 1024 * 1024), "the limit is 5 MB"),
        (b"MZ\x90\x00 a program", "not one of the accepted types"),
        (b"%PDF-1.7 a document", "not one of the accepted types"),
        (b"\xff\xd8\xff\xe0 half a picture", "cannot be read"),
        (b"", "This file is empty"),
    ],
)
def test_a_wrong_file_says_which_and_why(browser: Client, data: bytes, words: str) -> None:
    text = send(browser, data)
    assert words in text and "error-summary" in text
    assert not StoredFile.objects.exists()


def test_no_file_at_all_is_told_beside_the_field(browser: Client) -> None:
    assert "Choose a file first" in browser.post(ADD, {}).content.decode()


def test_more_than_a_request_may_bring_is_dropped_with_its_size(
    browser: Client, settings: pytest.FixtureRequest
) -> None:
    settings.PORTAL_UPLOAD_MAX_BYTES = 6 * 1024 * 1024  # type: ignore[attr-defined]
    assert "This file has 8.0 MB; the limit is 5 MB" in send(browser, b"\xff\xd8\xff" + b"x" * (8 * 1024 * 1024 - 3))


def test_files_end_at_a_number(browser: Client, member: User, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 1)
    send(browser, jpeg())
    assert "Delete one first" in send(browser, jpeg())


def test_another_persons_file_does_not_exist(browser: Client, member: User, now: datetime) -> None:
    from accounts.services.registering import register_person
    from core.actors import SYSTEM

    other = register_person(address="khac@example.vn", password="x" * 12, language="vi", by=SYSTEM, now=now)
    stored = files.store_file(
        subject_id=other.subject_id, field="payment-image", name="a.jpg", data=jpeg(), by=other, now=now
    )
    for action in ("", "content/", "download/", "delete/"):
        response = browser.get(f"/en/account/files/{stored.pk}/{action}")
        assert response.status_code == 302 and response["Location"] == "/en/account/data/"
    browser.post(f"/en/account/files/{stored.pk}/delete/")
    assert StoredFile.objects.exists()


def film(megabytes: int) -> bytes:
    return b"\x00\x00\x00\x20ftypisom" + bytes(megabytes * 1024 * 1024)


def test_a_long_film_goes_in_and_comes_out_whole(browser: Client) -> None:
    data = film(9)
    address = "/en/account/data/warranty-video/files/add/"
    assert "File added" in send(browser, data, name="khui hàng.mp4", address=address)
    stored = StoredFile.objects.get()
    assert stored.size == len(data)
    response = browser.get(f"/en/account/files/{stored.pk}/download/")
    assert response.streaming and response["Content-Length"] == str(len(data))
    assert b"".join(response.streaming_content) == data  # type: ignore[arg-type]


def test_a_film_does_not_fill_the_memory(browser: Client, member: User, now: datetime) -> None:
    import tracemalloc

    class Film:
        size = 40 * 1024 * 1024

        def chunks(self) -> Iterator[bytes]:
            yield b"\x00\x00\x00\x20ftypisom".ljust(1024 * 1024, b"\0")
            for _piece in range(39):
                yield bytes(1024 * 1024)

    tracemalloc.start()
    stored = files.store_file(
        subject_id=member.subject_id, field="warranty-video", name="a.mp4", data=Film(), by=member, now=now
    )
    opened = files.open_file(subject_id=member.subject_id, file_id=stored.pk, by=member, now=now)
    assert sum(len(piece) for piece in opened.pieces) == Film.size
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 1024 * 1024


def test_a_damaged_file_is_told_kindly(browser: Client) -> None:
    send(browser, jpeg())
    stored = StoredFile.objects.get()
    path = storage.root() / stored.pk.hex[:2] / str(stored.pk)
    path.write_bytes(path.read_bytes()[:-1])
    assert browser.get(f"/en/account/files/{stored.pk}/content/").status_code == 302
