"""All that the account shows of one person, in one document the person takes along."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.held_cards import cards_of
from accounts.models import User
from audit.services.recording import record
from core.actors import Actor
from personal_data.enums import AuditEvent
from policies import selectors as policies

FORMAT = 1


def export_account(*, user: User, sections: dict[str, Any], by: Actor, now: datetime) -> dict[str, Any]:
    """The whole document; that it was taken is recorded. `sections` are what other packages show of the person."""
    version = policies.version_in_force(now)
    document = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "organisation": str(policies.document(version).controller.name) if version else "",
        "policy_version": version.number if version else None,
        "reference": str(user.subject_id),
        "data": list(_fields(user, now)),
        **sections,
    }
    with transaction.atomic():
        record(
            event=AuditEvent.EXPORTED,
            target=f"subject:{user.subject_id}",
            subject_id=user.subject_id,
            by=by,
            now=now,
        )
    return document


def _fields(user: User, at: datetime) -> Iterable[dict[str, Any]]:
    every = [card.code for card in cards_of(user=user, at=at)]
    for card in cards_of(user=user, at=at, shown=every):
        held = card.held
        yield {
            "field": card.code,
            "name": card.label,
            "value": card.value or None,
            "given": not held.refusal,
            "sensitivity": held.spec.sensitivity,
            "purposes": [str(purpose.name) for purpose in held.purposes],
            "recipients": [str(recipient.name) for recipient in held.recipients],
            "source": str(held.spec.source),
            "stored": str(held.spec.storage),
            "held_since": card.since.isoformat() if card.since else None,
            "last_confirmed": card.confirmed_at.isoformat() if card.confirmed_at else None,
            "kept_until": held.kept.day.isoformat() if held.kept.day else None,
            "kept_why": str(held.kept.reason),
            "files": [
                {"name": file.name, "type": file.mime, "bytes": file.size, "held_since": file.held_since.isoformat()}
                for file in held.files
            ],
            "devices": held.devices,
        }
