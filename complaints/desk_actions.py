"""What staff can do with a complaint beyond what any case allows."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases import permissions
from cases.desk_actions import Acknowledge, Begin, DeskAction, Reply, Take, WriteDown
from cases.enums import CaseStatus
from cases.explaining import last_day
from cases.guards import may_move
from cases.models import Case
from cases.staff import all_staff
from complaints import guards, wording
from complaints.contesting import contestable
from complaints.enums import LinkReason, Outcome, PostponeReason, RejectionGround
from complaints.forms_staff import AnswerForm, LinkForm, PostponeForm, RejectForm, TriageForm, UnlinkForm
from complaints.models import Complaint
from complaints.selectors import links_of, reopening_is_used_up, rules_of
from complaints.services.answering import answer, resolve
from complaints.services.closing import close_complaint
from complaints.services.linking import link, unlink
from complaints.services.rejecting import reject
from complaints.services.triaging import Triage, postpone, triage
from core.actors import Actor
from core.clock import local_date
from core.templatetags.portal import day
from policies import selectors as policies

# How near the target is when an answer, not waiting, is what a complaint needs.
NEAR = timedelta(days=2)


class Assess(DeskAction):
    code, name = "triage", "case-triage"
    title = gettext_lazy("Assess the complaint")
    button = pgettext_lazy("a complaint", "Save the assessment")
    done = gettext_lazy("The complaint is assessed.")

    def effect(self, case: Case) -> str:
        assert isinstance(case, Complaint)
        if case.triaged_at is None:
            return _("Until it is assessed the strictest tier holds: the target is %(day)s.") % {
                "day": day(last_day(case.target_at))
            }
        return _("Corrects the assessment. A target the person has been told is never moved earlier.")

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        assert isinstance(case, Complaint)
        pack = policies.document(case.policy_version)
        kwargs.setdefault("initial", _as_assessed(case))
        return TriageForm(
            *args,
            pack=pack,
            contests=[
                choice
                for _label, choices in contestable(subject_id=case.subject_id, pack=pack, at=now)
                for choice in choices
            ],
            people=[(str(user.pk), str(user)) for user in all_staff()],
            **kwargs,
        )

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        what, _colon, which = data.get("contests", "").partition(":")
        assessed = Triage(
            category=data["category"],
            severity=data["severity"],
            tier=data["tier"],
            fields=data["fields_concerned"],
            purposes=data["purposes_concerned"],
            contested_request=which if what == "request" else "",
            contested_consent=int(which) if what == "consent" else None,
            about_staff=UUID(data["about_staff"]) if data["about_staff"] else None,
        )
        return triage(complaint_id=case.pk, triage=assessed, note=data["note"], by=by, now=now)


class Postpone(DeskAction):
    code, name = "postpone", "case-postpone"
    title = gettext_lazy("Postpone the target, once")
    button = gettext_lazy("Postpone and tell the person")
    done = gettext_lazy("The target was postponed and the person was told.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Complaint)
        first, last = _range(case)
        can = super().offered(case, by=by, now=now) and first <= last
        return can and guards.may_postpone(case, now=now)

    def effect(self, case: Case) -> str:
        return _(
            "Only before %(target)s has passed, and once. The person is told the new date and the reason. The last "
            "day for our answer, %(limit)s, does not move."
        ) % {"target": day(last_day(case.target_at)), "limit": day(last_day(case.limit_at))}

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        first, last = _range(case)
        return PostponeForm(*args, first=first, last=last, **kwargs)

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        reason = PostponeReason(data["reason"])
        return postpone(complaint_id=case.pk, reason=reason, last_day=data["last_day"], by=by, now=now)


class Answer(DeskAction):
    code, name = "answer", "case-answer"
    title = pgettext_lazy("a complaint", "Answer")
    button = gettext_lazy("Show it as the person will read it")
    done = gettext_lazy("The answer was sent.")
    form_class, template_into = AnswerForm, "finding"
    preview, takes_files = "admin/complaints/_answer_preview.html", True

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Complaint)
        return permissions.can_work_on(case, by=by) and guards.may_answer(case)

    def effect(self, case: Case) -> str:
        if case.round == 1:
            return _("The clock stops when it is sent. The person can accept it, write back, or reopen it once.")
        return _("The clock stops when it is sent. The person can accept it or write back, but not reopen again.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return answer(complaint_id=case.pk, **{**data, "outcome": Outcome(data["outcome"])}, by=by, now=now)

    def preview_context(self, case: Case, data: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        return _preview(case, outcome=Outcome(data["outcome"]), finding=data["finding"], done=data["done"], now=now)


class Reject(DeskAction):
    code, name = "reject", "case-reject"
    title = gettext_lazy("Not a matter for this procedure")
    button = gettext_lazy("Show it as the person will read it")
    done = gettext_lazy("The complaint was not taken up, and the person was told why.")
    form_class, template_into = RejectForm, "text"
    preview = "admin/complaints/_answer_preview.html"

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Complaint)
        return permissions.can_work_on(case, by=by) and guards.may_reject(case)

    def effect(self, case: Case) -> str:
        return _(
            "Turns the complaint away, saying on what ground and where to go instead. The person can reopen it once."
        )

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return reject(complaint_id=case.pk, **{**data, "ground": RejectionGround(data["ground"])}, by=by, now=now)

    def preview_context(self, case: Case, data: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        shown = _preview(case, outcome=Outcome.OUT_OF_SCOPE, finding=data["text"], done="", now=now)
        return {**shown, "ground": RejectionGround(data["ground"]).label}


class Resolve(DeskAction):
    code, name = "resolve", "case-resolve"
    title = gettext_lazy("What was promised is done")
    button = gettext_lazy("Mark it as resolved")
    done = gettext_lazy("Resolved, and the person was told.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        return permissions.can_work_on(case, by=by) and may_move(case, to=CaseStatus.RESOLVED)

    def effect(self, case: Case) -> str:
        return _("Tells the person that everything promised in the answer is done. They can still come back.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return resolve(complaint_id=case.pk, by=by, now=now)


class CloseComplaint(DeskAction):
    code, name = "close", "case-close"
    title = pgettext_lazy("a complaint", "Close")
    button = gettext_lazy("Close the complaint")
    done = gettext_lazy("The complaint is closed.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Complaint)
        return permissions.can_work_on(case, by=by) and guards.may_close(case)

    def effect(self, case: Case) -> str:
        return _("The person accepted the answer, or cannot reopen it any more. After this it is over.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return close_complaint(complaint_id=case.pk, by=by, now=now)


class Link(DeskAction):
    code, name = "link", "case-link"
    title = gettext_lazy("Link to an earlier complaint")
    button = pgettext_lazy("two complaints", "Link")
    done = gettext_lazy("The complaints are linked.")
    form_class = LinkForm

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        return permissions.can_work_on(case, by=by)

    def effect(self, case: Case) -> str:
        return _("Each is still handled on its own: a link stops no clock and confirms nobody’s address.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return link(complaint_id=case.pk, **{**data, "reason": LinkReason(data["reason"])}, by=by, now=now)


class Unlink(DeskAction):
    code, name = "unlink", "case-unlink"
    title = gettext_lazy("Remove a link")
    button = gettext_lazy("Remove the link")
    done = gettext_lazy("The link was removed.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Complaint)
        return permissions.can_work_on(case, by=by) and any(found.is_earlier for found in links_of(case, by=by))

    def effect(self, case: Case) -> str:
        return _("The record still shows that there was a link.")

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        assert isinstance(case, Complaint)
        links = [(str(found.id), found.reference) for found in links_of(case, by=by) if found.is_earlier]
        return UnlinkForm(*args, links=links, **kwargs)

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        unlink(link_id=int(data["link"]), note=data["note"], by=by, now=now)
        return None


def wanted_next(complaint: Complaint, *, now: datetime) -> Iterator[str]:
    """What a complaint needs, the most pressing first."""
    status = complaint.status
    if complaint.assignee_id is None and complaint.is_open:
        yield Take.code
        return
    if not complaint.is_open:
        yield from (CloseComplaint.code, Resolve.code)
        return
    if complaint.acknowledged_at is None:
        yield Acknowledge.code
    if complaint.triaged_at is None:
        yield Assess.code
    if status == CaseStatus.WAITING and now < complaint.target_at - NEAR:
        yield WriteDown.code
    # The first reply begins the examination as well: where it is late, it comes first.
    if complaint.first_reply_at is None and now >= complaint.first_reply_due_at:
        yield Reply.code
    if status in (CaseStatus.ACKNOWLEDGED, CaseStatus.TRIAGED):
        yield Begin.code
    if complaint.first_reply_at is None:
        yield Reply.code
    yield Answer.code


def _as_assessed(complaint: Complaint) -> dict[str, Any]:
    contests = ""
    if complaint.contested_request is not None:
        contests = f"request:{complaint.contested_request.reference}"
    elif complaint.contested_consent_id is not None:
        contests = f"consent:{complaint.contested_consent_id}"
    return {
        "category": complaint.category,
        "severity": complaint.severity,
        "tier": complaint.tier,
        "fields_concerned": complaint.fields_concerned,
        "purposes_concerned": complaint.purposes_concerned,
        "contests": contests,
        "about_staff": str(complaint.about_staff_id or ""),
    }


def _range(case: Case) -> tuple[date, date]:
    """The days a postponed target can have."""
    return last_day(case.target_at) + timedelta(days=1), last_day(case.limit_at)


def _preview(case: Case, *, outcome: Outcome, finding: str, done: str, now: datetime) -> dict[str, Any]:
    """An answer that is not given yet, as the page of the person will show it. Called in the person's language."""
    assert isinstance(case, Complaint)
    answer, recourse = wording.not_yet_given(case, outcome=outcome, finding=finding, done=done, now=now)
    may_come_back = not reopening_is_used_up(case)
    until = local_date(now) + timedelta(days=rules_of(case).reopen_within_days)
    return {"answer": answer, "recourse": recourse, "reopen_until": until if may_come_back else None}
