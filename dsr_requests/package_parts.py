"""What the copy of a person's data shows of requests: those the person sent, and those others sent about the person.

What a representative wrote is the representative's; the person represented is told that it was asked, what and when.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, Q, QuerySet
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
from core.citations import cite
from core.clock import local_date
from core.rules import refusal_grounds
from dsr_requests.enums import (
    CorrectionState,
    DemandReason,
    FulfilmentKind,
    Ground,
    Method,
    Outcome,
    RepresentativeKind,
    RequestKind,
    Strength,
    Verdict,
)
from dsr_requests.models import (
    Correction,
    Decision,
    EvidenceDemand,
    FulfilmentStep,
    Request,
    RequestAttachment,
    RequestMessage,
    Verification,
)
from dsr_requests.package_parts_held import held_sections
from personal_data.enums import StepState
from personal_data.package_sections import Asked, Row, Section, coded, leave_out, leave_out_links, opened, show


def request_rows(asked: Asked) -> Iterator[Row]:
    """Every request, oldest first, without who worked on it."""
    found = Request.objects.filter(_either(asked)).select_related("representative").order_by("received_at", "pk")
    for row in found:
        mandate = getattr(row, "representative", None)
        own = _is_own(row, asked)
        yield Row(
            {
                "reference": row.reference,
                "received_at": row.received_at,
                "asked_for": coded(RequestKind, row.asked_for),
                "everything": row.everything,
                "fields": [asked.field(code) for code in row.fields],
                "purposes": [asked.purpose(code) for code in row.purposes],
                "consents": ", ".join(row.consents) or None,
                "text": text_of(asked, row) if own else None,
                "contact": contact_of(asked, row) if own else None,
                "way": coded(IntakeChannel, row.channel),
                "representative": coded(RepresentativeKind, mandate.kind) if mandate else None,
                "status": coded(CaseStatus, row.status),
                "outcome": coded(Outcome, row.outcome),
                "article": cite(row.article),
                "target_on": last_day(row.target_at),
                "limit_on": last_day(row.limit_at),
                "identified_at": row.identified_at,
                "closed_at": row.closed_at,
            }
        )


def decision_rows(asked: Asked) -> Iterator[Row]:
    """Decisions in effect, with their words."""
    found = _of_requests(Decision.objects.all(), asked).filter(effective_at__isnull=False)
    for row in found.order_by("decided_at", "pk"):
        key = asked.evidence_key(row.case.subject_id)
        yield Row(
            {
                "reference": row.case.reference,
                "decision": coded(Verdict, row.verdict),
                "ground": coded(Ground, row.ground),
                "article": cite(row.article) if row.article else None,
                "refused_fields": [asked.field(code) for code in row.refused_fields],
                "refused_purposes": [asked.purpose(code) for code in row.refused_purposes],
                "words": opened(key, row.sealed_words, row.sealing_context) if _is_own(row.case, asked) else None,
                "decided_at": row.decided_at,
                "in_effect_at": row.effective_at,
            }
        )


def correction_rows(asked: Asked) -> Iterator[Row]:
    """Corrections proposed."""
    for row in _of_requests(Correction.objects.all(), asked).order_by("proposed_at", "field"):
        key = asked.evidence_key(row.case.subject_id)
        # A representative proposed it for somebody else: the value is that person's, whoever's key it stands under.
        about_me = row.case.about_id in (None, asked.subject_id)
        yield Row(
            {
                "reference": row.case.reference,
                "field": asked.field(row.field),
                "value": opened(key, row.sealed_value, row.sealing_context) if about_me else None,
                "by_staff": row.by_staff,
                "state": coded(CorrectionState, row.state),
                "ground": coded(Ground, row.ground),
                "proposed_at": row.proposed_at,
                "decided_at": row.decided_at,
                "applied_at": row.applied_at,
            }
        )


def step_rows(asked: Asked) -> Iterator[Row]:
    """What was done for a request."""
    found = _of_requests(FulfilmentStep.objects.all(), asked)
    for row in found.order_by("case__received_at", "case_id", "position"):
        yield Row(
            {
                "reference": row.case.reference,
                "step": coded(FulfilmentKind, row.kind),
                "state": coded(StepState, row.state),
                "count": row.count,
                "done_at": row.done_at,
            }
        )


def verification_rows(asked: Asked) -> Iterator[Row]:
    """How it was established who asks."""
    for row in _of_requests(Verification.objects.all(), asked).order_by("begun_at", "pk"):
        yield Row(
            {
                "reference": row.case.reference,
                "method": coded(Method, row.method),
                "strength": coded(Strength, row.strength),
                "begun_at": row.begun_at,
                "attempts": row.attempts,
                "passed_at": row.passed_at,
                "ended_at": row.ended_at,
            }
        )


def demand_rows(asked: Asked) -> Iterator[Row]:
    """Evidence of identity staff had to ask for."""
    for row in _of_requests(EvidenceDemand.objects.all(), asked).order_by("asked_at", "pk"):
        yield Row(
            {
                "reference": row.case.reference,
                "reason": coded(DemandReason, row.reason),
                "asked_at": row.asked_at,
                "met_at": row.met_at,
            }
        )


def thread_rows(asked: Asked) -> Iterator[Row]:
    """Every message of requests the person sent."""
    found = _of_requests(RequestMessage.objects.all(), asked, own=True)
    return message_rows(asked, found.order_by("case__received_at", "case_id", "sent_at", "pk"))


def file_rows(asked: Asked) -> Iterator[Row]:
    """Every file of requests the person sent."""
    found = _of_requests(RequestAttachment.objects.all(), asked, own=True)
    return attachment_rows(asked, found.order_by("added_at", "pk"))


def ground_words(code: str, at: datetime) -> str:
    """Why something was left out of a copy: the ground and its article."""
    articles = {one.code: one.article for one in refusal_grounds(RequestKind.COPY, on=local_date(at))}
    words = str(Ground(code).label)
    return f"{words} ({cite(articles[code])})" if code in articles else words


def _either(asked: Asked) -> Q:
    return Q(subject_id=asked.subject_id) | Q(about_id=asked.subject_id)


def _sent_or_about(subject_id: UUID) -> Exists:
    return Exists(Request.objects.filter(Q(subject_id=subject_id) | Q(about_id=subject_id)))


def _is_own(row: Request, asked: Asked) -> bool:
    """Whether the person sent it, from the account or as a guest who proved to be this person."""
    return row.subject_id == asked.subject_id or not hasattr(row, "representative")


def _of_requests(rows: "QuerySet[Any]", asked: Asked, *, own: bool = False) -> "QuerySet[Any]":
    found = rows.filter(Q(case__subject_id=asked.subject_id) | Q(case__about_id=asked.subject_id))
    if own:
        found = found.filter(Q(case__subject_id=asked.subject_id) | Q(case__representative__isnull=True))
    return found.select_related("case", "case__representative")


_REFERENCE = ("reference", _("reference"))
_STATE = ("state", _("state"))
_GROUND = ("ground", _("ground"))


def register() -> None:
    """Hand in the sections, and what is left out."""
    show(*_requests(), *_what_came_of_them(), *_who_asked(), *held_sections())
    leave_out(
        {
            "dsr_requests.RequestClockEvent": "steps of reckoning; the dates they lead to stand with the request",
            "dsr_requests.RequestMark": "reminders to staff; nothing on the person",
            "dsr_requests.Representative": "two names, each the other's; that there is one stands with the request",
            "dsr_requests.IdentityFile": "evidence of identity, deleted with the decision, and of either person",
            "dsr_requests.Snapshot": "addresses for the confirmation, purged at the end; shown where they are held",
        }
    )
    leave_out_links(
        {
            "dsr_requests.Request.assignee": "names of staff are not given",
            "dsr_requests.Request.about": "followed for the own requests; a representative is not shown the other",
            "dsr_requests.Decision.decided_by": "names of staff are not given",
            "dsr_requests.Decision.seconded_by": "names of staff are not given",
            "dsr_requests.Verification.about": "a random reference; on whom something is held is not told to who asks",
        }
    )


def _requests() -> Iterator[Section]:
    yield Section(
        "requests",
        _("Your requests"),
        (
            _REFERENCE,
            ("received_at", pgettext_lazy("of a case", "received")),
            ("asked_for", _("what was asked for")),
            ("everything", _("all of it")),
            ("fields", _("data concerned")),
            ("purposes", _("purposes concerned")),
            ("consents", _("consents concerned")),
            ("text", pgettext_lazy("of a case", "text")),
            ("contact", _("contact address")),
            ("way", _("way in")),
            ("representative", _("asked for you by")),
            ("status", _("status")),
            ("outcome", _("outcome")),
            ("article", _("legal basis")),
            ("target_on", _("target")),
            ("limit_on", _("limit")),
            ("identified_at", _("identity established")),
            ("closed_at", _("closed")),
        ),
        request_rows,
        ("dsr_requests.Request",),
        found=_sent_or_about,
        as_cards=True,
    )
    yield Section(
        "request_messages",
        _("Messages about your requests"),
        MESSAGE_COLUMNS,
        thread_rows,
        ("dsr_requests.RequestMessage",),
        found=_sent_or_about,
    )
    yield Section(
        "request_files",
        _("Files of your requests"),
        FILE_COLUMNS,
        file_rows,
        ("dsr_requests.RequestAttachment",),
        found=_sent_or_about,
        has_files=True,
    )


def _what_came_of_them() -> Iterator[Section]:
    field = ("field", pgettext_lazy("of data", "field"))
    yield Section(
        "request_decisions",
        _("Decisions on your requests"),
        (
            _REFERENCE,
            ("decision", pgettext_lazy("on a request", "decision")),
            _GROUND,
            ("article", _("article")),
            ("refused_fields", _("data refused")),
            ("refused_purposes", _("purposes refused")),
            ("words", _("our words to you")),
            ("decided_at", _("decided")),
            ("in_effect_at", _("in effect")),
        ),
        decision_rows,
        ("dsr_requests.Decision",),
        found=_sent_or_about,
        as_cards=True,
    )
    yield Section(
        "corrections",
        _("Corrections asked for"),
        (
            _REFERENCE,
            field,
            ("value", _("proposed value")),
            ("by_staff", _("proposed by staff")),
            _STATE,
            _GROUND,
            ("proposed_at", _("proposed")),
            ("decided_at", _("decided")),
            ("applied_at", _("corrected")),
        ),
        correction_rows,
        ("dsr_requests.Correction",),
        found=_sent_or_about,
        as_cards=True,
    )
    yield Section(
        "request_steps",
        _("What was done for your requests"),
        (
            _REFERENCE,
            ("step", pgettext_lazy("of a request", "step")),
            _STATE,
            ("count", _("done to")),
            ("done_at", _("done at")),
        ),
        step_rows,
        ("dsr_requests.FulfilmentStep",),
        found=_sent_or_about,
    )


def _who_asked() -> Iterator[Section]:
    yield Section(
        "identity_checks",
        _("How we made sure it was you"),
        (
            _REFERENCE,
            ("method", _("method")),
            ("strength", _("strength")),
            ("begun_at", _("begun")),
            ("attempts", _("tries")),
            ("passed_at", _("passed")),
            ("ended_at", _("ended without success")),
        ),
        verification_rows,
        ("dsr_requests.Verification",),
        found=_sent_or_about,
    )
    yield Section(
        "evidence_asked",
        _("Evidence of identity we asked for"),
        (_REFERENCE, ("reason", _("reason")), ("asked_at", _("asked")), ("met_at", _("met"))),
        demand_rows,
        ("dsr_requests.EvidenceDemand",),
        found=_sent_or_about,
    )
