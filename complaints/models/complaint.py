"""A complaint with its thread, its files and its clock."""

from collections.abc import Collection
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import OPEN_STATES
from cases.models import (
    ATTACHMENT_PERSONAL,
    ATTACHMENT_PLAIN,
    CASE_PERSONAL,
    CASE_PLAIN,
    CASE_WORKERS,
    CLOCK_EVENT_PLAIN,
    MARK_PLAIN,
    MESSAGE_PERSONAL,
    MESSAGE_PLAIN,
    Case,
    CaseAttachment,
    CaseClockEvent,
    CaseMark,
    CaseMessage,
)
from complaints.enums import Outcome, PostponeReason, RejectionGround, Remedy, Severity
from complaints.transitions import TRANSITIONS
from consent.models import LedgerEntry
from core.actors import Actor
from core.classification import Keep, Personal
from dsr_requests.models import Request


class Complaint(Case):
    """A complaint about how personal data is handled (law 91/2025, article 4.1(đ))."""

    kind: ClassVar[str] = "complaint"
    reference_prefix: ClassVar[str] = "KN"
    transitions = TRANSITIONS

    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    category = models.CharField(_("category"), max_length=60)
    tier = models.CharField(_("tier"), max_length=60, blank=True)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices, blank=True)
    remedy = models.CharField(_("remedy sought"), max_length=12, choices=Remedy.choices)
    fields_concerned = models.JSONField(_("data concerned"), default=list)
    purposes_concerned = models.JSONField(_("purposes concerned"), default=list)
    triaged_at = models.DateTimeField(_("assessed"), null=True, blank=True)
    contested_request = models.ForeignKey(
        Request,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("contested request"),
    )
    contested_consent = models.ForeignKey(
        LedgerEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contested answer on consent"),
    )
    about_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member of staff concerned"),
    )
    postponed_at = models.DateTimeField(_("postponed"), null=True, blank=True)
    postpone_reason = models.CharField(
        pgettext_lazy("of a later date", "reason"), max_length=16, choices=PostponeReason.choices, blank=True
    )
    rejection_ground = models.CharField(
        _("ground for not taking it up"), max_length=20, choices=RejectionGround.choices, blank=True
    )

    class Meta(Case.Meta):
        abstract = False
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        indexes = [
            *Case.Meta.indexes,
            models.Index(
                fields=["category", "target_at", "id"],
                name="complaint_by_category",
                include=["verified_at", "channel"],
                condition=Q(status__in=OPEN_STATES),
            ),
            models.Index(
                fields=["tier", "target_at", "id"],
                name="complaint_by_tier",
                include=["verified_at", "channel"],
                condition=Q(status__in=OPEN_STATES),
            ),
            models.Index(
                fields=["severity", "target_at", "id"],
                name="complaint_by_severity",
                include=["verified_at", "channel"],
                condition=Q(status__in=OPEN_STATES),
            ),
        ]
        constraints = [
            *Case.Meta.constraints,
            models.CheckConstraint(
                name="complaint_triaged_whole",
                condition=Q(triaged_at__isnull=True) | ~Q(tier="") & ~Q(severity=""),
            ),
            models.CheckConstraint(
                name="complaint_postponed_with_reason",
                condition=Q(postponed_at__isnull=True, postpone_reason="")
                | Q(postponed_at__isnull=False) & ~Q(postpone_reason=""),
            ),
        ]

    class PersonalData:
        subject = "subject"
        retention = Keep.with_case()
        workers = CASE_WORKERS
        personal = CASE_PERSONAL
        plain = {
            **CASE_PLAIN,
            "category": "code of the pack's category",
            "tier": "code of the pack's tier",
            "severity": "code",
            "remedy": "code",
            "fields_concerned": "codes of the pack's fields, no values",
            "purposes_concerned": "codes of the pack's purposes",
            "triaged_at": "",
            "contested_request": "the request of the same person it contests",
            "contested_consent": "the recorded answer it contests",
            "about_staff": "the member of staff whose conduct it is about; that person sees nothing of it",
            "postponed_at": "",
            "postpone_reason": "code",
            "rejection_ground": "code",
        }

    def concerns(self, by: Actor, *, own: Collection[UUID] | None = None) -> bool:
        """The own complaint, or one about the own conduct."""
        return super().concerns(by, own=own) or (self.about_staff_id is not None and self.about_staff_id == by.pk)

    @classmethod
    def matters_of(cls, by: Actor) -> Q:
        return super().matters_of(by) | Q(about_staff_id=by.pk, about_staff_id__isnull=False)


class ComplaintMessage(CaseMessage):
    """One message in the thread of a complaint."""

    case = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="messages", verbose_name=_("complaint"))

    class Meta(CaseMessage.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a complaint", "message")
        verbose_name_plural = pgettext_lazy("of a complaint", "messages")

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        personal = MESSAGE_PERSONAL
        plain = MESSAGE_PLAIN


class ComplaintAttachment(CaseAttachment):
    """A file sent with a complaint or with a message in its thread."""

    case = models.ForeignKey(
        Complaint, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("complaint")
    )
    message = models.ForeignKey(
        ComplaintMessage,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=pgettext_lazy("of a complaint", "message"),
    )

    class Meta(CaseAttachment.Meta):
        abstract = False
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        personal = ATTACHMENT_PERSONAL
        plain = ATTACHMENT_PLAIN
        blobs = True


class ComplaintClockEvent(CaseClockEvent):
    """Something that moves the dates of a complaint, or was considered and does not."""

    case = models.ForeignKey(
        Complaint, on_delete=models.CASCADE, related_name="clock_events", verbose_name=_("complaint")
    )

    class Meta(CaseClockEvent.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a complaint", "clock event")
        verbose_name_plural = pgettext_lazy("of a complaint", "clock events")

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        personal: dict[str, Personal] = {}
        plain = CLOCK_EVENT_PLAIN


class ComplaintMark(CaseMark):
    """A deadline mark of a complaint that was set off."""

    case = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="marks", verbose_name=_("complaint"))

    class Meta(CaseMark.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a complaint", "deadline mark")
        verbose_name_plural = pgettext_lazy("of a complaint", "deadline marks")

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        personal: dict[str, Personal] = {}
        plain = MARK_PLAIN
