"""What an erasure will do, computed from the declarations and stored before anything happens."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Keep, Period, Personal
from personal_data.enums import Difference, Fate, KeepGround, PlanScope


class ErasurePlan(models.Model):
    """A plan and the hash of what will run. Never changes once stored; what came of it stands beside each line."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_ref = models.UUIDField(_("data subject"))
    scope = models.CharField(_("what goes"), max_length=10, choices=PlanScope.choices)
    asked_by = models.CharField(_("asked by"), max_length=60)
    digest = models.BinaryField(_("hash of what will run"), max_length=32)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("erasure plan")
        verbose_name_plural = _("erasure plans")

    class PersonalData:
        subject = None
        retention = Keep.after(
            Period.EVIDENCE, since="finished_at or cancelled_at of its run", by="personal_data.proof"
        )
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "subject_ref": "random reference; means nothing once the person is erased",
            "scope": "code",
            "asked_by": "reference of the acting account, or the name of the accountless actor",
            "digest": "",
            "made_at": "",
        }

    def __str__(self) -> str:
        return str(self.id)[:8]


class PlanLine(models.Model):
    """What happens to one person's rows of one table. The outcome is filled in once, when the run is done.

    `refs` are the rows found when the plan was made. `extra` are rows that came in later and met the same fate,
    `missing` rows that were gone before their turn came.
    """

    plan = models.ForeignKey(ErasurePlan, on_delete=models.CASCADE, related_name="lines", verbose_name=_("plan"))
    position = models.PositiveSmallIntegerField(_("place in the order"))
    target = models.CharField(_("table or task"), max_length=100)
    fate = models.CharField(_("what happens"), max_length=10, choices=Fate.choices)
    rows = models.PositiveIntegerField(_("entries"))
    files = models.PositiveIntegerField(_("files"), default=0)
    shared = models.PositiveIntegerField(_("also about someone else"), default=0)
    refs = models.JSONField(_("entries by their references"), default=list)
    ground = models.CharField(_("ground for keeping"), max_length=4, choices=KeepGround.choices, blank=True)
    clause = models.CharField(_("article"), max_length=200, blank=True)
    kept_until = models.DateField(_("kept until"), null=True, blank=True)
    gone = models.PositiveIntegerField(_("gone"), null=True, blank=True)
    left = models.PositiveIntegerField(_("still there"), null=True, blank=True)
    extra = models.JSONField(_("came in after the plan"), default=list)
    missing = models.JSONField(_("gone before"), default=list)
    difference = models.CharField(_("difference"), max_length=12, choices=Difference.choices, blank=True)

    class Meta:
        verbose_name = _("line of an erasure plan")
        verbose_name_plural = _("lines of erasure plans")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="one_plan_line_a_place", fields=["plan", "position"]),
            models.CheckConstraint(
                name="plan_line_kept_on_a_ground",
                condition=(models.Q(fate=Fate.KEEP) & ~models.Q(ground=""))
                | (~models.Q(fate=Fate.KEEP) & models.Q(ground="")),
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.after(
            Period.EVIDENCE, since="finished_at or cancelled_at of its run", by="personal_data.proof"
        )
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "plan": "the plan",
            "position": "",
            "target": "name of a table or of a task",
            "fate": "code",
            "rows": "",
            "files": "",
            "shared": "",
            "refs": "references of rows",
            "ground": "code",
            "clause": "article of a law, from the policy pack",
            "kept_until": "",
            "gone": "",
            "left": "",
            "extra": "references of rows",
            "missing": "references of rows",
            "difference": "code",
        }

    def __str__(self) -> str:
        return f"{self.target} {self.fate}"
