"""What the copy of a person's data shows of complaints."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import CaseStatus, IntakeChannel
from cases.explaining import last_day
from cases.package_parts import (
    FILE_COLUMNS,
    MESSAGE_COLUMNS,
    attachment_rows,
    contact_of,
    message_rows,
    text_of,
)
from complaints import selectors
from complaints.enums import Outcome, PostponeReason, RejectionGround, Remedy
from complaints.models import Complaint, ComplaintAnswer, ComplaintAttachment, ComplaintMessage
from personal_data.package_sections import Asked, Coded, Row, Section, coded, leave_out, leave_out_links, opened, show


def complaint_rows(asked: Asked) -> Iterator[Row]:
    """Every complaint, oldest first, without who worked on it."""
    found = Complaint.objects.filter(subject_id=asked.subject_id).select_related("policy_version")
    for row in found.order_by("received_at", "pk"):
        yield Row(
            {
                "reference": row.reference,
                "received_at": row.received_at,
                "category": Coded(row.category, selectors.category_name(row)),
                "remedy": coded(Remedy, row.remedy),
                "text": text_of(asked, row),
                "contact": contact_of(asked, row),
                "way": coded(IntakeChannel, row.channel),
                "fields": [asked.field(code) for code in row.fields_concerned],
                "purposes": [asked.purpose(code) for code in row.purposes_concerned],
                "status": coded(CaseStatus, row.status),
                "outcome": coded(Outcome, row.outcome),
                "ground": coded(RejectionGround, row.rejection_ground),
                "target_on": last_day(row.target_at),
                "limit_on": last_day(row.limit_at),
                "postponed_why": coded(PostponeReason, row.postpone_reason),
                "closed_at": row.closed_at,
            }
        )


def answer_rows(asked: Asked) -> Iterator[Row]:
    """Every answer."""
    found = ComplaintAnswer.objects.filter(case__subject_id=asked.subject_id).select_related("case")
    for row in found.order_by("answered_at", "pk"):
        key = asked.evidence_key(row.case.subject_id)
        yield Row(
            {
                "reference": row.case.reference,
                "round": row.round,
                "outcome": coded(Outcome, row.outcome),
                "found": opened(key, row.sealed_finding, row.sealing_context_of("finding")),
                "done": opened(key, row.sealed_done, row.sealing_context_of("done")),
                "answered_at": row.answered_at,
                "accepted_at": row.accepted_at,
            }
        )


def thread_rows(asked: Asked) -> Iterator[Row]:
    """Every message."""
    found = ComplaintMessage.objects.filter(case__subject_id=asked.subject_id).select_related("case")
    return message_rows(asked, found.order_by("case__received_at", "case_id", "sent_at", "pk"))


def file_rows(asked: Asked) -> Iterator[Row]:
    """Every file."""
    found = ComplaintAttachment.objects.filter(case__subject_id=asked.subject_id).select_related("case")
    return attachment_rows(asked, found.order_by("added_at", "pk"))


def register() -> None:
    """Hand in the sections, and what is left out."""
    show(
        Section(
            "complaints",
            _("Your complaints"),
            (
                ("reference", _("reference")),
                ("received_at", pgettext_lazy("of a case", "received")),
                ("category", _("category")),
                ("remedy", _("remedy sought")),
                ("text", pgettext_lazy("of a case", "text")),
                ("contact", _("contact address")),
                ("way", _("way in")),
                ("fields", _("data concerned")),
                ("purposes", _("purposes concerned")),
                ("status", _("status")),
                ("outcome", _("outcome")),
                ("ground", _("ground for not taking it up")),
                ("target_on", _("target")),
                ("limit_on", _("limit")),
                ("postponed_why", _("why it took longer")),
                ("closed_at", _("closed")),
            ),
            complaint_rows,
            ("complaints.Complaint",),
            as_cards=True,
        ),
        Section(
            "complaint_answers",
            _("Answers to your complaints"),
            (
                ("reference", _("reference")),
                ("round", pgettext_lazy("of a case", "round")),
                ("outcome", _("outcome")),
                ("found", _("finding")),
                ("done", _("what was done")),
                ("answered_at", _("answered")),
                ("accepted_at", _("accepted by you")),
            ),
            answer_rows,
            ("complaints.ComplaintAnswer",),
            as_cards=True,
        ),
        Section(
            "complaint_messages",
            _("Messages about your complaints"),
            MESSAGE_COLUMNS,
            thread_rows,
            ("complaints.ComplaintMessage",),
        ),
        Section(
            "complaint_files",
            _("Files of your complaints"),
            FILE_COLUMNS,
            file_rows,
            ("complaints.ComplaintAttachment",),
            has_files=True,
        ),
    )
    leave_out(
        {
            "complaints.ComplaintClockEvent": "steps of reckoning; the dates they lead to stand with the complaint",
            "complaints.ComplaintMark": "reminders to staff; nothing on the person",
            "complaints.ComplaintLink": "two references of complaints that are both shown",
        }
    )
    leave_out_links(
        {
            "complaints.Complaint.assignee": "names of staff are not given",
            "complaints.Complaint.about_staff": "names of staff are not given; the person wrote it in the own words",
        }
    )
