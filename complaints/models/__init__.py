"""Complaints, their threads, files, clocks, answers and links."""

from complaints.models.answer import ComplaintAnswer
from complaints.models.complaint import (
    Complaint,
    ComplaintAttachment,
    ComplaintClockEvent,
    ComplaintMark,
    ComplaintMessage,
)
from complaints.models.link import ComplaintLink

__all__ = [
    "Complaint",
    "ComplaintAnswer",
    "ComplaintAttachment",
    "ComplaintClockEvent",
    "ComplaintLink",
    "ComplaintMark",
    "ComplaintMessage",
]
