"""Requests of data subjects and their threads."""

from typing import ClassVar

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
from core.classification import Personal
from dsr_requests.enums import Outcome, RequestKind
from dsr_requests.transitions import TRANSITIONS


class Request(Case):
    """A request to exercise a right (decree 356/2025, article 5).

    `target_at` is the unrolled last day we aim for, `limit_at` the legal one, which moves past a day of rest.
    """

    kind: ClassVar[str] = "request"
    reference_prefix: ClassVar[str] = "YC"
    transitions = TRANSITIONS

    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    asked_for = models.CharField(pgettext_lazy("of a request", "kind"), max_length=12, choices=RequestKind.choices)
    article = models.CharField(_("legal basis"), max_length=60)

    class Meta(Case.Meta):
        abstract = False
        indexes = [
            *Case.Meta.indexes,
            models.Index(
                fields=["asked_for", "target_at", "id"],
                name="request_by_kind",
                include=["verified_at", "channel"],
                condition=Q(status__in=OPEN_STATES),
            ),
        ]
        verbose_name = pgettext_lazy("of a data subject", "request")
        verbose_name_plural = pgettext_lazy("of a data subject", "requests")

    class PersonalData:
        subject = "subject"
        workers = CASE_WORKERS
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
    message = models.ForeignKey(
        RequestMessage,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=pgettext_lazy("of a request", "message"),
    )

    class Meta(CaseAttachment.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a request", "attachment")
        verbose_name_plural = pgettext_lazy("of a request", "attachments")

    class PersonalData:
        subject = "case__subject"
        personal = ATTACHMENT_PERSONAL
        plain = ATTACHMENT_PLAIN
        blobs = True


class RequestClockEvent(CaseClockEvent):
    """Something that moves the dates of a request, or was considered and does not."""

    case = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="clock_events", verbose_name=_("request"))

    class Meta(CaseClockEvent.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a request", "clock event")
        verbose_name_plural = pgettext_lazy("of a request", "clock events")

    class PersonalData:
        subject = "case__subject"
        personal: dict[str, Personal] = {}
        plain = CLOCK_EVENT_PLAIN


class RequestMark(CaseMark):
    """A deadline mark of a request that was set off."""

    case = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="marks", verbose_name=_("request"))

    class Meta(CaseMark.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a request", "deadline mark")
        verbose_name_plural = pgettext_lazy("of a request", "deadline marks")

    class PersonalData:
        subject = "case__subject"
        personal: dict[str, Personal] = {}
        plain = MARK_PLAIN
