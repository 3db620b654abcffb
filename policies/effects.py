"""What publishing a pack would bring about, asked of the packages that know."""

from collections.abc import Callable
from datetime import datetime

from policies.pack_types import Pack

_tell: list[Callable[..., list[str]]] = []


def tell_effect(tell: Callable[..., list[str]]) -> None:
    """Register `tell(before, after, now=…)`: what comes of another pack in the place of the one published last."""
    if tell not in _tell:
        _tell.append(tell)


def effects_of(before: Pack, after: Pack, *, now: datetime) -> list[str]:
    """What comes of publishing it, a sentence each."""
    return [words for tell in _tell for words in tell(before, after, now=now)]
