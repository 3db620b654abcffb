"""Words for a case that only its own package knows. Filled at start by upper packages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.models import Case


@dataclass(frozen=True)
class Description:
    """A case in words for the person who sent it; no content of what was written."""

    heading: str
    about: str
    target_on: date
    target_why: str
    limit_on: date
    limit_why: str
    outcome: str
    next_steps: list[str]


_described_by: dict[str, Callable[[Any], Description]] = {}


def describe_with(kind: str, describe: Callable[[Any], Description]) -> None:
    """Hand in how cases of a kind are described."""
    _described_by[kind] = describe


def description_of(case: Case) -> Description:
    """A case in words. Raises KeyError for a kind nobody described."""
    return _described_by[case.kind](case)
