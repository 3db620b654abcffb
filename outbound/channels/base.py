"""What every way out must do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Envelope:
    """One message ready to leave. `id` is the same on every try."""

    id: UUID
    to: str
    subject: str
    body: str
    at: datetime


class Channel(Protocol):
    """A way out."""

    def send(self, envelope: Envelope) -> None:
        """Hand the message over. Raises TemporaryFailure or PermanentFailure."""
