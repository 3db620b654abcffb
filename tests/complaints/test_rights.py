"""Who may do what with a complaint: every service against everybody who may not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from audit.models import AuditEntry
from cases.enums import CaseStatus, IntakeChannel
from cases.errors import NotYours, OwnCase, RoleRefused
from cases.explaining import last_day
from cases.services.acknowledging import record_acknowledgement
from cases.services.assigning import release, take
from cases.services.investigating import begin
from cases.services.messaging import write_for_person
from complaints.enums import LinkReason, PostponeReason
from complaints.models import Complaint
from complaints.services.answering import resolve
from complaints.services.closing import close_complaint
from complaints.services.filing import Filed
from complaints.services.linking import link
from complaints.services.triaging import postpone
from core.actors import GUEST
from tests.cases.fixtures import mails_of
from tests.complaints.steps import ask, come_back, fresh, give, sort, turn_away, walked_to

Act = Callable[[Complaint, Any, datetime], object]
STAFF_ACTS: dict[str, Act] = {
    "acknowledge": lambda case, by, now: record_acknowledgement(
        kind="complaint", case_id=case.pk, channel=IntakeChannel.PHONE, by=by, now=now
    ),
    "sort": lambda case, by, now: sort(case, by=by, now=now),
    "postpone": lambda case, by, now: postpone(
        complaint_id=case.pk, reason=PostponeReason.MUCH_DATA, last_day=last_day(case.limit_at), by=by, now=now
    ),
    "begin": lambda case, by, now: begin(kind="complaint", case_id=case.pk, by=by, now=now),
    "ask": lambda case, by, now: ask(case, by=by, now=now),
    "write down": lambda case, by, now: write_for_person(
        kind="complaint",
        case_id=case.pk,
        text="x",
        channel=IntakeChannel.POST,
        received_at=now,
        form_token=uuid4(),
        by=by,
        now=now,
    ),
    "answer": lambda case, by, now: give(case, by=by, now=now),
    "reject": lambda case, by, now: turn_away(case, by=by, now=now),
    "resolve": lambda case, by, now: resolve(complaint_id=case.pk, by=by, now=now),
    "close": lambda case, by, now: close_complaint(complaint_id=case.pk, by=by, now=now),
    "link": lambda case, by, now: link(
        complaint_id=case.pk, earlier="KN-26-2222-3333", reason=LinkReason.SAME_TEXT, note="", by=by, now=now
    ),
    "release": lambda case, by, now: release(kind="complaint", case_id=case.pk, by=by, now=now),
}


@pytest.mark.parametrize("who", ["agent", "auditor", "administrator", "person", "guest"])
def test_nobody_else_does_what_staff_do(
    who: str, complaint: Complaint, agent: User, staff: Callable[..., User], member: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    by: Any = {"person": member, "guest": GUEST}.get(who) or staff(who, "Chi")
    before, refusal = AuditEntry.objects.count(), NotYours if who == "agent" else RoleRefused
    for act in STAFF_ACTS.values():
        with pytest.raises(refusal):
            act(complaint, by, now)
    assert AuditEntry.objects.count() == before


def test_an_officer_does_nothing_with_a_complaint_of_their_own(
    complain: Callable[..., Filed], dpo: User, now: datetime
) -> None:
    own = complain(subject_id=dpo.subject_id).complaint
    for act in STAFF_ACTS.values():
        with pytest.raises(OwnCase):
            act(own, dpo, now)


def test_an_officer_does_nothing_with_a_complaint_about_them_and_hears_nothing_of_it(
    complaint: Complaint, agent: User, dpo: User, now: datetime
) -> None:
    case = walked_to(CaseStatus.TRIAGED, complaint, by=agent, now=now)
    sort(case, category="staff-conduct", about_staff=dpo.pk, by=agent, now=now)
    assert fresh(case).assignee_id == agent.pk
    for act in STAFF_ACTS.values():
        with pytest.raises(OwnCase):
            act(case, dpo, now)
    give(case, by=agent, now=now)
    come_back(case, now=now + timedelta(days=1))
    assert [mail.to for mail in mails_of("staff-case-reopened")] == ["an@example.org"]
