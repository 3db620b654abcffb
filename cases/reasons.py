"""Why a step of a case happened, from the codes and dates its entry holds: what any kind of case records alike."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import AuditEntry
from cases.enums import CalendarReason, CaseEvent, IntakeChannel, MarkCode
from core.templatetags.portal import day, moment


def step_of(entry: AuditEntry) -> str:
    """The second half of a recorded event's name."""
    return entry.event.partition(".")[2]


def day_in(entry: AuditEntry, name: str) -> str:
    """A date among the details as the language writes it, or an empty string."""
    value = entry.details.get(name)
    return day(date.fromisoformat(str(value))) if value else ""


def reason_of(entry: AuditEntry) -> str:
    """What the entry adds to its title, in words; empty where the title says it all."""
    tell = _REASONS.get(step_of(entry))
    return tell(entry) if tell else ""


def reason_for_staff(entry: AuditEntry) -> str:
    """The same for staff, whom no sentence addresses as the person."""
    tell = _FOR_STAFF.get(step_of(entry))
    return tell(entry) if tell else reason_of(entry)


def _way(entry: AuditEntry) -> str:
    channel = entry.details.get("channel")
    if not channel or channel == IntakeChannel.PORTAL:
        return ""
    told = _("By: %(way)s.") % {"way": IntakeChannel(channel).label}
    received = _moment(entry.details.get("received_at"))
    if not received:
        return told
    # On its own: no word inside an f-string reaches the catalogue.
    reached = _("Actually received: %(moment)s.") % {"moment": received}
    return f"{told} {reached}"


def _moved(entry: AuditEntry) -> str:
    reason = entry.details.get("reason")
    found = [f"{CalendarReason(reason).label}."] if reason else []
    for name, words in _DATES.items():
        before, after = day_in(entry, f"{name}_before"), day_in(entry, f"{name}_after")
        if after:
            found.append(str(words) % {"before": before, "after": after})
    return "\n".join(found)


def _waiting(entry: AuditEntry) -> str:
    return _("Waiting for your answer does not move any date.")


def _staff_wait(entry: AuditEntry) -> str:
    return _("Waiting for the person moves no date.")


def _mark(entry: AuditEntry) -> str:
    mark = entry.details.get("mark")
    return str(MarkCode(mark).label) if mark else ""


def _moment(value: Any) -> str:
    return moment(datetime.fromisoformat(str(value))) if value else ""


_DATES = {
    "first_reply_due": gettext_lazy("First reply: by %(after)s instead of %(before)s."),
    "target": gettext_lazy("Target date: %(after)s instead of %(before)s."),
    "limit": gettext_lazy("Last day: %(after)s instead of %(before)s."),
}
_REASONS: dict[str, Callable[[AuditEntry], str]] = {
    CaseEvent.FILED: _way,
    CaseEvent.FILED_FOR_PERSON: _way,
    CaseEvent.ACKNOWLEDGED: _way,
    CaseEvent.WRITTEN_FOR_PERSON: _way,
    CaseEvent.ANSWER_AWAITED: _waiting,
    CaseEvent.DATES_MOVED: _moved,
}
_FOR_STAFF: dict[str, Callable[[AuditEntry], str]] = {
    CaseEvent.ANSWER_AWAITED: _staff_wait,
    CaseEvent.REMINDED: _mark,
}
