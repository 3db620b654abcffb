"""What a deletion did, as the person can keep it: no value of the person stands on it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.erasure_words import recipients_waited_for
from personal_data.enums import Fate
from personal_data.erasure_words import by_reason, differences, label_of, shared_words
from personal_data.models import ErasureRun


@dataclass(frozen=True)
class GoneRow:
    """Something that was deleted or made unreadable; `note` says how where it was not simply deleted."""

    what: str
    planned: int
    gone: int
    note: str


@dataclass(frozen=True)
class KeptRow:
    """Something that was kept; `note` says whether it also names someone else."""

    what: str
    count: int
    note: str


@dataclass(frozen=True)
class KeptGroup:
    """What was kept on one ground, and until when."""

    why: str
    until: str
    rows: list[KeptRow]


@dataclass(frozen=True)
class Certificate:
    """A finished run in the words of one language."""

    number: str
    asked_at: datetime
    finished_at: datetime
    waits_for: int
    gone: list[GoneRow]
    kept: list[KeptGroup]
    differences: list[str]
    plan_hash: str


def certificate_of(run: ErasureRun) -> Certificate:
    """What a finished run deleted and kept."""
    assert run.finished_at is not None
    lines = list(run.plan.lines.all())
    kept = [line for line in lines if line.fate == Fate.KEEP and (line.rows or line.left)]
    return Certificate(
        number=str(run.pk),
        asked_at=run.asked_at,
        finished_at=run.finished_at,
        waits_for=recipients_waited_for(run),
        gone=[
            GoneRow(
                label_of(line.target),
                line.rows,
                line.gone or 0,
                "" if line.fate == Fate.DELETE else str(Fate(line.fate).label),
            )
            for line in lines
            if line.fate in (Fate.DELETE, Fate.BLANK, Fate.UNREADABLE) and (line.rows or line.gone)
        ],
        kept=[
            KeptGroup(
                why, until, [KeptRow(label_of(line.target), line.left or 0, shared_words(line)) for line in group]
            )
            for (why, until), group in by_reason(kept).items()
        ],
        differences=differences(lines),
        plan_hash=bytes(run.plan.digest).hex(),
    )
