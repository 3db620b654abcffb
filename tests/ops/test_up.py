"""The whole portal on one machine: started, disturbed, stopped."""

import json
import os
import signal
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy_portal.supervision import processes
from tests.ops.installation import NOT_ROOT, Up, manage, processes_of, running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installations")]


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that other accounts may pass through, as /srv is."""
    with tempfile.TemporaryDirectory(prefix="portal-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="module")
def up(open_folder: Path) -> Iterator[Up]:
    with running(open_folder / "home") as started:
        yield started


def test_it_serves_and_says_so(up: Up) -> None:
    assert up.get("/healthz")[0] == 200
    status, text = up.get("/readyz")
    assert status == 200
    checks = json.loads(text)["checks"]
    assert set(checks) >= {"database:default", "database:keys", "broker", "worker", "oldest_due_job"}
    assert up.get("/vi/")[0] == 200
    assert any(line.startswith("prepare  | ") for line in up.lines)


def test_it_answers_on_localhost_too(up: Up) -> None:
    with socket.create_connection(("localhost", up.port), timeout=5) as connection:
        connection.sendall(f"GET /healthz HTTP/1.0\r\nHost: localhost:{up.port}\r\n\r\n".encode())
        assert b" 200 " in connection.recv(64)


def test_secrets_and_sign_ins_are_closed_to_others(up: Up) -> None:
    kept = list((up.home / "secrets").iterdir())
    assert {path.name for path in kept} >= {"DJANGO_SECRET_KEY", "PORTAL_KEYS", "PORTAL_INDEX_KEY", "postgres-app"}
    for path in (*kept, up.home / "demo-accounts.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((up.home / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((up.home / "postgres").stat().st_mode) == 0o700


def test_the_servers_do_not_run_as_root(up: Up) -> None:
    for words in ("bin/postgres", "valkey-server"):
        pid = up.pids(words)[0] if words == "bin/postgres" else int((up.home / "run/sockets/valkey.pid").read_text())
        assert Path(f"/proc/{pid}").stat().st_uid != 0


@pytest.mark.parametrize("words", ["privacy_portal.jobs worker", "privacy_portal.jobs beat", "gunicorn"])
def test_what_dies_is_started_again(up: Up, words: str) -> None:
    before = up.pids(words)
    os.kill(before[0], signal.SIGKILL)
    up.wait_for("ended (signal SIGKILL)")
    assert processes.wait_until(lambda: bool(up.pids(words)) and not set(up.pids(words)) & set(before), seconds=60)
    assert processes.wait_until(lambda: up.readiness().get("status") == "ready", seconds=60, every=0.3)


def test_the_portal_survives_its_database_being_killed(up: Up) -> None:
    os.kill(up.pids("bin/postgres")[0], signal.SIGKILL)
    up.wait_for("postgres ended")
    assert processes.wait_until(lambda: up.readiness().get("status") == "ready", seconds=60, every=0.3)
    assert up.get("/vi/")[0] == 200


@pytest.mark.parametrize(
    "command", [("migrate", "--check"), ("migrate",), ("check", "--database", "default", "--database", "keys")]
)
def test_a_command_works_beside_it_and_leaves_it_running(up: Up, command: tuple[str, ...]) -> None:
    done = manage(up.home, *command)
    assert done.returncode == 0, done.stderr
    assert up.readiness()["status"] == "ready"


def test_a_second_start_in_the_same_home_is_one_clear_line(up: Up) -> None:
    done = manage(up.home, "up", PORT="0")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"The portal cannot start: the portal in {up.home} already runs. "
        "Stop it first, or choose another PORTAL_HOME and PORT."
    ]


def test_a_port_in_use_is_one_clear_line(up: Up, tmp_path: Path) -> None:
    done = manage(tmp_path / "other", "up", PORT=str(up.port))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"The portal cannot start: port {up.port} is in use. Choose another one: PORT=8001 make run"
    ]


def test_another_organisation_side_by_side_as_an_ordinary_user(up: Up, tmp_path: Path) -> None:
    home = tmp_path / "công ty thứ hai, with a name far too long for a socket under it, which happens to people"
    with running(home, prefix=NOT_ROOT, PORTAL_POLICY="shop") as second:
        assert second.readiness()["status"] == up.readiness()["status"] == "ready"
        assert not list(home.glob("run/sockets"))
        assert second.stop(signal.SIGINT) == 0
    assert processes_of(home) == {}
    refused = manage(home, "up", prefix=NOT_ROOT, PORTAL_POLICY="acros")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"The portal cannot start: {home} holds the portal of “shop”, and PORTAL_POLICY says “acros”. "
        "Another organisation needs a folder of its own: set PORTAL_HOME too."
    ]


def test_stopping_leaves_no_process_and_killing_neither(up: Up) -> None:
    assert up.stop() == 0
    assert processes_of(up.home) == {}

    with running(up.home) as again:
        assert not any(line.startswith("prepare ") for line in again.lines), "nothing changed, nothing to prepare"
        again.process.kill()
        again.process.wait()
        assert processes.wait_until(
            lambda: not again.pids("privacy_portal.jobs") and not again.pids("gunicorn"), seconds=30
        )
        done = manage(up.home, "check", "--database", "default")
        assert done.returncode == 0, done.stderr
        assert processes.wait_until(lambda: processes_of(up.home) == {}, seconds=10), processes_of(up.home)
