"""A made-up pack in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from tests.policies.made_up import write_pack


@pytest.fixture
def fifth(tmp_path: Path) -> Path:
    """The folder of a complete pack of a fifth organisation."""
    return write_pack(tmp_path)


@pytest.fixture
def english() -> Iterator[None]:
    """Messages in English, so that a test can name their words."""
    with translation.override("en"):
        yield
