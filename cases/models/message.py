"""The thread of a case."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import AuthorRole, IntakeChannel
from core.classification import Basis, Category, Erasure, Personal

MESSAGE_PERSONAL = {"sealed_text": Personal(Category.EVIDENCE, Basis.LAW, Erasure.EVIDENCE_END)}
MESSAGE_PLAIN = {
    "id": "",
    "case": "the case it belongs to",
    "form_token": "random; one per form shown, so that sending twice acts once",
    "author_role": "code",
    "channel": "code",
    "sent_at": "",
    "filed_at": "",
}


class CaseMessage(models.Model):
    """One message of a thread, sealed under the person's evidence key. The audit trail says who wrote."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form_token = models.UUIDField(unique=True, editable=False)
    author_role = models.CharField(_("author"), max_length=8, choices=AuthorRole.choices)
    sealed_text = models.BinaryField(pgettext_lazy("of a case", "text"))
    channel = models.CharField(_("way in"), max_length=10, choices=IntakeChannel.choices, default=IntakeChannel.PORTAL)
    sent_at = models.DateTimeField(_("sent"))
    filed_at = models.DateTimeField(_("entered"))

    class Meta:
        abstract = True
        ordering = ["sent_at", "id"]

    def __str__(self) -> str:
        return str(self.id)[:8]

    @property
    def sealing_context(self) -> str:
        """What the ciphertext of the text is bound to."""
        return f"{self._meta.label}:text:{self.pk}"
