"""What this package wraps under the keys of the installation: invitations, sessions, and the secrets of second factors.

Sessions and secrets stand as base64 inside what a library stores, so each is opened and looked at.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.mfa_adapter import FACTOR_CONTEXT
from accounts.models import StaffInvitation
from accounts.sealed_address import SESSION_KEY, session_context
from accounts.sessions import SessionStore
from core.encryption import CannotOpen, newest_key_name, rewrap, wrapping_key_name
from personal_data.wrapped import WrappedColumn, also_wrapped

BATCH = 500
_SECRETS = ("secret", "seed")


def register() -> None:
    """Called once at start."""
    also_wrapped(
        WrappedColumn(
            StaffInvitation,
            "sealed_address",
            lambda invitation: invitation.sealing_context,
            target=lambda invitation: f"invitation:{invitation.pk}",
        ),
        Sessions(),
        Authenticators(),
    )


class Sessions:
    """What a browser's session holds, and the addresses that are sealed once more inside it."""

    name = "django_session.session_data"

    def by_key(self) -> Counter[str]:
        """How many sessions and addresses in them stand under each key."""
        found: Counter[str] = Counter()
        for data in Session.objects.values_list("session_data", flat=True).iterator():
            found.update(_names([data, *_addresses(data).values()]))
        return found

    def rewrap_all(self, *, now: datetime) -> Iterator[int]:
        """One after the other; one that its browser changed meanwhile is left to the next time."""
        for key, data in Session.objects.values_list("session_key", "session_data").iterator(chunk_size=BATCH):
            if set(_names([data, *_addresses(data).values()])) <= {newest_key_name()}:
                continue
            content = SessionStore().decode(data)
            if not content:
                continue  # does not open; counts as empty wherever it is read
            addresses = {alias: _rewrapped(text, session_context(alias)) for alias, text in _addresses(data).items()}
            if addresses:
                content[SESSION_KEY] = {alias: text for alias, text in addresses.items() if text}
            fresh = SessionStore().encode(content)
            yield Session.objects.filter(session_key=key, session_data=data).update(session_data=fresh)


class Authenticators:
    """The secrets of authenticator apps and of recovery codes."""

    name = "mfa_authenticator.data"

    def by_key(self) -> Counter[str]:
        """How many secrets stand under each key."""
        found: Counter[str] = Counter()
        for data in Authenticator.objects.values_list("data", flat=True).iterator():
            found.update(_names(_secrets(data)))
        return found

    def rewrap_all(self, *, now: datetime) -> Iterator[int]:
        """One after the other, each locked, since a used recovery code changes the same entry."""
        for number in Authenticator.objects.values_list("pk", flat=True).iterator(chunk_size=BATCH):
            with transaction.atomic():
                row = Authenticator.objects.select_for_update().filter(pk=number).first()
                if row is None or set(_names(_secrets(row.data))) <= {newest_key_name()}:
                    continue
                row.data = {name: _fresh(name, value) for name, value in row.data.items()}
                row.save(update_fields=["data"])
            yield 1


def _fresh(name: str, value: Any) -> Any:
    if name in _SECRETS:
        return _rewrapped(value, FACTOR_CONTEXT) or value
    if name == "migrated_codes":
        return [_rewrapped(one, FACTOR_CONTEXT) or one for one in value]
    return value


def _secrets(data: dict[str, Any]) -> list[str]:
    return [str(data[name]) for name in _SECRETS if name in data] + list(data.get("migrated_codes", ()))


def _addresses(data: str) -> dict[str, str]:
    found = SessionStore().decode(data).get(SESSION_KEY, {})
    return found if isinstance(found, dict) else {}


def _names(texts: list[str]) -> Iterator[str]:
    for text in texts:
        try:
            yield wrapping_key_name(base64.b64decode(text))
        except (CannotOpen, binascii.Error, ValueError):
            continue


def _rewrapped(text: str, context: str) -> str:
    """The same under the newest key; empty where it does not open."""
    try:
        return base64.b64encode(rewrap(base64.b64decode(text), context=context)).decode()
    except (CannotOpen, binascii.Error, ValueError):
        return ""
