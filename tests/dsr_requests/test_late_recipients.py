"""Recipients who do not confirm in time are told to the officers once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from core.actors import SYSTEM
from personal_data.enums import Order
from personal_data.models import RecipientTask
from personal_data.services.ordering import give_order, sweep_late
from tests.cases.fixtures import queued

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def test_each_officer_gets_one_letter_that_names_nobody(
    member: User, agent: User, dpo: User, staff: Callable[..., User], now: datetime
) -> None:
    staff("dpo", "hai")
    for recipient in ("carrier", "payment"):
        give_order(
            subject_id=member.subject_id,
            recipient=recipient,
            order=Order.DELETE,
            fields=["phone"],
            purposes=[],
            basis="request:41",
            by=SYSTEM,
            now=now,
        )
    due = RecipientTask.objects.earliest("due_at").due_at
    assert sweep_late(now=due) == 2 and sweep_late(now=due + timedelta(hours=1)) == 0
    letters = [mail for mail in queued() if mail.notice == "staff-recipients-late"]
    assert sorted(mail.to for mail in letters) == ["dpo@example.org", "hai@example.org"]
    assert all(": 2." in mail.body and str(member.subject_id) not in mail.body for mail in letters)
