"""The portal's clock and the database's: what cannot be undone waits for both.

They run on different machines, and one that is set wrong must not bring forward what somebody can still call off.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection


def allowed(moment: datetime) -> datetime:
    """The earlier of a moment of the portal's clock and the database's own; the demo's shift counts for both."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (own,) = cursor.fetchone()
    return min(moment, own + timedelta(seconds=settings.PORTAL_CLOCK_OFFSET))
