"""The sweep of deadline marks: what the clock of a case sets off, once each.

1. A case is due when `next_mark_at` on its row has come; no window of time is ever looked at, so nothing falls between
   two runs, however far apart they are.
2. Each case is worked on under its lock. The mark, the entry, the letters and the next mark commit together; the mark
   is unique in its table. Sweeps at the same time share the work, a run that dies leaves nothing half done, and a clock
   that was set back finds the mark already there.
3. A case that cannot be worked on does not hold up the others; the sweep fails at its end, and that is noticed.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from audit.services.recording import Fact, record_many
from cases.enums import CaseEvent, MarkCode
from cases.errors import ContentGone
from cases.explaining import last_day
from cases.marks import ENDING, Mark
from cases.models import Case
from cases.readers import Desk
from cases.registry import case_kinds, marks_of
from cases.services.scheduling import open_marks, set_next
from cases.services.telling import staff_path, tell_person
from core.actors import SYSTEM
from core.selectors import working_calendar
from core.templatetags.portal import day, moment
from outbound.services.queueing import Letter, queue_letters

logger = logging.getLogger(__name__)

BATCH = 200

EVENTS = {
    MarkCode.REPLY_MISSED.value: CaseEvent.REPLY_LATE,
    MarkCode.TARGET_PASSED.value: CaseEvent.OVERDUE,
    MarkCode.LIMIT_PASSED.value: CaseEvent.LIMIT_MISSED,
    MarkCode.ADDRESS_REMINDER.value: CaseEvent.ADDRESS_REMINDED,
}
NOTICES = {
    MarkCode.REPLY_DUE.value: "staff-case-reply-due",
    MarkCode.REPLY_MISSED.value: "staff-case-reply-late",
    MarkCode.HALF_GONE.value: "staff-case-half",
    MarkCode.THREE_LEFT.value: "staff-case-three-left",
    MarkCode.ONE_LEFT.value: "staff-case-one-left",
    MarkCode.TARGET_PASSED.value: "staff-case-overdue",
    MarkCode.LIMIT_PASSED.value: "staff-case-limit",
}

_enders: dict[tuple[str, str], Callable[..., object]] = {}
_reminders: dict[str, Callable[..., object]] = {}


class SweepIncomplete(Exception):
    """Some cases could not be worked on; the next sweep tries them again."""


def end_with(kind: str, code: str, end: Callable[..., object]) -> None:
    """Hand in how a case of a kind ends by itself: `end(case_id, now=…)` in the caller's transaction."""
    _enders[kind, code] = end


def remind_with(kind: str, remind: Callable[..., object]) -> None:
    """Hand in how the sender of a kind is reminded of the proof owed: `remind(case, mark, now=…)`."""
    _reminders[kind] = remind


def sweep_marks(*, now: datetime) -> dict[str, int]:
    """Set off every mark that is due. Returns how many of each this run set off. Raises SweepIncomplete."""
    done: Counter[str] = Counter()
    broken = 0
    desk = Desk()
    for model in case_kinds().values():
        passed: set[int] = set()
        while ids := _due(model, now=now, passed=passed):
            handled, count, failed = _share(model, ids, desk=desk, now=now)
            done += count
            broken += failed
            passed |= set(ids) - handled
    if broken:
        raise SweepIncomplete
    return dict(done)


def _due(model: type[Case], *, now: datetime, passed: set[int]) -> list[int]:
    rows = model._default_manager.filter(next_mark_at__lte=now).exclude(pk__in=passed)
    return list(rows.order_by("next_mark_at").values_list("pk", flat=True)[:BATCH])


def _share(model: type[Case], ids: list[int], *, desk: Desk, now: datetime) -> tuple[set[int], Counter[str], int]:
    """Work on some cases together and, where that fails, on each by itself."""
    try:
        return *_work_on(model, ids, desk=desk, now=now), 0
    except Exception as error:  # noqa: BLE001  one case must not hold up the rest
        if len(ids) > 1:
            handled: set[int] = set()
            done: Counter[str] = Counter()
            broken = 0
            for case_id in ids:
                one, count, failed = _share(model, [case_id], desk=desk, now=now)
                handled |= one
                done += count
                broken += failed
            return handled, done, broken
        logger.error("the marks of %s:%s could not be set off (%s)", model.kind, ids[0], type(error).__name__)
        return set(), Counter(), 1


@dataclass
class _Work:
    """What one transaction writes."""

    now: datetime
    marks: list[tuple[Case, Mark]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    moved: list[Case] = field(default_factory=list)


def _work_on(model: type[Case], ids: list[int], *, desk: Desk, now: datetime) -> tuple[set[int], Counter[str]]:
    work = _Work(now)
    with transaction.atomic():
        due = model._default_manager.filter(pk__in=ids, next_mark_at__lte=now).defer("sealed_text")
        cases = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("pk"))
        known = _known_marks(model, cases)
        for case in cases:
            _set_off(case, open_marks(case, known[case.pk, case.round]), desk=desk, work=work)
        _write(model, work)
    return {case.pk for case in cases}, Counter(mark.code for _, mark in work.marks)


def _known_marks(model: type[Case], cases: Iterable[Case]) -> dict[tuple[int, int], set[tuple[str, datetime]]]:
    found = defaultdict(set)
    marks = marks_of(model)
    for case_id, number, code, deadline_at in marks.objects.filter(case__in=[case.pk for case in cases]).values_list(
        "case_id", "round", "code", "deadline_at"
    ):
        found[case_id, number].add((code, deadline_at))
    return found


def _set_off(case: Case, waiting: list[Mark], *, desk: Desk, work: _Work) -> None:
    """Everything that is due, up to a mark that ends the case: that one comes by itself, in the next turn."""
    due = [mark for mark in waiting if mark.due_at <= work.now]
    if due and due[0].code in ENDING:
        _enders[case.kind, due[0].code](case.pk, now=work.now)
        work.marks.append((case, due[0]))
        return
    now_due = list(takewhile(lambda mark: mark.code not in ENDING, due))
    for mark in now_due:
        work.marks.append((case, mark))
        event = EVENTS.get(mark.code, CaseEvent.REMINDED)
        details = {"mark": mark.code, "deadline": mark.deadline_at.isoformat()}
        work.facts.append(Fact(case.event(event), case.target, case.subject_id, details))
        if mark.code == MarkCode.ADDRESS_REMINDER:
            _reminders.get(case.kind, _remind_guest)(case, mark, now=work.now)
        else:
            work.letters += _letters(case, mark, desk)
    if not now_due:  # the row was behind its dates: it is put right, and that is recorded too
        work.facts.append(Fact(case.event(CaseEvent.DATES_KEPT), case.target))
    set_next(case, waiting[len(now_due) :])
    work.moved.append(case)


def _write(model: type[Case], work: _Work) -> None:
    marks = marks_of(model)
    marks.objects.bulk_create(
        marks(
            case=case,
            round=case.round,
            code=mark.code,
            deadline_at=mark.deadline_at,
            due_at=mark.due_at,
            done_at=work.now,
        )
        for case, mark in work.marks
    )
    record_many(work.facts, by=SYSTEM, now=work.now)
    # Staff read them when service is open; the mark itself does not wait.
    queue_letters(work.letters, now=work.now, not_before=working_calendar().next_service_moment(work.now))
    model._default_manager.bulk_update(work.moved, ["next_mark", "next_mark_at"])


def _letters(case: Case, mark: Mark, desk: Desk) -> list[Letter]:
    """One to each reader; where and what to do, never what the case says."""
    found = []
    for reader in desk.readers(case, mark.code):
        with override(reader.language):
            last = day(last_day(mark.deadline_at))
        context = {
            "reference": case.reference,
            "link": settings.PORTAL_URL + staff_path(case),
            "kind": case.kind,
            "last": last,
            "is_limit": "1" if mark.deadline_at == case.limit_at else "",
            "who": desk.who_has(case, reader),
        }
        dedup = f"{mark.code}:{case.target}:{case.round}:{mark.deadline_at:%Y%m%dT%H%M}:{reader.user.pk}"
        found.append(
            Letter(NOTICES[mark.code], reader.address, reader.language, context, reader.user.subject_id, dedup)
        )
    return found


def _remind_guest(case: Case, mark: Mark, *, now: datetime) -> None:
    with override(case.language):
        until = moment(mark.deadline_at)
    try:
        tell_person(
            case, notice="case-verify-reminder", context={"until": until}, now=now, dedup=f"remind:{case.target}"
        )
    except ContentGone:
        # Nobody can be written to any more; that the moment came is noted all the same.
        return
