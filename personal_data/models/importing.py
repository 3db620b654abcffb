"""People brought in from the organisation's records."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.classification import Basis, Category, Erasure, Keep, Period, Personal
from personal_data.enums import ImportState
from personal_data.models.subject import DataSubject


class ImportBatch(models.Model):
    """One file of existing customers. The file itself stands sealed on disk until the batch is done or undone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=ImportState.choices, default=ImportState.CHECKING)
    source = models.CharField(_("where the data comes from"), max_length=200)
    started_by = models.CharField(_("started by"), max_length=60)
    digest = models.BinaryField(_("checksum of the file"), max_length=32)
    wrapped_key = models.BinaryField(_("key of the file"), null=True, blank=True)
    lines = models.PositiveIntegerField(_("lines"), default=0)
    done = models.PositiveIntegerField(_("lines done"), default=0)
    people = models.PositiveIntegerField(_("people taken in"), default=0)
    suppressed = models.PositiveIntegerField(_("refused: erased before"), default=0)
    doubles = models.PositiveIntegerField(_("perhaps known already"), default=0)
    faults = models.JSONField(_("faults"), default=list)
    faults_total = models.PositiveIntegerField(_("number of faults"), default=0)
    created_at = models.DateTimeField(_("checked"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import of people")
        verbose_name_plural = _("imports of people")
        ordering = ["-created_at"]

    class PersonalData:
        subject = None
        retention = Keep.after(
            Period.IMPORTS, since="finished_at, undone_at, or created_at of one with faults", by="personal_data.imports"
        )
        blobs = True
        personal: dict[str, Personal] = {}
        plain = {
            "id": "names the sealed file on disk",
            "state": "code",
            "source": "what staff call the records it comes from",
            "started_by": "reference of the acting account",
            "digest": "",
            "wrapped_key": "key of the sealed file, under the key of the installation; blanked with the file",
            "lines": "",
            "done": "",
            "people": "",
            "suppressed": "",
            "doubles": "",
            "faults": "line numbers, codes of columns and of faults; no values",
            "faults_total": "",
            "created_at": "",
            "finished_at": "",
            "undone_at": "",
            "leased_until": "",
        }

    def __str__(self) -> str:
        return str(self.id)[:8]


class ImportedPerson(models.Model):
    """Which person a line of a batch became, with the ground each field is held on."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="imported")
    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="imports")
    line = models.PositiveIntegerField(pgettext_lazy("of a file", "line"))
    grounds = models.JSONField(_("source, basis and date of each field"), default=dict)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)

    class Meta:
        verbose_name = _("person imported")
        verbose_name_plural = _("people imported")
        constraints = [models.UniqueConstraint(name="one_person_a_line", fields=["batch", "line"])]

    class PersonalData:
        subject = "subject"
        retention = Keep.with_person()
        personal = {"told_at": Personal(Category.ACCOUNT, Basis.LAW, Erasure.DELETE_ROW)}
        plain = {
            "id": "",
            "batch": "the import",
            "subject": "the person",
            "line": "",
            "grounds": "codes of fields, of sources and of legal grounds, and dates; no values",
        }

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line}"
