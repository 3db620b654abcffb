"""The pieces of a request's page, as templates/dsr_requests/_case.html draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Who:
    """Whether it is established who asks, and how."""

    is_known: bool
    how: str = ""
    since: datetime | None = None
    names: Sequence[tuple[str, str]] = ()
    mandate: str = ""
    mandate_kind: str = ""
    until: date | None = None
    needs_child: bool = False
    demands: Sequence[str] = ()
    takes_evidence: bool = False
    gave_evidence: int = 0


@dataclass(frozen=True)
class ShownDecision:
    """A decision in effect, or one that waits for its second person."""

    is_pending: bool
    verdict: str = ""
    kind: str = ""
    ground: str = ""
    article: str = ""
    refused: str = ""
    words: str = ""
    at: datetime | None = None
    by_portal: bool = False
    may_contest: bool = False


@dataclass(frozen=True)
class ShownCorrection:
    """One field: what is held, what is proposed, what came of it. Values are empty where they must not be shown."""

    code: str
    label: str
    present: str
    proposed: str
    state: str
    state_kind: str
    ground: str
    is_offer: bool
    by_staff: bool
    is_over: bool
    is_withheld: bool = False


@dataclass(frozen=True)
class ShownStep:
    """One step of carrying it out."""

    kind: str
    status: str
    label: str


@dataclass(frozen=True)
class ShownErasure:
    """The deletion a request set going; without `url` its link goes to somebody else."""

    url: str
    is_cooling: bool
    is_done: bool
    is_cancelled: bool
    starts_at: datetime
    certificate: str
    differences: Sequence[str]


@dataclass(frozen=True)
class ShownPackage:
    """The copy a request set going."""

    kind: str
    label: str
    is_ready: bool
    is_coming: bool
    done: int
    total: int
    until: datetime | None
    fetched_at: datetime | None
    url: str


@dataclass(frozen=True)
class ShownHold:
    """Why the copy is held back; `words` are empty for whoever reads nothing of the person."""

    ground: str
    article: str
    words: str
    since: datetime


@dataclass(frozen=True)
class ShownOrder:
    """A recipient who was told."""

    recipient: str
    order: str
    due_on: date
    confirmed_at: datetime | None
    is_late: bool


@dataclass(frozen=True)
class RequestPart:
    """What templates/dsr_requests/_case.html draws."""

    wish: Sequence[tuple[str, str]]
    who: Who
    decision: ShownDecision | None
    plan: Sequence[str]
    steps: Sequence[ShownStep]
    steps_done: int
    corrections: Sequence[ShownCorrection]
    erasure: ShownErasure | None
    package: ShownPackage | None
    held: ShownHold | None
    orders: Sequence[ShownOrder]
    limits: Sequence[str]
    longer: str
    is_open: bool
    may_take_back: bool
    sign_in: str
    template: str = "dsr_requests/_case.html"
    first_template: str = "dsr_requests/_first.html"

    @property
    def has_offer(self) -> bool:
        """Whether a correction our staff proposed waits here for its person; the answer says who it is."""
        return any(row.is_offer and row.proposed for row in self.corrections)

    @property
    def first(self) -> str:
        """What the person can do now, and so what stands on top of the page; empty when nothing waits for them."""
        if self.has_offer:
            return "corrections"
        if self.is_open and not self.who.is_known and self.who.mandate != "REFUSED":
            return "who"
        if self.erasure and self.erasure.is_cooling:
            return "erasure"
        if self.held:
            return "held"
        return "package" if self.package and self.package.is_ready else ""
