"""What has to be done before serving, and whether it was done: migrations, static files, the published pack."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from privacy_portal import secrets_store
from privacy_portal.supervision import CannotStart

BASE = Path(__file__).resolve().parent.parent.parent
# Everything that decides what the databases look like; the lock stands for the migrations of libraries.
SCHEMA = (
    "*/migrations/*.py",
    "audit/guarding.py",
    "privacy_portal/database_roles.py",
    "privacy_portal/sql/*.sql",
    "requirements/runtime.txt",
)
STATIC = ("privacy_portal/static/**/*",)


def check_policy(home: Path, policy: str) -> None:
    """A home keeps the organisation it was made for: another one's people are in it."""
    kept = home / "policy"
    if kept.exists() and (before := kept.read_text(encoding="utf-8").strip()) != policy:
        raise CannotStart(
            f"{home} holds the portal of “{before}”, and PORTAL_POLICY says “{policy}”. "
            "Another organisation needs a folder of its own: set PORTAL_HOME too."
        )


def note_policy(home: Path, policy: str) -> None:
    """Remember for whom this home is; called once the pack is published."""
    (home / "policy").write_text(policy + "\n", encoding="utf-8")


def is_stale(home: Path) -> bool:
    """Whether anything changed since the last preparation that finished."""
    try:
        return bool(json.loads(_record(home).read_text(encoding="utf-8")) != _present())
    except (OSError, ValueError):
        return True


def note_done(home: Path) -> None:
    """Remember that everything is prepared as it stands now, and with which secrets."""
    secrets_store.note_made(home)
    draft = _record(home).with_suffix(".tmp")
    draft.write_text(json.dumps(_present()), encoding="utf-8")
    draft.replace(_record(home))


def schema_digest() -> str:
    """A fingerprint of everything that `migrate` would apply: while it stands, there is nothing to migrate."""
    return _digest(path for pattern in SCHEMA for path in BASE.glob(pattern))


def _record(home: Path) -> Path:
    return home / "run" / "prepared.json"


def _present() -> dict[str, str]:
    """Fingerprints of all that preparing reads, and the settings it depends on."""
    packs = Path(settings.PORTAL_PACKS_DIR) if settings.PORTAL_PACKS_DIR else BASE / "policies" / "packs"
    database = settings.DATABASES["default"]
    return {
        "schema": schema_digest(),
        "static": _digest(path for pattern in STATIC for path in BASE.glob(pattern)),
        "pack": _digest((packs / settings.PORTAL_POLICY).rglob("*")),
        "policy": settings.PORTAL_POLICY,
        "database": f"{database['HOST']} {database['NAME']}",
        "demo": str(settings.PORTAL_DEMO),
    }


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(str(path).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
