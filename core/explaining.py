"""Why a date is what it is: the facts of `core.steps` as sentences of the active language. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from django.utils.translation import get_language, gettext, ngettext

from core.citations import cite
from core.deadlines import Due
from core.rules import Unit, in_effect
from core.steps import RestDay, Role, Step, StepKind
from core.templatetags.portal import day, days, moment, working_days


def sentence(due: Due, *, reasons: Mapping[str, object] | None = None) -> str:
    """How a due date came about: what was counted from when, what moved it and why, and which article says so.

    `reasons` are the words for the codes a step may hold.
    """
    told = []
    for step in due.steps:
        told.append(_WORDS[step.kind](step))
        if reasons and step.reason in reasons:
            told.append(gettext("Reason: %(reason)s.") % {"reason": reasons[step.reason]})
    return " ".join(told)


def _received(step: Step) -> str:
    return gettext("Received on %(day)s; that day is not counted.") % {"day": day(step.day)}


def _reopened(step: Step) -> str:
    return gettext("Reopened on %(day)s, which starts a new period; that day is not counted.") % {"day": day(step.day)}


def _detected(step: Step) -> str:
    return gettext("Detected at %(moment)s; the period runs from that moment.") % {"moment": moment(step.at)}


def _processor(step: Step) -> str:
    return gettext("Another company must act, so the period is %(days)s.") % {"days": days(step.count)}


def _target_set(step: Step) -> str:
    return gettext("On %(day)s the time to answer was set to %(days)s.") % {
        "day": day(step.at),
        "days": days(step.count),
    }


def _extended(step: Step) -> str:
    return gettext("On %(day)s it was extended by %(days)s.") % {"day": day(step.at), "days": days(step.count)}


def _paused(step: Step) -> str:
    return gettext("The clock stood still from %(start)s to %(end)s; not counted: %(count)s.") % {
        "start": moment(step.at),
        "end": moment(step.until),
        "count": _amount(step.count, step.unit),
    }


def _pause_without_effect(step: Step) -> str:
    if step.until is None:
        return gettext("We have been waiting for information since %(start)s; that does not move the date.") % {
            "start": day(step.at)
        }
    return gettext("We waited for information from %(start)s to %(end)s; that did not move the date.") % {
        "start": day(step.at),
        "end": day(step.until),
    }


def _counted(step: Step) -> str:
    if step.unit == Unit.HOURS:
        return gettext("%(hours)s, nights, weekends and holidays included, end at %(moment)s.") % {
            "hours": _amount(step.count, step.unit),
            "moment": moment(step.at),
        }
    return gettext("%(days)s end on %(last)s.") % {"days": _amount(step.count, step.unit), "last": day(step.day)}


def _capped(step: Step) -> str:
    return gettext("The longest time we may take ends sooner, on %(limit)s.") % {"limit": day(step.day)}


def _not_worked(step: Step) -> str:
    named = _named(step.rest)
    if named:
        return gettext("Days of rest are not counted, nor are holidays: %(holidays)s.") % {"holidays": named}
    return gettext("Days of rest are not counted.")


def _rolled(step: Step) -> str:
    first, *others = step.rest
    words = {
        "last": day(first.day),
        "holiday": _name(first),
        "rolled": day(step.day),
        "article": cite(in_effect("calendar", on=first.day)["roll_article"]),
    }
    if words["holiday"]:
        told = gettext("%(last)s is a holiday (%(holiday)s), so the legal limit moves to %(rolled)s (%(article)s).")
    else:
        told = gettext("%(last)s is a day of rest, so the legal limit moves to %(rolled)s (%(article)s).")
    between = _named(others)
    if between:
        told += " " + gettext("In between come holidays: %(holidays)s.")
        words["holidays"] = between
    return told % words


def _aimed_before(step: Step) -> str:
    return gettext("That is a day of rest, so the law allows until %(limit)s; we still aim for the earlier date.") % {
        "limit": day(step.day)
    }


def _article(step: Step) -> str:
    return gettext("The period is set by %(article)s.") % {"article": cite(step.article)}


def _promise(step: Step) -> str:
    published = gettext("We set and publish this time ourselves (%(article)s).") % {"article": cite(step.article)}
    if step.role == Role.ACKNOWLEDGE:
        return published
    if step.role == Role.TARGET:
        meant = gettext("This is what we aim for. Weekends and holidays count, and do not move the date.")
    else:
        meant = gettext("This is the longest we may take. Weekends and holidays count, and do not move the date.")
    return f"{meant} {published}"


def _amount(count: int, unit: Unit) -> str:
    if unit == Unit.HOURS:
        return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}
    return working_days(count) if unit == Unit.WORKING_DAYS else days(count)


def _name(rest: RestDay) -> str:
    return rest.en if (get_language() or "").startswith("en") else rest.vi


def _named(rest: Iterable[RestDay]) -> str:
    """The holidays among days of rest, each with its date: “24/11/2026 (Ngày Văn hóa Việt Nam)”."""
    return ", ".join(f"{day(one.day)} ({_name(one)})" for one in rest if _name(one))


_WORDS: Final[Mapping[StepKind, Callable[[Step], str]]] = {
    StepKind.RECEIVED: _received,
    StepKind.REOPENED: _reopened,
    StepKind.DETECTED: _detected,
    StepKind.PROCESSOR: _processor,
    StepKind.TARGET_SET: _target_set,
    StepKind.EXTENDED: _extended,
    StepKind.PAUSED: _paused,
    StepKind.PAUSE_WITHOUT_EFFECT: _pause_without_effect,
    StepKind.COUNTED: _counted,
    StepKind.CAPPED: _capped,
    StepKind.NOT_WORKED: _not_worked,
    StepKind.ROLLED: _rolled,
    StepKind.AIMED_BEFORE: _aimed_before,
    StepKind.ARTICLE: _article,
    StepKind.PROMISE: _promise,
}
