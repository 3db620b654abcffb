"""One-time codes sent to an address a case already holds."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import CodePurpose
from core.classification import Keep, Period, Personal


class OneTimeCode(models.Model):
    """A code bound to one case and one purpose.

    Nobody learns from it whether a case exists: looking up an unknown one makes such a row too, with `case_ref` empty,
    for which no code is ever sent and none is right.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(_("purpose"), max_length=8, choices=CodePurpose.choices)
    case_ref = models.CharField(_("case"), max_length=40, blank=True)
    code_hash = models.BinaryField(max_length=32, null=True, blank=True)
    created_at = models.DateTimeField(_("asked for"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    expires_at = models.DateTimeField(_("runs out"))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        indexes = [
            models.Index(fields=["case_ref", "created_at"], name="code_by_case", condition=~Q(case_ref="")),
            # Read by cases.services.codes.send_pending.
            models.Index(
                fields=["created_at"], name="code_unsent", condition=Q(sent_at__isnull=True) & ~Q(case_ref="")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="code_used_only_when_sent", condition=Q(used_at__isnull=True) | Q(sent_at__isnull=False)
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.after(Period.CODES, since="created_at", by="cases.codes")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "purpose": "code",
            "case_ref": "reference such as complaint:41",
            "code_hash": "keyed hash of six digits",
            "created_at": "",
            "sent_at": "",
            "expires_at": "",
            "attempts": "",
            "used_at": "",
        }

    def __str__(self) -> str:
        return str(self.id)[:8]
