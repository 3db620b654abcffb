"""The real address behind an alias."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.alias import ALIAS_LENGTH, ALIAS_REGEX
from core.classification import Basis, Category, Erasure, Keep, Personal


class SealedAddress(models.Model):
    """One address of one account, sealed under the person's data key, and what is known of whether it still works."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sealed_addresses")
    alias = models.CharField(_("alias"), max_length=ALIAS_LENGTH, editable=False)
    sealed_value = models.BinaryField(_("address"))
    since = models.DateTimeField(_("held since"))
    confirmed_at = models.DateTimeField(_("last confirmed"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("mail came back"), null=True, blank=True)

    class Meta:
        verbose_name = _("sign-in address")
        verbose_name_plural = _("sign-in addresses")
        constraints = [
            models.UniqueConstraint(name="sealed_address_once_per_user", fields=["user", "alias"]),
            models.CheckConstraint(name="sealed_address_alias", condition=models.Q(alias__regex=ALIAS_REGEX)),
        ]

    class PersonalData:
        subject = "user__subject"
        retention = Keep.with_person()
        personal = {
            "alias": Personal(Category.CONTACT, Basis.CONTRACT, Erasure.DELETE_ROW),
            "sealed_value": Personal(Category.CONTACT, Basis.CONTRACT, Erasure.DELETE_ROW),
            "confirmed_at": Personal(Category.ACCOUNT, Basis.CONTRACT, Erasure.DELETE_ROW),
            "bounced_at": Personal(Category.ACCOUNT, Basis.CONTRACT, Erasure.DELETE_ROW),
        }
        plain = {"id": "", "user": "the account", "since": ""}

    def __str__(self) -> str:
        return str(self.id)[:8]

    @property
    def sealing_context(self) -> str:
        """What the ciphertext is bound to."""
        return f"accounts.SealedAddress:sealed_value:{self.pk}"
