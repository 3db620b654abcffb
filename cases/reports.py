"""Numbers of a desk: twelve weeks for the start page, a month for the report. Counted by the database, no content read.

An answer is in time when it came before the target that the person was told, which is the first moment too late.
Withdrawals and guests' cases that ended because nobody confirmed the address are no answers.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case as Switch
from django.db.models import Count, DurationField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate, TruncWeek
from django.utils.translation import pgettext

from cases.enums import MarkCode
from cases.kinds import KindFacts, facts_of
from cases.models import Case
from core.clock import local_date, midnight
from policies import selectors as policies

WEEKS = 12
MISSED = (MarkCode.REPLY_MISSED, MarkCode.TARGET_PASSED, MarkCode.LIMIT_PASSED)


@dataclass(frozen=True)
class Week:
    """One week, Monday to Sunday in Vietnam."""

    begins: date
    received: int
    answered: int
    in_time: int

    @property
    def share(self) -> int | None:
        """Answered in time, in hundredths."""
        return share(self.in_time, self.answered)


@dataclass(frozen=True)
class Line:
    """A count and what it counts."""

    code: str
    words: str
    count: int


@dataclass(frozen=True)
class MonthReport:
    """One kind of case in one month. `late` came after the target but within the limit, `very_late` after the limit;
    `late_reasons` says of both together why they had been put off, if the person was told so at all.
    """

    kind: str
    received: int
    by_about: list[Line]
    answered: int
    in_time: int
    late: int
    very_late: int
    late_reasons: list[Line]
    postponed: list[Line]
    missed: list[Line]
    median_days: float | None
    median_reply_days: float | None
    reopened: int
    rejected: int
    withdrawn: int
    unverified: int

    @property
    def share(self) -> int | None:
        return share(self.in_time, self.answered)


def share(part: int, whole: int) -> int | None:
    """In hundredths, rounded down, so that 100 means every one; None of nothing."""
    return part * 100 // whole if whole else None


def weeks(model: type[Case], *, now: datetime) -> list[Week]:
    """What came in and what was answered in each of the last twelve weeks, this one included. Two queries."""
    today = local_date(now)
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    begin = midnight(mondays[0])
    received = _by_week(model._default_manager.filter(received_at__gte=begin, received_at__lte=now), "received_at")
    rows, ended = _answers(model)
    rows = rows.filter(**{f"{ended}__gte": begin, f"{ended}__lte": now})
    answered = _by_week(rows, ended)
    in_time = _by_week(rows.filter(**{f"{ended}__lt": F("target_at")}), ended)
    return [Week(day, received[day], answered[day], in_time[day]) for day in mondays]


def month_report(model: type[Case], *, first: date, now: datetime) -> MonthReport:
    """The month that begins on `first`, as far as it has gone."""
    facts = facts_of(model.kind)
    begin, end = midnight(first), min(midnight(next_month(first)), now)
    arrived = _within(model._default_manager.all(), "received_at", begin, end)
    rows, ended = _answers(model)
    rows = _within(rows, ended, begin, end)
    totals = rows.aggregate(
        answered=Count("pk"),
        in_time=Count("pk", filter=Q(**{f"{ended}__lt": F("target_at")})),
        very_late=Count("pk", filter=Q(**{f"{ended}__gte": F("limit_at")})),
        rejected=Count("pk", filter=Q(outcome=facts.rejected) if facts.rejected else Q(pk=None)),
    )
    ends = dict(
        _within(model._default_manager.order_by(), "closed_at", begin, end)
        .filter(outcome__in=[code for code in (facts.withdrawn, facts.unverified) if code])
        .values_list("outcome")
        .annotate(count=Count("pk"))
    )
    replied = _within(model._default_manager.all(), "first_reply_at", begin, end)
    return MonthReport(
        kind=model.kind,
        received=arrived.count(),
        by_about=_lines(arrived, facts.about_field, dict(facts.abouts(policies.version_in_force(now)))),
        answered=totals["answered"],
        in_time=totals["in_time"],
        late=totals["answered"] - totals["in_time"] - totals["very_late"],
        very_late=totals["very_late"],
        late_reasons=_late_reasons(rows.filter(**{f"{ended}__gte": F("target_at")}), model, facts, ended),
        postponed=_postponed(model, facts, begin, end),
        missed=_missed(model, begin, end),
        median_days=median(_histogram(rows, _started(facts), F(ended))),
        median_reply_days=median(_histogram(replied, F("round_started_at"), F("first_reply_at"))),
        reopened=_within(model._default_manager.filter(round=2), "round_started_at", begin, end).count(),
        rejected=totals["rejected"],
        withdrawn=ends.get(facts.withdrawn, 0),
        unverified=ends.get(facts.unverified, 0) if facts.unverified else 0,
    )


def months_until(now: datetime, *, count: int = 24) -> list[date]:
    """The first days of this month and of those before it, newest first."""
    found = [local_date(now).replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def median(histogram: Counter[int]) -> float | None:
    """The middle of counted numbers, or the mean of both middles; None of nothing."""
    total = histogram.total()
    if not total:
        return None
    low, high = _nth(histogram, (total - 1) // 2), _nth(histogram, total // 2)
    return low if low == high else (low + high) / 2


def _nth(histogram: Counter[int], place: int) -> int:
    for value in sorted(histogram):
        if place < histogram[value]:
            return value
        place -= histogram[value]
    raise IndexError(place)


def _answers(model: type[Case]) -> "tuple[QuerySet[Any], str]":
    """The answers of a kind, and the column with their moment: each round's own where the kind keeps them apart."""
    facts = facts_of(model.kind)
    if facts.answers is not None:
        return facts.answers._default_manager.order_by(), "answered_at"
    none = [code for code in (facts.withdrawn, facts.unverified) if code]
    return model._default_manager.order_by().filter(settled_at__isnull=False).exclude(outcome__in=none), "settled_at"


def _started(facts: KindFacts) -> Any:
    """When the round that an answer ended began."""
    if facts.answers is None:
        return F("round_started_at")
    return Switch(When(round=1, then=F("case__received_at")), default=F("case__round_started_at"))


def _postponed(model: type[Case], facts: KindFacts, begin: datetime, end: datetime) -> list[Line]:
    if not facts.reasons:
        return []
    rows = _within(model._default_manager.all(), "postponed_at", begin, end)
    return _lines(rows, "postpone_reason", {code: str(words) for code, words in facts.reasons.items()})


def _late_reasons(rows: "QuerySet[Any]", model: type[Case], facts: KindFacts, ended: str) -> list[Line]:
    """Late answers by the reason for which their round had been put off; without one, nobody said why."""
    words = {"": pgettext("of a late answer", "No reason given")}
    reason: Any = Value("")
    if facts.answers is not None and facts.reasons:
        words |= {code: str(label) for code, label in facts.reasons.items()}
        put_off = model.clock_events.rel.related_model._default_manager.filter(
            case=OuterRef("case"), reason__in=list(facts.reasons), at__gte=OuterRef("began"), at__lte=OuterRef(ended)
        )
        rows = rows.annotate(began=_started(facts))
        reason = Coalesce(Subquery(put_off.order_by("-at", "-pk").values("reason")[:1]), reason)
    return sorted(_lines(rows.annotate(why=reason), "why", words), key=lambda line: line.code == "")


def _missed(model: type[Case], begin: datetime, end: datetime) -> list[Line]:
    marks = _within(model.marks.rel.related_model._default_manager.all(), "due_at", begin, end)
    words = {code.value: str(code.label) for code in MISSED}
    return _lines(marks.filter(code__in=MISSED), "code", words)


def _lines(rows: "QuerySet[Any]", column: str, words: dict[str, str]) -> list[Line]:
    """Counts by a column, the most first."""
    counted = rows.order_by().values_list(column).annotate(count=Count("pk"))
    found = [Line(code, words.get(code, code), count) for code, count in counted]
    return sorted(found, key=lambda line: (-line.count, line.words))


def _histogram(rows: "QuerySet[Any]", began: Any, ended: Any) -> Counter[int]:
    """How often an end came so many days after its beginning; the day of beginning is not counted."""
    zone = ZoneInfo(settings.STATUTORY_TIME_ZONE)
    took = ExpressionWrapper(
        TruncDate(ended, tzinfo=zone) - TruncDate(began, tzinfo=zone), output_field=DurationField()
    )
    counted: Iterable[tuple[timedelta, int]] = (
        rows.order_by().annotate(took=took).values_list("took").annotate(count=Count("pk"))
    )
    return Counter({days.days: count for days, count in counted})


def _by_week(rows: "QuerySet[Any]", column: str) -> Counter[date]:
    week = TruncWeek(column, tzinfo=ZoneInfo(settings.STATUTORY_TIME_ZONE))
    counted = rows.order_by().annotate(week=week).values_list("week").annotate(count=Count("pk"))
    return Counter({begins.date(): count for begins, count in counted})


def _within(rows: "QuerySet[Any]", column: str, begin: datetime, end: datetime) -> "QuerySet[Any]":
    return rows.filter(**{f"{column}__gte": begin, f"{column}__lt": end})
