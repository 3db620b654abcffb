"""System checks of the foundations."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from core.encryption import KEY_BYTES


@register()
def check_keys(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Every key has the right length and no two jobs share one."""
    found: list[CheckMessage] = []
    keys = {
        "PORTAL_INDEX_KEY": settings.PORTAL_INDEX_KEY,
        "PORTAL_ALIAS_KEY": settings.PORTAL_ALIAS_KEY,
        "PORTAL_REGISTER_KEY": settings.PORTAL_REGISTER_KEY,
        "PORTAL_SEAL_KEY": settings.PORTAL_SEAL_KEY,
        **{f"PORTAL_KEYS[{name}]": key for name, key in settings.PORTAL_KEYS.items()},
    }
    for name, key in keys.items():
        if len(key) != KEY_BYTES:
            found.append(Error(f"{name} must be {KEY_BYTES} bytes.", id="core.E001"))
    if len(set(keys.values())) != len(keys):
        found.append(Error("Two settings hold the same key; each key has one job.", id="core.E002"))
    return found
