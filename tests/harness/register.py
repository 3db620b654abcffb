"""Every test begins with an erasure register of its own: the databases it names are emptied or rolled back."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest

_numbers = count()


@pytest.fixture(scope="session")
def register_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the registers of this run stand."""
    return tmp_path_factory.mktemp("registers")


@pytest.fixture(autouse=True)
def register_file(register_folder: Path, settings: Any) -> Path:
    """The register of this test; made at its first entry."""
    path = register_folder / str(next(_numbers)) / "erasures.register"
    settings.PORTAL_REGISTER_FILE = path
    return path
