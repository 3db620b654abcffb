"""Waiting for something that happens elsewhere: asked again and again, never a fixed pause."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class NothingCame(AssertionError):
    """Something that was waited for did not happen in time."""


def eventually(look: Callable[[], Found | None], *, seconds: float, what: str) -> Found:
    """What `look` finds. Raises NothingCame."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > end:
            raise NothingCame(f"{what}: nothing after {seconds:.0f} seconds")
        time.sleep(0.1)
