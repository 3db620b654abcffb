"""What tests of whole installations share."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def requests_home() -> Iterator[Path]:
    """A home for the tests of requests, one after the other: only the first of them has to make its databases."""
    with tempfile.TemporaryDirectory(prefix="portal-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "home"
