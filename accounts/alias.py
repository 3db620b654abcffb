"""The sign-in address as a keyed alias. Pure.

The sign-in library stores, looks up and throttles addresses in many places. It is given an alias instead: a keyed
hash that looks like an address, so that none of those places holds anything a reader could use. Whoever holds the
alias key can test guesses; the key is therefore one of its own, and stands only in the settings.
"""

import base64
import hmac
import re
import unicodedata

from django.conf import settings

from core.encryption import INVISIBLE, with_ascii_domain

ALIAS_DOMAIN = "sealed.invalid"
ALIAS_LENGTH = 67
# The same expression stands in the database as a constraint on both columns.
ALIAS_REGEX = r"^[a-z2-7]{52}@sealed\.invalid$"
_ALIAS = re.compile(ALIAS_REGEX)
_DOT = "•"


def normalise_address(address: str) -> str:
    """One spelling for comparing: NFKC, lower case, invisible characters removed, the domain in its ASCII form.

    Not case folded: folding turns "ß" into "ss", and those are two domains that may belong to two people.
    """
    if address.isascii():  # has one spelling and nothing invisible
        return address.strip().lower()
    return with_ascii_domain(INVISIBLE.sub("", unicodedata.normalize("NFKC", address)).strip().lower())


def alias_of(address: str) -> str:
    """The alias under which an address signs in; the same for every spelling of the address."""
    digest = hmac.digest(settings.PORTAL_ALIAS_KEY, b"sign-in:" + normalise_address(address).encode(), "sha256")
    return f"{base64.b32encode(digest).decode().rstrip('=').lower()}@{ALIAS_DOMAIN}"


def is_alias(value: str) -> bool:
    """Whether a text is an alias rather than an address."""
    return bool(_ALIAS.match(value or ""))


def looks_like_alias(value: str) -> bool:
    """Whether someone typed something in the alias domain; refused wherever an address is typed."""
    return normalise_address(value).endswith(f"@{ALIAS_DOMAIN}")


def mask(address: str) -> str:
    """An address as it may be shown where nobody asked for it: `h•••@example.com`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}{_DOT * 3}{at}{domain}"
