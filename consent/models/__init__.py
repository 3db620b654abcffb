"""The consent ledger."""

from consent.models.jobs import ConsentJob
from consent.models.ledger import ConsentWording, LedgerEntry

__all__ = ["ConsentJob", "ConsentWording", "LedgerEntry"]
