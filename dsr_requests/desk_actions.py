"""What staff can do with a request beyond what any case allows: decide it, take more time, carry it on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from cases.desk_actions import DeskAction
from cases.enums import CaseStatus
from cases.explaining import last_day
from cases.models import Case
from core.actors import Actor
from core.citations import cite
from core.clock import local_date
from core.rules import refusal_grounds
from core.templatetags.portal import day
from dsr_requests import guards, permissions
from dsr_requests.enums import CorrectionState, ExtensionReason, Ground, RequestKind, Verdict
from dsr_requests.errors import NothingToSecond
from dsr_requests.forms_staff import (
    ACCEPT,
    CorrectionForm,
    DecideForm,
    ExtendForm,
    OfferForm,
    SeenForm,
    WhyForm,
    typed_choices,
)
from dsr_requests.models import Decision, Request
from dsr_requests.periods import rule_of
from dsr_requests.phrases import VERDICTS
from dsr_requests.planning import digest_of
from dsr_requests.selectors import asked_of
from dsr_requests.services.deciding import decide, needs_second, planned
from dsr_requests.services.extending import extend, set_processor
from dsr_requests.services.fulfilling import resume
from dsr_requests.services.offering import decide_correction, offer_correction
from dsr_requests.services.seconding import drop, second
from dsr_requests.wording import names_of, words
from personal_data.enums import StepState
from personal_data.retention_pack import keeping_pack
from policies import selectors as policies

_OPEN_CORRECTIONS = (CorrectionState.PROPOSED, CorrectionState.ACCEPTED, CorrectionState.REFUSED)


class Decide(DeskAction):
    code, name = "decide", "request-decide"
    title = pgettext_lazy("a request", "Decide")
    button = gettext_lazy("Show it as the person will read it")
    done = gettext_lazy("Decided. What needs a second person waits for one.")
    form_class, template_into = DecideForm, "words"
    preview = "admin/dsr_requests/_decision_preview.html"

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        return super().offered(case, by=by, now=now) and guards.may_decide(case) and waiting_decision(case) is None

    def effect(self, case: Case) -> str:
        assert isinstance(case, Request)
        if not case.is_identified:
            return _("While nobody knows who is asking, it can only be refused. A second person approves a refusal.")
        if needs_second(case, Verdict.ACCEPT):
            return _("“If it is accepted” says what would run. A second person approves it.")
        return _("“If it is accepted” says what would run. A second person approves a refusal.")

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        assert isinstance(case, Request)
        pack = keeping_pack(case.policy_version)
        fields, purposes = asked_of(case, at=now)
        return DecideForm(
            *args,
            verdicts=_verdicts(case, parts=len(fields) + len(purposes)),
            grounds=grounds_of(case, now=now),
            fields=[(code, names_of(pack, [code], of="field")) for code in sorted(fields)],
            purposes=[(code, names_of(pack, [code], of="purpose")) for code in sorted(purposes)],
            names_part=case.asked_for != RequestKind.CORRECT,
            **kwargs,
        )

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return decide(
            request_id=case.pk,
            verdict=Verdict(data["verdict"]),
            ground=data["ground"],
            refused_fields=data.get("refused_fields", []),
            refused_purposes=data.get("refused_purposes", []),
            words=data["words"],
            seen_digest=_from_hex(data["seen_digest"]),
            form_token=data["form_token"],
            by=by,
            now=now,
        )

    def as_previewed(self, case: Case, form: forms.Form, *, now: datetime) -> forms.Form:
        """The hash of what the page shows goes with it."""
        assert isinstance(case, Request)
        plan = _plan_of(case, form.cleaned_data, now=now)
        typed = MultiValueDict(dict(form.data.lists()))  # type: ignore[attr-defined]
        typed["seen_digest"] = digest_of(plan, case).hex()
        form.data = typed
        return form

    def preview_context(self, case: Case, data: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        assert isinstance(case, Request)
        pack = keeping_pack(case.policy_version)
        refused = [
            names_of(pack, data.get("refused_fields", []), of="field"),
            names_of(pack, data.get("refused_purposes", []), of="purpose"),
        ]
        return {
            "verdict": str(VERDICTS[Verdict(data["verdict"])]),
            "ground": dict(grounds_of(case, now=now)).get(data["ground"], ""),
            "refused": ", ".join(part for part in refused if part),
            "words": data["words"],
            "plan": words(_plan_of(case, data, now=now), pack=pack),
        }


class Approve(DeskAction):
    code, name = "second", "decision-second"
    title = gettext_lazy("Approve what a colleague decided")
    button = gettext_lazy("Approve: let it take effect")
    done = gettext_lazy("Approved. It takes effect.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        decision = waiting_decision(case)
        return decision is not None and permissions.can_second(decision, by=by)

    def effect(self, case: Case) -> str:
        return _("You approve exactly what stands under “Decisions”: what runs, and the words for the person.")

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        decision = waiting_decision(case)
        kwargs.setdefault("initial", {"seen_digest": bytes(decision.digest).hex() if decision else ""})
        return SeenForm(*args, **kwargs)

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return approve(waiting_decision(case), data["seen_digest"], by=by, now=now)


class Decline(DeskAction):
    code, name = "drop", "decision-drop"
    title = gettext_lazy("Decline the decision, or take it back")
    button = gettext_lazy("Decline the decision")
    done = gettext_lazy("The decision does not count any more. The request can be decided anew.")
    form_class = WhyForm

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        decision = waiting_decision(case)
        return decision is not None and permissions.can_drop(decision, by=by)

    def effect(self, case: Case) -> str:
        return _("Nothing runs and the person is told nothing. The colleague who decided is told by e-mail.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return decline(waiting_decision(case), data["words"], by=by, now=now)


class Extend(DeskAction):
    code, name = "extend", "request-extend"
    title = gettext_lazy("Take more time, once")
    button = gettext_lazy("Extend and tell the person")
    done = gettext_lazy("The time was extended and the person was told.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        can = super().offered(case, by=by, now=now) and case.status != CaseStatus.FULFILLING
        return can and guards.may_extend(case, days=1, rule=rule_of(case), now=now)

    def effect(self, case: Case) -> str:
        assert isinstance(case, Request)
        most = rule_of(case).extension_days
        return ngettext(
            "By %(most)s day at most, and only before %(target)s has passed. The person is told the reason at once.",
            "By %(most)s days at most, and only before %(target)s has passed. The person is told the reason at once.",
            most,
        ) % {"most": most, "target": day(last_day(case.target_at))}

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        assert isinstance(case, Request)
        return ExtendForm(*args, most=rule_of(case).extension_days, **kwargs)

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        reason = ExtensionReason(data["reason"])
        return extend(request_id=case.pk, days=data["days"], reason=reason, words=data["words"], by=by, now=now)


class OtherCompany(DeskAction):
    code, name = "processor", "request-processor"
    title = gettext_lazy("Another company has to act")
    button = gettext_lazy("Record it and tell the person")
    done = gettext_lazy("Recorded. The person was told the new dates.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        can = super().offered(case, by=by, now=now) and case.status != CaseStatus.FULFILLING
        return can and guards.may_set_processor(case, rule=rule_of(case), now=now)

    def effect(self, case: Case) -> str:
        assert isinstance(case, Request)
        return _("The law then gives %(days)s days from receipt. The person is told the new dates and why.") % {
            "days": rule_of(case).processor
        }

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return set_processor(request_id=case.pk, by=by, now=now)


class SettleCorrection(DeskAction):
    code, name = "correction", "correction-decide"
    title = gettext_lazy("Decide on one value")
    button = pgettext_lazy("on one value", "Keep this decision")
    done = gettext_lazy("Kept. It takes effect with the decision on the request.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        can = super().offered(case, by=by, now=now) and not _is_decided(case)
        return can and bool(_correctable(case))

    def effect(self, case: Case) -> str:
        return _("Field by field. It can be changed until the request is decided; the person is told then.")

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        assert isinstance(case, Request)
        return CorrectionForm(*args, fields=_correctable(case), grounds=grounds_of(case, now=now), **kwargs)

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        accept = data["verdict"] == ACCEPT
        ground = "" if accept else data["ground"]
        return decide_correction(request_id=case.pk, field=data["field"], accept=accept, ground=ground, by=by, now=now)


class Offer(DeskAction):
    code, name = "offer", "correction-offer"
    title = gettext_lazy("Propose another value to the person")
    button = gettext_lazy("Send the proposal")
    done = gettext_lazy("Proposed. It takes effect only when the person accepts.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        return super().offered(case, by=by, now=now) and case.is_identified and guards.may_offer(case)

    def effect(self, case: Case) -> str:
        return _("The person sees it beside the present value and accepts or declines. Until then nothing is changed.")

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        return OfferForm(*args, fields=typed_choices(policies.document(case.policy_version)), **kwargs)

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return offer_correction(request_id=case.pk, **data, by=by, now=now)


class Resume(DeskAction):
    code, name = "resume", "request-resume"
    title = gettext_lazy("Try the step that did not work again")
    button = gettext_lazy("Try again")
    done = gettext_lazy("It goes on. Look again in a minute.")

    def lead(self, case: Case) -> str:
        return _("A step did not work and waits for a person")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        stuck = case.steps.filter(state=StepState.STUCK).exists()
        return stuck and super().offered(case, by=by, now=now) and by.audit_role == "dpo"

    def effect(self, case: Case) -> str:
        return _("Look at its reason under “Steps” and mend the cause first. What is done already is not repeated.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        resume(request_id=case.pk, by=by, now=now)
        return None


def approve(decision: Decision | None, seen_digest: str, *, by: Actor, now: datetime) -> object:
    """Approve a decision as the page showed it. Raises NothingToSecond and what `second` raises."""
    return second(decision_id=_still(decision).pk, seen_digest=_from_hex(seen_digest), by=by, now=now)


def decline(decision: Decision | None, reason: str, *, by: Actor, now: datetime) -> object:
    """Decline a decision that waits. Raises NothingToSecond and what `drop` raises."""
    return drop(decision_id=_still(decision).pk, words=reason, by=by, now=now)


def waiting_decision(case: Case) -> Decision | None:
    """The decision of an open request that waits for its second person."""
    assert isinstance(case, Request)
    found: Decision | None = case.decisions.filter(
        needs_second=True, seconded_at__isnull=True, dropped_at__isnull=True
    ).first()
    if found is None or not case.is_open:
        return None
    found.case = case
    return found


def grounds_of(case: Case, *, now: datetime) -> list[tuple[str, str]]:
    """Grounds on which this request may be refused, each with its article."""
    assert isinstance(case, Request)
    return [
        (ground.code, f"{Ground(ground.code).label} ({cite(ground.article)})")
        for ground in refusal_grounds(case.asked_for, on=local_date(now))
        if ground.code != Ground.UNVERIFIED or not case.is_identified
    ]


def _verdicts(request: Request, *, parts: int) -> list[tuple[str, Any]]:
    """What can be decided: nothing is done before it is known who asks; a part needs parts."""
    labels = dict(Verdict.choices)
    found = [Verdict.REFUSE]
    if request.is_identified:
        has_parts = parts > 1 or request.asked_for == RequestKind.PROTECT
        found = [Verdict.ACCEPT, *([Verdict.PART] if has_parts else []), Verdict.REFUSE]
    return [(verdict.value, labels[verdict.value]) for verdict in found]


def _plan_of(request: Request, data: Mapping[str, Any], *, now: datetime) -> list[dict[str, Any]]:
    return planned(
        request,
        data["verdict"],
        data.get("refused_fields", []),
        data.get("refused_purposes", []),
        now=now,
    )


def _correctable(request: Request) -> list[tuple[str, str]]:
    """Fields of which it can be said whether they are corrected."""
    pack = keeping_pack(request.policy_version)
    rows = request.corrections.filter(state__in=_OPEN_CORRECTIONS, by_staff=False)
    return [(row.field, names_of(pack, [row.field], of="field")) for row in rows]


def _is_decided(request: Request) -> bool:
    return bool(request.decisions.filter(dropped_at__isnull=True).exists())


def _still(decision: Decision | None) -> Decision:
    if decision is None:
        raise NothingToSecond
    return decision


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
