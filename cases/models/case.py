"""A case: something a person sent that must be answered by a stored moment."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import FINAL_STATES, OPEN_STATES, CaseStatus, ContactKind, IntakeChannel, MarkCode
from core.actors import Actor
from core.classification import Basis, Category, Erasure, Personal
from personal_data.models import DataSubject
from personal_data.selectors_merged import among_own_references, is_own
from policies.models import PolicyVersion

_PROOF = Personal(Category.EVIDENCE, Basis.LAW, Erasure.EVIDENCE_END)
_CONTACT = Personal(Category.CONTACT, Basis.LAW, Erasure.EVIDENCE_END)

CASE_PERSONAL = {
    "sealed_text": _PROOF,
    "text_fingerprint": _PROOF,
    "sealed_contact": _CONTACT,
    "contact_index": _CONTACT,
}
CASE_WORKERS = ("assignee",)
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
    "channel": "code",
    "contact_kind": "code",
    "received_at": "",
    "filed_at": "",
    "verified_at": "",
    "acknowledged_at": "",
    "rule_from": "from when the legal rule applied is in effect",
    "calendar_version": "number of the calendar the dates were computed with",
    "round": "1, and 2 after a reopening",
    "round_started_at": "",
    "first_reply_due_at": "",
    "target_at": "",
    "limit_at": "",
    "assignee": "the member of staff who has the case",
    "taken_at": "",
    "first_reply_at": "",
    "settled_at": "",
    "closed_at": "",
    "emptied_at": "",
    "next_mark": "code",
    "next_mark_at": "",
}


# A guest of the portal who has not proved the address yet. What staff entered needs no code: they heard or read the
# person themselves.
UNPROVED = Q(verified_at__isnull=True, channel=IntakeChannel.PORTAL)
KNOWN = Q(verified_at__isnull=False) | ~Q(channel=IntakeChannel.PORTAL)


class Case(models.Model):
    """What requests and complaints share. Text and contact address are sealed under the person's evidence key, until
    the keeping period after its end is over: then they are emptied, and reference, dates and codes stay.

    Due moments are the first moment after the last day (24:00 in Vietnam). Every write needs an audit entry for
    `kind:id` in the same transaction; the database refuses to commit without.
    """

    kind: ClassVar[str]
    reference_prefix: ClassVar[str]
    transitions: ClassVar[Mapping[str, tuple[str, ...]]]
    # Whom a case concerns.
    person_columns: ClassVar[tuple[str, ...]] = ("subject_id",)
    messages: Any
    attachments: Any
    clock_events: Any
    marks: Any

    reference = models.CharField(_("reference"), max_length=16, unique=True)
    form_token = models.UUIDField(unique=True, editable=False)
    subject = models.ForeignKey(
        DataSubject, on_delete=models.PROTECT, related_name="%(class)s_cases", verbose_name=_("data subject")
    )
    policy_version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("policy version")
    )
    status = models.CharField(_("status"), max_length=14, choices=CaseStatus.choices, default=CaseStatus.RECEIVED)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=5)
    sealed_text = models.BinaryField(pgettext_lazy("of a case", "text"))
    text_fingerprint = models.BinaryField(_("keyed fingerprint of the text"), max_length=32)
    sealed_contact = models.BinaryField(_("contact address"))
    contact_index = models.BinaryField(_("look-up hash"), max_length=32)
    from_guest = models.BooleanField(_("sent without an account"))
    channel = models.CharField(_("way in"), max_length=10, choices=IntakeChannel.choices, default=IntakeChannel.PORTAL)
    contact_kind = models.CharField(
        _("kind of contact"), max_length=6, choices=ContactKind.choices, default=ContactKind.EMAIL
    )
    received_at = models.DateTimeField(_("received"))
    filed_at = models.DateTimeField(_("entered"))
    verified_at = models.DateTimeField(_("address confirmed"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("receipt confirmed"), null=True, blank=True)
    rule_from = models.DateField(_("rule in effect from"))
    calendar_version = models.PositiveIntegerField(_("calendar version"))
    round = models.PositiveSmallIntegerField(pgettext_lazy("of a case", "round"), default=1)
    round_started_at = models.DateTimeField(_("round started"))
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
    settled_at = models.DateTimeField(_("answered"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    emptied_at = models.DateTimeField(_("words and files deleted"), null=True, blank=True)
    next_mark = models.CharField(_("next deadline mark"), max_length=16, choices=MarkCode.choices, blank=True)
    next_mark_at = models.DateTimeField(_("next deadline mark at"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["target_at", "id"]
        indexes = [
            # The lists of the staff desk (cases.queue), each in the order it is shown.
            models.Index(fields=["target_at", "id"], name="%(class)s_open_queue", condition=Q(status__in=OPEN_STATES)),
            models.Index(
                fields=["target_at", "id"],
                name="%(class)s_known",
                condition=Q(status__in=OPEN_STATES) & KNOWN,
            ),
            models.Index(
                fields=["target_at", "id"],
                name="%(class)s_untaken",
                condition=Q(status__in=OPEN_STATES, assignee__isnull=True) & KNOWN,
            ),
            models.Index(
                fields=["target_at", "id"],
                name="%(class)s_unverified",
                condition=Q(status__in=OPEN_STATES) & UNPROVED,
            ),
            models.Index(
                fields=["-settled_at", "-id"],
                name="%(class)s_settled",
                include=["status"],
                condition=Q(settled_at__isnull=False),
            ),
            models.Index(fields=["-settled_at", "-id"], name="%(class)s_over", condition=Q(status__in=FINAL_STATES)),
            models.Index(fields=["-received_at", "-id"], name="%(class)s_received"),
            # Its filters; most lists leave out guests' cases whose address is not proved.
            models.Index(
                fields=["assignee", "target_at", "id"],
                name="%(class)s_of_staff",
                include=["verified_at", "channel"],
                condition=Q(status__in=OPEN_STATES),
            ),
            models.Index(
                fields=["status", "target_at", "id"],
                name="%(class)s_by_status",
                include=["verified_at", "channel"],
                condition=Q(status__in=OPEN_STATES),
            ),
            models.Index(
                fields=["language", "target_at", "id"],
                name="%(class)s_by_lang",
                include=["verified_at", "channel"],
                condition=Q(status__in=OPEN_STATES),
            ),
            models.Index(
                fields=["channel", "target_at", "id"],
                name="%(class)s_by_channel",
                include=["verified_at"],
                condition=Q(status__in=OPEN_STATES),
            ),
            models.Index(
                fields=["target_at", "id"],
                name="%(class)s_second",
                include=["verified_at", "channel"],
                condition=Q(status__in=OPEN_STATES, round=2),
            ),
            # Read by the monthly report.
            models.Index(fields=["round_started_at"], name="%(class)s_reopened", condition=Q(round=2)),
            models.Index(fields=["subject", "received_at"], name="%(class)s_of_person"),
            # Read by the sweep of deadline marks.
            models.Index(fields=["next_mark_at"], name="%(class)s_next_mark", condition=Q(next_mark_at__isnull=False)),
            # Read by the sweep that follows the calendar.
            models.Index(fields=["calendar_version"], name="%(class)s_calendar", condition=Q(status__in=OPEN_STATES)),
            # Read by the sweep of cases whose keeping period is over.
            models.Index(
                fields=["closed_at"],
                name="%(class)s_to_empty",
                condition=Q(closed_at__isnull=False, emptied_at__isnull=True),
            ),
            # Read by the search of the desk and by the suggestions of duplicates.
            models.Index(fields=["contact_index"], name="%(class)s_by_contact"),
            models.Index(fields=["text_fingerprint"], name="%(class)s_by_text"),
        ]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_settled_iff_not_open",
                condition=Q(status__in=OPEN_STATES, settled_at__isnull=True, outcome="")
                | ~Q(status__in=OPEN_STATES) & Q(settled_at__isnull=False) & ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="%(class)s_closed_iff_final",
                condition=Q(status__in=FINAL_STATES, closed_at__isnull=False)
                | ~Q(status__in=FINAL_STATES) & Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="%(class)s_emptied_after_its_end",
                condition=Q(emptied_at__isnull=True) | Q(closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_mark_and_moment",
                condition=Q(next_mark="", next_mark_at__isnull=True) | ~Q(next_mark="") & Q(next_mark_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_rounds", condition=Q(round=1, round_started_at=F("received_at")) | Q(round=2)
            ),
            models.CheckConstraint(
                name="%(class)s_due_in_order",
                condition=Q(round_started_at__lt=F("target_at"), target_at__lte=F("limit_at")),
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

    @property
    def awaits_proof(self) -> bool:
        """Whether a guest of the portal still has to prove the address (`UNPROVED`)."""
        return self.verified_at is None and self.channel == IntakeChannel.PORTAL

    @property
    def replied_at(self) -> datetime | None:
        """When the first reply of this round was given."""
        given = self.first_reply_at
        return given if given is not None and given >= self.round_started_at else None

    @property
    def owes_proof(self) -> bool:
        """Whether the case ends by itself unless its sender proves something in time."""
        return self.awaits_proof

    def concerns(self, by: Actor, *, own: Collection[UUID] | None = None) -> bool:
        """Whether a member of staff is part of the matter: it is the own case, or about that person's conduct.

        `own` are the references of that colleague (`own_references`), where they were read before.
        """
        people = [getattr(self, column) for column in self.person_columns]
        return is_own(people, by=by) if own is None else not set(own).isdisjoint(people)

    @classmethod
    def matters_of(cls, by: Actor) -> Q:
        """The same as `concerns`, to be left out of a list."""
        own = among_own_references(by)
        return Q(*((f"{column}__in", own) for column in cls.person_columns), _connector=Q.OR)

    def event(self, name: str) -> str:
        """A recorded event's full name for this kind of case."""
        return f"{self.kind}.{name}"

    def is_late(self, *, now: datetime) -> bool:
        """Whether the last day for an answer went by without one."""
        return self.is_open and now >= self.limit_at

    def next_due(self, *, now: datetime) -> datetime:
        """The moment staff work towards: the target, and once that has passed, the limit."""
        return self.target_at if now < self.target_at else self.limit_at
