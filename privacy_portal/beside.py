"""Runs a program of PostgreSQL beside the portal's own server: `python -m privacy_portal.beside pg_dump … portal`.

For backups and repairs on one machine. The server is started when it does not run, and the program connects as its
superuser. Where the portal was given database addresses there is nothing beside which to run.
"""

import os
import subprocess
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from privacy_portal import embedded
from privacy_portal.supervision import CannotStart
from privacy_portal.supervision.servers import EmbeddedServers


def main(command: list[str]) -> int:
    """The exit code of the program."""
    if not command:
        sys.exit(__doc__)
    if not settings.EMBEDDED_POSTGRES:
        raise CannotStart("DATABASE_URL is given: use the programs of that server.")
    with EmbeddedServers(settings.PORTAL_HOME, with_valkey=False) as servers:
        assert servers.postgres is not None
        own = embedded.superuser_dsn(settings.PORTAL_HOME)
        known = {"PGHOST": own["host"], "PGPORT": own["port"], "PGUSER": own["user"], "PGPASSWORD": own["password"]}
        environment = {**os.environ, **{name: str(value) for name, value in known.items()}}
        program = str(servers.postgres.bin / command[0])
        return subprocess.run([program, *command[1:]], env=environment, check=False).returncode


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")
    try:
        sys.exit(main(sys.argv[1:]))
    except (ImproperlyConfigured, CannotStart) as fault:
        sys.exit(f"The portal cannot start: {fault}")
