"""What a legal hold does to deletions that were asked for: chosen ones are refused, one of everything waits.

What is brought back in line after a restore is not held: it was gone already.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.utils.text import format_lazy

from personal_data import planning
from personal_data.enums import ErasureState, Fate, PlanScope
from personal_data.errors_retention import HeldForLaw
from personal_data.models import Device, ErasureRun, LegalHold
from personal_data.selectors_holds import (
    device_fields,
    held_of,
    holds_in_force,
    holds_on_everything,
    holds_on_fields,
    newest_pack,
)
from personal_data.services.announcing import is_replaying


def check_not_held(subject_id: UUID, fields: Collection[str], lines: Iterable[planning.Planned] = ()) -> None:
    """Raises HeldForLaw, which names the fields, when one that would go has to stay for now."""
    if is_replaying():
        return
    stopped = held_of(subject_id, {*fields, *planning.fields_of(lines)})
    if stopped:
        pack = newest_pack()
        specs = [(code, pack.field(code) if pack else None) for code in sorted(stopped)]
        names = ", ".join(str(spec.label) if spec else code for code, spec in specs)
        raise HeldForLaw(format_lazy("{}: {}", names, HeldForLaw.message))


def check_devices_not_held(subject_id: UUID) -> None:
    """The same of the devices noted."""
    if devices_are_held(subject_id):
        check_not_held(subject_id, device_fields(newest_pack()))


def devices_are_held(subject_id: UUID) -> bool:
    """Whether a hold keeps the devices noted of a person."""
    fields = device_fields(newest_pack())
    return (
        not is_replaying()
        and bool(held_of(subject_id, fields))
        and Device.objects.filter(subject_id=subject_id).exists()
    )


def everything_is_held(subject_id: UUID) -> bool:
    """Whether a deletion of everything has to wait."""
    return not is_replaying() and bool(holds_on_everything(subject_id))


def is_held_by_law(run: ErasureRun) -> bool:
    """Whether a hold stops a run that has not begun. What began is not stopped: its key is gone."""
    return not is_replaying() and bool(holds_on_run(run))


def holds_on_run(run: ErasureRun) -> list[LegalHold]:
    """The holds a run that has not begun waits for."""
    if run.scope == PlanScope.EVERYTHING:
        return holds_on_everything(run.subject_ref) if run.state == ErasureState.COOLING else []
    if run.state != ErasureState.WAITING:
        return []
    plan = run.plan.lines.all()
    lines = [planning.Planned(line.target, Fate(line.fate), line.rows, refs=tuple(line.refs)) for line in plan]
    return [hold for hold, _fields in holds_on_fields(run.subject_ref, planning.fields_of(lines))]


def check_may_be_joined(*subject_ids: UUID) -> None:
    """A hold on one of two people would lose what moves to the other. Raises HeldForLaw."""
    if holds_in_force().filter(subject_ref__in=subject_ids).exists():
        raise HeldForLaw
