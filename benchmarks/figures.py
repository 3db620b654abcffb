"""A figure, its goal, and how both are printed."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number. `goal` is the words of what was asked for, empty where a figure is only reported."""

    name: str
    value: float
    unit: str
    goal: str = ""
    note: str = ""


def as_json(figures: Sequence[Figure]) -> str:
    """One object, keyed by the figure's name."""
    return json.dumps({figure.name: asdict(figure) for figure in figures}, indent=2)


def as_table(figures: Sequence[Figure]) -> str:
    """The same for people."""
    width = max(len(figure.name) for figure in figures)
    lines = [f"{'figure':<{width}}  {'measured':>12}  {'asked for':<14} note"]
    lines += [
        f"{figure.name:<{width}}  {f'{figure.value:g} {figure.unit}':>12}  {figure.goal:<14} {figure.note}"
        for figure in figures
    ]
    return "\n".join(lines)
