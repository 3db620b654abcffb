"""Placing a legal hold, as the tests of holds do it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core.clock import local_date
from personal_data.enums import HoldGround
from personal_data.models import LegalHold
from personal_data.services import holds
from policies.models import PolicyVersion
from tests.harness.people import Role

OFFICER = Role("dpo", 1)
Place = Callable[..., LegalHold]


@pytest.fixture
def place(now: datetime, policy: PolicyVersion) -> Place:
    """Place a hold of which everything is right but what is said otherwise."""

    def call(**wanted: object) -> LegalHold:
        right: dict[str, object] = {
            "ground": HoldGround.DISPUTE,
            "clause": "Vụ án 12/2026",
            "review_on": local_date(now) + timedelta(days=90),
            "by": OFFICER,
            "now": now,
        }
        return holds.place(**{**right, **wanted})  # type: ignore[arg-type]

    return call
