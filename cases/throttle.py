"""Limits per network address, kept in PostgreSQL through Django's cache table; its keys are hashed."""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

HOUR = 3600
LOOKUPS_AN_HOUR = 60
FILINGS_AN_HOUR = 30


def within_limit(http: HttpRequest, *, action: str, limit: int, seconds: int = HOUR) -> bool:
    """Count one more of `action` from this network address. False once there were more than `limit` in the window."""
    key = f"cases.{action}:{network_address(http)}"
    if cache.add(key, 1, timeout=seconds):
        return True
    try:
        return cache.incr(key) <= limit
    except ValueError:
        # The window ended between the two calls.
        cache.set(key, 1, timeout=seconds)
        return True


def network_address(http: HttpRequest) -> str:
    """Where a request comes from; behind a trusted proxy, what the proxy saw."""
    seen_by_proxy = http.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return seen_by_proxy.rsplit(",", 1)[-1].strip() or str(http.META.get("REMOTE_ADDR", ""))
