"""The answer to a complaint, one for each round."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.enums import Outcome
from complaints.models.complaint import Complaint
from core.classification import Basis, Category, Erasure, Keep, Personal

_PROOF = Personal(Category.EVIDENCE, Basis.LAW, Erasure.EVIDENCE_END)


class ComplaintAnswer(models.Model):
    """What was found and what was done, sealed under the person's evidence key; with the dates that held then."""

    case = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="answers", verbose_name=_("complaint"))
    round = models.PositiveSmallIntegerField(pgettext_lazy("of a case", "round"))
    form_token = models.UUIDField(unique=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices)
    sealed_finding = models.BinaryField(_("finding"))
    sealed_done = models.BinaryField(_("what was done"))
    target_at = models.DateTimeField(_("target"))
    limit_at = models.DateTimeField(_("limit"))
    answered_at = models.DateTimeField(_("answered"))
    accepted_at = models.DateTimeField(_("accepted by the person"), null=True, blank=True)

    class Meta:
        ordering = ["round"]
        verbose_name = pgettext_lazy("to a complaint", "answer")
        verbose_name_plural = pgettext_lazy("to a complaint", "answers")
        constraints = [models.UniqueConstraint(fields=["case", "round"], name="complaint_one_answer_a_round")]

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        personal = {"sealed_finding": _PROOF, "sealed_done": _PROOF}
        plain = {
            "id": "",
            "case": "the complaint",
            "round": "",
            "form_token": "random; one per form shown, so that sending twice acts once",
            "outcome": "code",
            "target_at": "",
            "limit_at": "",
            "answered_at": "",
            "accepted_at": "",
        }

    def __str__(self) -> str:
        return self.outcome

    def sealing_context_of(self, part: str) -> str:
        """What the ciphertext of `part` ("finding" or "done") is bound to."""
        return f"{self._meta.label}:{part}:{self.case_id}:{self.round}"
