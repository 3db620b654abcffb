"""Vietnam's public holidays as the `holidays` package knows them (Labour Code, article 112; Resolution 28/2026/QH16).

Left out are the days state offices swap: they bind no private employer, and staff enter those the organisation takes.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import holidays

_LIBRARY_LANGUAGES = {"vi": "vi", "en": "en_US"}
_SATURDAY = 5


@lru_cache(maxsize=128)
def public_holidays(year: int, working_week: tuple[str, ...], language: str = "vi") -> Mapping[date, str]:
    """The public holidays of a year and the days off in their stead, by name.

    A holiday on a weekly day of rest moves to the next working day (Labour Code, article 111.3). The package knows a
    week of five days; for one of six only the holidays on a Sunday move.
    """
    if "SAT" not in working_week:
        return _of_package(_table(year, language))
    table = _table(year, language, observed=False)
    found = _of_package(table)
    for day, name in sorted(found.items()):
        if day.weekday() > _SATURDAY:
            found[_free_day_after(day, found)] = str(table.tr(table.observed_label)) % name
    return found


def load_holidays() -> None:
    """Load what the package needs for Vietnam, for whoever forks: its tables of the moon are shared then."""
    _table(2026, "vi")


def _table(year: int, language: str, *, observed: bool = True) -> Any:
    name = _LIBRARY_LANGUAGES.get(language, "en_US")
    return _vietnam()(years=year, observed=observed, language=name)


@cache
def _vietnam() -> Any:
    """The package's class for Vietnam, out of its own file: by way of its folder all other countries would be loaded,
    300 modules and 15 MB in every process.
    """
    file = Path(holidays.__file__).with_name("countries") / "vietnam.py"
    spec = spec_from_file_location("holidays_of_vietnam", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Vietnam


def _of_package(table: Any) -> dict[date, str]:
    swapped = str(table.tr(table.substituted_label)).partition("%")[0]
    return {day: name for day, name in table.items() if not name.startswith(swapped)}


def _free_day_after(day: date, taken: Mapping[date, str]) -> date:
    while day in taken or day.weekday() > _SATURDAY:
        day += timedelta(days=1)
    return day
