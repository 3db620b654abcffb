"""What may happen to a clock once it runs, and which histories are refused. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ClockEventKind(StrEnum):
    """Something that may move a date."""

    PAUSE = "PAUSE"
    EXTENSION = "EXTENSION"
    REOPENING = "REOPENING"
    PROCESSOR = "PROCESSOR"
    TARGET = "TARGET"


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One thing that happened, at a moment.

    PAUSE lasts until `until`, or still lasts; EXTENSION adds `days`; REOPENING starts a round of its own; PROCESSOR
    says that another company must act; TARGET sets the target of a promise, in calendar days from the start of its
    round.
    """

    kind: ClockEventKind
    at: datetime
    until: datetime | None = None
    days: int = 0
    reason: str = ""


class ClockFault(ValueError):
    """A history that cannot be: `code` says what is wrong with it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def in_order(events: Sequence[ClockEvent], *, received_at: datetime) -> list[ClockEvent]:
    """The events as they happened, pauses of no length left out. Raises ClockFault.

    A pause that begins as another ends does not overlap it.
    """
    found = sorted((event for event in events if event.until != event.at), key=lambda event: event.at)
    if found and found[0].at < received_at:
        raise ClockFault("before-receipt")
    paused: ClockEvent | None = None
    for event in found:
        if event.kind != ClockEventKind.PAUSE:
            continue
        if event.until is not None and event.until < event.at:
            raise ClockFault("pause-backwards")
        if paused is not None and (paused.until is None or event.at < paused.until):
            raise ClockFault("pauses-overlap")
        paused = event
    return found
