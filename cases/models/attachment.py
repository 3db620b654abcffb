"""Files of a case."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Personal

ATTACHMENT_PERSONAL = {"sealed_name": Personal(Category.EVIDENCE, Basis.LAW, Erasure.EVIDENCE_END)}
ATTACHMENT_PLAIN = {
    "id": "names the sealed bytes on disk",
    "case": "the case it belongs to",
    "message": "the message it came with; none when it came with the case",
    "mime": "type found in the content",
    "size": "",
    "added_at": "",
}


class CaseAttachment(models.Model):
    """A file sent with a case; its bytes stand sealed on disk under the person's evidence key, named by `id`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed_name = models.BinaryField(_("name"))
    mime = models.CharField(_("type"), max_length=60)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("bytes"))
    added_at = models.DateTimeField(_("added"))

    class Meta:
        abstract = True
        ordering = ["added_at", "id"]

    def __str__(self) -> str:
        return str(self.id)[:8]

    @property
    def sealing_context(self) -> str:
        """What the ciphertext of the name is bound to."""
        return f"{self._meta.label}:name:{self.pk}"
