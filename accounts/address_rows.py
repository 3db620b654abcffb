"""The link between the sign-in library's address rows and their sealed twins, called by its model signals.

The library saves addresses in several flows and offers no other hook that all of them pass.
"""

from typing import Any

from allauth.account.models import EmailAddress

from accounts import sealed_address
from accounts.alias import is_alias
from accounts.models import User
from core import clock


class NotAnAlias(ValueError):
    """A row was about to hold something else than an alias. Never carries what it was."""


def refuse_plain_address(*, instance: EmailAddress | User, **kwargs: Any) -> None:
    """Before saving: an address in clear goes no further. The database refuses it too, for updates that skip this."""
    if not is_alias(instance.email):
        raise NotAnAlias("the sign-in column takes aliases only")


def seal_address(*, instance: EmailAddress, **kwargs: Any) -> None:
    """After saving: the real address is stored under the person's key, or saving fails."""
    sealed_address.store(user=instance.user, alias=instance.email, now=clock.now())


def drop_address(*, instance: EmailAddress, **kwargs: Any) -> None:
    """Before deleting: the sealed twin goes first."""
    sealed_address.drop(user_id=instance.user_id, alias=instance.email)
