"""Long contents piece by piece: what goes in comes out, and nothing can be moved, cut or exchanged."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import sealed_stream
from core.encryption import CannotOpen, new_key
from core.sealed_stream import SealedWriter, sealed_pieces

KEY = new_key()


def sealed(content: bytes, *, context: str = "here", step: int = 7) -> bytes:
    out = io.BytesIO()
    writer = SealedWriter(out, key=KEY, context=context)
    for start in range(0, len(content), step):
        writer.write(content[start : start + step])
    writer.finish()
    return out.getvalue()


def opened(blob: bytes, *, context: str = "here") -> bytes:
    return b"".join(sealed_pieces(io.BytesIO(blob), key=KEY, context=context))


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_stream, "PIECE_BYTES", 64)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 128, 1000])
def test_what_goes_in_comes_out(length: int) -> None:
    content = bytes(number % 251 for number in range(length))
    assert opened(sealed(content)) == content


def test_nothing_of_it_is_readable() -> None:
    assert b"payment" not in sealed(b"payment reference " * 20)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_change_is_noticed(data: st.DataObject) -> None:
    blob = sealed(bytes(300))
    place = data.draw(st.integers(0, len(blob) - 1))
    changed = bytearray(blob)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpen):
        opened(bytes(changed))


@pytest.mark.parametrize("cut", [1, 5, 90, 200])
def test_a_cut_end_is_noticed(cut: int) -> None:
    with pytest.raises(CannotOpen):
        opened(sealed(bytes(300))[:-cut])


def test_pieces_do_not_change_places_and_nothing_is_added() -> None:
    blob = sealed(bytes(192))
    size = (len(blob) - 1) // 3
    first, second, last = blob[1 : 1 + size], blob[1 + size : 1 + 2 * size], blob[1 + 2 * size :]
    for wrong in (second + first + last, first + last, last, first + second + last + b"x"):
        with pytest.raises(CannotOpen):
            opened(b"\x03" + wrong)


def test_it_opens_only_where_it_belongs() -> None:
    with pytest.raises(CannotOpen):
        opened(sealed(b"content"), context="elsewhere")
