"""Writing down a request somebody made by phone, letter, mail, Zalo or in person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cases.enums import IntakeChannel
from cases.guards import check_receipt
from cases.permissions import check_can_record
from cases.services.filing import Sender, Upload
from core.actors import Actor
from dsr_requests.errors import UnknownChoice
from dsr_requests.services.filing import Filed, Receipt, take_in
from dsr_requests.wishes import Wish

# How far back staff may enter what came in another way. Longer ago it is late beyond what a date could mend.
OLDEST_RECEIPT = timedelta(days=60)


def record_for_person(
    *,
    form_token: UUID,
    sender: Sender,
    wish: Wish,
    text: str,
    uploads: Sequence[Upload] = (),
    channel: str,
    received_at: datetime,
    by: Actor,
    now: datetime,
) -> Filed:
    """Enter what somebody asked for another way; every date runs from the moment it came in.

    Writing it down identifies nobody. The same form again returns the first. Raises ReceiptImpossible, RoleRefused,
    OwnCase, UnknownChoice, NothingNamed, InvalidValue, PolicyMissing, SubjectGone, TooManyFiles, OSError.
    """
    check_can_record(sender.subject_id, by=by)
    check_receipt(received_at, earliest=now - OLDEST_RECEIPT, now=now)
    if channel == IntakeChannel.PORTAL:
        raise UnknownChoice
    filed, _created = take_in(
        form_token=form_token,
        sender=sender,
        wish=wish,
        text=text,
        uploads=uploads,
        receipt=Receipt(IntakeChannel(channel), received_at),
        by=by,
        now=now,
    )
    return filed
