"""By what a start knows that the keys it was given are those the installation was made with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Keep, Personal


class KeyCheck(models.Model):
    """One key of the installation, by name; stands in the keys database. A fingerprint does not open anything.

    A wrapping key that nothing needs any more is retired: the installation starts without it.
    """

    name = models.CharField(_("key"), max_length=80, primary_key=True)
    fingerprint = models.BinaryField(_("fingerprint"), max_length=32)
    noted_at = models.DateTimeField(_("first used"), auto_now_add=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("key in use")
        verbose_name_plural = _("keys in use")

    class PersonalData:
        subject = None
        retention = Keep.for_good("one row for each key of the installation")
        personal: dict[str, Personal] = {}
        plain = {"name": "name of a setting", "fingerprint": "keyed hash of the name", "noted_at": "", "retired_at": ""}

    def __str__(self) -> str:
        return self.name
