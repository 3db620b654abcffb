"""Who is asking: facts about a request, never a state of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import IntakeChannel
from core.classification import Basis, Category, Erasure, Keep, Period, Personal
from dsr_requests.enums import Method, PauseReason, RepresentativeKind, Strength
from dsr_requests.models.request import Request
from personal_data.models import DataSubject

_PROOF = Personal(Category.EVIDENCE, Basis.LAW, Erasure.EVIDENCE_END)
_NAME = Personal(Category.IDENTITY, Basis.LAW, Erasure.EVIDENCE_END)


class Verification(models.Model):
    """One attempt to establish who is asking: how, how strong, when, and until when.

    Until `expires_at` a code can be typed; once passed, the portal acts on it until then without asking staff.
    A code goes only to an address or number already held on the person (`held_item`, or the account's own address),
    never to one given in the request. Passed, it makes the request identified.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="verifications", verbose_name=_("request"))
    method = models.CharField(_("method"), max_length=12, choices=Method.choices)
    strength = models.CharField(_("strength"), max_length=8, choices=Strength.choices)
    about = models.ForeignKey(
        DataSubject, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    held_item = models.UUIDField(_("value the code went to"), null=True, blank=True)
    code_id = models.UUIDField(_("one-time code"), null=True, blank=True)
    begun_at = models.DateTimeField(_("begun"))
    expires_at = models.DateTimeField(_("runs out"))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    passed_at = models.DateTimeField(_("passed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended without success"), null=True, blank=True)

    class Meta:
        verbose_name = _("identity check")
        verbose_name_plural = _("identity checks")
        ordering = ["begun_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="verification_passed_or_ended", condition=Q(passed_at__isnull=True) | Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="verification_passed_about_somebody", condition=Q(passed_at__isnull=True) | Q(about__isnull=False)
            ),
        ]

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        about = "case__about"
        personal: dict[str, Personal] = {}
        plain = {
            "id": "",
            "case": "the request",
            "method": "code",
            "strength": "code",
            "about": "the person whose data is asked about",
            "held_item": "random reference of a value",
            "code_id": "random reference of a one-time code",
            "begun_at": "",
            "expires_at": "",
            "attempts": "",
            "passed_at": "",
            "ended_at": "",
        }

    def __str__(self) -> str:
        return self.method


class Representative(models.Model):
    """Who asks for somebody else, and the mandate (law 91/2025, article 24; civil code on representation).

    The request's `subject` is the representative, `about` the person represented. Names and words are sealed under the
    representative's evidence key. From 7 years on the child agrees too.
    """

    case = models.OneToOneField(
        Request, on_delete=models.CASCADE, related_name="representative", verbose_name=_("request")
    )
    kind = models.CharField(pgettext_lazy("of a mandate", "kind"), max_length=10, choices=RepresentativeKind.choices)
    sealed_name = models.BinaryField(_("name of the representative"))
    sealed_person = models.BinaryField(_("the person represented, as named in the request"))
    person_index = models.BinaryField(_("look-up hash"), max_length=32)
    scope = models.JSONField(_("kinds of request the mandate covers"), default=list)
    valid_until = models.DateField(_("mandate ends"), null=True, blank=True)
    child_is_seven = models.BooleanField(_("the child is 7 or older"), default=False)
    child_agreed_at = models.DateTimeField(_("the child agreed"), null=True, blank=True)
    checked_at = models.DateTimeField(_("mandate checked"), null=True, blank=True)
    checked_by = models.CharField(_("checked by"), max_length=60, blank=True)
    refused_at = models.DateTimeField(_("mandate not accepted"), null=True, blank=True)

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        constraints = [
            models.CheckConstraint(
                name="mandate_checked_by_somebody",
                condition=Q(checked_at__isnull=True, refused_at__isnull=True, checked_by="")
                | (Q(checked_at__isnull=False) | Q(refused_at__isnull=False)) & ~Q(checked_by=""),
            ),
            models.CheckConstraint(
                name="mandate_checked_or_refused", condition=Q(checked_at__isnull=True) | Q(refused_at__isnull=True)
            ),
        ]

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        about = "case__about"
        personal = {"sealed_name": _NAME, "sealed_person": _NAME, "person_index": _NAME}
        plain = {
            "id": "",
            "case": "the request",
            "kind": "code",
            "scope": "codes",
            "valid_until": "",
            "child_is_seven": "",
            "child_agreed_at": "",
            "checked_at": "",
            "checked_by": "reference of the acting account",
            "refused_at": "",
        }

    def __str__(self) -> str:
        return self.kind


class IdentityFile(models.Model):
    """A file of the request that proves a mandate or, where staff had to ask with a coded reason, an identity.

    Seen by the colleague who decides, deleted with the decision.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(
        Request, on_delete=models.CASCADE, related_name="identity_files", verbose_name=_("request")
    )
    sealed_name = models.BinaryField(_("name"))
    mime = models.CharField(_("type"), max_length=60)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("bytes"))
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("identity evidence")
        verbose_name_plural = _("identity evidence")
        ordering = ["added_at"]

    class PersonalData:
        subject = "case__subject"
        retention = Keep.after(Period.IDENTITY, since="closed_at of its request", by="dsr_requests.identity_files")
        about = "case__about"
        blobs = True
        personal = {"sealed_name": Personal(Category.SENSITIVE, Basis.LAW, Erasure.EVIDENCE_END)}
        plain = {
            "id": "names the sealed bytes on disk, which go with the row",
            "case": "the request",
            "mime": "type found in the content",
            "size": "",
            "added_at": "",
        }

    def __str__(self) -> str:
        return str(self.id)[:8]


class EvidenceDemand(models.Model):
    """Staff had to ask for evidence of identity: with a coded reason, once a reason, answered or called off."""

    case = models.ForeignKey(
        Request, on_delete=models.CASCADE, related_name="evidence_demands", verbose_name=_("request")
    )
    reason = models.CharField(pgettext_lazy("for a demand", "reason"), max_length=16)
    asked_at = models.DateTimeField(_("asked"))
    met_at = models.DateTimeField(_("met"), null=True, blank=True)

    class Meta:
        verbose_name = _("demand for evidence")
        verbose_name_plural = _("demands for evidence")
        constraints = [models.UniqueConstraint(name="one_demand_a_reason", fields=["case", "reason"])]

    class PersonalData:
        subject = "case__subject"
        retention = Keep.with_case()
        about = "case__about"
        personal: dict[str, Personal] = {}
        plain = {"id": "", "case": "the request", "reason": "code", "asked_at": "", "met_at": ""}

    def __str__(self) -> str:
        return self.reason


class PausedAddress(models.Model):
    """An address requests are held from because of a suspicion (LV-11); the clock of each goes on.

    The person is told another way already held, and it is lifted with a recorded confirmation. Changes only with an
    entry for `address-pause:<id>`.
    """

    contact_index = models.BinaryField(_("look-up hash"), max_length=32)
    subject = models.ForeignKey(
        DataSubject, on_delete=models.PROTECT, null=True, blank=True, related_name="paused_addresses"
    )
    reason = models.CharField(pgettext_lazy("for a pause", "reason"), max_length=12, choices=PauseReason.choices)
    paused_at = models.DateTimeField(_("paused"))
    paused_by = models.CharField(_("paused by"), max_length=60)
    told_at = models.DateTimeField(_("person told"), null=True, blank=True)
    told_by_way = models.CharField(_("told by"), max_length=10, choices=IntakeChannel.choices, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.CharField(_("lifted by"), max_length=60, blank=True)
    confirmed_by_way = models.CharField(_("confirmed by"), max_length=10, choices=IntakeChannel.choices, blank=True)

    class Meta:
        verbose_name = _("paused address")
        verbose_name_plural = _("paused addresses")
        ordering = ["-paused_at"]
        constraints = [
            models.UniqueConstraint(
                name="address_paused_once", fields=["contact_index"], condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(
                name="pause_lifted_with_confirmation",
                condition=Q(lifted_at__isnull=True, lifted_by="", confirmed_by_way="")
                | Q(lifted_at__isnull=False) & ~Q(lifted_by="") & ~Q(confirmed_by_way=""),
            ),
        ]

    class PersonalData:
        subject = "subject"
        retention = Keep.after(Period.EVIDENCE, since="lifted_at", by="dsr_requests.paused_addresses")
        personal = {"contact_index": _PROOF}
        plain = {
            "id": "",
            "subject": "the person the address is held on, if any",
            "reason": "code",
            "paused_at": "",
            "paused_by": "reference of the acting account",
            "told_at": "",
            "told_by_way": "code",
            "lifted_at": "",
            "lifted_by": "reference of the acting account",
            "confirmed_by_way": "code",
        }

    def __str__(self) -> str:
        return str(self.pk)
