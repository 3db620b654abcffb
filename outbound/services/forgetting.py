"""Letters in the folder that stands for a mail server go with the person they were written to."""

from pathlib import Path
from uuid import UUID

from django.conf import settings

from outbound.models import OutboxMessage


def remove_letters(subject_id: UUID) -> None:
    """Remove the file of every letter to a person that the outbox still names. Safe to repeat."""
    letters = {str(pk) for pk in OutboxMessage.objects.filter(subject_id=subject_id).values_list("pk", flat=True)}
    for path in (Path(settings.PORTAL_HOME) / "mail").glob("*.eml"):
        if path.stem[-36:] in letters:
            path.unlink(missing_ok=True)
