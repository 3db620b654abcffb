"""Deletions and the holds that name nobody in particular come one after the other.

A hold on a person waits for the row of that person, as every deletion does. One on a field or a kind of data has no row
to wait for: it waits for every deletion under way, and whatever begins afterwards sees it.
"""

from django.db import connection

_LOCK = 50_016


def before_deleting() -> None:
    """Let no such hold be placed until the caller's transaction ends. Called before holds are asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def before_placing() -> None:
    """Wait until what is being deleted is gone, and let nothing else go until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
