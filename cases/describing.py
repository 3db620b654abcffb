"""Words for a case that only its own package knows. Filled at start by upper packages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from audit.models import AuditEntry
from cases.models import Case


@dataclass(frozen=True)
class Description:
    """A case in words for the person who sent it; no content of what was written."""

    heading: str
    about: str
    target_on: date
    target_why: str
    limit_on: date
    limit_why: str
    outcome: str
    next_steps: list[str]
    reply_on: date | None = None
    reply_why: str = ""
    replied: bool = False


@dataclass(frozen=True)
class ShownAnswer:
    """The answer of one round in clear. `timing` says whether it came in time; `ground` why a case was not taken up."""

    round: int
    outcome: str
    finding: str
    done: str
    answered_at: datetime
    timing: str
    in_time: bool
    accepted_at: datetime | None
    ground: str = ""


@dataclass(frozen=True)
class Recourse:
    """Where a person can turn who disagrees, and the article that says so."""

    title: str
    text: str


@dataclass(frozen=True)
class NextSteps:
    """What the person can do with a case now; no date means that reopening is over or used up.

    `unanswered` is a case that ended only because the address was not confirmed.
    """

    can_accept: bool = False
    can_withdraw: bool = False
    reopen_until: date | None = None
    ends_on: date | None = None
    unanswered: bool = False


class MorePart(Protocol):
    """What a kind of case adds to its page: `template` draws it, `first_template` what stands on top, if `first`."""

    @property
    def template(self) -> str: ...

    @property
    def first_template(self) -> str: ...

    @property
    def first(self) -> str: ...


@dataclass(frozen=True)
class CaseWords:
    """What a kind of case says of itself. All but the description may be left out.

    `more` is called with the case, the key of its content (None once that is gone) and where the page is.
    """

    describe: Callable[[Any], Description]
    reason: Callable[[Any, AuditEntry], str] = lambda case, entry: ""
    answers: Callable[[Any, bytes], list[ShownAnswer]] = lambda case, key: []
    recourse: Callable[[Any, datetime], list[Recourse]] = lambda case, now: []
    next_steps: Callable[[Any, datetime], NextSteps] = field(default=lambda case, now: NextSteps())
    staff_reason: Callable[[Any, AuditEntry], str] = lambda case, entry: ""
    staff_outcome: Callable[[Any], str] = lambda case: ""
    more: Callable[[Any, bytes | None, Any, datetime], MorePart | None] = lambda case, key, place, now: None


_words: dict[str, CaseWords] = {}


def describe_with(kind: str, words: CaseWords) -> None:
    """Hand in how cases of a kind are told."""
    _words[kind] = words


def words_of(case: Case) -> CaseWords:
    """How a case is told. Raises KeyError for a kind nobody handed words in for."""
    return _words[case.kind]


def description_of(case: Case) -> Description:
    """A case in words."""
    return words_of(case).describe(case)
