"""Where real sign-in addresses are, and who may turn an alias back into one.

1. A form field turns what was typed into an alias and remembers the address for the rest of the request.
2. Steps that span requests keep it in the session as well, sealed and bound to its alias, for a few addresses at most.
3. Saving an `EmailAddress` row stores the address under the person's data key, from one of the two memories, or fails.
4. Mails and the person's own pages read it back. A page for someone not signed in asks the memories only, never the
   vault: the stored spelling would tell that an account exists.
"""

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from allauth.core import context
from django.db.models import F
from django.http import HttpRequest

from accounts.alias import alias_of, is_alias, mask
from accounts.models import SealedAddress
from core.encryption import CannotOpen, seal, unseal, unwrap, wrap
from personal_data.errors import KeyDestroyed
from personal_data.keys import data_key

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from accounts.models import User

SESSION_KEY = "sealed_addresses"
KEPT_IN_SESSION = 3
_IN_REQUEST = "_addresses_by_alias"
_aside: ContextVar[dict[str, str] | None] = ContextVar("addresses_by_alias", default=None)


class AddressUnknown(Exception):
    """No memory and no vault knows the address of an alias. Carries neither."""


def remember(address: str) -> str:
    """Note an address for the rest of this request and return its alias."""
    alias = alias_of(address)
    _memory()[alias] = address
    return alias


@contextmanager
def remembering(*addresses: str) -> Iterator[None]:
    """Note addresses where there is no request: in commands, jobs and tests."""
    known = dict(_aside.get() or {}) | {alias_of(address): address for address in addresses}
    token = _aside.set(known)
    try:
        yield
    finally:
        _aside.reset(token)


def keep_for_later_steps(request: HttpRequest, alias: str) -> None:
    """Keep an address of this request, sealed, for the next steps of the same flow."""
    address = _memory().get(alias)
    if address is None:
        return
    kept = {key: value for key, value in _session_entries(request).items() if key != alias}
    while len(kept) >= KEPT_IN_SESSION:
        del kept[next(iter(kept))]
    blob = wrap(address.encode(), context=session_context(alias))
    request.session[SESSION_KEY] = {**kept, alias: base64.b64encode(blob).decode()}


def session_context(alias: str) -> str:
    """What an address kept in a session is bound to."""
    return f"accounts.session:address:{alias}"


def forget_later_steps(request: HttpRequest) -> None:
    """Drop what `keep_for_later_steps` kept."""
    request.session.pop(SESSION_KEY, None)


def typed_address(alias: str, request: HttpRequest | None = None) -> str | None:
    """The address as someone typed it in this request or flow; never from the vault."""
    found = _memory().get(alias) or (_aside.get() or {}).get(alias)
    if found is None and (request := request or context.request) is not None:
        found = _from_session(request, alias)
    return found


def resolve(alias: str) -> str:
    """Where mail to an alias goes. Raises AddressUnknown.

    The vault is asked first: mail to an account goes to the address its owner proved, not to another spelling of it
    that somebody typed.
    """
    if not is_alias(alias):
        raise AddressUnknown
    row = SealedAddress.objects.filter(alias=alias).select_related("user").order_by("since").first()
    found = open_row(row) if row is not None else typed_address(alias)
    if found is None:
        raise AddressUnknown
    return found


def store(*, user: "User", alias: str, now: "datetime") -> None:
    """Seal the address of an alias under the person's key. Raises AddressUnknown when no memory has it."""
    if SealedAddress.objects.filter(user_id=user.pk, alias=alias).exists():
        return
    address = typed_address(alias)
    if address is None:
        raise AddressUnknown
    row = SealedAddress(user_id=user.pk, alias=alias, since=now, confirmed_at=now)
    row.sealed_value = seal(data_key(user.subject_id), address.encode(), context=row.sealing_context)
    row.save(force_insert=True)


def drop(*, user_id: Any, alias: str) -> None:
    """Remove a sealed address, and remember it for the mails that still tell of its removal."""
    for row in SealedAddress.objects.filter(user_id=user_id, alias=alias).select_related("user"):
        try:
            _memory()[alias] = open_row(row)
        except (AddressUnknown, KeyDestroyed):
            # The person is being erased: the key went first, and there is nobody left to write to.
            pass
        row.delete()


def open_row(row: SealedAddress) -> str:
    """The address in one row. Raises KeyDestroyed, AddressUnknown."""
    try:
        key = data_key(row.user.subject_id)
        return unseal(key, bytes(row.sealed_value), context=row.sealing_context).decode()
    except CannotOpen as error:
        raise AddressUnknown from error


def real_address(user: "User") -> str:
    """The address a person signs in with. Raises AddressUnknown, KeyDestroyed."""
    row = SealedAddress.objects.filter(user_id=user.pk, alias=user.email).first()
    if row is None:
        raise AddressUnknown
    row.user = user
    return open_row(row)


def address_of_subject(subject_id: "UUID") -> str | None:
    """The sign-in address of a person, for the outbox; None when there is no account or its address cannot be read."""
    row = (
        SealedAddress.objects.filter(user__subject_id=subject_id, alias=F("user__email")).select_related("user").first()
    )
    try:
        return open_row(row) if row is not None else None
    except (AddressUnknown, KeyDestroyed):
        return None


def masked_address(user: "User") -> str:
    """The sign-in address with all but its first letter and its domain hidden; empty when it cannot be read."""
    try:
        return mask(real_address(user))
    except (AddressUnknown, KeyDestroyed):
        return ""


def user_display(user: Any) -> str:
    """What the sign-in library shows in place of a name; never the alias."""
    return masked_address(user) if user.pk else ""


def _memory() -> dict[str, str]:
    request = context.request
    if request is None:
        # Without a request only `remembering` remembers; a worker must not gather addresses as it goes on.
        return _aside.get() or {}
    memory: dict[str, str] = request.__dict__.setdefault(_IN_REQUEST, {})
    return memory


def _session_entries(request: HttpRequest) -> dict[str, str]:
    entries = request.session.get(SESSION_KEY, {}) if hasattr(request, "session") else {}
    return entries if isinstance(entries, dict) else {}


def _from_session(request: HttpRequest, alias: str) -> str | None:
    blob = _session_entries(request).get(alias)
    if blob is None:
        return None
    try:
        return unwrap(base64.b64decode(blob), context=session_context(alias)).decode()
    except (CannotOpen, binascii.Error, ValueError):
        return None
