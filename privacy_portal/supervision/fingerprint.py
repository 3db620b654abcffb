"""A fingerprint of everything that `migrate` would apply: while it stands, there is nothing to migrate."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings

HERE = Path(__file__).resolve().parent.parent
ALSO = (HERE / "database_roles.py", HERE / "sql" / "10-roles.sql", HERE / "sql" / "20-database.sql")


def of_migrations() -> str:
    """Covers the migration files of every installed app, and what they and the grants are made from."""
    digest = hashlib.sha256(settings.DATABASE_APP_ROLE.encode())
    for config in sorted(apps.get_app_configs(), key=lambda found: found.label):
        folder = Path(config.path) / "migrations"
        for path in sorted(folder.glob("*.py")):
            digest.update(f"\0{config.label}/{path.name}\0".encode())
            digest.update(path.read_bytes())
    guarding = find_spec("audit.guarding")
    for path in (*ALSO, *([Path(guarding.origin)] if guarding and guarding.origin else [])):
        digest.update(path.read_bytes())
    return digest.hexdigest()
