"""The erasure of a whole person, as it goes on."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Personal
from personal_data.enums import ErasureState


class ErasureRun(models.Model):
    """One erasure. Outlives the person's data: the token lets the person watch it after the account is gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_ref = models.UUIDField(_("data subject"), unique=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=ErasureState.choices, default=ErasureState.WAITING)
    language = models.CharField(_("language"), max_length=5)
    sealed_address = models.BinaryField(_("address for the confirmation"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    steps_total = models.PositiveIntegerField(_("steps"), default=0)
    steps_done = models.PositiveIntegerField(_("steps done"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    counts = models.JSONField(_("what went"), default=dict)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.CheckConstraint(
                name="erasure_finished_iff_done",
                condition=models.Q(state=ErasureState.DONE, finished_at__isnull=False, sealed_address__isnull=True)
                | (~models.Q(state=ErasureState.DONE) & models.Q(finished_at__isnull=True)),
            ),
        ]

    class PersonalData:
        subject = None
        personal = {"sealed_address": Personal(Category.CONTACT, Basis.LAW, Erasure.BLANK)}
        plain = {
            "id": "",
            "subject_ref": "random reference; means nothing once the person is erased",
            "token_hash": "hash of the link the person holds",
            "state": "code",
            "language": "language of the progress page and the confirmation",
            "asked_at": "",
            "finished_at": "",
            "steps_total": "",
            "steps_done": "",
            "leased_until": "",
            "attempts": "",
            "counts": "numbers of rows by table",
        }

    def __str__(self) -> str:
        return str(self.id)[:8]
