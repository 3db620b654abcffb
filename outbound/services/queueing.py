"""Writing messages into the outbox. Nothing leaves here: the row commits with its cause, then the worker is rung."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core.encryption import wrap
from core.queue import enqueue_on_commit
from outbound.enums import Channel
from outbound.models import OutboxMessage
from outbound.notices import check_exists

_DEDUP = re.compile(r"^[A-Za-z0-9_.:\-]{1,120}$")


def queue_notice(
    *,
    notice: str,
    to: str,
    language: str,
    context: Mapping[str, str],
    now: datetime,
    subject_id: UUID | None = None,
    dedup: str = "",
) -> OutboxMessage:
    """Put one notice into the outbox, in the caller's transaction.

    `notice` names a folder under templates/notices/. `to` and `context` are stored sealed and blanked once the message
    has left. A second call with the same `dedup` (references and codes only) writes nothing and returns the first.
    Raises TemplateDoesNotExist for an unknown notice, ValueError for an unusable address or `dedup`.
    """
    check_exists(notice)
    if not to or any(char in to for char in "\r\n"):
        raise ValueError("address")
    if dedup and not _DEDUP.match(dedup):
        raise ValueError("dedup")
    message = OutboxMessage(
        channel=Channel.EMAIL,
        notice=notice,
        language=language,
        subject_id=subject_id,
        dedup=dedup or None,
        created_at=now,
        due_at=now,
    )
    message.sealed_to = wrap(to.encode(), context=message.sealing_context("to"))
    body = json.dumps({key: str(value) for key, value in context.items()}, ensure_ascii=False)
    message.sealed_context = wrap(body.encode(), context=message.sealing_context("context"))
    with transaction.atomic():
        if not dedup:
            message.save(force_insert=True)
        else:
            try:
                with transaction.atomic():
                    message.save(force_insert=True)
            except IntegrityError:
                return OutboxMessage.objects.get(dedup=dedup)
        enqueue_on_commit("outbound.deliver_due")
    return message
