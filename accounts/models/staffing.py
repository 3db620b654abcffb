"""How staff come in, and how someone who lost the second factor is let back."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.alias import ALIAS_LENGTH, ALIAS_REGEX
from accounts.enums import Role
from core.classification import Basis, Category, Erasure, Keep, Period, Personal


class StaffInvitation(models.Model):
    """One invitation by mail.

    The link's token is kept as a hash; the address is blanked once the invitation is closed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alias = models.CharField(_("alias"), max_length=ALIAS_LENGTH, blank=True, editable=False)
    sealed_address = models.BinaryField(_("address"), null=True, blank=True)
    staff_name = models.CharField(_("name at work"), max_length=80, blank=True)
    role = models.CharField(pgettext_lazy("of staff", "role"), max_length=20, choices=Role.choices)
    language = models.CharField(_("language"), max_length=5)
    token_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="invitations_sent",
        verbose_name=_("invited by"),
    )
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("runs out"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("staff invitation")
        verbose_name_plural = _("staff invitations")
        ordering = ["-invited_at"]
        constraints = [
            models.CheckConstraint(
                name="invitation_blank_once_closed",
                condition=models.Q(closed_at__isnull=True, sealed_address__isnull=False, alias__regex=ALIAS_REGEX)
                | models.Q(closed_at__isnull=False, sealed_address__isnull=True, alias="", staff_name=""),
            ),
            models.CheckConstraint(
                name="invitation_accepted_is_closed",
                condition=models.Q(accepted_at__isnull=True) | models.Q(closed_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="invitation_one_open_per_address", fields=["alias"], condition=models.Q(closed_at__isnull=True)
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.after(Period.DESK, since="closed_at", by="accounts.invitations")
        personal = {
            "alias": Personal(Category.STAFF, Basis.CONTRACT, Erasure.BLANK),
            "sealed_address": Personal(Category.STAFF, Basis.CONTRACT, Erasure.BLANK),
            "staff_name": Personal(Category.STAFF, Basis.CONTRACT, Erasure.BLANK),
        }
        plain = {
            "id": "",
            "role": "code",
            "language": "code",
            "token_hash": "hash of the link's token",
            "invited_by": "the administrator who invited",
            "invited_at": "",
            "expires_at": "",
            "accepted_at": "",
            "closed_at": "",
        }

    def __str__(self) -> str:
        return str(self.id)[:8]

    @property
    def sealing_context(self) -> str:
        """What the ciphertext of the address is bound to."""
        return f"accounts.StaffInvitation:sealed_address:{self.pk}"


class FactorRecovery(models.Model):
    """A member of staff lost the second factor and waits for two others to say that it is really them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recoveries", verbose_name=_("account")
    )
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("runs out"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("lost second factor")
        verbose_name_plural = _("lost second factors")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                name="recovery_one_open_per_user", fields=["user"], condition=models.Q(closed_at__isnull=True)
            ),
            models.UniqueConstraint(name="recovery_with_its_user", fields=["id", "user"]),
        ]

    class PersonalData:
        subject = "user__subject"
        retention = Keep.after(Period.SECURITY, since="closed_at or expires_at", by="accounts.recoveries")
        personal = {
            "asked_at": Personal(Category.SECURITY, Basis.LAW, Erasure.DELETE_ROW),
            "closed_at": Personal(Category.SECURITY, Basis.LAW, Erasure.DELETE_ROW),
        }
        plain = {"id": "", "user": "the account", "expires_at": ""}

    def __str__(self) -> str:
        return str(self.id)[:8]


class FactorRecoveryApproval(models.Model):
    """One colleague's word. The database refuses the same colleague twice, and the person's own."""

    recovery = models.ForeignKey(FactorRecovery, on_delete=models.CASCADE, related_name="approvals")
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("account")
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"))

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(name="recovery_approved_once_each", fields=["recovery", "approver"]),
            models.CheckConstraint(name="recovery_not_by_oneself", condition=~models.Q(approver=models.F("about"))),
        ]

    class PersonalData:
        subject = "about__subject"
        retention = Keep.after(
            Period.SECURITY, since="closed_at or expires_at of its request", by="accounts.recoveries"
        )
        personal = {"approved_at": Personal(Category.SECURITY, Basis.LAW, Erasure.DELETE_ROW)}
        plain = {
            "id": "",
            "recovery": "the request",
            "about": "the account, equal to the request's by a constraint of the database",
            "approver": "the colleague",
        }

    def __str__(self) -> str:
        return str(self.pk)
