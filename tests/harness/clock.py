"""A clock that stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday 2 March 2026, 9:00 in Vietnam: an ordinary working day, after Tết."""


@pytest.fixture
def frozen_clock() -> Iterator[time_machine.Traveller]:
    """Time stands at MONDAY; `frozen_clock.shift(timedelta)` and `frozen_clock.move_to(moment)` move it."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def now(frozen_clock: time_machine.Traveller) -> datetime:
    """The frozen moment, to hand to services."""
    return MONDAY
