"""What a rule of the law keeps of somebody who was erased, apart from everything else and used for nothing."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.classification import Basis, Category, Erasure, Keep, Personal, Way
from personal_data.models.subject import DataSubject

_HELD = Personal(Category.CONTENT, Basis.LAW, Erasure.LAW_END)


class KeptByLaw(models.Model):
    """A value, earlier value, file or device of an erased person until the day of its rule, sealed under a key of the
    person's that ends with the last of them. `target` is the table it was taken from.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="kept_by_law")
    target = models.CharField(_("table"), max_length=100)
    field = models.CharField(pgettext_lazy("of data", "field"), max_length=60)
    sealed_value = models.BinaryField(_("value"))
    mime = models.CharField(_("type"), max_length=60, blank=True)
    held_since = models.DateTimeField(_("held since"))
    clause = models.CharField(_("article"), max_length=200)
    kept_until = models.DateField(_("kept until"))
    set_apart_at = models.DateTimeField(_("set apart"))

    class Meta:
        verbose_name = _("entry kept by law")
        verbose_name_plural = _("entries kept by law")
        ordering = ["kept_until", "pk"]
        indexes = [models.Index(fields=["kept_until"], name="kept_by_law_until")]
        constraints = [models.CheckConstraint(name="kept_by_a_law", condition=~models.Q(clause=""))]

    class PersonalData:
        subject = "subject"
        retention = Keep(Way.FIELD, sweep="personal_data.kept_by_law")
        blobs = True
        personal = {"sealed_value": _HELD}
        plain = {
            "id": "made of the row it was taken from; of a file it names the sealed bytes on disk",
            "subject": "the person, whose other data is deleted",
            "target": "name of a table",
            "field": "code of the pack's field",
            "mime": "type found in the content of a file",
            "held_since": "",
            "clause": "article of a law, from the policy pack",
            "kept_until": "",
            "set_apart_at": "",
        }

    def __str__(self) -> str:
        return self.field
