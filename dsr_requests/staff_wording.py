"""What a request asks for and what was decided, as staff read it: codes of the policy turned into its words."""

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.permissions import READING_ROLES, WORKING_ROLES
from consent.services.asking import questions
from core.actors import Actor
from core.citations import cite
from dsr_requests.enums import FulfilmentKind, Ground, RequestKind
from dsr_requests.models import Decision, Request
from dsr_requests.wishes import consent_code
from dsr_requests.wording import consent_words, names_of
from personal_data.enums import PlanScope
from personal_data.retention_pack import keeping_pack
from policies.models import PolicyVersion
from policies.pack_types import Pack


def consent_choices(version: PolicyVersion) -> list[tuple[str, str]]:
    """Every consent a version asks for, as a wish names it, and in words."""
    asked = questions(version, get_language() or "vi")
    return [(consent_code(one.key), one.heading) for one in asked]


def asked_in_words(request: Request) -> list[tuple[str, str]]:
    """What a request asks for: labels and words."""
    pack = keeping_pack(request.policy_version)
    found = [(_("What is asked for"), str(RequestKind(request.asked_for).label))]
    if request.everything:
        found.append((_("How much"), _("all of it")))
    found += [
        (_("Data concerned"), names_of(pack, request.fields, of="field")),
        (_("Purposes concerned"), names_of(pack, request.purposes, of="purpose")),
        (_("Consents concerned"), ", ".join(consent_words(code, pack) for code in request.consents)),
        (_("Set by"), cite(request.article)),
    ]
    return [(label, words) for label, words in found if words]


def refused_in_words(decision: Decision, version: PolicyVersion) -> str:
    """Which data and uses a decision leaves out."""
    pack = keeping_pack(version)
    fields = names_of(pack, decision.refused_fields, of="field")
    purposes = names_of(pack, decision.refused_purposes, of="purpose")
    return ", ".join(part for part in (fields, purposes) if part)


def ground_in_words(decision: Decision) -> str:
    """The ground of a refusal with its article; empty when nothing is refused."""
    if not decision.ground:
        return ""
    label = str(Ground(decision.ground).label)
    return f"{label} ({cite(decision.article)})" if decision.article else label


def recipient_name(version: PolicyVersion | None, code: str) -> str:
    """A recipient by its name."""
    return names_of(keeping_pack(version) if version else None, [code], of="recipient")


def request_told(reference: str, by: Actor | None) -> tuple[str, str]:
    """The request something rests on: its reference, and its page for staff who read requests."""
    found = Request.objects.filter(pk=int(reference)).first() if reference.isascii() and reference.isdigit() else None
    if found is None:
        return _("a request that is no longer held"), ""
    reads = by is not None and by.audit_role in WORKING_ROLES | READING_ROLES
    return found.reference, reverse("admin:dsr_requests_request_change", args=[found.pk]) if reads else ""


def target_words(kind: str, target: str, pack: Pack | None) -> str:
    """What one step of carrying a request out acts on; empty where its kind says it all."""
    if kind == FulfilmentKind.ERASE:
        return str((PlanScope.EVERYTHING if target == WHOLE else PlanScope.CHOSEN).label)
    if kind == FulfilmentKind.WITHDRAW:
        return consent_words(target, pack)
    named = _NAMED_BY.get(kind)
    return names_of(pack, [target], of=named) if named and target else ""


WHOLE = "everything"
_NAMED_BY: dict[str, str] = {
    FulfilmentKind.LIMIT: "purpose",
    FulfilmentKind.UNLIMIT: "purpose",
    FulfilmentKind.CORRECT: "field",
    FulfilmentKind.ORDER: "recipient",
}
