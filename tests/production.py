"""Runs a command with settings as a production installation gives them: every value made up, nothing connected to.

`python -m tests.production -- manage.py check --deploy`; with `--demo` as a demo with the settings of the tests.
"""

import base64
import os
import secrets
import sys
import tempfile


def made_up() -> dict[str, str]:
    """A complete production environment with random secrets."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "DJANGO_SETTINGS_MODULE": "privacy_portal.settings",
        "PORTAL_HOME": tempfile.gettempdir(),
        "PORTAL_URL": "https://privacy.example.vn",
        "DJANGO_ALLOWED_HOSTS": "privacy.example.vn",
        "PORTAL_BEHIND_PROXY": "1",
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(64),
        "PORTAL_KEYS": f"k1:{key()}",
        "PORTAL_INDEX_KEY": key(),
        "PORTAL_ALIAS_KEY": key(),
        "PORTAL_REGISTER_KEY": key(),
        "PORTAL_SEAL_KEY": key(),
        "DATABASE_URL": "postgresql://portal_app:made-up@data.example.vn:5432/portal?sslmode=verify-full",
        "KEYS_DATABASE_URL": "postgresql://portal_app:made-up@keys.example.vn:5432/portal_keys?sslmode=verify-full",
        "REDIS_URL": "rediss://:made-up@broker.example.vn:6379/0",
        "EMAIL_URL": "smtp+tls://portal:made-up@mail.example.vn:587",
        "PORTAL_FROM_EMAIL": "privacy@example.vn",
    }


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that configures a portal."""
    ours = ("PORTAL_", "DJANGO_", "DATABASE_", "KEYS_DATABASE_", "REDIS_", "EMAIL_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours) and name != "PORT"}


def main(arguments: list[str]) -> None:
    demo, command = arguments[0] == "--demo", arguments[arguments.index("--") + 1 :]
    if demo:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    else:
        environment = {**clean_environment(), **made_up()}
    os.execvpe(command[0], command, environment)


if __name__ == "__main__":
    main(sys.argv[1:])
