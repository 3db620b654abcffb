"""What an hourly job tidies up around accounts."""

from datetime import datetime, timedelta

from accounts.models import User
from accounts.services import ending, inviting
from accounts.services.address_care import mark_bounced_account
from outbound.selectors import bounces_since

LOOKED_BACK = timedelta(days=2)


def sweep(*, now: datetime) -> dict[str, int]:
    """Everything once. Counts by what was done; a second run right after finds nothing."""
    return {
        "sessions": ending.forget_dead_sessions(now=now),
        "invitations": inviting.close_stale(now=now),
        "bounced": mark_bounces(now=now),
    }


def mark_bounces(*, now: datetime) -> int:
    """Mark the addresses of people whose mail came back for good since they last confirmed theirs. How many."""
    marked = 0
    for message in bounces_since(since=now - LOOKED_BACK):
        user = User.objects.filter(subject_id=message.subject_id).first()
        if user is not None and message.failed_at is not None:
            marked += mark_bounced_account(user=user, failed_at=message.failed_at, now=now)
    return marked
