"""A list of cases leaves the desk. That it did is recorded: how many, and by which filters."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from audit.services.recording import record
from cases.enums import DeskEvent
from cases.permissions import check_can_export
from core.actors import Actor


def note_export(*, kind: str, rows: int, filters: Mapping[str, str], by: Actor, now: datetime) -> None:
    """Record an export. `filters` holds codes only. Raises RoleRefused."""
    check_can_export(by=by)
    with transaction.atomic():
        record(
            event=DeskEvent.EXPORTED,
            target=f"queue:{kind}",
            by=by,
            now=now,
            details={"rows": rows, "filters": [f"{name}:{value}" for name, value in sorted(filters.items())]},
        )
