"""Deletion that people of the organisation decide: data no longer needed (CG-6), data management orders gone (AC-7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Keep, Period, Personal
from personal_data.enums import DisposalKind, DisposalState


class Disposal(models.Model):
    """A selection, prepared with its effect by one person and approved by another; the engine carries it out.

    `fields` are what goes; with `subject_ref` of one person, with `held_before` only what is held since before that
    day. A purpose that ends (`purpose`) deletes nothing itself: rules that name it then do.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=DisposalKind.choices)
    state = models.CharField(_("state"), max_length=10, choices=DisposalState.choices, default=DisposalState.PROPOSED)
    fields = models.JSONField(_("fields"), default=list, blank=True)
    purpose = models.CharField(_("purpose that ends"), max_length=60, blank=True)
    subject_ref = models.UUIDField(_("data subject"), null=True, blank=True)
    held_before = models.DateField(_("held since before"), null=True, blank=True)
    ground = models.CharField(_("ground"), max_length=200)
    goes_on = models.DateField(_("goes on"))
    digest = models.BinaryField(_("hash of the selection"), max_length=32)
    people = models.PositiveBigIntegerField(_("people concerned"), default=0)
    items = models.PositiveBigIntegerField(_("entries"), default=0)
    held_back = models.JSONField(_("held back"), default=dict)
    proposed_by = models.CharField(_("prepared by"), max_length=60)
    proposed_at = models.DateTimeField(_("prepared"))
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    done_at = models.DateTimeField(_("carried out"), null=True, blank=True)
    gone = models.PositiveBigIntegerField(_("entries deleted"), default=0)

    class Meta:
        verbose_name = _("decided deletion")
        verbose_name_plural = _("decided deletions")
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(name="disposal_on_a_ground", condition=~models.Q(ground="")),
            models.CheckConstraint(
                name="disposal_by_two_people",
                condition=~models.Q(state__in=(DisposalState.APPROVED, DisposalState.DONE))
                | (~models.Q(decided_by="") & ~models.Q(decided_by=models.F("proposed_by"))),
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.after(
            Period.EVIDENCE, since="done_at, or decided_at where it was declined", by="personal_data.proof"
        )
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "kind": "code",
            "state": "code",
            "fields": "codes of the pack's fields",
            "purpose": "code of the pack's purpose",
            "subject_ref": "random reference; means nothing once the person is erased",
            "held_before": "",
            "ground": "why, in general words; the form says that no name belongs here",
            "goes_on": "",
            "digest": "",
            "people": "",
            "items": "",
            "held_back": "numbers by code",
            "proposed_by": "reference of the acting account",
            "proposed_at": "",
            "decided_by": "reference of the acting account",
            "decided_at": "",
            "done_at": "",
            "gone": "",
        }

    def __str__(self) -> str:
        return f"disposal {self.pk}"
