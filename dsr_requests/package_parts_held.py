"""What the copy of a person's data shows of times in which something was held: an address, or the copy itself."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.citations import cite
from dsr_requests.enums import Ground, PauseReason
from dsr_requests.models import CopyHold, PausedAddress
from personal_data.package_sections import Asked, Row, Section, coded, opened


def pause_rows(asked: Asked) -> Iterator[Row]:
    """Times in which requests from an address were held."""
    for row in PausedAddress.objects.filter(subject_id=asked.subject_id).order_by("paused_at"):
        yield Row(
            {
                "reason": coded(PauseReason, row.reason),
                "paused_at": row.paused_at,
                "told_at": row.told_at,
                "lifted_at": row.lifted_at,
            }
        )


def copy_hold_rows(asked: Asked) -> Iterator[Row]:
    """Times in which the copy was held back, with the words said."""
    key = asked.evidence_key(asked.subject_id)
    for row in CopyHold.objects.filter(subject_id=asked.subject_id, seconded_at__isnull=False).order_by("seconded_at"):
        yield Row(
            {
                "ground": coded(Ground, row.ground),
                "article": cite(row.article),
                "words": opened(key, row.sealed_words, row.sealing_context),
                "held_at": row.seconded_at,
                "ended_at": row.ended_at,
            }
        )


def held_sections() -> Iterator[Section]:
    """In the order in which they stand."""
    yield Section(
        "paused_addresses",
        _("Times in which requests from an address of yours were held"),
        (
            ("reason", _("reason")),
            ("paused_at", _("paused")),
            ("told_at", _("person told")),
            ("lifted_at", _("lifted")),
        ),
        pause_rows,
        ("dsr_requests.PausedAddress",),
    )
    yield Section(
        "copy_holds",
        _("Times in which a copy of your data was held back"),
        (
            ("ground", _("ground")),
            ("article", _("article")),
            ("words", _("our words to you")),
            ("held_at", pgettext_lazy("a copy", "held back")),
            ("ended_at", _("ended")),
        ),
        copy_hold_rows,
        ("dsr_requests.CopyHold",),
        as_cards=True,
    )
