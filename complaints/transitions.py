"""Which state of a complaint may follow which. Pure; drawn in docs/states/complaint.md."""

from collections.abc import Mapping

from cases.enums import CaseStatus

TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    CaseStatus.RECEIVED: (
        CaseStatus.ACKNOWLEDGED,
        CaseStatus.TRIAGED,
        CaseStatus.WITHDRAWN,
        CaseStatus.REJECTED,
        CaseStatus.CLOSED,  # only when the address of a guest was never confirmed
    ),
    CaseStatus.ACKNOWLEDGED: (
        CaseStatus.TRIAGED,
        CaseStatus.INVESTIGATING,
        CaseStatus.WAITING,
        CaseStatus.WITHDRAWN,
        CaseStatus.REJECTED,
        CaseStatus.CLOSED,  # as above
    ),
    CaseStatus.TRIAGED: (
        CaseStatus.INVESTIGATING,
        CaseStatus.WAITING,
        CaseStatus.ANSWERED,
        CaseStatus.WITHDRAWN,
        CaseStatus.REJECTED,
        CaseStatus.CLOSED,  # as above
    ),
    CaseStatus.INVESTIGATING: (
        CaseStatus.WAITING,
        CaseStatus.ANSWERED,
        CaseStatus.WITHDRAWN,
        CaseStatus.REJECTED,
    ),
    CaseStatus.WAITING: (
        CaseStatus.INVESTIGATING,
        CaseStatus.ANSWERED,
        CaseStatus.WITHDRAWN,
        CaseStatus.REJECTED,
    ),
    CaseStatus.REOPENED: (
        CaseStatus.INVESTIGATING,
        CaseStatus.WAITING,
        CaseStatus.ANSWERED,
        CaseStatus.WITHDRAWN,
    ),
    CaseStatus.ANSWERED: (CaseStatus.RESOLVED, CaseStatus.REOPENED, CaseStatus.CLOSED),
    CaseStatus.RESOLVED: (CaseStatus.REOPENED, CaseStatus.CLOSED),
    CaseStatus.REJECTED: (CaseStatus.REOPENED, CaseStatus.CLOSED),
    CaseStatus.CLOSED: (CaseStatus.REOPENED,),
    CaseStatus.WITHDRAWN: (),
}
