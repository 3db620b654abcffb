"""Values that were corrected."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.classification import Basis, Category, Erasure, Keep, Personal
from personal_data.models.subject import DataSubject

_HELD = Personal(Category.CONTACT, Basis.PURPOSE, Erasure.DELETE_ROW)


class ValueHistory(models.Model):
    """What a field held before a correction, sealed under the person's data key; goes with the field's value."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="value_history")
    field = models.CharField(pgettext_lazy("of data", "field"), max_length=60)
    sealed_value = models.BinaryField(_("earlier value"))
    held_since = models.DateTimeField(_("held since"))
    replaced_at = models.DateTimeField(_("replaced"))
    basis = models.CharField(_("rests on"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("earlier value")
        verbose_name_plural = _("earlier values")
        ordering = ["-replaced_at"]
        indexes = [models.Index(fields=["subject", "field", "-replaced_at"], name="history_of_field")]

    class PersonalData:
        subject = "subject"
        retention = Keep.by_field()
        personal = {"sealed_value": _HELD}
        plain = {
            "id": "",
            "subject": "the person the value was about",
            "field": "code of the pack's field",
            "held_since": "",
            "replaced_at": "",
            "basis": "reference of a request, or that a hold keeps it",
        }

    def __str__(self) -> str:
        return self.field
