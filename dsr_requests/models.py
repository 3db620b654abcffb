"""Requests of data subjects and their threads."""

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
from dsr_requests.enums import Outcome, RequestKind


class Request(Case):
    """A request to exercise a right (decree 356/2025, article 5).

    `target_at` is the unrolled last day we aim for, `limit_at` the legal one, which moves past a day of rest.
    """

    kind: ClassVar[str] = "request"
    reference_prefix: ClassVar[str] = "YC"

    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    asked_for = models.CharField(pgettext_lazy("of a request", "kind"), max_length=12, choices=RequestKind.choices)
    article = models.CharField(_("legal basis"), max_length=60)

    class Meta(Case.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a data subject", "request")
        verbose_name_plural = pgettext_lazy("of a data subject", "requests")

    class PersonalData:
        subject = "subject"
        personal = CASE_PERSONAL
        plain = {**CASE_PLAIN, "asked_for": "code", "article": "the article whose period was applied"}


class RequestMessage(CaseMessage):
    """One message in the thread of a request."""

    case = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="messages", verbose_name=_("request"))

    class Meta(CaseMessage.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a request", "message")
        verbose_name_plural = pgettext_lazy("of a request", "messages")

    class PersonalData:
        subject = "case__subject"
        personal = MESSAGE_PERSONAL
        plain = MESSAGE_PLAIN


class RequestAttachment(CaseAttachment):
    """A file sent with a request."""

    case = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("request"))

    class Meta(CaseAttachment.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a request", "attachment")
        verbose_name_plural = pgettext_lazy("of a request", "attachments")

    class PersonalData:
        subject = "case__subject"
        personal = ATTACHMENT_PERSONAL
        plain = ATTACHMENT_PLAIN
        blobs = True
