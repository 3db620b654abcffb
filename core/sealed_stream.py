"""Long contents sealed piece by piece, so that a film needs no more memory than a picture.

Each piece is bound to its place and to whether it is the last: none can be exchanged, left out, repeated or cut off.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from core.encryption import CannotOpen, seal, unseal

PIECE_BYTES = 1024 * 1024
_MARK = b"\x03"
_HEAD = struct.Struct(">BI")
_MORE, _LAST = 0, 1


class SealedWriter:
    """Seals what is written to it; `finish` writes the last piece, without which nothing opens."""

    def __init__(self, out: BinaryIO, *, key: bytes, context: str) -> None:
        self.out, self.key, self.context = out, key, context
        self.waiting = bytearray()
        self.number = 0
        out.write(_MARK)

    def write(self, data: bytes) -> None:
        """Add to the content."""
        self.waiting += data
        while len(self.waiting) > PIECE_BYTES:
            self._write_piece(bytes(self.waiting[:PIECE_BYTES]), is_last=False)
            del self.waiting[:PIECE_BYTES]

    def finish(self) -> None:
        """Write what is left. Called once."""
        self._write_piece(bytes(self.waiting), is_last=True)
        self.waiting.clear()

    def _write_piece(self, piece: bytes, *, is_last: bool) -> None:
        sealed = seal(self.key, piece, context=_place(self.context, self.number, is_last))
        self.out.write(_HEAD.pack(_LAST if is_last else _MORE, len(sealed)))
        self.out.write(sealed)
        self.number += 1


def sealed_pieces(source: BinaryIO, *, key: bytes, context: str) -> Iterator[bytes]:
    """The content in clear, piece by piece. Raises CannotOpen at the first piece that is not as it was written."""
    if source.read(len(_MARK)) != _MARK:
        raise CannotOpen
    number, is_last = 0, False
    while not is_last:
        head = source.read(_HEAD.size)
        if len(head) != _HEAD.size:
            raise CannotOpen
        flag, length = _HEAD.unpack(head)
        is_last = flag == _LAST
        if flag not in (_MORE, _LAST) or length > 2 * PIECE_BYTES:
            raise CannotOpen
        yield unseal(key, source.read(length), context=_place(context, number, is_last))
        number += 1
    if source.read(1):
        raise CannotOpen


def _place(context: str, number: int, is_last: bool) -> str:
    return f"{context}:{number}:{'last' if is_last else 'more'}"
