"""What is held on a person: values, files, devices, and refusals to give a value."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.classification import Basis, Category, Erasure, Keep, Personal
from personal_data.enums import Source
from personal_data.models.subject import DataSubject

_HELD = Personal(Category.CONTACT, Basis.PURPOSE, Erasure.DELETE_ROW)


class DataItem(models.Model):
    """One value of one field of the pack, sealed under the person's data key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="items")
    field = models.CharField(pgettext_lazy("of data", "field"), max_length=60)
    sealed_value = models.BinaryField(_("value"))
    lookup = models.BinaryField(_("look-up hash"), max_length=32)
    source = models.CharField(pgettext_lazy("of data", "source"), max_length=12, choices=Source.choices)
    held_since = models.DateTimeField(_("held since"))
    changed_at = models.DateTimeField(_("last changed"))
    confirmed_at = models.DateTimeField(_("last confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("value held")
        verbose_name_plural = _("values held")
        indexes = [
            models.Index(fields=["field", "lookup"], name="item_by_lookup"),
            models.Index(fields=["field", "held_since"], name="item_by_age"),
        ]
        constraints = [models.UniqueConstraint(name="one_value_per_field", fields=["subject", "field"])]

    class PersonalData:
        subject = "subject"
        retention = Keep.by_field()
        personal = {"sealed_value": _HELD, "lookup": _HELD}
        plain = {
            "id": "",
            "subject": "the person the value is about",
            "field": "code of the pack's field",
            "source": "code",
            "held_since": "",
            "changed_at": "",
            "confirmed_at": "",
        }

    def __str__(self) -> str:
        return self.field


class FieldRefusal(models.Model):
    """The person decided not to give a field, knowing the consequence (AC-4)."""

    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="refusals")
    field = models.CharField(pgettext_lazy("of data", "field"), max_length=60)
    declined_at = models.DateTimeField(_("declined"))
    told_to_staff = models.BooleanField(_("told to staff"), default=False)

    class Meta:
        verbose_name = _("declined field")
        verbose_name_plural = _("declined fields")
        constraints = [models.UniqueConstraint(name="one_refusal_per_field", fields=["subject", "field"])]

    class PersonalData:
        subject = "subject"
        retention = Keep.with_person()
        personal = {
            "declined_at": Personal(Category.ACCOUNT, Basis.PURPOSE, Erasure.DELETE_ROW),
        }
        plain = {
            "id": "",
            "subject": "the person who declined",
            "field": "code of the pack's field",
            "told_to_staff": "",
        }

    def __str__(self) -> str:
        return self.field


class StoredFile(models.Model):
    """A file the person gave: its bytes sealed on disk under the person's data key, its name sealed here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="files")
    field = models.CharField(pgettext_lazy("of data", "field"), max_length=60)
    sealed_name = models.BinaryField(_("name"))
    mime = models.CharField(_("type"), max_length=60)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("bytes"))
    source = models.CharField(pgettext_lazy("of data", "source"), max_length=12, choices=Source.choices)
    held_since = models.DateTimeField(_("held since"))

    class Meta:
        verbose_name = _("file held")
        verbose_name_plural = _("files held")
        ordering = ["held_since"]
        indexes = [models.Index(fields=["field", "held_since"], name="file_by_age")]

    class PersonalData:
        subject = "subject"
        retention = Keep.by_field()
        blobs = True
        personal = {"sealed_name": Personal(Category.CONTENT, Basis.PURPOSE, Erasure.DELETE_ROW)}
        plain = {
            "id": "names the sealed bytes on disk, which go with the row",
            "subject": "the person who gave the file",
            "field": "code of the pack's field",
            "mime": "type found in the content",
            "size": "",
            "source": "code",
            "held_since": "",
        }

    def __str__(self) -> str:
        return self.field


class Device(models.Model):
    """Facts of a device, held only while the consent that names them stands (CG-3)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="devices")
    sealed_facts = models.BinaryField(_("facts"))
    lookup = models.BinaryField(_("look-up hash"), max_length=32)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["-last_seen_at"]
        constraints = [models.UniqueConstraint(name="device_once_per_person", fields=["subject", "lookup"])]

    class PersonalData:
        subject = "subject"
        retention = Keep.by_field()
        personal = {
            "sealed_facts": Personal(Category.DEVICE, Basis.CONSENT, Erasure.DELETE_ROW),
            "lookup": Personal(Category.DEVICE, Basis.CONSENT, Erasure.DELETE_ROW),
            "first_seen_at": Personal(Category.DEVICE, Basis.CONSENT, Erasure.DELETE_ROW),
            "last_seen_at": Personal(Category.DEVICE, Basis.CONSENT, Erasure.DELETE_ROW),
        }
        plain = {"id": "", "subject": "the person using the device"}

    def __str__(self) -> str:
        return str(self.id)[:8]
