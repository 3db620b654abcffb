"""Small pictures, drawn where they are needed."""

import io

from PIL import Image


def picture(*, size: tuple[int, int] = (64, 48), colour: str = "#2f6fb0") -> bytes:
    """A PNG of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()
