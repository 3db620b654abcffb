"""Bars for the start page, as numbers a template draws. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.reports import Week

WIDTH, HEIGHT = 360, 150
LEFT, BOTTOM, TOP = 44, 22, 12
_GAP = 0.3  # of a week's width, between two weeks


@dataclass(frozen=True)
class Bar:
    """One bar; `look` names its class in the stylesheet."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True)
class Label:
    """Words at a place of the drawing."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """Bars over a base line, with lines to read their height by."""

    bars: list[Bar]
    below: list[Label]
    levels: list[Label]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def flow(weeks: Sequence[Week]) -> Chart:
    """Two bars a week: what came in, and beside it what was answered, with the part in time below the part that was
    late.
    """
    top = _round_up(max([1, *(max(week.received, week.answered) for week in weeks)]))
    bars = []
    for place, week in enumerate(weeks):
        x, wide = _place(place, len(weeks))
        half = wide / 2
        bars.append(_bar(x, half, 0, week.received, top, "received"))
        bars.append(_bar(x + half, half, 0, week.in_time, top, "in-time"))
        bars.append(_bar(x + half, half, week.in_time, week.answered - week.in_time, top, "late"))
    return Chart([bar for bar in bars if bar.height], _below(weeks), _levels(top, str(top // 2) if top > 1 else ""))


def shares(weeks: Sequence[Week]) -> Chart:
    """One bar a week: which part of the answers was in time. A week without answers has none."""
    bars = [
        _bar(*_place(place, len(weeks)), 0, week.share, 100, "in-time" if week.share == 100 else "share")
        for place, week in enumerate(weeks)
        if week.share is not None
    ]
    return Chart(bars, _below(weeks), _levels(100, "50", unit="%"))


def _place(place: int, count: int) -> tuple[float, float]:
    step = (WIDTH - LEFT) / count
    return round(LEFT + step * (place + _GAP / 2), 1), round(step * (1 - _GAP), 1)


def _bar(x: float, width: float, above: float, amount: float, top: int, look: str) -> Bar:
    room = HEIGHT - BOTTOM - TOP
    height = room * amount / top
    y = HEIGHT - BOTTOM - room * (above + amount) / top
    return Bar(round(x, 1), round(y, 1), round(width, 1), round(height, 1), look)


def _below(weeks: Sequence[Week]) -> list[Label]:
    """Every third week is named; twelve dates do not fit on a phone."""
    found = []
    for place, week in enumerate(weeks):
        if place % 3 == 0:
            x, _width = _place(place, len(weeks))
            found.append(Label(x, HEIGHT - 6, f"{week.begins:%d/%m}"))
    return found


def _levels(top: int, middle: str, unit: str = "") -> list[Label]:
    room = HEIGHT - BOTTOM - TOP
    levels = [Label(LEFT - 6, TOP, f"{top}{unit}")]
    if middle:
        levels.append(Label(LEFT - 6, TOP + room / 2, f"{middle}{unit}"))
    return levels


def _round_up(number: int) -> int:
    """The next number that reads well at the top of a scale and halves without a rest."""
    size = 1
    while True:
        for step in (1, 2, 4, 6, 8):
            if number <= step * size:
                return step * size
        size *= 10
