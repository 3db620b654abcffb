"""Many entries by one statement: checked like a single one."""

from datetime import datetime

import pytest
from django.db import transaction

from audit.models import AuditEntry
from audit.services.recording import Fact, NotAReference, record_many
from core.actors import SYSTEM

pytestmark = pytest.mark.django_db


def test_each_fact_becomes_an_entry(now: datetime) -> None:
    record_many([Fact("test.one", "thing:1"), Fact("test.two", "thing:2", None, {"code": "A"})], by=SYSTEM, now=now)
    found = AuditEntry.objects.filter(event__startswith="test.").order_by("id")
    assert [(entry.event, entry.target, entry.actor, entry.details) for entry in found] == [
        ("test.one", "thing:1", "system", {}),
        ("test.two", "thing:2", "system", {"code": "A"}),
    ]


@pytest.mark.parametrize(
    "wrong",
    [Fact("Test", "thing:1"), Fact("test.one", "thing 1"), Fact("test.one", "thing:1", None, {"name": "Nguyễn Văn A"})],
    ids=["event", "target", "detail"],
)
def test_one_that_holds_a_value_stops_all(wrong: Fact, now: datetime) -> None:
    with pytest.raises(NotAReference), transaction.atomic():
        record_many([Fact("test.one", "thing:1"), wrong], by=SYSTEM, now=now)
    assert not AuditEntry.objects.filter(event="test.one").exists()
