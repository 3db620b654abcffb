"""How far the database has followed the erasure register, a file outside it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Keep, Personal


class RegisterHead(models.Model):
    """One row: the last frame of the register this database knows. A restored database knows less than the file."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    register = models.UUIDField(_("register"))
    sequence = models.PositiveBigIntegerField(_("last frame"))
    digest = models.BinaryField(_("hash of the last frame"), max_length=32)
    offset = models.PositiveBigIntegerField(_("end of the last frame"), help_text=_("bytes from the start of the file"))
    moved_at = models.DateTimeField(_("moved"))

    class Meta:
        verbose_name = _("head of the erasure register")
        verbose_name_plural = _("heads of the erasure register")
        constraints = [models.CheckConstraint(name="one_register_head", condition=models.Q(pk=1))]

    class PersonalData:
        subject = None
        retention = Keep.for_good("one row: how far the register was followed")
        personal: dict[str, Personal] = {}
        plain = {"id": "", "register": "random", "sequence": "", "digest": "", "offset": "", "moved_at": ""}

    def __str__(self) -> str:
        return str(self.sequence)


class UnplayedFrame(models.Model):
    """A frame that was written and whose transaction did not commit: what it announces is still to be done."""

    sequence = models.PositiveBigIntegerField(_("frame"), unique=True)
    offset = models.PositiveBigIntegerField(_("start in the file"), help_text=_("bytes from the start of the file"))
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("entry of the register still to be done")
        verbose_name_plural = _("entries of the register still to be done")
        ordering = ["sequence"]

    class PersonalData:
        subject = None
        retention = Keep.for_work(by="personal_data.replay_register")
        personal: dict[str, Personal] = {}
        plain = {"id": "", "sequence": "", "offset": "", "found_at": ""}

    def __str__(self) -> str:
        return str(self.sequence)
