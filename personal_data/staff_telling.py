"""Mail to staff about what is kept and what goes. Who they are and how mail leaves, upper packages know."""

from collections.abc import Callable, Mapping
from datetime import datetime

HOLD_REVIEW = "staff-hold-review"
RUN_STOPPED = "staff-retention-stopped"
RUN_FAILED = "staff-retention-failed"
DISPOSAL_WAITS = "staff-disposal-waiting"

_ways: list[Callable[..., int]] = []


def tell_staff_with(way: Callable[..., int]) -> None:
    """Hand in how staff are written to; called with the arguments of `tell_staff`, it says how many were."""
    if way not in _ways:
        _ways.append(way)


def tell_staff(
    *, notice: str, context: Mapping[str, str], dedup: str, now: datetime, to: str = "", but: str = ""
) -> int:
    """Write to one colleague, named by reference such as `user:…`; to nobody in particular, to officers and
    administrators, without the one named by `but`. In the caller's transaction, once each under `dedup`. How many were
    written to.
    """
    return sum(way(notice=notice, context=context, dedup=dedup, now=now, to=to, but=but) for way in _ways)
