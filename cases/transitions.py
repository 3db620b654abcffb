"""Which state may follow which. Pure."""

from collections.abc import Mapping

from cases.enums import CaseStatus

TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    CaseStatus.RECEIVED: (CaseStatus.IN_PROGRESS,),
    CaseStatus.IN_PROGRESS: (CaseStatus.RECEIVED, CaseStatus.WAITING, CaseStatus.CLOSED),
    CaseStatus.WAITING: (CaseStatus.RECEIVED, CaseStatus.IN_PROGRESS, CaseStatus.CLOSED),
    CaseStatus.CLOSED: (),
}


def may_follow(*, current: str, target: str) -> bool:
    """Whether a case in `current` may move to `target`."""
    return target in TRANSITIONS[current]
