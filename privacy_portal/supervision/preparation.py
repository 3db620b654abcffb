"""What has to be done before serving, and whether it was done already: migrations, static files, the published pack."""

import hashlib
import json
from pathlib import Path

from django.conf import settings

from privacy_portal.supervision import CannotStart

BASE = Path(__file__).resolve().parent.parent.parent
SOURCES = ("*/migrations/*.py", "privacy_portal/sql/*.sql", "privacy_portal/static/**/*", "audit/guarding.py", "privacy_portal/database_roles.py")
LOCKS = ("requirements/runtime.txt",)


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
        return json.loads(_record(home).read_text(encoding="utf-8")) != _stamps()
    except (OSError, ValueError):
        return True


def note_done(home: Path) -> None:
    """Remember that everything is prepared as it stands now."""
    draft = _record(home).with_suffix(".tmp")
    draft.write_text(json.dumps(_stamps()), encoding="utf-8")
    draft.replace(_record(home))


def _record(home: Path) -> Path:
    return home / "run" / "prepared.json"


def _stamps() -> dict[str, str]:
    """A hash of every file that preparing reads, and the settings it depends on."""
    digest = hashlib.sha256()
    packs = Path(settings.PORTAL_PACKS_DIR) if settings.PORTAL_PACKS_DIR else BASE / "policies" / "packs"
    files = {path for pattern in SOURCES for path in BASE.glob(pattern) if path.is_file()}
    files |= {path for path in (packs / settings.PORTAL_POLICY).rglob("*") if path.is_file()}
    files |= {BASE / name for name in LOCKS if (BASE / name).exists()}
    for path in sorted(files):
        digest.update(str(path).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    made_with = (
        f"{settings.DATABASES['default']['HOST']} {settings.DATABASES['default']['NAME']} {settings.PORTAL_DEMO}"
    )
    return {"files": digest.hexdigest(), "policy": settings.PORTAL_POLICY, "made_with": made_with}
