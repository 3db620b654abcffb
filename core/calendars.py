"""Days as the Civil Code counts them: rest days, holidays, ends of days. Pure but for the holiday table handed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


@dataclass(frozen=True)
class WorkingCalendar:
    """A working week, the public holidays, and the days staff set otherwise."""

    zone: ZoneInfo
    working_week: tuple[str, ...]
    overrides: Mapping[date, bool] = field(default_factory=dict)
    override_names: Mapping[date, str] = field(default_factory=dict)

    def local_date(self, moment: datetime) -> date:
        """The day on which a moment falls here."""
        return moment.astimezone(self.zone).date()

    def is_working(self, day: date) -> bool:
        """Whether a day is worked."""
        if day in self.overrides:
            return self.overrides[day]
        return WEEKDAYS[day.weekday()] in self.working_week and day not in public_holidays(day.year)

    def why_not_working(self, day: date) -> str:
        """The holiday's name, or an empty string for a plain rest day."""
        return self.override_names.get(day) or public_holidays(day.year).get(day, "")

    def on_or_after(self, day: date) -> date:
        """The first worked day from `day` on (Civil Code, article 148.5)."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def working_days_after(self, day: date, count: int) -> date:
        """The day on which `count` worked days have passed, `day` itself not counted (article 147.2)."""
        while count:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day

    def end_of(self, day: date) -> datetime:
        """24:00 of a day, in UTC (article 148.6)."""
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=self.zone).astimezone(UTC)


@lru_cache(maxsize=32)
def public_holidays(year: int) -> dict[date, str]:
    """Vietnam's public holidays of a year, by name (Labour Code, article 112), with the day added by Resolution
    28/2026/QH16.
    """
    import holidays

    found = dict(holidays.country_holidays("VN", years=year, language="vi"))
    culture_day = date(year, 11, 24)
    if culture_day >= date(2026, 7, 1):
        found.setdefault(culture_day, "Ngày Văn hóa Việt Nam")
    return found
