"""The outbox: what is to leave stands here first, in the transaction that caused it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.classification import Basis, Category, Erasure, Keep, Period, Personal
from outbound.enums import Channel
from personal_data.models import DataSubject


class OutboxMessage(models.Model):
    """One message on its way out. Address and content are sealed, and blanked once it has left or was given up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(pgettext_lazy("of a message", "channel"), max_length=10, choices=Channel.choices)
    notice = models.CharField(_("notice"), max_length=60)
    language = models.CharField(_("language"), max_length=5)
    subject = models.ForeignKey(
        DataSubject,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="outbox_messages",
        verbose_name=_("data subject"),
    )
    sealed_to = models.BinaryField(_("address"), null=True, blank=True)
    sealed_context = models.BinaryField(_("content"), null=True, blank=True)
    dedup = models.CharField(_("once only under"), max_length=120, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)
    failure_code = models.CharField(_("reason"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at"]
        indexes = [
            # Read by outbound.selectors.due_messages.
            models.Index(
                fields=["due_at"],
                name="outbox_waiting",
                condition=models.Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_not_sent_and_failed",
                condition=models.Q(sent_at__isnull=True) | models.Q(failed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="outbox_sealed_while_waiting",
                condition=models.Q(
                    sent_at__isnull=True, failed_at__isnull=True, sealed_to__isnull=False, sealed_context__isnull=False
                )
                | (
                    (models.Q(sent_at__isnull=False) | models.Q(failed_at__isnull=False))
                    & models.Q(sealed_to__isnull=True, sealed_context__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="outbox_failed_with_a_code",
                condition=models.Q(failed_at__isnull=True) | ~models.Q(failure_code=""),
            ),
        ]

    class PersonalData:
        subject = "subject"
        retention = Keep.after(Period.MAIL, since="sent_at or failed_at", by="outbound.messages")
        personal = {
            "sealed_to": Personal(Category.CONTACT, Basis.CONTRACT, Erasure.DELETE_ROW),
            "sealed_context": Personal(Category.CONTENT, Basis.CONTRACT, Erasure.DELETE_ROW),
        }
        plain = {
            "id": "",
            "channel": "code",
            "notice": "code of the notice",
            "language": "code",
            "subject": "the person written to, where it is one on whom data is held",
            "dedup": "references and codes; refused otherwise",
            "created_at": "",
            "due_at": "",
            "attempts": "",
            "leased_until": "",
            "sent_at": "",
            "failed_at": "",
            "failure_code": "code",
        }

    def __str__(self) -> str:
        return f"{self.notice} {str(self.id)[:8]}"

    def sealing_context(self, part: str) -> str:
        """What the ciphertext of `part` ("to" or "context") is bound to."""
        return f"outbound.OutboxMessage:{part}:{self.pk}"
