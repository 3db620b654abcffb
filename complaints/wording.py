"""A complaint told to its sender: what it is, why each step happened, how it was answered, what comes next."""

from datetime import datetime

from django.utils.translation import gettext as _

from audit.models import AuditEntry
from cases.clock import explained
from cases.describing import CaseWords, Description, NextSteps, Recourse, ShownAnswer
from cases.enums import SETTLED_STATES, CaseEvent, CaseStatus
from cases.explaining import last_day
from cases.reasons import day_in, step_of
from complaints import selectors, staff_wording
from complaints.enums import Outcome, PostponeReason, RejectionGround
from complaints.models import Complaint
from core.citations import cite
from core.templatetags.portal import day, working_days
from policies import selectors as policies


def describe(complaint: Complaint) -> Description:
    """A complaint in words for its sender, its dates explained."""
    dates = explained(complaint)
    return Description(
        heading=_("Your complaint"),
        about=selectors.category_name(complaint),
        reply_on=dates.first_reply_on,
        reply_why=dates.first_reply_why,
        replied=complaint.first_reply_at is not None,
        target_on=dates.target_on,
        target_why=dates.target_why,
        limit_on=dates.limit_on,
        limit_why=dates.limit_why,
        outcome=str(Outcome(complaint.outcome).label) if complaint.outcome else "",
        next_steps=[
            _("A member of staff reads your complaint and writes to you by %(day)s.")
            % {"day": day(dates.first_reply_on)},
            _("We aim to settle it by %(target)s, and at the latest by %(limit)s.")
            % {"target": day(dates.target_on), "limit": day(dates.limit_on)},
            _("If we need longer than the target date, we tell you beforehand and say why."),
            _("The answer says what we found, what we put right, and what you can do if you disagree."),
        ],
    )


def next_steps(complaint: Complaint, now: datetime) -> NextSteps:
    """What the person can do with a complaint now, and until when an answered one stays open to that."""
    return NextSteps(
        can_accept=complaint.status == CaseStatus.ANSWERED,
        can_withdraw=complaint.is_open,
        reopen_until=selectors.can_reopen(complaint, now=now),
        ends_on=selectors.may_reopen_until(complaint) if complaint.status in SETTLED_STATES else None,
        unanswered=complaint.outcome == Outcome.UNVERIFIED,
    )


def answers(complaint: Complaint, key: bytes) -> list[ShownAnswer]:
    """The answer of each round in clear, and whether it came in time. Raises ContentGone."""
    ground = str(RejectionGround(complaint.rejection_ground).label) if complaint.rejection_ground else ""
    return [
        _told(one, ground=ground if one.outcome == Outcome.OUT_OF_SCOPE else "")
        for one in selectors.answers_of(complaint, key=key)
    ]


def not_yet_given(
    complaint: Complaint, *, outcome: Outcome, finding: str, done: str, now: datetime
) -> tuple[ShownAnswer, list[Recourse]]:
    """An answer as the person would read it if it were given now, and where they could turn after it."""
    answer = selectors.ShownAnswer(
        round=complaint.round,
        outcome=outcome,
        outcome_label=str(outcome.label),
        finding=finding,
        done=done,
        answered_at=now,
        accepted_at=None,
        target_on=last_day(complaint.target_at),
        limit_on=last_day(complaint.limit_at),
        before_target=now < complaint.target_at,
        before_limit=now < complaint.limit_at,
    )
    return _told(answer), _ways_on(complaint)


def recourse(complaint: Complaint, now: datetime) -> list[Recourse]:
    """Where the person can turn: after an answer, or when the last day for one has passed."""
    in_time = complaint.is_open and not complaint.is_late(now=now)
    if in_time or complaint.status == CaseStatus.WITHDRAWN or complaint.outcome == Outcome.UNVERIFIED:
        return []
    return _ways_on(complaint)


def reason(complaint: Complaint, entry: AuditEntry) -> str:
    """Why a step happened, in the words of the codes its entry holds."""
    step = step_of(entry)
    if step == CaseEvent.TRIAGED:
        return _triaged(complaint, entry)
    if step == CaseEvent.POSTPONED:
        return _postponed(entry)
    if step == CaseEvent.REJECTED:
        return str(RejectionGround(entry.details["ground"]).label)
    if step == CaseEvent.ANSWERED:
        return str(Outcome(entry.details["outcome"]).label)
    return _closed(entry) if step == CaseEvent.CLOSED else ""


def _told(answer: selectors.ShownAnswer, *, ground: str = "") -> ShownAnswer:
    return ShownAnswer(
        round=answer.round,
        outcome=answer.outcome_label,
        finding=answer.finding,
        done=answer.done,
        answered_at=answer.answered_at,
        timing=_timing(answer),
        in_time=answer.before_target,
        accepted_at=answer.accepted_at,
        ground=ground,
    )


def _ways_on(complaint: Complaint) -> list[Recourse]:
    return [Recourse(title=one.label, text=_recourse(one)) for one in selectors.recourse_of(complaint)]


def _triaged(complaint: Complaint, entry: AuditEntry) -> str:
    promise = policies.document(complaint.policy_version).complaints
    tier = next((str(one.name) for one in promise.tiers if one.code == entry.details.get("tier")), "")
    category = next((str(one.name) for one in promise.categories if one.code == entry.details.get("category")), "")
    found = [f"{part}." for part in (category, tier) if part]
    before, after = day_in(entry, "before"), day_in(entry, "after")
    if before and before != after:
        found.append(
            _("This needs more time than a simple matter, so we now aim to answer by %(after)s instead of %(before)s.")
            % {"before": before, "after": after}
        )
    return "\n".join(found)


def _postponed(entry: AuditEntry) -> str:
    moved = _("We now aim to answer by %(after)s instead of %(before)s. The last day stays the same.") % {
        "before": day_in(entry, "before"),
        "after": day_in(entry, "after"),
    }
    return _("Reason: %(reason)s.") % {"reason": PostponeReason(entry.details["reason"]).label} + f"\n{moved}"


def _closed(entry: AuditEntry) -> str:
    if entry.details.get("outcome") == Outcome.UNVERIFIED:
        return str(Outcome.UNVERIFIED.label)
    return _("The time for reopening it has ended.") if entry.actor_role == "system" else ""


def _timing(answer: selectors.ShownAnswer) -> str:
    dates = {"target": day(answer.target_on), "limit": day(answer.limit_on)}
    if answer.before_target:
        return _("In time: we aimed for %(target)s.") % dates
    if answer.before_limit:
        return _("Later than we aimed for (%(target)s), but within the longest time (%(limit)s).") % dates
    return _("Late: the last day was %(limit)s. We are sorry.") % dates


def _recourse(way: selectors.Recourse) -> str:
    article = cite(way.article)
    if way.working_days is None:
        return _("your right under %(article)s") % {"article": article}
    return _("taken up within %(days)s; %(article)s") % {"days": working_days(way.working_days), "article": article}


WORDS = CaseWords(
    describe=describe,
    reason=reason,
    answers=answers,
    recourse=recourse,
    next_steps=next_steps,
    staff_reason=staff_wording.reason,
    staff_outcome=staff_wording.outcome,
)
