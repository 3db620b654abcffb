"""Copies of a person's data that staff hold back."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.classification import Basis, Category, Erasure, Keep, Period, Personal
from dsr_requests.enums import Ground
from personal_data.models import DataSubject


class CopyHold(models.Model):
    """While it stands, no copy of a person's data is made or handed over by itself; the clock of each request goes on.

    It stands once a second person has approved it; the database refuses the same one twice. It rests on a ground of law
    91/2025 and has words for the person, sealed under that person's evidence key. Changes only with an entry for
    `copy-hold:<id>`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(DataSubject, on_delete=models.PROTECT, related_name="copy_holds")
    ground = models.CharField(_("ground"), max_length=2, choices=Ground.choices)
    article = models.CharField(_("article"), max_length=80)
    sealed_words = models.BinaryField(_("words for the person"))
    asked_at = models.DateTimeField(pgettext_lazy("a hold on a copy", "proposed"))
    asked_by = models.CharField(pgettext_lazy("a hold on a copy", "proposed by"), max_length=60)
    seconded_at = models.DateTimeField(_("approved"), null=True, blank=True)
    seconded_by = models.CharField(_("approved by"), max_length=60, blank=True)
    dropped_at = models.DateTimeField(pgettext_lazy("a hold on a copy", "declined"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("hold on a copy")
        verbose_name_plural = _("holds on copies")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_copy_hold_a_person",
                fields=["subject"],
                condition=Q(ended_at__isnull=True, dropped_at__isnull=True),
            ),
            models.CheckConstraint(
                name="copy_hold_second_is_another",
                condition=Q(seconded_by="") | ~Q(seconded_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="copy_hold_second_whole",
                condition=Q(seconded_at__isnull=True, seconded_by="")
                | Q(seconded_at__isnull=False) & ~Q(seconded_by=""),
            ),
            models.CheckConstraint(
                name="copy_hold_ended_whole",
                condition=Q(ended_at__isnull=True, ended_by="")
                | Q(ended_at__isnull=False, seconded_at__isnull=False) & ~Q(ended_by=""),
            ),
            models.CheckConstraint(
                name="copy_hold_declined_never_stood",
                condition=Q(dropped_at__isnull=True) | Q(seconded_at__isnull=True),
            ),
        ]

    class PersonalData:
        subject = "subject"
        retention = Keep.after(Period.EVIDENCE, since="ended_at or dropped_at", by="dsr_requests.copy_holds")
        personal = {"sealed_words": Personal(Category.EVIDENCE, Basis.LAW, Erasure.EVIDENCE_END)}
        plain = {
            "id": "",
            "subject": "the person whose copy is held back",
            "ground": "code",
            "article": "article of a law",
            "asked_at": "",
            "asked_by": "reference of the acting account",
            "seconded_at": "",
            "seconded_by": "reference of the acting account",
            "dropped_at": "",
            "ended_at": "",
            "ended_by": "reference of the acting account",
        }

    def __str__(self) -> str:
        return str(self.pk)[:8]

    @property
    def target(self) -> str:
        """How the audit trail names it."""
        return f"copy-hold:{self.pk}"

    @property
    def stands(self) -> bool:
        """Whether it keeps copies back now."""
        return self.seconded_at is not None and self.ended_at is None

    @property
    def awaits_second(self) -> bool:
        """Whether it waits for a second person."""
        return self.seconded_at is None and self.dropped_at is None

    @property
    def sealing_context(self) -> str:
        """What the ciphertext of the words is bound to."""
        return f"dsr_requests.CopyHold:words:{self.pk}"
