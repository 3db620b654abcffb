"""The ledger: every answer ever given, in order, with the wording it answered.

1. Rows are added by the database function `consent_record_answers` and never change (migration 0002 sees to it).
2. "In force" is a query over entries, never a stored state.
3. An entry names its person by a bare reference: it outlasts the person's data as proof (decree 356/2025, art. 6.2),
   and its technical evidence opens only while the person's evidence key exists.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.answers import ConsentKey
from consent.enums import Method, Reply
from core.classification import Basis, Category, Erasure, Keep, Personal


class ConsentWording(models.Model):
    """An exact text that was put to people, kept to be shown and printed again. Append-only, named by its hash."""

    hash = models.BinaryField(_("hash of the text"), max_length=32, unique=True)
    scope_hash = models.BinaryField(_("hash of both languages"), max_length=32)
    language = models.CharField(_("language"), max_length=5)
    title = models.CharField(_("title"), max_length=300)
    text = models.TextField(_("wording"))

    class Meta:
        verbose_name = _("wording shown")
        verbose_name_plural = _("wordings shown")

    class PersonalData:
        subject = None
        retention = Keep.for_good("public words, to which answers refer")
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "hash": "",
            "scope_hash": "",
            "language": "code",
            "title": "words of the published policy, the same for everybody",
            "text": "words of the published policy, the same for everybody",
        }

    def __str__(self) -> str:
        return self.title


class LedgerEntry(models.Model):
    """One answer: who, to what, under which version and wording, when, how. Append-only."""

    subject_ref = models.UUIDField(_("data subject"))
    purpose = models.CharField(_("purpose"), max_length=60)
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    recipient_class = models.CharField(_("class of recipient"), max_length=60, blank=True)
    reply = models.CharField(_("answer"), max_length=10, choices=Reply.choices)
    ends_entry = models.BigIntegerField(_("entry it ends"), null=True, blank=True)
    version = models.PositiveIntegerField(_("policy version"))
    wording_hash = models.BinaryField(_("wording"), max_length=32)
    scope_hash = models.BinaryField(_("hash of both languages"), max_length=32)
    language = models.CharField(_("language"), max_length=5)
    sensitive_shown = models.BooleanField(_("told that the data is sensitive"))
    method = models.CharField(_("method"), max_length=10, choices=Method.choices)
    captured_by = models.CharField(_("entered by"), max_length=60, blank=True)
    at = models.DateTimeField(_("moment"))
    act = models.UUIDField(_("form"), help_text=_("One submitted form; answers given together share it."))
    sealed_evidence = models.BinaryField(_("technical evidence"))

    class Meta:
        verbose_name = _("consent entry")
        verbose_name_plural = _("consent entries")
        ordering = ["-id"]
        indexes = [
            # Serves the look at the last answer per key, in the function and in `selectors`.
            models.Index(
                fields=["subject_ref", "purpose", "channel", "recipient_class", "-id"], name="ledger_last_answer"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="ledger_only_endings_end",
                condition=models.Q(ends_entry__isnull=True) | models.Q(reply__in=(Reply.WITHDRAWN, Reply.EXPIRED)),
            ),
        ]

    class PersonalData:
        subject = "subject_ref"
        retention = Keep.as_evidence()
        personal = {"sealed_evidence": Personal(Category.EVIDENCE, Basis.LAW, Erasure.EVIDENCE_END)}
        plain = {
            "id": "",
            "subject_ref": "random reference, no foreign key; means nothing once the person is erased",
            "purpose": "code of the pack",
            "channel": "code of the pack",
            "recipient_class": "code of the pack",
            "reply": "code",
            "ends_entry": "",
            "version": "",
            "wording_hash": "",
            "scope_hash": "",
            "language": "code",
            "sensitive_shown": "",
            "method": "code",
            "captured_by": "reference of the staff account, empty when the person answered",
            "at": "",
            "act": "",
        }

    def __str__(self) -> str:
        return f"{self.purpose} {self.reply}"

    @property
    def key(self) -> ConsentKey:
        """What the entry is about."""
        return ConsentKey(self.purpose, self.channel, self.recipient_class)

    @property
    def is_granted(self) -> bool:
        """Whether this entry permits anything."""
        return self.reply == Reply.GRANTED
