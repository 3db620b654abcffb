"""References people read out on the phone: no character looks like another. Pure but for the random source."""

import re
import secrets
from datetime import date

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_SHAPE = re.compile(rf"^([A-Z]{{2}})(\d{{2}})([{ALPHABET}]{{4}})([{ALPHABET}]{{4}})$")


def new_reference(prefix: str, *, on: date) -> str:
    """A fresh reference such as KN-26-7KQM-X3WP: two letters of the kind, the year, eight random characters."""
    random = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{prefix}-{on:%y}-{random[:4]}-{random[4:]}"


def as_written(typed: str) -> str:
    """A reference as we write it, however it was typed; an empty string when it cannot be one."""
    letters = re.sub(r"[^0-9A-Z]", "", typed.upper())
    found = _SHAPE.match(letters)
    return "-".join(found.groups()) if found else ""


def as_begun(typed: str, *, prefix: str) -> str:
    """The beginning of a reference as we write it: KN-26-7K for "kn 26 7k"; an empty string when it cannot be one."""
    letters = re.sub(r"[^0-9A-Z]", "", typed.upper())
    if not re.fullmatch(rf"{prefix}(\d?|\d\d[{ALPHABET}]{{0,8}})", letters):
        return ""
    return "-".join(part for part in (letters[:2], letters[2:4], letters[4:8], letters[8:]) if part)
