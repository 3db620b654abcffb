"""Two complaints that belong together."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.enums import LinkReason
from complaints.models.complaint import Complaint
from core.classification import Keep, Personal


class ComplaintLink(models.Model):
    """A later complaint linked to an earlier one. Both go on by themselves: a link stops no clock and proves nobody."""

    case = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="links", verbose_name=_("complaint"))
    earlier = models.ForeignKey(
        Complaint, on_delete=models.CASCADE, related_name="linked_from", verbose_name=_("earlier complaint")
    )
    reason = models.CharField(pgettext_lazy("for a link", "reason"), max_length=12, choices=LinkReason.choices)
    linked_at = models.DateTimeField(_("linked"))

    class Meta:
        ordering = ["linked_at", "id"]
        verbose_name = _("link between complaints")
        verbose_name_plural = _("links between complaints")
        constraints = [
            models.UniqueConstraint(fields=["case", "earlier"], name="complaint_linked_once"),
            models.CheckConstraint(name="complaint_not_linked_to_itself", condition=~Q(case=F("earlier"))),
        ]

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "case": "the complaint",
            "earlier": "the one it is linked to",
            "reason": "code",
            "linked_at": "",
        }

    def __str__(self) -> str:
        return self.reason
