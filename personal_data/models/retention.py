"""What upper packages tell the retention rules, and what is due because of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Keep, Period, Personal
from personal_data.models.subject import DataSubject


class PurposeState(models.Model):
    """Whether a purpose is live for a person; written by consent and contract, read by retention and purpose
    limitation.
    """

    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="purpose_states")
    purpose = models.CharField(max_length=60)
    live = models.BooleanField()
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("purpose in use")
        verbose_name_plural = _("purposes in use")
        indexes = [
            # Read by the search for people for whom a purpose has ended.
            models.Index(fields=["purpose", "since"], name="purpose_ended", condition=models.Q(live=False)),
        ]
        constraints = [models.UniqueConstraint(name="one_state_per_purpose", fields=["subject", "purpose"])]

    class PersonalData:
        subject = "subject"
        retention = Keep.with_person()
        personal = {
            "live": Personal(Category.ACCOUNT, Basis.PURPOSE, Erasure.DELETE_ROW),
            "since": Personal(Category.ACCOUNT, Basis.PURPOSE, Erasure.DELETE_ROW),
        }
        plain = {"id": "", "subject": "the person", "purpose": "code of the pack's purpose"}

    def __str__(self) -> str:
        return self.purpose


class RetentionEvent(models.Model):
    """Something happened from which a retention period counts."""

    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="retention_events")
    event = models.CharField(max_length=60)
    reference = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["event", "at"], name="retention_event_by_name")]

    class PersonalData:
        subject = "subject"
        retention = Keep.with_person()
        personal = {"at": Personal(Category.ACCOUNT, Basis.PURPOSE, Erasure.DELETE_ROW)}
        plain = {
            "id": "",
            "subject": "the person",
            "event": "code of the pack's event",
            "reference": "reference of a case",
        }

    def __str__(self) -> str:
        return self.event


class DueNotice(models.Model):
    """Something the person must be told; `outbound` sends it."""

    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="due_notices")
    notice = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_notice_at_a_moment", fields=["subject", "notice", "due_at"])]

    class PersonalData:
        subject = "subject"
        retention = Keep.after(Period.NOTICES, since="due_at", by="personal_data.notices")
        personal = {"due_at": Personal(Category.ACCOUNT, Basis.PURPOSE, Erasure.DELETE_ROW)}
        plain = {"id": "", "subject": "the person to be told", "notice": "code of the notice", "sent_at": ""}

    def __str__(self) -> str:
        return self.notice
