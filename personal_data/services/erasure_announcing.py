"""What an erasure notes in the register."""

from collections.abc import Iterable
from datetime import datetime

from core.encryption import unwrap
from personal_data import planning
from personal_data.enums import Fate, StepKind
from personal_data.errors import TooLateToCancel
from personal_data.models import ErasureRun
from personal_data.services.announcing import Begun, Deleted, Erased, announce, is_announced, is_replaying
from personal_data.services.erasure_steps import address_context
from personal_data.services.suppressing import indexes_of_person, suppress


def announce_erasure(run: ErasureRun, *, now: datetime) -> None:
    """The person goes, while the key to the addresses that are not to be brought in again is still there. They stand on
    the list from this commit on, so that nobody takes them in before the first step of the erasure.

    The last act of the transaction in which the erasure begins. Raises RegisterUnavailable.
    """
    if is_replaying():
        return
    suppressing = run.steps.filter(kind=StepKind.SUPPRESS).exists()
    identities = indexes_of_person(run.subject_ref, at=now) if suppressing else ()
    confirms = bool(run.sealed_address and unwrap(run.sealed_address, context=address_context(run)))
    begun = Begun(run.pk, run.basis, confirms, suppressing)
    suppress(indexes=identities, now=now)
    announce([Erased(run.subject_ref, sorted(identities), begun)], now=now)


def announce_rows(run: ErasureRun, lines: Iterable[planning.Planned], *, now: datetime) -> None:
    """Chosen rows go: said when it is decided, so that whoever decides is told when it cannot be. Raises
    RegisterUnavailable.
    """
    going = [line for line in lines if line.fate == Fate.DELETE and line.refs]
    announce([Deleted(run.subject_ref, line.target, line.refs) for line in going], now=now)


def check_not_announced(run: ErasureRun, *, now: datetime) -> None:
    """Raises TooLateToCancel when the register says already that the person goes; RegisterUnavailable."""
    if is_announced(run.subject_ref, now=now):
        raise TooLateToCancel
