"""Writing messages into the outbox. Nothing leaves here: the row commits with its cause, then the worker is rung."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core.encryption import wrap
from core.queue import enqueue_on_commit
from outbound.enums import Channel
from outbound.models import OutboxMessage
from outbound.notices import check_exists

_DEDUP = re.compile(r"^[A-Za-z0-9_.:\-]{1,120}$")


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice to one reader. `dedup` holds references and codes only; a second letter under it is not written."""

    notice: str
    to: str
    language: str
    context: Mapping[str, str]
    subject_id: UUID | None = None
    dedup: str = ""


def queue_notice(
    *,
    notice: str,
    to: str,
    language: str,
    context: Mapping[str, str],
    now: datetime,
    subject_id: UUID | None = None,
    dedup: str = "",
    not_before: datetime | None = None,
) -> OutboxMessage:
    """Put one notice into the outbox, in the caller's transaction; it leaves at once, or not before a moment.

    `notice` names a folder under templates/notices/. `to` and `context` are stored sealed and blanked once the message
    has left. A second call with the same `dedup` (references and codes only) writes nothing and returns the first.
    Raises TemplateDoesNotExist for an unknown notice, ValueError for an unusable address or `dedup`.
    """
    check_exists(notice)
    message = _sealed(Letter(notice, to, language, context, subject_id, dedup), now=now, not_before=not_before)
    with transaction.atomic():
        if not dedup:
            message.save(force_insert=True)
        else:
            try:
                with transaction.atomic():
                    message.save(force_insert=True)
            except IntegrityError:
                return OutboxMessage.objects.get(dedup=dedup)
        _ring([message], now=now)
    return message


def queue_letters(letters: Iterable[Letter], *, now: datetime, not_before: datetime | None = None) -> None:
    """Put many notices into the outbox by one statement, in the caller's transaction. Raises as `queue_notice`."""
    letters = list(letters)
    for notice in {letter.notice for letter in letters}:
        check_exists(notice)
    messages = [_sealed(letter, now=now, not_before=not_before) for letter in letters]
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)
    _ring(messages, now=now)


def _sealed(letter: Letter, *, now: datetime, not_before: datetime | None) -> OutboxMessage:
    if not letter.to or any(char in letter.to for char in "\r\n"):
        raise ValueError("address")
    if letter.dedup and not _DEDUP.match(letter.dedup):
        raise ValueError("dedup")
    message = OutboxMessage(
        channel=Channel.EMAIL,
        notice=letter.notice,
        language=letter.language,
        subject_id=letter.subject_id,
        dedup=letter.dedup or None,
        created_at=now,
        due_at=max(now, not_before or now),
    )
    message.sealed_to = wrap(letter.to.encode(), context=message.sealing_context("to"))
    body = json.dumps({key: str(value) for key, value in letter.context.items()}, ensure_ascii=False)
    message.sealed_context = wrap(body.encode(), context=message.sealing_context("context"))
    return message


def _ring(messages: Iterable[OutboxMessage], *, now: datetime) -> None:
    """What is due later is left to the sweep."""
    if any(message.due_at <= now for message in messages):
        enqueue_on_commit("outbound.deliver_due")
