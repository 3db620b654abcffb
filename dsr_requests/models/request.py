"""A request of a data subject."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import OPEN_STATES, ContactKind
from cases.models import CASE_PERSONAL, CASE_PLAIN, CASE_WORKERS, Case
from core.classification import Keep
from dsr_requests.enums import Outcome, RepresentativeKind, RequestKind
from dsr_requests.transitions import TRANSITIONS
from personal_data.models import DataSubject


class Request(Case):
    """A request to exercise a right (decree 356/2025, article 5).

    `target_at` is the unrolled last day we aim for, `limit_at` the legal one, which moves past a day of rest.
    `subject` is who sent it; `about` the person whose data it concerns, empty until that identity is established. They
    differ for a representative, and for a guest on whom something is held already.
    What is asked for is named by codes of the pack: `fields` for correction and deletion, `purposes` for restriction
    and objection, `consents` (`purpose/channel/recipient class`) for withdrawal; `everything` says all of it.
    """

    kind: ClassVar[str] = "request"
    reference_prefix: ClassVar[str] = "YC"
    transitions = TRANSITIONS
    person_columns: ClassVar[tuple[str, ...]] = ("subject_id", "about_id")
    verifications: Any
    decisions: Any
    corrections: Any
    steps: Any
    representative: Any
    identity_files: Any
    evidence_demands: Any

    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    asked_for = models.CharField(pgettext_lazy("of a request", "kind"), max_length=12, choices=RequestKind.choices)
    article = models.CharField(_("legal basis"), max_length=60)
    about = models.ForeignKey(
        DataSubject,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests_about",
        verbose_name=_("the person it is about"),
    )
    everything = models.BooleanField(_("all of it"), default=False)
    fields = models.JSONField(_("data concerned"), default=list)
    purposes = models.JSONField(_("purposes concerned"), default=list)
    consents = models.JSONField(_("consents concerned"), default=list)
    identified_at = models.DateTimeField(_("identity established"), null=True, blank=True)

    class Meta(Case.Meta):
        abstract = False
        indexes = [
            *Case.Meta.indexes,
            models.Index(
                fields=["asked_for", "target_at", "id"],
                name="request_by_kind",
                include=["verified_at", "channel"],
                condition=Q(status__in=OPEN_STATES),
            ),
            models.Index(fields=["about"], name="request_about", condition=Q(about__isnull=False)),
            # Open requests whose sender's identity is not established, in the order of the desk's list.
            models.Index(
                fields=["target_at", "id"],
                name="request_unidentified",
                condition=Q(status__in=OPEN_STATES, identified_at__isnull=True),
            ),
        ]
        constraints = [
            *Case.Meta.constraints,
            models.CheckConstraint(
                name="request_identified_is_about",
                condition=Q(identified_at__isnull=True, about__isnull=True)
                | Q(identified_at__isnull=False, about__isnull=False),
            ),
        ]
        verbose_name = pgettext_lazy("of a data subject", "request")
        verbose_name_plural = pgettext_lazy("of a data subject", "requests")

    class PersonalData:
        subject = "subject"
        retention = Keep.with_case()
        about = "about"
        workers = CASE_WORKERS
        personal = CASE_PERSONAL
        plain = {
            **CASE_PLAIN,
            "asked_for": "code",
            "article": "the article whose period was applied",
            "about": "the person whose data it concerns",
            "everything": "",
            "fields": "codes of the pack's fields, no values",
            "purposes": "codes of the pack's purposes",
            "consents": "codes of purposes, channels and classes of recipient",
            "identified_at": "",
        }

    @property
    def is_identified(self) -> bool:
        """Whether it is established whose data the request is about, and that the sender may ask."""
        return self.identified_at is not None

    @property
    def is_by_attorney(self) -> bool:
        """Whether the holder of a power of attorney asks: results go to the person represented, not to the sender."""
        mandate = getattr(self, "representative", None)
        return mandate is not None and mandate.kind == RepresentativeKind.ATTORNEY

    @property
    def replied_at(self) -> datetime | None:
        """The acknowledgement with the procedure is the reply the law asks for within two working days."""
        return self.acknowledged_at or super().replied_at

    @property
    def owes_proof(self) -> bool:
        """Whether it is still to be shown who asks, by somebody who can be written to.

        Evidence that was sent waits for us, not for the person.
        """
        can_be_told = self.contact_kind == ContactKind.EMAIL
        return can_be_told and not self.is_identified and not (self.pk and self.identity_files.exists())
