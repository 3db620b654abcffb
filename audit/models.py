"""Append-only entries: who did what to which thing, by reference. Free text stands beside, under the person's key."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Keep, Personal


class AuditEntry(models.Model):
    """One fact. References only: no value, no name, no address.

    The table has one more column, `xid`, the writing transaction's number. It is filled by the database alone and
    kept out
    of this model, because the application's role may not write it.
    """

    event = models.CharField(_("event"), max_length=80)
    target = models.CharField(_("concerns"), max_length=80)
    subject_ref = models.UUIDField(_("data subject"), null=True, blank=True)
    actor = models.CharField(_("actor"), max_length=60)
    actor_role = models.CharField(_("role"), max_length=20)
    at = models.DateTimeField(_("moment"))
    details = models.JSONField(_("details"), default=dict)
    note_hash = models.BinaryField(_("hash of the note"), max_length=32, null=True, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["target", "id"], name="audit_by_target"),
            models.Index(
                fields=["subject_ref", "id"], name="audit_by_subject", condition=models.Q(subject_ref__isnull=False)
            ),
        ]

    class PersonalData:
        subject = None
        retention = Keep.for_good("the record itself: references that mean nothing once the person is erased")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "event": "code of the event",
            "target": "reference such as request:41; means nothing once its row is gone",
            "subject_ref": "random reference, no foreign key; means nothing once the person is erased",
            "actor": "reference of the acting account",
            "actor_role": "code of the role",
            "at": "",
            "details": "references and codes only; audit.services.recording refuses anything else",
            "note_hash": "salted hash; the salt goes with the note",
        }

    def __str__(self) -> str:
        return f"{self.event} {self.target}"


class AuditNote(models.Model):
    """Free text beside an entry, sealed under the person's evidence key; deletable, the entry keeps its salted hash."""

    entry_ref = models.BigIntegerField(_("entry"), unique=True)
    subject_ref = models.UUIDField(_("data subject"))
    salt = models.BinaryField(_("salt"), max_length=16)
    sealed_text = models.BinaryField(_("text"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    class PersonalData:
        subject = "subject_ref"
        retention = Keep.as_evidence()
        personal = {"sealed_text": Personal(Category.EVIDENCE, Basis.LAW, Erasure.EVIDENCE_END)}
        plain = {"id": "", "entry_ref": "", "subject_ref": "random reference of the person", "salt": ""}

    def __str__(self) -> str:
        return f"note to entry {self.entry_ref}"
