"""What both kinds of case are made of. The tables of cases themselves stand in `complaints` and `dsr_requests`."""

from cases.models.attachment import ATTACHMENT_PERSONAL, ATTACHMENT_PLAIN, CaseAttachment
from cases.models.case import CASE_PERSONAL, CASE_PLAIN, CASE_WORKERS, KNOWN, UNPROVED, Case
from cases.models.clockwork import CLOCK_EVENT_PLAIN, MARK_PLAIN, CaseClockEvent, CaseMark
from cases.models.code import OneTimeCode
from cases.models.desk import AnswerTemplate, AssignmentRule, DeskDigest
from cases.models.message import MESSAGE_PERSONAL, MESSAGE_PLAIN, CaseMessage

__all__ = [
    "ATTACHMENT_PERSONAL",
    "ATTACHMENT_PLAIN",
    "CASE_PERSONAL",
    "CASE_PLAIN",
    "CASE_WORKERS",
    "CLOCK_EVENT_PLAIN",
    "KNOWN",
    "MARK_PLAIN",
    "MESSAGE_PERSONAL",
    "MESSAGE_PLAIN",
    "UNPROVED",
    "AnswerTemplate",
    "AssignmentRule",
    "Case",
    "CaseAttachment",
    "CaseClockEvent",
    "CaseMark",
    "CaseMessage",
    "DeskDigest",
    "OneTimeCode",
]
