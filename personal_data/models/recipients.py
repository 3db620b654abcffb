"""What recipients of data were told to do, and their confirmations."""

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Keep, Period, Personal
from core.clock import local_date
from personal_data.enums import Order


class RecipientTask(models.Model):
    """One recipient told to stop, correct or delete, with its own due moment (decree 356/2025, articles 5.2 to 5.4), or
    that the limit of use for which it stopped has ended.

    Names the person by a bare reference: the proof that others were told outlasts the data. `basis` is what it follows
    from: `request:41`, `erasure:<id>`, `consent:<entry>`, `limit:7` for the end of a limit. `sealed_names` is filled
    where the values go here as well, until the recipient confirmed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_ref = models.UUIDField(_("data subject"))
    recipient = models.CharField(_("recipient"), max_length=60)
    order = models.CharField(_("order"), max_length=8, choices=Order.choices)
    fields = models.JSONField(_("data concerned"), default=list)
    purposes = models.JSONField(_("purposes concerned"), default=list)
    basis = models.CharField(_("follows from"), max_length=60)
    given_at = models.DateTimeField(_("given"))
    due_at = models.DateTimeField(_("due"))
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.CharField(_("confirmation recorded by"), max_length=60, blank=True)
    late_told_at = models.DateTimeField(_("lateness told to staff"), null=True, blank=True)
    sealed_names = models.BinaryField(_("by what the recipient knows the person"), null=True, blank=True)

    class Meta:
        verbose_name = _("order to a recipient")
        verbose_name_plural = _("orders to recipients")
        ordering = ["due_at"]
        indexes = [
            models.Index(fields=["due_at"], name="recipient_open", condition=Q(confirmed_at__isnull=True)),
            models.Index(fields=["basis"], name="recipient_by_basis"),
            models.Index(fields=["subject_ref"], name="recipient_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(name="one_order_a_basis", fields=["basis", "recipient", "order"]),
            models.CheckConstraint(
                name="order_confirmed_by_somebody",
                condition=Q(confirmed_at__isnull=True, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by=""),
            ),
            models.CheckConstraint(
                name="order_confirmed_names_nobody",
                condition=Q(confirmed_at__isnull=True) | Q(sealed_names__isnull=True),
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.after(Period.EVIDENCE, since="confirmed_at", by="personal_data.proof")
        personal = {"sealed_names": Personal(Category.CONTACT, Basis.LAW, Erasure.BLANK)}
        plain = {
            "id": "",
            "subject_ref": "random reference; means nothing once the person is erased",
            "recipient": "code of the pack's recipient",
            "order": "code",
            "fields": "codes of the pack's fields",
            "purposes": "codes of the pack's purposes",
            "basis": "reference of what it follows from",
            "given_at": "",
            "due_at": "",
            "told_at": "",
            "confirmed_at": "",
            "confirmed_by": "reference of the acting account",
            "late_told_at": "",
        }

    def __str__(self) -> str:
        return f"{self.recipient} {self.order}"

    @property
    def due_on(self) -> date:
        """The last day for it: the due moment is that day's 24:00."""
        return local_date(self.due_at - timedelta(microseconds=1))
