"""The erasure of a person's data, as it goes on: the run, and its steps."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Keep, Period, Personal
from personal_data.enums import ErasureState, PlanScope, StepError, StepKind, StepState
from personal_data.models.plan import ErasurePlan


class ErasureRun(models.Model):
    """One plan carried out. Outlives the person's data: its link lets the person watch it after the account is gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.OneToOneField(ErasurePlan, on_delete=models.PROTECT, related_name="run", verbose_name=_("plan"))
    subject_ref = models.UUIDField(_("data subject"))
    scope = models.CharField(_("what goes"), max_length=10, choices=PlanScope.choices)
    token_hash = models.BinaryField(max_length=32, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=ErasureState.choices, default=ErasureState.WAITING)
    language = models.CharField(_("language"), max_length=5)
    sealed_address = models.BinaryField(_("address for the confirmation"), null=True, blank=True)
    basis = models.CharField(_("rests on"), max_length=60, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    starts_at = models.DateTimeField(_("begins"))
    cancelled_at = models.DateTimeField(_("called off"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("times taken up"), default=0)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-asked_at"]
        indexes = [
            # Read by the sweep that takes runs up.
            models.Index(
                fields=["asked_at"],
                name="erasure_to_do",
                condition=~models.Q(state__in=(ErasureState.DONE, ErasureState.CANCELLED)),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_erasure_of_everything",
                fields=["subject_ref"],
                condition=models.Q(scope=PlanScope.EVERYTHING) & ~models.Q(state=ErasureState.CANCELLED),
            ),
            models.CheckConstraint(
                name="erasure_cancelled_whole",
                condition=models.Q(
                    state=ErasureState.CANCELLED, cancelled_at__isnull=False, sealed_address__isnull=True
                )
                | (~models.Q(state=ErasureState.CANCELLED) & models.Q(cancelled_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="erasure_finished_iff_done",
                condition=models.Q(state=ErasureState.DONE, finished_at__isnull=False, sealed_address__isnull=True)
                | (~models.Q(state=ErasureState.DONE) & models.Q(finished_at__isnull=True)),
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.after(Period.EVIDENCE, since="finished_at or cancelled_at", by="personal_data.proof")
        personal = {"sealed_address": Personal(Category.CONTACT, Basis.LAW, Erasure.BLANK)}
        plain = {
            "id": "",
            "plan": "what is carried out",
            "subject_ref": "random reference; means nothing once the person is erased",
            "scope": "code",
            "token_hash": "hash of the link the person holds",
            "state": "code",
            "language": "language of the progress page and the confirmation",
            "basis": "reference of a request; empty when asked for in the account",
            "asked_at": "",
            "starts_at": "",
            "cancelled_at": "",
            "finished_at": "",
            "leased_until": "",
            "next_try_at": "",
            "attempts": "",
        }

    def __str__(self) -> str:
        return str(self.id)[:8]

    @property
    def is_done(self) -> bool:
        """Whether every step is done."""
        return self.state == ErasureState.DONE


class ErasureStep(models.Model):
    """One step of a run. Changes only together with an audit entry; the database sees to it."""

    run = models.ForeignKey(ErasureRun, on_delete=models.CASCADE, related_name="steps", verbose_name=_("erasure"))
    subject_ref = models.UUIDField(_("data subject"))
    position = models.PositiveSmallIntegerField(_("place in the order"))
    kind = models.CharField(_("kind of step"), max_length=10, choices=StepKind.choices)
    target = models.CharField(_("table or task"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=StepState.choices, default=StepState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries that failed"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    error = models.CharField(_("reason"), max_length=12, choices=StepError.choices, blank=True)
    count = models.PositiveIntegerField(_("done to"), default=0)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("erasure step")
        verbose_name_plural = _("erasure steps")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="one_erasure_step_a_place", fields=["run", "position"]),
            models.CheckConstraint(
                name="erasure_step_done_at_iff_done",
                condition=models.Q(state=StepState.DONE, done_at__isnull=False, error="")
                | (~models.Q(state=StepState.DONE) & models.Q(done_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="erasure_step_failed_with_a_code",
                condition=~models.Q(state__in=(StepState.FAILED, StepState.STUCK)) | ~models.Q(error=""),
            ),
            models.CheckConstraint(
                name="erasure_step_next_try_iff_failed",
                condition=models.Q(state=StepState.FAILED, next_try_at__isnull=False)
                | (~models.Q(state=StepState.FAILED) & models.Q(next_try_at__isnull=True)),
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
            "run": "the erasure",
            "subject_ref": "random reference; means nothing once the person is erased",
            "position": "",
            "kind": "code",
            "target": "name of a table or of a task",
            "state": "code",
            "attempts": "",
            "next_try_at": "",
            "error": "code",
            "count": "",
            "done_at": "",
        }

    def __str__(self) -> str:
        return f"{self.position} {self.kind}"
