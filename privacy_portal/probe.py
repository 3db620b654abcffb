"""A container's health check: `python -m privacy_portal.probe web|worker`. Exits 0 when all is well, 1 when not."""

import os
import sys

WORKER_SILENCE = "2 minutes"


def main(part: str) -> int:
    """Asks the web server for /readyz, or the database when a worker last answered beat."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")
    from django.conf import settings

    if part == "web":
        from privacy_portal.supervision.readiness import not_ready

        missing = not_ready(settings.PORT)
        if missing is not None:
            print(f"waiting for {missing}")
        return 0 if missing is None else 1
    return 0 if _worker_answered() else 1


def _worker_answered() -> bool:
    import psycopg
    from django.conf import settings

    database = settings.DATABASES["default"]
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    where = {names[name]: database[name] for name in names if database.get(name)}
    options = {key: value for key, value in database["OPTIONS"].items() if key.startswith(("ssl", "connect_"))}
    with psycopg.connect(**where, **options) as connection:
        row = connection.execute(
            "SELECT last_succeeded_at > now() - %s::interval FROM core_sweepstate WHERE name = 'core.heartbeat'",
            (WORKER_SILENCE,),
        ).fetchone()
    return bool(row and row[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "web"))
