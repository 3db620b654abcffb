"""What the copy of a person's data shows of mail: what was written to the person and when; words are gone once sent."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbound.enums import Channel, FailureCode
from outbound.models import OutboxMessage
from outbound.notices import subject_of
from personal_data.package_sections import Asked, Coded, Row, Section, coded, language_named, show


def letter_rows(asked: Asked) -> Iterator[Row]:
    """Every message to the person, oldest first."""
    for row in OutboxMessage.objects.filter(subject_id=asked.subject_id).order_by("created_at", "pk"):
        yield Row(
            {
                "notice": Coded(row.notice, subject_of(row.notice)),
                "channel": coded(Channel, row.channel),
                "language": language_named(row.language),
                "written_at": row.created_at,
                "sent_at": row.sent_at,
                "given_up_at": row.failed_at,
                "reason": coded(FailureCode, row.failure_code),
            }
        )


def register() -> None:
    """Hand in the section."""
    show(
        Section(
            "letters",
            _("Messages we sent you"),
            (
                ("notice", pgettext_lazy("of a message", "subject")),
                ("channel", pgettext_lazy("of a message", "channel")),
                ("language", _("language")),
                ("written_at", _("written")),
                ("sent_at", _("sent")),
                ("given_up_at", _("given up")),
                ("reason", _("reason")),
            ),
            letter_rows,
            ("outbound.OutboxMessage",),
            about=_("Which message, and when. Their words are not kept once they have left."),
        )
    )
