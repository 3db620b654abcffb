"""What complaints and requests have in common in the copy of a person's data: thread and files."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import AuthorRole, IntakeChannel
from cases.models import Case, CaseAttachment
from personal_data import storage
from personal_data.package_sections import Asked, CopyFile, Row, coded, leave_out_links, opened

Columns = "Sequence[tuple[str, StrOrPromise]]"

MESSAGE_COLUMNS = (
    ("reference", _("reference")),
    ("from", pgettext_lazy("of a message", "from")),
    ("sent_at", _("sent")),
    ("way", _("way in")),
    ("text", pgettext_lazy("of a case", "text")),
)
FILE_COLUMNS = (
    ("reference", _("reference")),
    ("name", _("name")),
    ("type", _("type")),
    ("bytes", _("size in bytes")),
    ("added_at", _("added")),
)


def message_rows(asked: Asked, found: Iterable[Any]) -> Iterator[Row]:
    """The messages of several cases, oldest first; `found` are rows with their case."""
    for row in found:
        key = asked.evidence_key(row.case.subject_id)
        yield Row(
            {
                "reference": row.case.reference,
                "from": coded(AuthorRole, row.author_role),
                "sent_at": row.sent_at,
                "way": coded(IntakeChannel, row.channel),
                "text": opened(key, row.sealed_text, row.sealing_context),
            }
        )


def attachment_rows(asked: Asked, found: Iterable[Any]) -> Iterator[Row]:
    """The files of several cases with their content; one whose key is gone is named by nothing."""
    for row in found:
        key = asked.evidence_key(row.case.subject_id)
        name = opened(key, row.sealed_name, row.sealing_context)
        values = {
            "reference": row.case.reference,
            "name": name,
            "type": row.mime,
            "bytes": row.size,
            "added_at": row.added_at,
        }
        yield Row(values, files=() if key is None or name is None else (_file(row, name, key),))


def text_of(asked: Asked, case: Case) -> str | None:
    """What the person wrote; None once its key is gone."""
    context = case.sealing_context_of(case.reference, "text")
    return opened(asked.evidence_key(case.subject_id), case.sealed_text, context)


def contact_of(asked: Asked, case: Case) -> str | None:
    """The address given with a case; None once its key is gone."""
    context = case.sealing_context_of(case.reference, "contact")
    return opened(asked.evidence_key(case.subject_id), case.sealed_contact, context)


def register() -> None:
    """Name links to staff that no copy follows."""
    leave_out_links(
        {
            "cases.AssignmentRule.colleague": "the colleague who gets new cases; nothing about the person",
            "cases.AssignmentRule.last_given": "the colleague whose turn was last; nothing about the person",
            "cases.DeskDigest.user": "the colleague written to; nothing about the person",
        }
    )


def _file(row: CaseAttachment, name: str, key: bytes) -> CopyFile:
    return CopyFile(name, row.mime, row.size, partial(storage.blob_pieces, row.pk, key=key))
