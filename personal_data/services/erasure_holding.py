"""What a legal hold does to deletions that were asked for: chosen ones are refused, one of everything waits.

What is brought back in line after a restore is not held: it was gone already.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.text import format_lazy

from personal_data import planning
from personal_data.enums import ErasureState, Fate, PlanScope
from personal_data.errors_retention import HeldForLaw, LawKeeps
from personal_data.law_keeping import in_lines, kept_by_law, refusal_words
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
from personal_data.services.hold_order import before_deleting


def check_not_held(
    subject_id: UUID,
    fields: Collection[str],
    lines: Sequence[planning.Planned] = (),
    *,
    whole: bool = False,
    now: datetime,
) -> None:
    """Raises HeldForLaw, which names the fields, when one that would go has to stay for now.

    Raises LawKeeps, which names fields, article and day, when a rule of law keeps a row that would go; with `whole`
    also when the plan leaves out what one keeps.
    """
    if is_replaying():
        return
    _check_law_lets_go(
        subject_id, (ref for line in lines if whole or line.fate == Fate.DELETE for ref in line.refs), now
    )
    before_deleting()
    stopped = held_of(subject_id, {*fields, *planning.fields_of(lines)})
    if stopped:
        pack = newest_pack()
        specs = [(code, pack.field(code) if pack else None) for code in sorted(stopped)]
        names = ", ".join(str(spec.label) if spec else code for code, spec in specs)
        raise HeldForLaw(format_lazy("{}: {}", names, HeldForLaw.message))


def check_devices_not_held(subject_id: UUID, *, now: datetime) -> None:
    """The same of the devices noted. Raises HeldForLaw, LawKeeps."""
    if not is_replaying() and Device.objects.filter(subject_id=subject_id).exists():
        check_not_held(subject_id, device_fields(newest_pack()), now=now)
        devices = Device.objects.filter(subject_id=subject_id).values_list("pk", flat=True)
        _check_law_lets_go(subject_id, map(str, devices), now)


def devices_are_held(subject_id: UUID, *, now: datetime) -> bool:
    """Whether a hold or the law keeps the devices noted of a person."""
    try:
        check_devices_not_held(subject_id, now=now)
    except HeldForLaw:
        return True
    return False


def everything_is_held(subject_id: UUID) -> bool:
    """Whether a deletion of everything has to wait. Whatever is begun goes by it until the transaction ends."""
    if is_replaying():
        return False
    before_deleting()
    return bool(holds_on_everything(subject_id))


def is_held_by_law(run: ErasureRun) -> bool:
    """Whether a hold stops a run that has not begun. What began is not stopped: its key is gone."""
    if is_replaying():
        return False
    before_deleting()
    return bool(holds_on_run(run))


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


def _check_law_lets_go(subject_id: UUID, refs: Iterable[str], now: datetime) -> None:
    stopped = in_lines(kept_by_law(subject_id, at=now), refs)
    if stopped:
        raise LawKeeps(refusal_words(stopped, at=now))
