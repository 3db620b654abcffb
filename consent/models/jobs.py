"""What must still follow from an answer, as rows a worker finds even when the doorbell was lost."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Keep, Personal


class ConsentJob(models.Model):
    """One submitted form whose consequences are still to be carried out. The row goes when they are."""

    subject_ref = models.UUIDField(_("data subject"))
    act = models.UUIDField(_("form"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("consent job")
        verbose_name_plural = _("consent jobs")

    class PersonalData:
        subject = "subject_ref"
        retention = Keep.for_work(by="consent.follow_up")
        personal = {"subject_ref": Personal(Category.ACCOUNT, Basis.LAW, Erasure.DELETE_ROW)}
        plain = {"id": "", "act": "", "created_at": ""}

    def __str__(self) -> str:
        return f"job {self.pk}"
