"""Complaints, their threads and their files."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import (
    ATTACHMENT_PERSONAL,
    ATTACHMENT_PLAIN,
    CASE_PERSONAL,
    CASE_PLAIN,
    MESSAGE_PERSONAL,
    MESSAGE_PLAIN,
    Case,
    CaseAttachment,
    CaseMessage,
)
from complaints.enums import Outcome, Remedy


class Complaint(Case):
    """A complaint about how personal data is handled (law 91/2025, article 4.1(đ))."""

    kind: ClassVar[str] = "complaint"
    reference_prefix: ClassVar[str] = "KN"

    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    category = models.CharField(_("category"), max_length=60)
    tier = models.CharField(_("tier"), max_length=60, blank=True)
    remedy = models.CharField(_("remedy sought"), max_length=12, choices=Remedy.choices)
    fields_concerned = models.JSONField(_("data concerned"), default=list)
    purposes_concerned = models.JSONField(_("purposes concerned"), default=list)

    class Meta(Case.Meta):
        abstract = False
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")

    class PersonalData:
        subject = "subject"
        personal = CASE_PERSONAL
        plain = {
            **CASE_PLAIN,
            "category": "code of the pack's category",
            "tier": "code of the pack's tier",
            "remedy": "code",
            "fields_concerned": "codes of the pack's fields, no values",
            "purposes_concerned": "codes of the pack's purposes",
        }


class ComplaintMessage(CaseMessage):
    """One message in the thread of a complaint."""

    case = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="messages", verbose_name=_("complaint"))

    class Meta(CaseMessage.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a complaint", "message")
        verbose_name_plural = pgettext_lazy("of a complaint", "messages")

    class PersonalData:
        subject = "case__subject"
        personal = MESSAGE_PERSONAL
        plain = MESSAGE_PLAIN


class ComplaintAttachment(CaseAttachment):
    """A file sent with a complaint."""

    case = models.ForeignKey(
        Complaint, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("complaint")
    )

    class Meta(CaseAttachment.Meta):
        abstract = False
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    class PersonalData:
        subject = "case__subject"
        personal = ATTACHMENT_PERSONAL
        plain = ATTACHMENT_PLAIN
        blobs = True
