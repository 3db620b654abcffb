"""A home whose keys are missing or are another's does not start, says which, and keeps what it has."""

import base64
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from privacy_portal.supervision.servers import EmbeddedServers
from tests.ops.installation import BASE, environment, free_port, manage

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers")]

SECONDS = 60


def another() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was prepared once."""
    path = tmp_path_factory.mktemp("keys") / "home"
    done = manage(path, "prepare")
    assert done.returncode == 0, done.stderr
    return path


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith("The portal cannot start: ") and len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr.removeprefix("The portal cannot start: ")


@pytest.mark.parametrize("name", ["PORTAL_KEYS", "PORTAL_INDEX_KEY", "PORTAL_REGISTER_KEY", "DJANGO_SECRET_KEY"])
def test_a_lost_secret_is_missed_and_not_made_anew(home: Path, name: str) -> None:
    lost = home / "secrets" / name
    kept = lost.rename(home / "kept")
    try:
        assert refused(manage(home, "data_map")).startswith(f"{name} is missing")
        assert not lost.exists()
    finally:
        kept.rename(lost)
    assert manage(home, "data_map").returncode == 0


def test_another_key_stops_every_command(home: Path) -> None:
    told = refused(manage(home, "data_map", PORTAL_KEYS=f"k1:{another()}"))
    assert told.startswith("the key k1 of PORTAL_KEYS is another key")
    told = refused(manage(home, "seed_demo", PORTAL_ALIAS_KEY=another()))
    assert told.startswith("PORTAL_ALIAS_KEY is another key")
    told = refused(manage(home, "migrate", PORTAL_KEYS=f"k2:{another()}"))
    assert told.startswith("PORTAL_KEYS lacks the key k1")


@pytest.mark.parametrize(
    "program",
    [
        ["manage.py", "up"],
        ["-m", "privacy_portal.jobs", "worker"],
        ["-m", "gunicorn", "--config=python:privacy_portal.gunicorn_conf"],
    ],
)
def test_another_key_stops_every_program(home: Path, program: list[str]) -> None:
    key = another()
    settings = environment(home, PORT=str(free_port()), PORTAL_SEAL_KEY=key, CELERY_SKIP_CHECKS="1")
    with EmbeddedServers(home):
        done = subprocess.run(
            [sys.executable, *program],
            cwd=BASE,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode != 0
    assert "PORTAL_SEAL_KEY is another key" in done.stdout and key not in done.stdout
