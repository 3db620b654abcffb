"""Runs of the retention engine, what each rule deleted, and what stopped a run until two people agreed."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Keep, Period, Personal
from personal_data.enums import FuseReason, RunKind, RunState


class RetentionRun(models.Model):
    """One run, with its figures. `as_of` is the moment it deletes up to: never later than the database's own clock.

    `started_at` is when it was begun, `finished_at` when its last turn ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("how it began"), max_length=8, choices=RunKind.choices)
    state = models.CharField(_("state"), max_length=8, choices=RunState.choices, default=RunState.RUNNING)
    day = models.DateField(_("day"))
    as_of = models.DateTimeField(_("deletes what was due until"))
    begun_by = models.CharField(_("begun by"), max_length=60)
    policy_version = models.PositiveIntegerField(_("policy version"), null=True, blank=True)
    rules_digest = models.BinaryField(_("hash of the rules"), max_length=32)
    people_held = models.PositiveBigIntegerField(_("people on whom data is held"), default=0)
    items_held = models.PositiveBigIntegerField(_("entries held"), default=0)
    people_due = models.PositiveBigIntegerField(_("people concerned"), default=0)
    items_due = models.PositiveBigIntegerField(_("entries due"), default=0)
    items_gone = models.PositiveBigIntegerField(_("entries deleted"), default=0)
    people_gone = models.PositiveBigIntegerField(_("people erased"), default=0)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(_("reason"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_nightly_run_a_day", fields=["day"], condition=models.Q(kind=RunKind.NIGHTLY)
            ),
            models.UniqueConstraint(
                name="one_retention_run_at_a_time",
                fields=["state"],
                condition=models.Q(state=RunState.RUNNING),
            ),
            models.CheckConstraint(
                name="retention_run_finished_iff_over",
                condition=models.Q(state__in=(RunState.DONE, RunState.DROPPED), finished_at__isnull=False)
                | (models.Q(state__in=(RunState.RUNNING, RunState.STOPPED)) & models.Q(finished_at__isnull=True)),
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.after(Period.EVIDENCE, since="finished_at", by="personal_data.proof")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "kind": "code",
            "state": "code",
            "day": "",
            "as_of": "",
            "begun_by": "reference of the acting account, or the name of the accountless actor",
            "policy_version": "",
            "rules_digest": "",
            "people_held": "",
            "items_held": "",
            "people_due": "",
            "items_due": "",
            "items_gone": "",
            "people_gone": "",
            "started_at": "",
            "finished_at": "",
            "leased_until": "",
            "error": "class of a failure, never its words",
        }

    def __str__(self) -> str:
        return str(self.id)[:8]


class RetentionLine(models.Model):
    """What one rule did to one table in one run. `held_back` counts entries by the reason they stay."""

    run = models.ForeignKey(RetentionRun, on_delete=models.CASCADE, related_name="lines", verbose_name=_("run"))
    rule = models.CharField(_("rule"), max_length=60)
    target = models.CharField(_("table"), max_length=100)
    due = models.PositiveBigIntegerField(_("due"), default=0)
    gone = models.PositiveBigIntegerField(_("deleted"), default=0)
    held_back = models.JSONField(_("held back"), default=dict)
    done = models.BooleanField(_("finished"), default=False)

    class Meta:
        verbose_name = _("line of a retention run")
        verbose_name_plural = _("lines of retention runs")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="one_retention_line", fields=["run", "rule", "target"])]

    class PersonalData:
        subject = None
        retention = Keep.after(Period.EVIDENCE, since="finished_at of its run", by="personal_data.proof")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "run": "the run",
            "rule": "code of the pack's rule, or of an order of disposal",
            "target": "name of a table",
            "due": "",
            "gone": "",
            "held_back": "numbers by code",
            "done": "",
        }

    def __str__(self) -> str:
        return f"{self.rule} {self.target}"


class FuseStop(models.Model):
    """A run that did not go on by itself, and the two people who let it, or dropped it."""

    run = models.ForeignKey(RetentionRun, on_delete=models.CASCADE, related_name="stops", verbose_name=_("run"))
    reason = models.CharField(_("reason"), max_length=8, choices=FuseReason.choices)
    figures = models.JSONField(_("figures"), default=dict)
    stopped_at = models.DateTimeField(_("stopped"))
    first_by = models.CharField(_("approved by"), max_length=60, blank=True)
    first_at = models.DateTimeField(_("approved"), null=True, blank=True)
    second_by = models.CharField(_("approved by a second person"), max_length=60, blank=True)
    second_at = models.DateTimeField(_("approved a second time"), null=True, blank=True)
    dropped_by = models.CharField(_("dropped by"), max_length=60, blank=True)
    dropped_at = models.DateTimeField(_("dropped"), null=True, blank=True)

    class Meta:
        verbose_name = _("stopped run")
        verbose_name_plural = _("stopped runs")
        ordering = ["-stopped_at"]
        constraints = [
            models.UniqueConstraint(name="one_stop_for_a_reason", fields=["run", "reason"]),
            models.CheckConstraint(
                name="fuse_by_two_people",
                condition=models.Q(second_by="") | (~models.Q(first_by="") & ~models.Q(second_by=models.F("first_by"))),
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.after(Period.EVIDENCE, since="finished_at of its run", by="personal_data.proof")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "run": "the run",
            "reason": "code",
            "figures": "numbers, hashes and codes of rules",
            "stopped_at": "",
            "first_by": "reference of the acting account",
            "first_at": "",
            "second_by": "reference of the acting account",
            "second_at": "",
            "dropped_by": "reference of the acting account",
            "dropped_at": "",
        }

    def __str__(self) -> str:
        return f"{self.reason} {self.run_id}"

    @property
    def is_open(self) -> bool:
        """Whether the run still waits for somebody."""
        return self.second_at is None and self.dropped_at is None


class RetentionTick(models.Model):
    """One row: the moment the engine last saw, and the rules its last finished run went by."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    last_at = models.DateTimeField(_("last seen"))
    rules_digest = models.BinaryField(_("hash of the rules"), max_length=32, null=True, blank=True)
    rules = models.JSONField(_("rules"), default=list)

    class Meta:
        verbose_name = _("moment of the engine")
        verbose_name_plural = _("moments of the engine")
        constraints = [models.CheckConstraint(name="one_retention_tick", condition=models.Q(pk=1))]

    class PersonalData:
        subject = None
        retention = Keep.for_good("one row: the moment the engine last saw")
        personal: dict[str, Personal] = {}
        plain = {"id": "", "last_at": "", "rules_digest": "", "rules": "codes and periods of the pack"}

    def __str__(self) -> str:
        return self.last_at.isoformat()
