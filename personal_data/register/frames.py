"""The form of the register: one line of JSON a frame, each naming the hash of the line before and signed. Pure.

A line, its signature included, is hashed as a whole, so that the last signature vouches for every byte back to the
first line, whose own signature vouches for that one. The first line says on which hash the next one builds: a random
one in a new register, that of the last line left out in a shortened one.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from personal_data.register.entries import Written
from personal_data.register.faults import Fault, RegisterFault

FORM = 1
_MARK = b',"signature":"'
_END = b'"}\n'
_SIGNED = b"privacy-portal erasure register frame\n"


@dataclass(frozen=True, slots=True)
class Place:
    """A point in the register: the frame before it, that frame's hash, and where its line ends in the file."""

    register: UUID
    sequence: int
    digest: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One line as it was read. `first` lines open the register and announce nothing."""

    register: UUID
    sequence: int
    builds_on: bytes
    at: datetime
    entries: Sequence[Written]
    first: bool
    digest: bytes
    start: int
    end: int

    @property
    def place(self) -> Place:
        """Where the next frame goes on."""
        return Place(self.register, self.sequence, self.builds_on if self.first else self.digest, self.end)


def first_line(*, register: UUID, sequence: int, builds_on: bytes, at: datetime, key: Ed25519PrivateKey) -> bytes:
    """The line that opens a register; frames up to `sequence`, whose hash it names, are not in it."""
    told = {"form": FORM, "register": str(register), "sequence": sequence, "next": builds_on.hex(), "at": _text(at)}
    return _signed(told, key)


def next_line(*, place: Place, entries: Sequence[Written], at: datetime, key: Ed25519PrivateKey) -> bytes:
    """The line that follows a place."""
    told = {
        "register": str(place.register),
        "sequence": place.sequence + 1,
        "before": place.digest.hex(),
        "at": _text(at),
        "entries": list(entries),
    }
    return _signed(told, key)


def read_line(line: bytes, *, start: int) -> Frame:
    """One whole line; its signature is a question of its own. Raises RegisterFault."""
    try:
        told = json.loads(line)
        first = "form" in told
        return Frame(
            register=UUID(told["register"]),
            sequence=int(told["sequence"]),
            builds_on=bytes.fromhex(told["next" if first else "before"]),
            at=datetime.fromisoformat(told["at"]),
            entries=() if first else told["entries"],
            first=first,
            digest=digest_of(line),
            start=start,
            end=start + len(line),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise RegisterFault(Fault.ALTERED) from error


def check_signature(line: bytes, *, key: Ed25519PublicKey, sequence: int) -> None:
    """Whether the line is ours, to the byte. Raises RegisterFault."""
    body, mark, rest = line.rpartition(_MARK)
    try:
        if not mark or not rest.endswith(_END):
            raise ValueError
        signature = base64.b64decode(rest[: -len(_END)], validate=True)
        if base64.b64encode(signature) != rest[: -len(_END)]:
            raise ValueError
        key.verify(signature, _told(body))
    except (InvalidSignature, ValueError) as error:
        raise RegisterFault(Fault.ALTERED, sequence=sequence) from error


def check_follows(frame: Frame, place: Place) -> None:
    """Whether a frame is the next one after a place. Raises RegisterFault."""
    if frame.register != place.register:
        raise RegisterFault(Fault.FOREIGN, sequence=frame.sequence)
    if frame.first or frame.sequence != place.sequence + 1 or frame.builds_on != place.digest:
        raise RegisterFault(Fault.ALTERED, sequence=place.sequence + 1)


def digest_of(line: bytes) -> bytes:
    """The hash by which the next line, and the database, name this one."""
    return hashlib.sha256(line).digest()


def _signed(told: dict[str, object], key: Ed25519PrivateKey) -> bytes:
    body = json.dumps(told, separators=(",", ":")).encode()[:-1]
    return body + _MARK + base64.b64encode(key.sign(_told(body))) + _END


def _told(body: bytes) -> bytes:
    return _SIGNED + hashlib.sha256(body).digest()


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
