"""Carrying a decision out: steps that are rows, and what they need after the data is gone."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.classification import Basis, Category, Erasure, Keep, Personal
from dsr_requests.enums import FulfilmentError, FulfilmentKind
from dsr_requests.models.request import Request
from personal_data.enums import StepState


class FulfilmentStep(models.Model):
    """One step. The request is done only when every one is. Repeating a step is always safe."""

    case = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="steps", verbose_name=_("request"))
    position = models.PositiveSmallIntegerField(_("place in the order"))
    kind = models.CharField(pgettext_lazy("of a step", "kind"), max_length=10, choices=FulfilmentKind.choices)
    target = models.CharField(_("what it acts on"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=StepState.choices, default=StepState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries that failed"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    error = models.CharField(_("reason"), max_length=12, choices=FulfilmentError.choices, blank=True)
    count = models.PositiveIntegerField(_("done to"), default=0)
    result = models.CharField(_("what came of it"), max_length=60, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("step of fulfilment")
        verbose_name_plural = _("steps of fulfilment")
        ordering = ["position"]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="fulfilment_to_do",
                condition=~Q(state__in=(StepState.DONE, StepState.STUCK)),
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="one_fulfilment_step_a_place", fields=["case", "position"]),
            models.CheckConstraint(
                name="fulfilment_done_at_iff_done",
                condition=Q(state=StepState.DONE, done_at__isnull=False, error="")
                | ~Q(state=StepState.DONE) & Q(done_at__isnull=True),
            ),
            models.CheckConstraint(
                name="fulfilment_failed_with_a_code",
                condition=~Q(state__in=(StepState.FAILED, StepState.STUCK)) | ~Q(error=""),
            ),
        ]

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        about = "case__about"
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "case": "the request",
            "position": "",
            "kind": "code",
            "target": "code of the pack or random reference",
            "state": "code",
            "attempts": "",
            "next_try_at": "",
            "error": "code",
            "count": "",
            "result": "random reference of an erasure, a copy or a limit",
            "done_at": "",
        }

    def __str__(self) -> str:
        return self.kind


class Snapshot(models.Model):
    """What is needed after the data is gone, such as where to confirm: sealed before the first step that destroys,
    purged at the end.
    """

    case = models.OneToOneField(Request, on_delete=models.CASCADE, related_name="snapshot", verbose_name=_("request"))
    sealed = models.BinaryField(_("identifiers"), null=True, blank=True)
    made_at = models.DateTimeField(_("made"))
    purged_at = models.DateTimeField(_("purged"), null=True, blank=True)

    class Meta:
        verbose_name = _("snapshot of identifiers")
        verbose_name_plural = _("snapshots of identifiers")
        constraints = [
            models.CheckConstraint(
                name="snapshot_purged_is_empty",
                condition=Q(purged_at__isnull=True, sealed__isnull=False)
                | Q(purged_at__isnull=False, sealed__isnull=True),
            ),
        ]

    class PersonalData:
        subject = "case__subject"
        retention = Keep.for_work(by="dsr_requests.fulfil")
        about = "case__about"
        passing = True
        personal = {"sealed": Personal(Category.CONTACT, Basis.LAW, Erasure.EVIDENCE_END)}
        plain = {"id": "", "case": "the request", "made_at": "", "purged_at": ""}

    def __str__(self) -> str:
        return str(self.pk)
