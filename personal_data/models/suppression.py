"""Identities that were erased, so that they do not come back by an import."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Keep, Personal


class SuppressedIdentity(models.Model):
    """A keyed hash of an e-mail address or number of somebody who was erased; the key is never part of a dump."""

    index = models.BinaryField(_("look-up hash"), max_length=32, unique=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("erased identity")
        verbose_name_plural = _("erased identities")

    class PersonalData:
        subject = None
        retention = Keep.for_good("so that somebody who was erased is not brought in again (L91 14.4)")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "index": "keyed hash; nothing can be read from it, and it is compared with new values only",
            "since": "",
        }

    def __str__(self) -> str:
        return str(self.pk)
