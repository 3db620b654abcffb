"""A case: something a person sent that must be answered by a stored moment."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import OPEN_STATES, CaseStatus
from core.classification import Basis, Category, Erasure, Personal
from personal_data.models import DataSubject
from policies.models import PolicyVersion

_PROOF = Personal(Category.EVIDENCE, Basis.LAW, Erasure.EVIDENCE_END)
_CONTACT = Personal(Category.CONTACT, Basis.LAW, Erasure.EVIDENCE_END)

CASE_PERSONAL = {"sealed_text": _PROOF, "sealed_contact": _CONTACT, "contact_index": _CONTACT}
CASE_PLAIN = {
    "id": "",
    "reference": "random; means nothing outside this table",
    "form_token": "random; one per form shown, so that sending twice acts once",
    "subject": "the person who sent it",
    "policy_version": "the published policy whose periods apply",
    "status": "code",
    "outcome": "code",
    "language": "code",
    "from_guest": "",
    "received_at": "",
    "verified_at": "",
    "first_reply_due_at": "",
    "target_at": "",
    "limit_at": "",
    "assignee": "the member of staff who has the case",
    "taken_at": "",
    "first_reply_at": "",
    "closed_at": "",
    "reminded_at": "",
    "overdue_at": "",
    "breached_at": "",
}
ATTACHMENT_PERSONAL = {"sealed_name": _PROOF}
ATTACHMENT_PLAIN = {
    "id": "names the sealed bytes on disk",
    "case": "the case it belongs to",
    "mime": "type found in the content",
    "size": "",
    "added_at": "",
}


class Case(models.Model):
    """What requests and complaints share. Text and contact address are sealed under the person's evidence key.

    Due moments are the first moment after the last day (24:00 in Vietnam). Every write needs an audit entry for
    `kind:id` in the same transaction; the database refuses to commit without.
    """

    kind: ClassVar[str]
    reference_prefix: ClassVar[str]
    messages: Any
    attachments: Any

    reference = models.CharField(_("reference"), max_length=16, unique=True)
    form_token = models.UUIDField(unique=True, editable=False)
    subject = models.ForeignKey(
        DataSubject, on_delete=models.PROTECT, related_name="%(class)s_cases", verbose_name=_("data subject")
    )
    policy_version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("policy version")
    )
    status = models.CharField(_("status"), max_length=12, choices=CaseStatus.choices, default=CaseStatus.RECEIVED)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=5)
    sealed_text = models.BinaryField(pgettext_lazy("of a case", "text"))
    sealed_contact = models.BinaryField(_("contact address"))
    contact_index = models.BinaryField(_("look-up hash"), max_length=32)
    from_guest = models.BooleanField(_("sent without an account"))
    received_at = models.DateTimeField(_("received"))
    verified_at = models.DateTimeField(_("address confirmed"), null=True, blank=True)
    first_reply_due_at = models.DateTimeField(_("first reply due"))
    target_at = models.DateTimeField(_("target"))
    limit_at = models.DateTimeField(_("limit"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_%(class)ss",
        verbose_name=_("assigned to"),
    )
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    first_reply_at = models.DateTimeField(_("first reply"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("staff reminded"), null=True, blank=True)
    overdue_at = models.DateTimeField(_("target missed"), null=True, blank=True)
    breached_at = models.DateTimeField(_("limit missed"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["target_at", "id"]
        indexes = [
            # Read by the queue of the staff desk and by the deadline sweep.
            models.Index(fields=["target_at", "id"], name="%(class)s_open_queue", condition=Q(status__in=OPEN_STATES)),
            models.Index(fields=["subject", "received_at"], name="%(class)s_of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_closed_iff_closed",
                condition=Q(status=CaseStatus.CLOSED, closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(status=CaseStatus.CLOSED) & Q(closed_at__isnull=True, outcome=""),
            ),
            models.CheckConstraint(
                name="%(class)s_in_hand_iff_assigned",
                condition=Q(status=CaseStatus.RECEIVED, assignee__isnull=True)
                | Q(status__in=[CaseStatus.IN_PROGRESS, CaseStatus.WAITING], assignee__isnull=False)
                | Q(status=CaseStatus.CLOSED),
            ),
            models.CheckConstraint(
                name="%(class)s_due_in_order",
                condition=Q(received_at__lt=F("target_at"), target_at__lte=F("limit_at")),
            ),
            models.CheckConstraint(
                name="%(class)s_member_is_verified", condition=Q(from_guest=True) | Q(verified_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @classmethod
    def sealing_context_of(cls, reference: str, part: str) -> str:
        """What the ciphertext of `part` ("text" or "contact") is bound to."""
        return f"{cls._meta.label}:{part}:{reference}"

    @property
    def target(self) -> str:
        """How the audit trail names this case."""
        return f"{self.kind}:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether the clock still runs."""
        return self.status in OPEN_STATES

    @property
    def is_verified(self) -> bool:
        """Whether the sender proved the address."""
        return self.verified_at is not None

    def event(self, name: str) -> str:
        """A recorded event's full name for this kind of case."""
        return f"{self.kind}.{name}"

    def next_due(self, *, now: datetime) -> datetime:
        """The moment staff work towards: the target, and once that has passed, the limit."""
        return self.target_at if now < self.target_at else self.limit_at


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
