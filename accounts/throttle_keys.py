"""Names under which throttles stand in the cache table, hashed: among their parts are network addresses."""

from django.utils.crypto import salted_hmac


def hashed_key(key: str, key_prefix: str, version: int) -> str:
    """A keyed hash of a cache key; the same in every process of one installation."""
    return salted_hmac("accounts.throttle_keys", f"{key_prefix}:{version}:{key}", algorithm="sha256").hexdigest()
