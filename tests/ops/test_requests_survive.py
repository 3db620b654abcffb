"""Requests are carried out once and wholly, whatever is killed, full, down or doubled meanwhile: real processes.

Each fault strikes twice at random moments, and the worker is killed once in every step; `make drill` does the same
twenty times.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ops.requests_faults import FAULTS, STEPS, Drill, drill

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installations")]

TWICE = 2


@pytest.fixture(scope="module")
def installation(requests_home: Path) -> Iterator[Drill]:
    with drill(requests_home) as found:
        yield found


def test_requests_are_carried_out_once_and_wholly(installation: Drill) -> None:
    """The faults come one upon the other; what became of the requests is looked at once all have struck."""
    for step in STEPS:
        assert installation.strike_step(*step), f"the worker could not be held in {step}"
    for fault in FAULTS:
        installation.strike(fault, TWICE)
    assert installation.wait_until_right() == []
