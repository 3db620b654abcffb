"""The end of the register's entries: what is older than the oldest backup kept serves nothing any more.

The file is written anew from there on and put in place of the old one in one step; its first line names the hash of the
last frame left out, so that the frames that stay prove themselves as before.
"""

from datetime import datetime, timedelta
from itertools import takewhile

from django.conf import settings
from django.db import transaction

from audit.services.recording import record
from core.actors import SYSTEM
from personal_data.enums import AuditEvent
from personal_data.errors_register import RegisterRefused
from personal_data.models import UnplayedFrame
from personal_data.own_records import Ages
from personal_data.register import file
from personal_data.register.faults import RegisterFault
from personal_data.services.announcing import held_register, move_head, register_path


def shorten_register(ages: Ages) -> int:
    """Leave out frames older than `PORTAL_BACKUP_DAYS`; how many. Raises RegisterRefused, OSError."""
    try:
        with transaction.atomic():
            return _shorten(ages.now)
    except RegisterFault as fault:
        raise RegisterRefused(fault.fault.value) from fault


def _shorten(now: datetime) -> int:
    """Frames that are still to be done stay, and all that follow them."""
    until = now - timedelta(days=settings.PORTAL_BACKUP_DAYS)
    with held_register(now=now, to_write=True) as held:
        opening = held.register.first()
        waiting = UnplayedFrame.objects.values_list("sequence", flat=True).first()
        done = min(held.head.sequence, held.head.sequence if waiting is None else waiting - 1)
        frames = held.register.frames_after(opening.place)
        over = list(takewhile(lambda frame: frame.sequence <= done and frame.at < until, frames))
        if not over:
            return 0
        file.shorten(register_path(), held.register, over[-1], now)
    with file.opened(register_path()) as register:
        move_head(register.find(held.head), now=now)
    record(
        event=AuditEvent.REGISTER_SHORTENED,
        target=f"register:{opening.register}",
        by=SYSTEM,
        now=now,
        details={"left_out": len(over), "until": over[-1].sequence},
    )
    return len(over)
