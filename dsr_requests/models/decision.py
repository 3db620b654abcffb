"""What was decided about a request, by whom, and what will run because of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.classification import Basis, Category, Erasure, Keep, Personal
from dsr_requests.enums import CorrectionState, Ground, Verdict
from dsr_requests.models.request import Request

_PROOF = Personal(Category.EVIDENCE, Basis.LAW, Erasure.EVIDENCE_END)


class Decision(models.Model):
    """One decision. `digest` is a hash of what will run: what a second person approves, and what is carried out.

    It takes effect at once, or once a second person has approved it; the database refuses the same person twice. One
    that was declined or overtaken stays on record with `dropped_at`. A refusal, whole or in part, has a ground of law
    91/2025 (codes R1 to R8) and a sentence for the person, sealed under the sender's evidence key.
    `decided_by` is empty when the portal itself decided (a request it may fulfil by itself).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="decisions", verbose_name=_("request"))
    form_token = models.UUIDField(unique=True, editable=False)
    verdict = models.CharField(_("decision"), max_length=8, choices=Verdict.choices)
    ground = models.CharField(_("ground"), max_length=2, choices=Ground.choices, blank=True)
    article = models.CharField(_("article"), max_length=80, blank=True)
    refused_fields = models.JSONField(_("data refused"), default=list)
    refused_purposes = models.JSONField(_("purposes refused"), default=list)
    sealed_words = models.BinaryField(_("words for the person"))
    plan = models.JSONField(_("what will run"), default=list)
    digest = models.BinaryField(_("hash of what will run"), max_length=32)
    needs_second = models.BooleanField(_("needs a second person"), default=False)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    seconded_at = models.DateTimeField(_("approved"), null=True, blank=True)
    seconded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    dropped_at = models.DateTimeField(_("declined or overtaken"), null=True, blank=True)
    effective_at = models.DateTimeField(_("in effect"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("on a request", "decision")
        verbose_name_plural = pgettext_lazy("on a request", "decisions")
        ordering = ["decided_at", "id"]
        constraints = [
            models.UniqueConstraint(name="one_decision_stands", fields=["case"], condition=Q(dropped_at__isnull=True)),
            models.CheckConstraint(
                name="decision_second_is_another",
                condition=Q(seconded_by__isnull=True) | ~Q(seconded_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="decision_second_whole",
                condition=Q(seconded_at__isnull=True, seconded_by__isnull=True)
                | Q(seconded_at__isnull=False, seconded_by__isnull=False),
            ),
            models.CheckConstraint(
                name="decision_in_effect_seconded",
                condition=Q(effective_at__isnull=True) | Q(needs_second=False) | Q(seconded_at__isnull=False),
            ),
            models.CheckConstraint(
                name="decision_refused_on_a_ground",
                condition=Q(verdict=Verdict.ACCEPT, ground="") | ~Q(verdict=Verdict.ACCEPT) & ~Q(ground=""),
            ),
            models.CheckConstraint(
                name="decision_dropped_not_in_effect",
                condition=Q(dropped_at__isnull=True) | Q(effective_at__isnull=True),
            ),
        ]

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        about = "case__about"
        workers = ("decided_by", "seconded_by")
        personal = {"sealed_words": _PROOF}
        plain = {
            "id": "",
            "case": "the request",
            "form_token": "random; one per form shown, so that sending twice acts once",
            "verdict": "code",
            "ground": "code",
            "article": "article of a law",
            "refused_fields": "codes of the pack's fields, and of sections of a copy",
            "refused_purposes": "codes of the pack's purposes",
            "plan": "names of tables, codes, counts and random references",
            "digest": "",
            "needs_second": "",
            "decided_at": "",
            "decided_by": "the member of staff who decided",
            "seconded_at": "",
            "seconded_by": "the member of staff who approved",
            "dropped_at": "",
            "effective_at": "",
        }

    def __str__(self) -> str:
        return self.verdict

    @property
    def awaits_second(self) -> bool:
        """Whether it waits for a second person."""
        return self.needs_second and self.seconded_at is None and self.dropped_at is None

    @property
    def sealing_context(self) -> str:
        """What the ciphertext of the words is bound to."""
        return f"dsr_requests.Decision:words:{self.pk}"


class Correction(models.Model):
    """One field to be corrected: what the person, or staff (LV-6), proposes; decided field by field.

    What staff propose takes effect only when the person accepts. The proposed value is sealed under the sender's
    evidence key, like the request itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="corrections", verbose_name=_("request"))
    field = models.CharField(pgettext_lazy("of data", "field"), max_length=60)
    sealed_value = models.BinaryField(_("proposed value"))
    by_staff = models.BooleanField(_("proposed by staff"), default=False)
    state = models.CharField(
        _("state"), max_length=8, choices=CorrectionState.choices, default=CorrectionState.PROPOSED
    )
    ground = models.CharField(_("ground"), max_length=2, choices=Ground.choices, blank=True)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    applied_at = models.DateTimeField(_("corrected"), null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["field"]
        constraints = [
            models.UniqueConstraint(name="one_correction_a_field", fields=["case", "field"]),
            models.CheckConstraint(
                name="correction_refused_on_a_ground",
                condition=~Q(state=CorrectionState.REFUSED) | ~Q(ground=""),
            ),
            models.CheckConstraint(
                name="correction_applied_iff_state",
                condition=Q(state=CorrectionState.APPLIED, applied_at__isnull=False)
                | ~Q(state=CorrectionState.APPLIED) & Q(applied_at__isnull=True),
            ),
        ]

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        about = "case__about"
        personal = {"sealed_value": _PROOF}
        plain = {
            "id": "",
            "case": "the request",
            "field": "code of the pack's field",
            "by_staff": "",
            "state": "code",
            "ground": "code",
            "proposed_at": "",
            "decided_at": "",
            "applied_at": "",
        }

    def __str__(self) -> str:
        return self.field

    @property
    def sealing_context(self) -> str:
        """What the ciphertext of the proposed value is bound to."""
        return f"dsr_requests.Correction:value:{self.pk}"
