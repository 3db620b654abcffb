"""Which state of a request may follow which. Pure; drawn in docs/states/request.md."""

from collections.abc import Mapping

from cases.enums import CaseStatus

TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    CaseStatus.RECEIVED: (
        CaseStatus.ACKNOWLEDGED,
        CaseStatus.WITHDRAWN,
        CaseStatus.CLOSED,  # refused because nobody proved who asks
    ),
    CaseStatus.ACKNOWLEDGED: (
        CaseStatus.INVESTIGATING,
        CaseStatus.WAITING,
        CaseStatus.FULFILLING,  # what the portal does by itself, and what is decided at once
        CaseStatus.WITHDRAWN,
        CaseStatus.CLOSED,
    ),
    CaseStatus.INVESTIGATING: (
        CaseStatus.WAITING,
        CaseStatus.FULFILLING,
        CaseStatus.WITHDRAWN,
        CaseStatus.CLOSED,
    ),
    CaseStatus.WAITING: (
        CaseStatus.INVESTIGATING,
        CaseStatus.FULFILLING,
        CaseStatus.WITHDRAWN,
        CaseStatus.CLOSED,
    ),
    CaseStatus.FULFILLING: (
        CaseStatus.INVESTIGATING,  # a deletion called off while it could be; a copy held back before it was made
        CaseStatus.WITHDRAWN,
        CaseStatus.CLOSED,
    ),
    CaseStatus.CLOSED: (),
    CaseStatus.WITHDRAWN: (),
}
