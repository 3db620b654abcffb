"""What may not be deleted for now, although its time has come."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Keep, Period, Personal
from personal_data.enums import HoldGround


class LegalHold(models.Model):
    """Stops deletion, and nothing else, of what it names; every part that is filled in narrows it.

    A person by reference, a case by its target, a field by its code, a kind of data by its category.
    """

    subject_ref = models.UUIDField(_("data subject"), null=True, blank=True)
    case_ref = models.CharField(_("case"), max_length=60, blank=True)
    field = models.CharField(_("field of the policy"), max_length=60, blank=True)
    category = models.CharField(_("kind of data"), max_length=20, blank=True)
    ground = models.CharField(_("ground"), max_length=12, choices=HoldGround.choices)
    clause = models.CharField(_("article or file number"), max_length=200)
    owner = models.CharField(_("person responsible"), max_length=60)
    review_on = models.DateField(_("to be reviewed on"))
    placed_at = models.DateTimeField(_("placed"))
    placed_by = models.CharField(_("placed by"), max_length=60)
    reminded_on = models.DateField(_("last reminded"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = models.CharField(_("released by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["review_on", "pk"]
        indexes = [
            # Read by every search for what is due.
            models.Index(fields=["subject_ref"], name="hold_in_force", condition=models.Q(released_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(name="hold_on_a_ground", condition=~models.Q(ground="") & ~models.Q(clause="")),
            models.CheckConstraint(
                name="hold_names_something",
                condition=models.Q(subject_ref__isnull=False)
                | ~models.Q(case_ref="")
                | ~models.Q(field="")
                | ~models.Q(category=""),
            ),
            models.CheckConstraint(
                name="hold_released_by_iff_released",
                condition=(models.Q(released_at__isnull=False) & ~models.Q(released_by=""))
                | (models.Q(released_at__isnull=True) & models.Q(released_by="")),
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.after(Period.EVIDENCE, since="released_at", by="personal_data.proof")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "subject_ref": "random reference; means nothing once the person is erased",
            "case_ref": "reference of a case",
            "field": "code of the pack's field",
            "category": "code",
            "ground": "code",
            "clause": "article of a law or number of an official file; the form says that no name belongs here",
            "owner": "reference of the account responsible",
            "review_on": "",
            "placed_at": "",
            "placed_by": "reference of the acting account",
            "reminded_on": "",
            "released_at": "",
            "released_by": "reference of the acting account",
        }

    def __str__(self) -> str:
        return f"hold {self.pk}"

    @property
    def is_in_force(self) -> bool:
        """Whether it still stops deletion."""
        return self.released_at is None
