"""A person on whom data is held, and that person's keys."""

import uuid

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Keep, Personal
from personal_data.enums import AgeBand, KeyKind, SubjectState


class DataSubject(models.Model):
    """A person on whom data is held, with or without an account. Holds no value itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=SubjectState.choices, default=SubjectState.ACTIVE)
    language = models.CharField(_("language"), max_length=5, default="vi")
    age_band = models.CharField(_("age band"), max_length=10, choices=AgeBand.choices, default=AgeBand.UNKNOWN)
    created_at = models.DateTimeField(_("known since"))
    last_active_at = models.DateTimeField(_("last active"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)
    evidence_ended_at = models.DateTimeField(_("proof can no longer be tied to the person"), null=True, blank=True)

    class Meta:
        verbose_name = _("data subject")
        verbose_name_plural = _("data subjects")
        indexes = [
            # Read by the search for people who were not active for long.
            models.Index(
                Coalesce("last_active_at", "created_at"),
                name="subject_by_activity",
                condition=models.Q(state=SubjectState.ACTIVE),
            ),
            # Read by the search for erased people whose evidence period is over.
            models.Index(
                fields=["erased_at"],
                name="subject_evidence_kept",
                condition=models.Q(state=SubjectState.ERASED, evidence_ended_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="subject_evidence_ends_after_erasure",
                condition=models.Q(evidence_ended_at__isnull=True) | models.Q(state=SubjectState.ERASED),
            ),
            models.CheckConstraint(
                name="subject_erased_at_iff_erased",
                condition=models.Q(state=SubjectState.ERASED, erased_at__isnull=False)
                | (~models.Q(state=SubjectState.ERASED) & models.Q(erased_at__isnull=True)),
            ),
        ]

    class PersonalData:
        subject = "id"
        retention = Keep.with_person()
        personal = {
            "language": Personal(Category.ACCOUNT, Basis.CONTRACT, Erasure.BLANK),
            "age_band": Personal(Category.IDENTITY, Basis.LAW, Erasure.BLANK),
            "last_active_at": Personal(Category.ACCOUNT, Basis.CONTRACT, Erasure.BLANK),
        }
        plain = {"id": "", "state": "code", "created_at": "", "erased_at": "", "evidence_ended_at": ""}

    def __str__(self) -> str:
        return str(self.id)[:8]

    @property
    def is_active(self) -> bool:
        """Whether data may still be added."""
        return self.state == SubjectState.ACTIVE


class SubjectKey(models.Model):
    """One wrapped key; stands in the keys database."""

    subject_ref = models.UUIDField()
    kind = models.CharField(max_length=10, choices=KeyKind.choices)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_key_of_a_kind", fields=["subject_ref", "kind"])]

    class PersonalData:
        subject = None
        retention = Keep.as_evidence()
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "subject_ref": "random reference; the row goes when the person is erased or the evidence period ends",
            "kind": "code",
            "wrapped": "",
            "created_at": "",
        }

    def __str__(self) -> str:
        return f"{self.kind} key"
