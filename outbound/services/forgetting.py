"""Letters in the folder that stands for a mail server go with the person they were written to, and with time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

from core.classification import Period
from outbound.models import OutboxMessage
from personal_data.own_records import Ages, Kind

BATCH = 5000  # rows removed by one statement


def remove_letters(subject_id: UUID) -> None:
    """Remove the file of every letter to a person that the outbox still names. Safe to repeat."""
    remove_letters_of_many(subject_ids=[subject_id])


def remove_letters_of_many(*, subject_ids: Sequence[UUID], **_: object) -> None:
    """The same of several people."""
    found = OutboxMessage.objects.filter(subject_id__in=subject_ids)
    letters = {str(pk) for pk in found.values_list("pk", flat=True)}
    for path in _folder().glob("*.eml"):
        if path.stem[-36:] in letters:
            path.unlink(missing_ok=True)


def forget_messages(ages: Ages) -> int:
    """Records of messages that left or were given up, and letters in the folder, some time after. How many.

    No erasure reaches a letter that names nobody on whom data is held, such as the one that confirms the erasure: it
    goes sooner.
    """
    gone = 0
    for path in _letters_over(ages):
        path.unlink(missing_ok=True)
        gone += 1
    over = _messages_over(ages)
    while found := list(over.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        gone += OutboxMessage.objects.filter(pk__in=found).delete()[0]
    return gone


def _messages_over(ages: Ages) -> "QuerySet[OutboxMessage]":
    rows = OutboxMessage.objects.alias(settled_at=Coalesce("sent_at", "failed_at"))
    return ages.over(rows, "settled_at", Period.MAIL)


def _letters() -> list[Path]:
    return [*_folder().glob("*.eml"), *_folder().glob("*.part")]


def _letters_over(ages: Ages) -> Iterator[Path]:
    until, loose_until = ages.before(Period.MAIL), ages.before(Period.LOOSE_LETTERS)
    letters = _letters()
    tied = OutboxMessage.objects.filter(subject_id__isnull=False, created_at__gte=until) if until else None
    names = {str(pk) for pk in tied.values_list("pk", flat=True)} if tied is not None and letters else set()
    for path in letters:
        bound = until if path.stem[-36:] in names else loose_until
        if bound is not None and _is_older(path, bound):
            yield path


def _is_older(path: Path, bound: datetime) -> bool:
    """A letter's name begins with the moment it was written (outbound.channels.email)."""
    try:
        return datetime.strptime(path.name[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC) < bound
    except ValueError:
        return False


def _folder() -> Path:
    return Path(settings.PORTAL_HOME) / "mail"


MESSAGES = Kind(
    "messages",
    pgettext_lazy("own record", "Records of messages"),
    pgettext_lazy("own record", "%(mail_days)s after they left or were given up"),
    OutboxMessage.objects.all,
    _messages_over,
    Period.MAIL,
)
LETTERS = Kind(
    "letters",
    pgettext_lazy("own record", "Letters of the demo, which has no mail server"),
    pgettext_lazy(
        "own record", "%(mail_days)s after they were written; one tied to nobody any more, %(loose_letters_days)s"
    ),
    lambda: len(_letters()),
    lambda ages: sum(1 for _letter in _letters_over(ages)),
)
