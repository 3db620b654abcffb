"""What the clock of a case sets off next, kept on the row so that the sweep finds it by one index."""

from collections.abc import Iterable
from datetime import datetime

from cases.clock import calendar_of, further_of
from cases.marks import Mark, agenda, undone
from cases.models import Case


def schedule(case: Case, *, now: datetime, save: bool = True) -> None:
    """Store the next deadline mark of a locked case whose dates, state, first reply or proof of address changed.

    What is overdue by `now` is kept as it is: the next sweep sets it off.
    """
    set_next(case, open_marks(case))
    if save:
        case.save(update_fields=["next_mark", "next_mark_at"])


def open_marks(case: Case, done: Iterable[tuple[str, datetime]] | None = None) -> list[Mark]:
    """The marks of a case not set off yet in its round, the first due first."""
    if done is None:
        done = case.marks.filter(round=case.round).values_list("code", "deadline_at") if case.pk else ()
    return undone(agenda(case, calendar=calendar_of(case), further=further_of(case)), done)


def set_next(case: Case, marks: list[Mark]) -> None:
    """Put the first of the marks on the row; the caller saves it."""
    case.next_mark, case.next_mark_at = (marks[0].code, marks[0].due_at) if marks else ("", None)
