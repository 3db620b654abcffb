"""Days as the Civil Code counts them: rest days, holidays, ends of days. Pure but for the holiday table handed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.public_holidays import public_holidays

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MON_FRI = WEEKDAYS[:5]
MON_SAT = WEEKDAYS[:6]
OPENS, CLOSES = time(8), time(17, 30)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingCalendar:
    """A working week, the public holidays, the days staff set otherwise, and the hours of service on a worked day.

    `version` names the stored calendar it was read from; 0 is the calendar nobody has edited.
    """

    zone: ZoneInfo
    working_week: tuple[str, ...] = MON_FRI
    overrides: Mapping[date, bool] = field(default_factory=dict)
    override_names: Mapping[date, str] = field(default_factory=dict)
    version: int = 0
    opens: time = OPENS
    closes: time = CLOSES

    def local_date(self, moment: datetime) -> date:
        """The day on which a moment falls here."""
        return moment.astimezone(self.zone).date()

    def is_working(self, day: date) -> bool:
        """Whether a day is worked."""
        set_by_staff = self.overrides.get(day)
        if set_by_staff is not None:
            return set_by_staff
        return WEEKDAYS[day.weekday()] in self.working_week and day not in public_holidays(day.year, self.working_week)

    def why_not_working(self, day: date, language: str = "vi") -> str:
        """The holiday's name, or an empty string for a plain rest day."""
        named = self.override_names.get(day)
        if named is not None:
            return named
        return public_holidays(day.year, self.working_week, language).get(day, "")

    def on_or_after(self, day: date) -> date:
        """The first worked day from `day` on (Civil Code, article 148.5)."""
        while not self.is_working(day):
            day += _DAY
        return day

    def last_working_on_or_before(self, day: date) -> date:
        """The last worked day up to `day`: when staff can still act on what is due then."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def working_days_after(self, day: date, count: int) -> date:
        """The day on which `count` worked days have passed, `day` itself not counted (article 147.2)."""
        while count:
            day += _DAY
            count -= self.is_working(day)
        return day

    def working_days_before(self, day: date, count: int) -> date:
        """The day from which `count` worked days are left up to `day`, `day` itself not counted."""
        while count:
            day -= _DAY
            count -= self.is_working(day)
        return day

    def start_of(self, day: date) -> datetime:
        """00:00 of a day, in UTC."""
        return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """24:00 of a day, in UTC (article 148.6)."""
        return self.start_of(day + _DAY)

    def start_of_service(self, day: date) -> datetime:
        """When service opens on a day, in UTC, whether or not the day is worked."""
        return datetime.combine(day, self.opens, tzinfo=self.zone).astimezone(UTC)

    def next_service_moment(self, moment: datetime) -> datetime:
        """The moment itself within the hours of service of a worked day, otherwise the next opening."""
        local = moment.astimezone(self.zone)
        if self.opens <= local.time() < self.closes and self.is_working(local.date()):
            return moment
        day = local.date() if local.time() < self.opens else local.date() + _DAY
        return self.start_of_service(self.on_or_after(day))
