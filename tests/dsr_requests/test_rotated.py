"""What a request keeps of a person for its last letters opens after the installation got a new wrapping key."""

from datetime import datetime
from typing import Any

import pytest

from accounts.models import User
from audit.models import AuditEntry
from core.actors import SYSTEM
from core.encryption import new_key
from dsr_requests.enums import RequestKind
from dsr_requests.models import Snapshot
from dsr_requests.services.snapshots import kept_of
from personal_data.services.rotating import rotate
from tests.dsr_requests import steps
from tests.dsr_requests.carrying import all_of_it, decided, run

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def test_the_snapshot_comes_under_the_new_key(
    member: User, agent: User, dpo: User, now: datetime, settings: Any
) -> None:
    steps.hold(member, now=now, full_name="Tên Thử", phone="+84912345678")
    request = decided(member, all_of_it(RequestKind.DELETE), by=agent, second_by=dpo, now=now)
    run(request, now=now)
    before = bytes(Snapshot.objects.get().sealed or b"")
    settings.PORTAL_KEYS = {"k2": new_key(), **settings.PORTAL_KEYS}
    done = rotate(by=SYSTEM, now=now)
    settings.PORTAL_KEYS = {"k2": settings.PORTAL_KEYS["k2"]}
    assert done.rewrapped["dsr_requests_snapshot.sealed"] == 1
    assert bytes(Snapshot.objects.get().sealed or b"") != before
    assert kept_of(request).address == steps.MEMBER_ADDRESS
    assert AuditEntry.objects.filter(event="keys.rotated", target=f"request:{request.pk}").count() == 1
