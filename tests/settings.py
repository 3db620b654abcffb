"""The portal's settings as tests run them: an installation of their own, and a password hash that costs nothing."""

import os
from pathlib import Path

os.environ.setdefault("PORTAL_HOME", str(Path(__file__).resolve().parent.parent / "var" / "test"))
os.environ.setdefault("PORTAL_DEMO", "1")
os.environ.setdefault("PORTAL_LOG_LEVEL", "WARNING")
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # `make check` runs them

from privacy_portal.catalogues import compile_stale

compile_stale()

from privacy_portal.settings import *  # noqa: F403
from privacy_portal.settings import DATABASES, PORTAL_HOME, STATIC_ROOT, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Tests look at every file there is, and put half-written ones away: each process its own.
FILES_ROOT = PORTAL_HOME / f"files-{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
for _connection in DATABASES.values():
    # One transaction spans a whole class of tests: the role's limits on its length do not fit here.
    _connection["OPTIONS"] = {
        **_connection["OPTIONS"],
        "options": "-c transaction_timeout=0 -c idle_in_transaction_session_timeout=0",
    }
# Nothing is collected for tests; the folder alone keeps the static files' middleware quiet.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
