"""What a file really is. The name and the browser's word count for nothing; images are made anew, so nothing hides in
them.
"""

import io
import threading
from dataclasses import dataclass

from django.utils.translation import gettext as _

from personal_data.errors import FileTooLarge, FileTypeRefused

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
VIDEO_TYPES = frozenset({"video/mp4", "video/webm", "video/quicktime"})
DOCUMENT_TYPES = frozenset({"application/pdf"})
ATTACHMENT_TYPES = IMAGE_TYPES | DOCUMENT_TYPES
MAX_PIXELS = 40_000_000
_one_picture = threading.Lock()

EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "application/pdf": ".pdf",
}


@dataclass(frozen=True)
class CleanFile:
    """A file fit to keep: its real type, and its bytes without hidden data."""

    mime: str
    data: bytes


def type_of(data: bytes) -> str | None:
    """The type the content shows, or None for anything not on the list."""
    head = data[:16]
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    return None


def clean_file(data: bytes, *, allowed: frozenset[str], max_bytes: int) -> CleanFile:
    """Check size and content and make images anew without metadata. Raises FileTooLarge, FileTypeRefused."""
    mime = check_file(data, size=len(data), allowed=allowed, max_bytes=max_bytes)
    if mime in IMAGE_TYPES:
        return CleanFile(mime, _image_anew(data, mime))
    return CleanFile(mime, data)


def check_file(head: bytes, *, size: int, allowed: frozenset[str], max_bytes: int) -> str:
    """The real type of a file of which only the beginning was read. Raises FileTooLarge, FileTypeRefused."""
    if not size:
        raise FileTypeRefused(_("This file is empty."))
    if size > max_bytes:
        raise FileTooLarge(
            _("This file has %(size)s MB; the limit is %(limit)s MB.")
            % {"size": f"{size / 1048576:.1f}", "limit": f"{max_bytes / 1048576:g}"}
        )
    mime = type_of(head)
    if mime is None or mime not in allowed:
        raise FileTypeRefused(
            _("The content of this file is not one of the accepted types: %(types)s.")
            % {"types": ", ".join(sorted(EXTENSIONS[kind][1:].upper() for kind in allowed))}
        )
    return mime


def _image_anew(data: bytes, mime: str) -> bytes:
    # Imported here: processes that never see a picture need not carry the library.
    from PIL import Image, ImageOps

    out = io.BytesIO()
    try:
        # One picture at a time in this process: open, a few kilobytes can fill hundreds of megabytes.
        with _one_picture, Image.open(io.BytesIO(data), formats=[mime.removeprefix("image/").upper()]) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise FileTypeRefused(_("This picture has too many pixels. Please send a smaller one."))
            ImageOps.exif_transpose(opened, in_place=True)
            bare: Image.Image = opened
            if opened.mode == "P":
                bare = opened.convert("RGBA" if "transparency" in opened.info else "RGB")
            elif mime == "image/jpeg" and opened.mode != "RGB":
                bare = opened.convert("RGB")
            # The only place from which a plain save takes anything besides the pixels.
            bare.info = {}
            bare.save(out, mime.removeprefix("image/").upper(), **({"quality": 88} if mime == "image/jpeg" else {}))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FileTypeRefused(_("This picture cannot be read. It may be damaged.")) from error
    return out.getvalue()
