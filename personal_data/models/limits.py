"""What may not be used although it is held."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Keep, Personal
from personal_data.enums import LimitKind
from personal_data.models.subject import DataSubject


class UseLimit(models.Model):
    """While it stands, what it names is stored and used for nothing (law 91/2025, article 4.1(d)).

    An empty purpose means every purpose. `basis` is what it rests on, such as `request:41`. Staff lift one only with a
    second colleague; the database refuses the same one twice.
    """

    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="use_limits")
    kind = models.CharField(_("limit of use"), max_length=12, choices=LimitKind.choices)
    purpose = models.CharField(_("purpose"), max_length=60, blank=True)
    basis = models.CharField(_("rests on"), max_length=60)
    since = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    lift_asked_by = models.CharField(_("lifting proposed by"), max_length=60, blank=True)
    lift_asked_at = models.DateTimeField(_("lifting proposed"), null=True, blank=True)
    lift_seconded_by = models.CharField(_("lifting approved by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("limit of use")
        verbose_name_plural = _("limits of use")
        constraints = [
            models.UniqueConstraint(
                name="one_limit_at_a_time",
                fields=["subject", "kind", "purpose", "basis"],
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="limit_lifted_by_two",
                condition=Q(lift_asked_by="") | Q(ended_at__isnull=True) | ~Q(lift_seconded_by=""),
            ),
            models.CheckConstraint(
                name="limit_second_is_another",
                condition=Q(lift_seconded_by="") | ~Q(lift_seconded_by=F("lift_asked_by")),
            ),
        ]

    class PersonalData:
        subject = "subject"
        retention = Keep.with_person()
        personal = {
            "since": Personal(Category.ACCOUNT, Basis.LAW, Erasure.DELETE_ROW),
            "ended_at": Personal(Category.ACCOUNT, Basis.LAW, Erasure.DELETE_ROW),
        }
        plain = {
            "id": "",
            "subject": "the person",
            "kind": "code",
            "purpose": "code of the pack's purpose",
            "basis": "reference of a request or an erasure",
            "lift_asked_by": "reference of the acting account",
            "lift_asked_at": "",
            "lift_seconded_by": "reference of the acting account",
        }

    def __str__(self) -> str:
        return self.kind
