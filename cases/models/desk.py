"""What the staff desk keeps for itself: answers written beforehand, who gets new cases, which digests were sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import AssignmentMode
from core.classification import Keep, Period, Personal


class AnswerTemplate(models.Model):
    """An answer written beforehand, in both languages. Holds no personal data."""

    title_vi = models.CharField(_("title in Vietnamese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    body_vi = models.TextField(_("text in Vietnamese"), max_length=5000)
    body_en = models.TextField(_("text in English"), max_length=5000)
    kind = models.CharField(_("for"), max_length=20, blank=True, help_text=_("complaint, request, or empty for both"))
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["title_vi", "id"]
        verbose_name = _("answer template")
        verbose_name_plural = _("answer templates")

    class PersonalData:
        subject = None
        retention = Keep.for_good("what staff set up; it names nobody")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "title_vi": "a heading for staff",
            "title_en": "a heading for staff",
            "body_vi": "standard wording",
            "body_en": "standard wording",
            "kind": "code",
            "is_active": "",
        }

    def __str__(self) -> str:
        return self.title_vi


class AssignmentRule(models.Model):
    """Who gets new cases of a kind by themselves; without a row they wait to be taken.

    `category` is a code of the pack, or empty for every category that has no row of its own.
    """

    kind = models.CharField(_("for"), max_length=20)
    category = models.CharField(_("category"), max_length=60, blank=True)
    mode = models.CharField(pgettext_lazy("of assigning", "mode"), max_length=12, choices=AssignmentMode.choices)
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("colleague"),
    )
    last_given = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("given last to"),
    )

    class Meta:
        ordering = ["kind", "category"]
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        constraints = [
            models.UniqueConstraint(fields=["kind", "category"], name="assignment_one_rule"),
            models.CheckConstraint(
                name="assignment_colleague_iff_named",
                condition=Q(mode=AssignmentMode.COLLEAGUE, colleague__isnull=False)
                | ~Q(mode=AssignmentMode.COLLEAGUE) & Q(colleague__isnull=True),
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.for_good("what staff set up; it names nobody")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "kind": "code",
            "category": "code of the pack's category",
            "mode": "code",
            "colleague": "the member of staff who gets them",
            "last_given": "the member of staff whose turn was last",
        }

    def __str__(self) -> str:
        return f"{self.kind} {self.category}".strip()


class DeskDigest(models.Model):
    """A day's digest to one member of staff was written. The row is what keeps it from being written twice."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("member of staff")
    )
    day = models.DateField(_("day"))
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("desk digest")
        verbose_name_plural = _("desk digests")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="desk_digest_once")]

    class PersonalData:
        subject = None
        retention = Keep.after(Period.DESK, since="written_at", by="cases.digests")
        personal: dict[str, Personal] = {}
        plain = {"id": "", "user": "the member of staff written to", "day": "", "written_at": ""}

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}"
