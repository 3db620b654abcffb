"""What both kinds of case are made of. The tables of cases themselves stand in `complaints` and `dsr_requests`."""

from cases.models.case import ATTACHMENT_PERSONAL, ATTACHMENT_PLAIN, CASE_PERSONAL, CASE_PLAIN, Case, CaseAttachment
from cases.models.code import OneTimeCode
from cases.models.message import MESSAGE_PERSONAL, MESSAGE_PLAIN, CaseMessage

__all__ = [
    "ATTACHMENT_PERSONAL",
    "ATTACHMENT_PLAIN",
    "CASE_PERSONAL",
    "CASE_PLAIN",
    "MESSAGE_PERSONAL",
    "MESSAGE_PLAIN",
    "Case",
    "CaseAttachment",
    "CaseMessage",
    "OneTimeCode",
]
