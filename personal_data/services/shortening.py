"""The end of the register's entries: what is older than the oldest backup kept serves nothing any more.

The file is written anew from there on and put in place of the old one in one step; its first line names the hash of the
last frame left out, so that the frames that stay prove themselves as before.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile

from django.conf import settings
from django.db import transaction
from django.utils.translation import pgettext_lazy

from audit.services.recording import record
from core.actors import SYSTEM
from personal_data.enums import AuditEvent
from personal_data.errors_register import RegisterRefused
from personal_data.models import RegisterHead, UnplayedFrame
from personal_data.own_records import Ages, Kind
from personal_data.register import file
from personal_data.register.faults import RegisterFault
from personal_data.register.frames import Frame
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
    with held_register(now=now, to_write=True) as held:
        file.forget_drafts(register_path())
        opening = held.register.first()
        over = list(_over(held.register, opening, held.head.sequence, now))
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


def _over(register: file.Register, opening: Frame, head: int, now: datetime) -> Iterator[Frame]:
    """The frames no backup kept asks for any more; what waits to be done ends them."""
    waiting = UnplayedFrame.objects.values_list("sequence", flat=True).first()
    done = head if waiting is None else min(head, waiting - 1)
    until = now - timedelta(days=settings.PORTAL_BACKUP_DAYS)
    return takewhile(lambda frame: frame.sequence <= done and frame.at < until, register.frames_after(opening.place))


def _count_frames(ages: Ages | None = None) -> int | None:
    """Frames of the register, or those that are over; None where it cannot be read."""
    head = RegisterHead.objects.values_list("sequence", flat=True).first()
    if head is None:
        return 0
    try:
        with file.opened(register_path()) as register:
            opening = register.first()
            return head - opening.sequence if ages is None else len(list(_over(register, opening, head, ages.now)))
    except RegisterFault:
        return None


FRAMES = Kind(
    "register",
    pgettext_lazy("own record", "Frames of the erasure register"),
    pgettext_lazy("own record", "%(backup_days)s, as long as a backup is kept in which the deleted data still stands"),
    _count_frames,
    _count_frames,
)
