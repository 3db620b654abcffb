"""Which state of a request may follow which. Pure; drawn in docs/states/request.md."""

from collections.abc import Mapping

from cases.enums import CaseStatus

TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    CaseStatus.RECEIVED: (CaseStatus.ACKNOWLEDGED, CaseStatus.CLOSED),
    CaseStatus.ACKNOWLEDGED: (CaseStatus.INVESTIGATING, CaseStatus.WAITING, CaseStatus.CLOSED),
    CaseStatus.INVESTIGATING: (CaseStatus.WAITING, CaseStatus.CLOSED),
    CaseStatus.WAITING: (CaseStatus.INVESTIGATING, CaseStatus.CLOSED),
    CaseStatus.CLOSED: (),
}
