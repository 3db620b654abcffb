"""Files are what their bytes say, and pictures are made anew."""

import io

import pytest
from PIL import Image

from personal_data.content import ATTACHMENT_TYPES, IMAGE_TYPES, VIDEO_TYPES, clean_file
from personal_data.errors import FileTooLarge, FileTypeRefused
from personal_data.services.files import shown_name

MB = 1024 * 1024


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind, **options)
    return out.getvalue()


def test_a_picture_loses_its_hidden_data() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    data = picture(exif=exif)
    assert b"taken at home" in data
    clean = clean_file(data, allowed=IMAGE_TYPES, max_bytes=MB)
    assert b"taken at home" not in clean.data
    assert clean.mime == "image/jpeg"


def test_bytes_hidden_behind_a_picture_are_gone() -> None:
    clean = clean_file(picture("PNG") + b"<script>alert(1)</script>", allowed=IMAGE_TYPES, max_bytes=MB)
    assert b"<script>" not in clean.data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_still_open_afterwards(kind: str) -> None:
    clean = clean_file(picture(kind), allowed=IMAGE_TYPES, max_bytes=MB)
    with Image.open(io.BytesIO(clean.data)) as opened:
        assert opened.size == (40, 30)


@pytest.mark.parametrize(
    ("data", "allowed"),
    [
        (b"", IMAGE_TYPES),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", IMAGE_TYPES),
        (b"MZ\x90\x00 a program", ATTACHMENT_TYPES),
        (b"%PDF-1.7 a document", IMAGE_TYPES),
        (b"\xff\xd8\xff half a picture", IMAGE_TYPES),
        (b"\x00\x00\x00\x18ftypmp42 a film", IMAGE_TYPES),
        (b"PK\x03\x04 an archive", VIDEO_TYPES),
    ],
)
def test_other_content_is_refused_with_words(data: bytes, allowed: frozenset[str]) -> None:
    with pytest.raises(FileTypeRefused) as refused:
        clean_file(data, allowed=allowed, max_bytes=MB)
    assert str(refused.value.message)


def test_a_pixel_flood_is_refused() -> None:
    flood = picture("PNG", size=(7000, 7000), compress_level=9)
    assert len(flood) < MB
    with pytest.raises(FileTypeRefused):
        clean_file(flood, allowed=IMAGE_TYPES, max_bytes=MB)


def test_an_oversize_file_says_both_sizes() -> None:
    with pytest.raises(FileTooLarge) as refused:
        clean_file(b"x" * (2 * MB), allowed=IMAGE_TYPES, max_bytes=MB)
    assert "2.0" in str(refused.value.message) and "1" in str(refused.value.message)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\An\\ảnh cưới.JPEG", "ảnh cưới.jpg"),
        ('a"b\r\nSet-Cookie: x.png', "abSet-Cookie x.jpg"),
        (".htaccess", "file.jpg"),
        ("x" * 400 + ".jpg", "x" * 120 + ".jpg"),
    ],
)
def test_a_name_is_safe_to_show_and_save(name: str, shown: str) -> None:
    assert shown_name(name, "image/jpeg") == shown
