"""Two people in the records who prove to be one."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Keep, Personal
from personal_data.enums import MergeState
from personal_data.models.subject import DataSubject


class Merge(models.Model):
    """`other` proposed to be, or found to be, the same person as `kept`. A member of staff decides, with evidence.

    `moved` lists what was moved, so that the two can be parted again. Nothing here says why but codes; the words of the
    evidence stand sealed beside the audit entry.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="merged_in", verbose_name=_("kept"))
    other = models.ForeignKey(
        DataSubject, on_delete=models.CASCADE, related_name="merged_into", verbose_name=_("other")
    )
    state = models.CharField(_("state"), max_length=8, choices=MergeState.choices, default=MergeState.PROPOSED)
    shared_fields = models.JSONField(_("fields that agree"), default=list)
    moved = models.JSONField(_("moved"), default=list)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    parted_at = models.DateTimeField(_("parted"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge of two people")
        verbose_name_plural = _("merges of people")
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(name="one_merge_a_pair", fields=["kept", "other"]),
            models.CheckConstraint(name="merge_of_two", condition=~Q(kept=F("other"))),
        ]

    class PersonalData:
        subject = "kept"
        retention = Keep.with_person()
        personal = {"decided_at": Personal(Category.ACCOUNT, Basis.LAW, Erasure.DELETE_ROW)}
        plain = {
            "id": "",
            "kept": "the person kept",
            "other": "the person found to be the same",
            "state": "code",
            "shared_fields": "codes of the pack's fields",
            "moved": "names of tables and random references of rows, as they are and as they were before",
            "proposed_at": "",
            "decided_by": "reference of the acting account",
            "parted_at": "",
        }

    def __str__(self) -> str:
        return str(self.id)[:8]
