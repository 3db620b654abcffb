"""A picture and a short film for the demo, drawn here so that nobody's real paper or face is in them.

The film is WebM: a WebP picture is a VP8 key frame in another wrapping, so a few of them in a row make a real film.
"""

import io
import struct

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 400
FRAMES = 8
FRAME_MS = 500
PAPER, INK, LINE, BOX = "#f4f1ea", "#2b2f33", "#b9b2a5", "#b98a4e"


def receipt() -> bytes:
    """A made-up receipt as PNG, its number covered."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 30, WIDTH - 40, HEIGHT - 30), outline=LINE, width=2)
    draw.text((70, 60), "BIEN LAI (MAU) / RECEIPT (SAMPLE)", fill=INK, font_size=24)
    for row, text in enumerate(("FT26320000123", "•••• •••• ••••", "1 250 000 VND", "20/11/2026")):
        draw.text((70, 130 + row * 48), text.replace("•", "*"), fill=INK, font_size=22)
        draw.line((70, 164 + row * 48, WIDTH - 70, 164 + row * 48), fill=LINE)
    return _encoded(image, "PNG")


def call_list() -> bytes:
    """A made-up list of calls as PNG."""
    image = Image.new("RGB", (400, 300), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((30, 24), "09:12  024 **** ***  (MAU / SAMPLE)", fill=INK, font_size=18)
    draw.text((30, 70), "09:03  024 **** ***", fill=INK, font_size=18)
    return _encoded(image, "PNG")


def unboxing() -> bytes:
    """A made-up film of a box that opens, four seconds of WebM."""
    return _webm([_vp8_frame(_encoded(_box(step), "WEBP")) for step in range(FRAMES)])


def _box(step: int) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    lift = step * 14
    draw.rectangle((200, 180, 440, 340), fill=BOX, outline=INK, width=3)
    draw.polygon([(200, 180), (320, 180 - lift), (320, 180)], fill=BOX, outline=INK)
    draw.polygon([(440, 180), (320, 180 - lift), (320, 180)], fill=BOX, outline=INK)
    draw.text((40, 30), "MAU / SAMPLE", fill=INK, font_size=22)
    return image


def _encoded(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def _vp8_frame(webp: bytes) -> bytes:
    """The VP8 key frame inside a lossy WebP picture."""
    at = webp.index(b"VP8 ")
    size = struct.unpack("<I", webp[at + 4 : at + 8])[0]
    return webp[at + 8 : at + 8 + size]


def _webm(frames: list[bytes]) -> bytes:
    """The smallest WebM that players accept: header, one VP8 track, one cluster."""
    header = _element(
        "1A45DFA3",
        _element("4286", b"\x01"),  # EBML version
        _element("42F7", b"\x01"),
        _element("42F2", b"\x04"),
        _element("42F3", b"\x08"),
        _element("4282", b"webm"),
        _element("4287", b"\x02"),
        _element("4285", b"\x02"),
    )
    info = _element(
        "1549A966",
        _element("2AD7B1", (1_000_000).to_bytes(4, "big")),  # one tick is a millisecond
        _element("4489", struct.pack(">d", float(len(frames) * FRAME_MS))),
        _element("4D80", b"demo"),
        _element("5741", b"demo"),
    )
    video = _element("E0", _element("B0", WIDTH.to_bytes(2, "big")), _element("BA", HEIGHT.to_bytes(2, "big")))
    track = _element(
        "AE",
        _element("D7", b"\x01"),
        _element("73C5", b"\x01"),
        _element("83", b"\x01"),  # video
        _element("86", b"V_VP8"),
        video,
    )
    blocks = [
        _element("A3", b"\x81" + struct.pack(">h", number * FRAME_MS) + b"\x80" + frame)  # each is a key frame
        for number, frame in enumerate(frames)
    ]
    cluster = _element("1F43B675", _element("E7", b"\x00"), *blocks)
    return header + _element("18538067", info, _element("1654AE6B", track), cluster)


def _element(identity: str, *parts: bytes) -> bytes:
    """One EBML element: its id, its length in eight bytes, its content."""
    content = b"".join(parts)
    return bytes.fromhex(identity) + (len(content) | 1 << 56).to_bytes(8, "big") + content
