"""Whoever worked on a person's cases, and whoever else is held, stands in no copy of that person's data."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest

from accounts.models import User
from cases.services.assigning import take
from cases.services.investigating import begin
from cases.services.looking import note_look
from complaints.enums import Outcome
from complaints.models import Complaint
from complaints.services.answering import answer
from complaints.services.filing import Filed
from core.actors import SYSTEM
from dsr_requests.enums import RequestKind
from dsr_requests.wishes import Wish
from personal_data.models import DataItem
from personal_data.services.holding import reveal, write_item
from personal_data.services.subjects import create_subject
from tests.dsr_requests.steps import by_member, hold, refused
from tests.personal_data.package_steps import Copy, fetched, made

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
AGENT, OFFICER = "DinhCongTruc", "QuachThiKin"
OWN_NAME, OTHER_NAME = "Trần Thị Lan", "Người Đứng Cạnh"
FOUND = "Chúng tôi đã xem lại."


def text_of(copy: Copy) -> str:
    """Everything that can be read in a copy."""
    return "\n".join(entry.decode(errors="replace") for entry in copy.entries.values()).casefold()


def test_no_colleague_and_nobody_else_stands_in_it(
    member: User, staff: Callable[..., User], complain: Callable[..., Filed], now: datetime
) -> None:
    agent, officer = staff("agent", AGENT), staff("dpo", OFFICER)
    other = create_subject(by=SYSTEM, now=now, language="vi")
    write_item(subject_id=other.pk, field="full-name", value=OTHER_NAME, by=SYSTEM, now=now)
    hold(member, now=now, full_name=OWN_NAME)
    case = complain(subject_id=member.subject_id).complaint
    take(kind=Complaint.kind, case_id=case.pk, by=agent, now=now)
    case.refresh_from_db()
    note_look(case, by=agent, now=now)
    begin(kind=Complaint.kind, case_id=case.pk, by=agent, now=now)
    said = {"outcome": Outcome.UPHELD, "finding": FOUND, "done": FOUND, "form_token": uuid4()}
    answer(complaint_id=case.pk, **said, by=agent, now=now)  # type: ignore[arg-type]
    item = DataItem.objects.get(subject_id=member.subject_id, field="full-name")
    reveal(item_id=item.pk, purpose="service", reason="Đối chiếu", by=officer, now=now)
    refused(by_member(member, Wish(RequestKind.PROTECT), now=now), by=agent, second_by=officer, now=now)
    copy = fetched(made(member.subject_id, now, language="vi"), now)
    text = text_of(copy)
    assert OWN_NAME.casefold() in text and FOUND.casefold() in text and "đối chiếu" in text
    assert len({row["who"] for row in copy.rows("record")}) > 2
    for hidden in (AGENT, OFFICER, f"{AGENT}@example.org", OTHER_NAME, str(other.pk), str(agent.pk), str(officer.pk)):
        assert hidden.casefold() not in text, hidden
