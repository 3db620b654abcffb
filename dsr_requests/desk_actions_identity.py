"""What staff can do to establish who is asking. Nobody can simply say so: each way needs its evidence."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.desk_actions import DeskAction
from cases.enums import IntakeChannel
from cases.models import Case
from cases.permissions import can_work_on
from cases.services.finding import find_people
from core.actors import Actor
from dsr_requests.enums import DemandReason, PauseReason
from dsr_requests.errors_identity import NotPaused, PersonUnknown
from dsr_requests.forms_identity import TakeInForm
from dsr_requests.forms_staff import (
    ChildForm,
    DemandForm,
    EvidenceForm,
    MandateForm,
    PauseForm,
    RefuseMandateForm,
    WayForm,
    demand_reasons,
)
from dsr_requests.models import PausedAddress, Representative, Request
from dsr_requests.selectors_identity import is_held_back, opens_no_page, standing_pauses, takes_evidence
from dsr_requests.services.demanding import ask_evidence, take_in_evidence
from dsr_requests.services.examining import accept_evidence
from dsr_requests.services.pausing import OTHER_WAYS, lift, pause, tell
from dsr_requests.services.representing import check_mandate, child_agrees, refuse_mandate
from personal_data.enums import SubjectState
from personal_data.models import DataSubject

OFFICER = "dpo"
SHORTEST_REFERENCE = 8


class AcceptMandate(DeskAction):
    code, name = "mandate", "mandate-accept"
    title = gettext_lazy("Accept the mandate")
    button = gettext_lazy("Accept the mandate")
    done = gettext_lazy("The mandate is accepted, and it is established whose data the request is about.")

    def lead(self, case: Case) -> str:
        return _("Next: examine the mandate")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        return super().offered(case, by=by, now=now) and _open_mandate(case) is not None

    def effect(self, case: Case) -> str:
        return _("Open every file first. Say what the evidence says: which requests it covers, and until when.")

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        mandate = _open_mandate(case)
        return MandateForm(
            *args,
            chooses_person=by.audit_role == OFFICER,
            valid_until=mandate.valid_until if mandate else None,
            **kwargs,
        )

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        typed, reason = data.get("person", ""), _("mandate of request %(number)s") % {"number": case.reference}
        return check_mandate(
            request_id=case.pk,
            scope=data["scope"],
            valid_until=data["valid_until"],
            about=person_meant(typed, reason=reason, by=by, now=now) if typed else None,
            by=by,
            now=now,
        )


class RefuseMandate(DeskAction):
    code, name = "mandate-refuse", "mandate-refuse"
    title = gettext_lazy("Do not accept the mandate")
    button = gettext_lazy("Send it to the representative")
    done = gettext_lazy("The representative was told why the mandate is not accepted.")
    form_class, template_into = RefuseMandateForm, "words"

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        return super().offered(case, by=by, now=now) and _open_mandate(case) is not None

    def effect(self, case: Case) -> str:
        return _("The request itself stays open; it is decided apart. The clock goes on.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return refuse_mandate(request_id=case.pk, **data, by=by, now=now)


class ChildAgreed(DeskAction):
    code, name = "child", "child-agreed"
    title = gettext_lazy("Write down that the child agreed")
    button = pgettext_lazy("of a child", "Write it down")
    done = gettext_lazy("Written down: the child agreed.")
    form_class = ChildForm

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        mandate: Representative | None = getattr(case, "representative", None)
        if mandate is None or mandate.refused_at is not None:
            return False
        return mandate.child_is_seven and mandate.child_agreed_at is None and super().offered(case, by=by, now=now)

    def effect(self, case: Case) -> str:
        return _("From 7 years on the child agrees itself; speak with the child, not only with the parent.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return child_agrees(request_id=case.pk, **data, by=by, now=now)


class AskEvidence(DeskAction):
    code, name = "ask-evidence", "evidence-ask"
    title = gettext_lazy("Ask for evidence of identity")
    button = gettext_lazy("Ask the person")
    done = gettext_lazy("Asked. The file will be seen by whoever decides, and deleted with the decision.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        left = demand_reasons(_asked(case))
        return bool(left) and not case.is_identified and super().offered(case, by=by, now=now)

    def effect(self, case: Case) -> str:
        assert isinstance(case, Request)
        if opens_no_page(case):
            return _("Nothing is mailed: tell the person yourself what you need and why. The clock goes on.")
        return _("A code to an address or number already held is better. The clock goes on while you wait.")

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        assert isinstance(case, Request)
        return DemandForm(*args, reasons=demand_reasons(_asked(case)), **kwargs)

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return ask_evidence(request_id=case.pk, reason=DemandReason(data["reason"]), by=by, now=now)


class TakeIn(DeskAction):
    code, name = "evidence-in", "evidence-take-in"
    title = gettext_lazy("Take in evidence that came by letter or in person")
    button = gettext_lazy("Keep the files")
    done = gettext_lazy("Kept. A data-protection officer opens the files and says what they show.")
    form_class = TakeInForm

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        return opens_no_page(case) and takes_evidence(case) and super().offered(case, by=by, now=now)

    def effect(self, case: Case) -> str:
        return _(
            "Nobody can send it on a page: there is neither an account nor an e-mail address. Who takes it in does not "
            "judge it; destroy the paper or give it back once the files are kept."
        )

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return take_in_evidence(request_id=case.pk, **data, by=by, now=now)


class AcceptEvidence(DeskAction):
    code, name = "evidence", "evidence-accept"
    title = gettext_lazy("Say whose request it is, by the evidence sent")
    button = gettext_lazy("It is this person")
    done = gettext_lazy("It is established whose data the request is about.")
    form_class = EvidenceForm

    def lead(self, case: Case) -> str:
        return _("Next: examine the evidence sent")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        ready = by.audit_role == OFFICER and not case.is_identified and not hasattr(case, "representative")
        return ready and case.identity_files.exists() and super().offered(case, by=by, now=now)

    def effect(self, case: Case) -> str:
        return _("Open every file first. The choice is recorded with your name and shown to the person.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        subject_id = person_meant(data["person"], reason=data["words"], by=by, now=now)
        return accept_evidence(request_id=case.pk, subject_id=subject_id, words=data["words"], by=by, now=now)


class Pause(DeskAction):
    code, name = "pause", "address-pause"
    title = gettext_lazy("Hold requests from this address")
    button = gettext_lazy("Hold them")
    done = gettext_lazy("Requests from this address are held. Tell the person another way that is already held.")
    form_class = PauseForm

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        return super().offered(case, by=by, now=now) and not is_held_back(case)

    def effect(self, case: Case) -> str:
        return _(
            "On a suspicion. Their clocks go on; complaints are not held. Ends only with the person's confirmation."
        )

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return pause(request_id=case.pk, reason=PauseReason(data["reason"]), by=by, now=now)


class TellPaused(DeskAction):
    code, name = "pause-told", "address-told"
    title = gettext_lazy("Write down that the person was told")
    button = pgettext_lazy("of a pause", "Write it down")
    done = gettext_lazy("Written down: the person was told.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        found = pause_of(case)
        return found is not None and found.told_at is None and can_work_on(case, by=by)

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        return WayForm(*args, ways=OTHER_WAYS, **kwargs)

    def effect(self, case: Case) -> str:
        return _("By a number or address that was held before, never by the one that is held back.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return tell(pause_id=_standing(case).pk, **data, by=by, now=now)


class LiftPause(DeskAction):
    code, name = "pause-lift", "address-lift"
    title = gettext_lazy("Let requests from this address go on")
    button = gettext_lazy("Let them go on")
    done = gettext_lazy("Requests from this address go on.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        found = pause_of(case)
        return found is not None and found.told_at is not None and can_work_on(case, by=by)

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        found = pause_of(case)
        return WayForm(*args, ways=ways_to_lift(found) if found else OTHER_WAYS, **kwargs)

    def effect(self, case: Case) -> str:
        return _("Only with the person's confirmation, by a way that was held before. It is recorded.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return lift(pause_id=_standing(case).pk, **data, by=by, now=now)


def pause_of(case: Case) -> PausedAddress | None:
    """The pause that holds a request."""
    assert isinstance(case, Request)
    people = (case.subject_id, case.about_id)
    return standing_pauses(contact=bytes(case.contact_index), subjects=people).order_by("paused_at").first()


def ways_to_lift(row: PausedAddress) -> frozenset[str]:
    """How the confirmation can have come: by mail only where another address was told by mail."""
    return OTHER_WAYS | {IntakeChannel.EMAIL} if row.told_by_way == IntakeChannel.EMAIL else OTHER_WAYS


def person_meant(typed: str, *, reason: str, by: Actor, now: datetime) -> UUID:
    """The one person a reference, an address or a number stands for. Raises PersonUnknown and what `find_people` does.

    Searching by address is recorded, and the person found can read why.
    """
    wanted = typed.strip().lower()
    if len(wanted) >= SHORTEST_REFERENCE and set(wanted) <= set("0123456789abcdef-") and "-" in wanted:
        people = DataSubject.objects.filter(state=SubjectState.ACTIVE).annotate(text=Cast("pk", TextField()))
        found = list(people.filter(text__startswith=wanted).values_list("pk", flat=True)[:2])
    else:
        found = [person.subject_id for person in find_people(typed=typed, reason=reason, by=by, now=now)]
    if len(found) != 1:
        raise PersonUnknown
    return found[0]


def _open_mandate(case: Case) -> Representative | None:
    mandate: Representative | None = getattr(case, "representative", None)
    waits = mandate is not None and mandate.checked_at is None and mandate.refused_at is None
    return mandate if waits else None


def _asked(request: Request) -> list[str]:
    return list(request.evidence_demands.values_list("reason", flat=True))


def _standing(case: Case) -> PausedAddress:
    found = pause_of(case)
    if found is None:
        raise NotPaused
    return found
