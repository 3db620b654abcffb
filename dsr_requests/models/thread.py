"""What belongs to a request: its thread, its files, its clock."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import (
    ATTACHMENT_PERSONAL,
    ATTACHMENT_PLAIN,
    CLOCK_EVENT_PLAIN,
    MARK_PLAIN,
    MESSAGE_PERSONAL,
    MESSAGE_PLAIN,
    CaseAttachment,
    CaseClockEvent,
    CaseMark,
    CaseMessage,
)
from core.classification import Keep, Personal
from dsr_requests.models.request import Request


class RequestMessage(CaseMessage):
    """One message in the thread of a request."""

    case = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="messages", verbose_name=_("request"))

    class Meta(CaseMessage.Meta):
        abstract = False
        verbose_name = pgettext_lazy("of a request", "message")
        verbose_name_plural = pgettext_lazy("of a request", "messages")

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        about = "case__about"
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
        retention = Keep.with_case()
        about = "case__about"
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
        retention = Keep.with_case()
        about = "case__about"
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
        retention = Keep.with_case()
        about = "case__about"
        personal: dict[str, Personal] = {}
        plain = MARK_PLAIN
