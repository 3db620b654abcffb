"""Sending what is due.

1. A batch is claimed under SKIP LOCKED with a lease, so several workers share the work and a dead one's share runs out.
2. Each message is sent outside any transaction, then marked by compare-and-set on the lease.
3. A crash between sending and marking sends again after the lease; the message keeps its id, so a folder holds one file
   and a mail server sees one Message-ID.
4. One bad message never stops the others: whatever it raises becomes a code on its own row.
"""

import json
import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from core.encryption import CannotOpen, unwrap
from outbound.channels import Envelope, channel
from outbound.enums import FailureCode
from outbound.errors import PermanentFailure, TemporaryFailure
from outbound.models import OutboxMessage
from outbound.notices import render
from outbound.selectors import due_messages
from outbound.services.alerting import NOTICE

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 20
# Pauses after the first, second, … failed try; together about three days.
PAUSES = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)


def deliver_due(*, now: datetime, batches: int = 50, notices: Collection[str] = ()) -> int:
    """Try every message that is due, of these notices if any are named, batch by batch. Returns how many left."""
    sent = 0
    for _ in range(batches):
        claimed = claim(now=now, notices=notices)
        if not claimed:
            break
        sent += sum(deliver(message, now=now) for message in claimed)
    return sent


def deliver_alerts(*, now: datetime) -> int:
    """Try what administrators have to know while nothing else may leave. Returns how many left."""
    return deliver_due(now=now, notices=(NOTICE,))


def claim(*, now: datetime, size: int = BATCH, notices: Collection[str] = ()) -> list[OutboxMessage]:
    """Lease up to `size` due messages to this worker; each goes to one worker only."""
    with transaction.atomic():
        due = due_messages(now=now).filter(notice__in=notices) if notices else due_messages(now=now)
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:size])
        ids = [row.pk for row in rows]
        OutboxMessage.objects.filter(pk__in=ids).update(leased_until=now + LEASE, attempts=F("attempts") + 1)
    for row in rows:
        row.leased_until, row.attempts = now + LEASE, row.attempts + 1
    return rows


def deliver(message: OutboxMessage, *, now: datetime) -> bool:
    """Send one claimed message and note how it went. True when it left."""
    try:
        channel(message.channel).send(_envelope(message, now=now))
    except PermanentFailure as failure:
        _give_up(message, code=failure.code, now=now)
    except TemporaryFailure as failure:
        _postpone(message, code=failure.code, now=now)
    except CannotOpen:
        _give_up(message, code=FailureCode.UNREADABLE, now=now)
    except Exception as error:  # noqa: BLE001  a mistake in one notice must not hold up the rest
        # The type is enough to find it; a message could carry an address.
        logger.error("message %s (%s) could not be sent: %s", message.pk, message.notice, type(error).__name__)
        _postpone(message, code=FailureCode.BROKEN, now=now)
    else:
        return _settle(message, sent_at=now)
    return False


def _envelope(message: OutboxMessage, *, now: datetime) -> Envelope:
    to = unwrap(bytes(message.sealed_to or b""), context=message.sealing_context("to")).decode()
    body = unwrap(bytes(message.sealed_context or b""), context=message.sealing_context("context")).decode()
    rendered = render(notice=message.notice, language=message.language, context=json.loads(body), at=now)
    return Envelope(id=message.pk, to=to, subject=rendered.subject, body=rendered.body, at=message.created_at)


def _postpone(message: OutboxMessage, *, code: str, now: datetime) -> None:
    if message.attempts > len(PAUSES):
        _give_up(message, code=code, now=now)
        return
    _mine(message).update(due_at=now + PAUSES[message.attempts - 1], leased_until=None, failure_code=code)


def _give_up(message: OutboxMessage, *, code: str, now: datetime) -> None:
    logger.warning("message %s (%s) was given up: %s", message.pk, message.notice, code)
    _settle(message, failed_at=now, failure_code=code)


def _settle(message: OutboxMessage, **outcome: object) -> bool:
    changes = {"failure_code": "", **outcome}
    return _mine(message).update(leased_until=None, sealed_to=None, sealed_context=None, **changes) == 1


def _mine(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    """The row while this worker still holds it."""
    return OutboxMessage.objects.filter(pk=message.pk, leased_until=message.leased_until, sent_at=None, failed_at=None)
