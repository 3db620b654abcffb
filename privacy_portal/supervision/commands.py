"""Running one management command with the servers it needs, and telling a person in one line why it cannot."""

import signal
import sys
from contextlib import ExitStack
from types import FrameType

# These read files only, or look after the servers themselves.
WITHOUT_SERVERS = frozenset(
    {
        "up",
        "help",
        "version",
        "makemessages",
        "compilemessages",
        "collectstatic",
        "diffsettings",
        "findstatic",
        "startapp",
        "check_policy",
    }
)
# They make the tables that the check of the keys reads, and tell it themselves.
CHECK_THEMSELVES = frozenset({"migrate", "makemigrations", "check"})


def needs_servers(argv: list[str]) -> bool:
    """Whether the command talks to the database or the broker."""
    command = argv[1] if len(argv) > 1 else "help"
    if command.startswith("-") or "--help" in argv or "-h" in argv:
        return False
    if command == "check":
        return any(argument.startswith("--database") for argument in argv)
    return command not in WITHOUT_SERVERS


def run(argv: list[str]) -> None:
    """Load settings, hold the embedded servers when the command needs them, run it."""
    from django.core.exceptions import ImproperlyConfigured

    from privacy_portal.catalogues import compile_stale
    from privacy_portal.supervision import CannotStart

    try:
        from django.conf import settings

        compile_stale()
        if argv[1:] == ["up"]:  # without loading the apps: it only supervises
            from privacy_portal.supervision import up

            settings.PORT  # noqa: B018  settings are read now, faults are told now
            sys.exit(up.main())
        embedded = settings.EMBEDDED_POSTGRES or settings.EMBEDDED_VALKEY
        with ExitStack() as stack:
            if embedded and needs_servers(argv):
                from privacy_portal.supervision.servers import EmbeddedServers

                signal.signal(signal.SIGTERM, _leave)  # so that the servers are let go of
                servers = EmbeddedServers(
                    settings.PORTAL_HOME,
                    with_postgres=settings.EMBEDDED_POSTGRES,
                    with_valkey=settings.EMBEDDED_VALKEY,
                )
                stack.enter_context(servers)
            if needs_servers(argv) and argv[1] not in CHECK_THEMSELVES:
                from privacy_portal.key_checks import check_keys

                check_keys()
            from django.core.management import execute_from_command_line

            execute_from_command_line(argv)
    except (ImproperlyConfigured, CannotStart) as fault:
        sys.exit(f"The portal cannot start: {fault}")


def _leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
