"""Where packs stand: those that ship with the portal, and a folder of one's own."""

from pathlib import Path

from django.conf import settings

SHIPPED = Path(__file__).resolve().parent / "packs"


def pack_folders() -> tuple[Path, ...]:
    """Folders searched for packs; one's own comes first and may replace a shipped pack."""
    own = str(getattr(settings, "PORTAL_PACKS_DIR", "") or "")
    return (Path(own), SHIPPED) if own else (SHIPPED,)


def pack_folder(slug: str) -> Path | None:
    """The folder of the pack named `slug`, or None. A slug is one name: it never leads out of the pack folders."""
    if not slug or Path(slug).name != slug:
        return None
    return next((folder / slug for folder in pack_folders() if (folder / slug / "policy.toml").is_file()), None)


def pack_slugs() -> list[str]:
    """Names of all packs that could be published here."""
    found = {
        entry.name
        for folder in pack_folders()
        if folder.is_dir()
        for entry in folder.iterdir()
        if (entry / "policy.toml").is_file()
    }
    return sorted(found)
