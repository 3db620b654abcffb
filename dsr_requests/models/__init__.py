"""Requests of data subjects, who asks, what was decided, and how it is carried out."""

from dsr_requests.models.decision import Correction, Decision
from dsr_requests.models.fulfilment import FulfilmentStep, Snapshot
from dsr_requests.models.holding import CopyHold
from dsr_requests.models.identity import EvidenceDemand, IdentityFile, PausedAddress, Representative, Verification
from dsr_requests.models.request import Request
from dsr_requests.models.thread import RequestAttachment, RequestClockEvent, RequestMark, RequestMessage

__all__ = [
    "CopyHold",
    "Correction",
    "Decision",
    "EvidenceDemand",
    "FulfilmentStep",
    "IdentityFile",
    "PausedAddress",
    "Representative",
    "Request",
    "RequestAttachment",
    "RequestClockEvent",
    "RequestMark",
    "RequestMessage",
    "Snapshot",
    "Verification",
]
