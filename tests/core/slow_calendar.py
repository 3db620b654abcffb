"""The due dates once more, slowly and by another road: days off written out by hand, then day by day, or by the minute.

Nothing here comes from `core`. Moments are aware and fall on full hours; Vietnam is seven hours ahead all year.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
AHEAD = timedelta(hours=7)


def days_of(text: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(word) for word in text.split())


# Where a holiday falls on a weekly day of rest, the day off in its stead stands here too.
FIVE_DAY_WEEK = days_of("""
    2026-01-01 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-04-26 2026-04-27 2026-04-30 2026-05-01
    2026-09-01 2026-09-02 2026-11-24
    2027-01-01 2027-02-04 2027-02-05 2027-02-06 2027-02-07 2027-02-08 2027-02-09 2027-02-10 2027-04-16 2027-04-30
    2027-05-01 2027-05-03 2027-09-02 2027-09-03 2027-11-24
    2028-01-01 2028-01-03 2028-01-24 2028-01-25 2028-01-26 2028-01-27 2028-01-28 2028-01-29 2028-04-04 2028-04-30
    2028-05-01 2028-05-02 2028-09-01 2028-09-02 2028-09-04 2028-11-24
""")
SIX_DAY_WEEK = days_of("""
    2026-01-01 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-04-26 2026-04-27 2026-04-30 2026-05-01
    2026-09-01 2026-09-02 2026-11-24
    2027-01-01 2027-02-05 2027-02-06 2027-02-07 2027-02-08 2027-02-09 2027-02-10 2027-04-16 2027-04-30
    2027-05-01 2027-09-02 2027-09-03 2027-11-24
    2028-01-01 2028-01-25 2028-01-26 2028-01-27 2028-01-28 2028-01-29 2028-04-04 2028-04-30
    2028-05-01 2028-05-02 2028-09-01 2028-09-02 2028-11-24
""")


class Refused(Exception):
    """This history cannot be."""


@dataclass(frozen=True)
class SlowEvent:
    what: str
    at: datetime
    until: datetime | None = None
    days: int = 0


@dataclass
class Slow:
    """One matter. `unit` is "days", "working" or "hours"."""

    saturday_worked: bool
    unit: str
    rolls: bool
    pausable: bool
    first: int
    target: int
    limit: int
    processor: int
    longest_extension: int
    extensions: int
    swapped: dict[date, bool] = field(default_factory=dict)

    def worked(self, day: date) -> bool:
        if day in self.swapped:
            return self.swapped[day]
        resting = {6} if self.saturday_worked else {5, 6}
        return day.weekday() not in resting and day not in (SIX_DAY_WEEK if self.saturday_worked else FIVE_DAY_WEEK)

    def dates(self, received: datetime, events: list[SlowEvent]) -> tuple[int, datetime | None, datetime, datetime]:
        """Round, first reply, target and limit, as the first moments too late. Raises Refused."""
        history = sorted((event for event in events if event.until != event.at), key=lambda event: event.at)
        self._look_over(received, history)
        rounds, start, since = 1, received, []
        for event in history:
            if event.what == "reopening":
                rounds, start, since = rounds + 1, event.at, []
            else:
                since.append(event)
        target, limit = self.target, self.limit
        longer, used, wished = 0, 0, 0
        for event in since:
            if event.what == "processor":
                if self.processor == 0:
                    raise Refused
                target = limit = self.processor
            elif event.what == "extension":
                used += 1
                aim, _ = self._ends(start, target + longer, limit + longer, wished, since)
                if used > self.extensions or not 0 < event.days <= self.longest_extension or event.at >= aim:
                    raise Refused
                longer += event.days
            elif event.what == "target":
                if self.rolls or self.unit == "hours" or event.days < 1:
                    raise Refused
                wished = event.days
        aim, end = self._ends(start, target + longer, limit + longer, wished, since)
        return rounds, self._first_reply(start), aim, end

    def _look_over(self, received: datetime, history: list[SlowEvent]) -> None:
        if any(event.at < received for event in history):
            raise Refused
        paused_hours: set[datetime] = set()
        horizon = max((event.until or event.at for event in history), default=received) + DAY
        for event in history:
            if event.what == "pause":
                if event.until and event.until < event.at:
                    raise Refused
                hour = event.at
                while hour < (event.until or horizon):
                    if hour in paused_hours:
                        raise Refused
                    paused_hours.add(hour)
                    hour += HOUR

    def _ends(
        self, start: datetime, target: int, limit: int, wished: int, since: list[SlowEvent]
    ) -> tuple[datetime, datetime]:
        if self.unit == "hours":
            end = self._hours_later(start, target, since)
            return end, end
        last = self._days_later(start, limit, since)
        aim = min(last, self._days_later(start, wished or target, since))
        if self.rolls:
            while not self.worked(last):
                last += DAY
        return midnight(aim + DAY), midnight(last + DAY)

    def _first_reply(self, start: datetime) -> datetime | None:
        if not self.first:
            return None
        day, left = local(start), self.first
        while left:
            day += DAY
            if self.worked(day):
                left -= 1
        return midnight(day + DAY)

    def _days_later(self, start: datetime, count: int, since: list[SlowEvent]) -> date:
        day = local(start)
        while count > 0:
            day += DAY
            if self.unit == "working" and not self.worked(day):
                continue
            if self._stands(midnight(day), since):
                continue
            count -= 1
        return day

    def _hours_later(self, start: datetime, hours: int, since: list[SlowEvent]) -> datetime:
        moment, minutes = start, hours * 60
        while minutes:
            if not self._stands(moment, since):
                minutes -= 1
            moment += MINUTE
        return moment

    def _stands(self, moment: datetime, since: list[SlowEvent]) -> bool:
        return self.pausable and any(
            event.what == "pause" and event.until and event.at <= moment < event.until for event in since
        )


def local(moment: datetime) -> date:
    return (moment.astimezone(UTC) + AHEAD).date()


def midnight(day: date) -> datetime:
    """00:00 in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - AHEAD
