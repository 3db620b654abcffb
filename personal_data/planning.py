"""What an erasure will do to every table, read off the declarations before anything happens. Changes nothing.

The order of the lines is the order in which they are carried out: first the key, then rows that go, those that others
point at last; then what is emptied, what stays, and what is done outside the tables.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

from core.classification import Erasure
from core.clock import local_date
from personal_data.enums import Fate, KeepGround
from personal_data.keys import has_data_key
from personal_data.law_keeping import ByLaw, grouped, kept_by_law, kept_ref
from personal_data.models import (
    DataItem,
    DataSubject,
    Device,
    KeptByLaw,
    PlanLine,
    StoredFile,
    SubjectKey,
    ValueHistory,
)
from personal_data.registry import Declaration, blob_owners, declaration_of, declarations
from personal_data.retention_dates import plus_period
from personal_data.selectors_holds import device_fields, newest_pack
from personal_data.selectors_merged import merged_into
from policies import selectors as policies
from policies.pack_types import RetentionSpec

KEY = SubjectKey._meta.label_lower
SUBJECT = DataSubject._meta.label_lower
KEPT = KeptByLaw._meta.label_lower
CONFIRMATION = "confirmation-mail"
MERGED = "merged-people"  # what goes of those found to be the same; each of them is deleted by a run of its own
CASE_CLOSED = "case-closed"  # the event from which packs count how long proof is kept

# What a person gave. Of these a plan that somebody approved is kept to the row; every other table also gains rows by
# the portal's own doing, such as a mail, and is planned anew when the run begins.
GIVEN = frozenset(model._meta.label_lower for model in (DataItem, StoredFile, Device))
# A line names its rows up to this many; of a longer one the outcome is compared by number.
MOST_REFS = 2000

# Rows the erasure itself will add to a table that is kept, told by the package that adds them.
_closing: dict[str, Callable[[UUID, datetime], int]] = {}

_FATES = {
    Erasure.DELETE_ROW: Fate.DELETE,
    Erasure.BLANK: Fate.BLANK,
    Erasure.DROP_KEY: Fate.UNREADABLE,
    Erasure.EVIDENCE_END: Fate.KEEP,
    Erasure.LAW_END: Fate.KEEP,
}


def foresee(target: str, count: Callable[[UUID, datetime], int]) -> None:
    """Register how many rows an erasure writes into a table that is kept, such as the end of every consent."""
    _closing[target] = count


@dataclass(frozen=True)
class Planned:
    """One line of a plan: what happens to one person's rows of one table, and on which ground what stays does stay.

    `rows` counts what `refs` names, and what the erasure itself adds.
    """

    target: str
    fate: Fate
    rows: int
    files: int = 0
    shared: int = 0
    refs: tuple[str, ...] = ()
    ground: str = ""
    clause: str = ""
    kept_until: date | None = None


def plan_everything(*, subject_id: UUID, at: datetime, confirms: bool) -> list[Planned]:
    """Every table that holds something on a person. `confirms` says whether a last mail will go out."""
    proof, by_law = proof_rule(at), kept_by_law(subject_id, at=at)
    lines = [Planned(KEY, Fate.UNREADABLE, int(has_data_key(subject_id)))]
    for fate in (Fate.DELETE, Fate.BLANK, Fate.UNREADABLE, Fate.KEEP):
        found = [one for one in _with_fate(fate) if one.model is not KeptByLaw]
        lines += [_line(declaration, fate, subject_id, at, proof, by_law) for declaration in found]
    lines += _set_apart(by_law)
    others = merged_into(subject_id)
    if others:
        lines.append(Planned(MERGED, Fate.OUTSIDE, sum(_rows_going(other) for other in others)))
    lines.append(Planned(CONFIRMATION, Fate.OUTSIDE, int(confirms)))
    return lines


def plan_chosen(*, subject_id: UUID, fields: Collection[str], at: datetime) -> list[Planned]:
    """The values, with their earlier ones, the files and the devices held under some fields, each row by its reference:
    what goes, and what the law keeps.
    """
    by_law = kept_by_law(subject_id, at=at)
    going, staying = [], []
    for rows in _under(fields, subject_id):
        target = rows.model._meta.label_lower
        found = [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]
        kept = [one for one in by_law if one.target == target and str(one.ref) in found]
        gone = tuple(ref for ref in found if ref not in {str(one.ref) for one in kept})
        if gone:
            going.append(
                Planned(target, Fate.DELETE, len(gone), files=len(gone) if has_blobs(target) else 0, refs=gone)
            )
        staying += [_kept(target, rows, tuple(str(one.ref) for one in rows)) for rows in grouped(kept).values()]
    return [*going, *staying]


def _under(fields: Collection[str], subject_id: UUID) -> "Iterator[models.QuerySet[Any]]":
    for model in (DataItem, ValueHistory, StoredFile):
        yield model._default_manager.filter(subject_id=subject_id, field__in=fields)
    if device_fields(newest_pack()) & set(fields):
        yield Device.objects.filter(subject_id=subject_id)


def chosen_as_approved(
    *, subject_id: UUID, fields: Collection[str], approved: Sequence[Planned], at: datetime
) -> list[Planned]:
    """A plan of chosen fields; where somebody approved one, of what the person gave only its rows. Earlier values are
    of the portal's own making, so those of the fields as they are now.
    """
    now = plan_chosen(subject_id=subject_id, fields={*fields, *fields_of(approved, Fate.KEEP)}, at=at)
    given = [line for line in approved if line.target in GIVEN]
    return [*given, *(line for line in now if line.target not in GIVEN)] if approved else now


def plan_file(file_id: UUID) -> list[Planned]:
    """One file."""
    return [Planned(StoredFile._meta.label_lower, Fate.DELETE, 1, files=1, refs=(str(file_id),))]


def fields_of(lines: Iterable[Planned | PlanLine], fate: str = Fate.DELETE) -> set[str]:
    """The fields chosen rows of a plan stand under that meet a fate."""
    found: set[str] = set()
    told = [line for line in lines if line.fate == fate]
    for model in (DataItem, StoredFile):
        refs = [ref for line in told if line.target == model._meta.label_lower for ref in line.refs]
        if refs:
            found |= set(model._default_manager.filter(pk__in=refs).order_by().values_list("field", flat=True))
    if any(line.target == Device._meta.label_lower and line.refs for line in told):
        found |= device_fields(newest_pack())
    return found


def as_approved(lines: Sequence[Planned], approved: Sequence[Planned]) -> list[Planned]:
    """A plan of everything as it is now, but of what the person gave only the rows somebody approved; what the law came
    to keep since is set apart.
    """
    kept_to = {line.target: line for line in approved if line.target in GIVEN and line.fate == Fate.DELETE}
    apart = {ref for line in lines if line.target == KEPT for ref in line.refs}
    return [_without(kept_to[line.target], apart) if line.target in kept_to else line for line in lines]


def cooling_off(at: datetime) -> timedelta:
    """How long a deletion of everything can be called off, as the policy in force says."""
    version = policies.version_in_force(at)
    return timedelta(hours=policies.document(version).requests.cooling_off_hours if version else 0)


def on_its_way(at: datetime) -> timedelta:
    """How long a letter takes, as the policy in force says."""
    version = policies.version_in_force(at)
    return timedelta(days=policies.document(version).requests.letter_days if version else 0)


def digest_of(*, subject_id: UUID, lines: Iterable[Planned]) -> bytes:
    """A hash of what will run, the same for the same plan."""
    told = [asdict(line) for line in lines]
    return hashlib.sha256(json.dumps([str(subject_id), told], sort_keys=True, default=str).encode()).digest()


def rows_of(
    target: str, *, subject_id: UUID, refs: Collection[str] = (), fate: str = Fate.DELETE
) -> "models.QuerySet[models.Model]":
    """A person's rows of one table; of these only the chosen ones, where some were chosen.

    What is kept includes rows about the person that somebody else sent, and those of whoever proved to be the same.
    """
    declaration = _declared(target)
    people = [subject_id, *merged_into(subject_id)] if fate == Fate.KEEP else [subject_id]
    whose = Q(**{f"{declaration.subject}__in": people})
    if fate == Fate.KEEP and declaration.about:
        whose |= Q(**{f"{declaration.about}__in": people})
    rows = declaration.model._default_manager.filter(whose)
    return rows.filter(pk__in=refs) if refs else rows


def rows_of_many(target: str, subject_ids: Iterable[UUID]) -> "models.QuerySet[models.Model]":
    """Several people's rows of one table."""
    declaration = _declared(target)
    return declaration.model._default_manager.filter(**{f"{declaration.subject}__in": list(subject_ids)})


def person_of(target: str) -> str:
    """The path from a row of a table to the reference of its person."""
    return str(_declared(target).subject)


def targets_that_go() -> list[str]:
    """Every table whose rows an erasure deletes, in the order in which they go."""
    return [declaration.model._meta.label_lower for declaration in _with_fate(Fate.DELETE)]


def blank_values(target: str) -> dict[str, object]:
    """What the fields of a table hold once they are emptied."""
    declaration = _declared(target)
    changes: dict[str, object] = {}
    for name, decision in declaration.personal.items():
        if decision.erasure == Erasure.BLANK:
            field = declaration.model._meta.get_field(name)
            assert isinstance(field, models.Field)
            changes[name] = None if field.null else ""
    return changes


def has_blobs(target: str) -> bool:
    """Whether rows of this table name bytes on the disk."""
    return apps.get_model(target) in blob_owners()


def proof_rule(at: datetime) -> RetentionSpec | None:
    """The rule of the policy in force by which proof is kept."""
    version = policies.version_in_force(at)
    if version is None:
        return None
    pack = policies.document(version)
    found = (rule for rule in pack.retention if rule.event == CASE_CLOSED and rule.years == pack.evidence_years)
    return next(found, None)


def _line(
    declaration: Declaration,
    fate: Fate,
    subject_id: UUID,
    at: datetime,
    proof: RetentionSpec | None,
    by_law: Sequence[ByLaw],
) -> Planned:
    target = declaration.model._meta.label_lower
    others = merged_into(subject_id)
    rows = rows_of(target, subject_id=subject_id, fate=fate)
    apart = [one.ref for one in by_law if one.target == target]
    rows = rows.exclude(pk__in=apart) if apart else rows
    refs = tuple(str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)[: MOST_REFS + 1])
    count = len(refs) if len(refs) <= MOST_REFS else rows.count()
    planned = Planned(
        target,
        fate,
        count,
        files=count if has_blobs(target) and fate in (Fate.DELETE, Fate.KEEP) else 0,
        shared=rows.filter(_about_others(declaration, [subject_id, *others])).count() if count else 0,
        refs=refs if count <= MOST_REFS else (),
    )
    if fate != Fate.KEEP:
        return planned
    return replace(
        planned,
        rows=count + (_closing[target](subject_id, at) if target in _closing else 0),
        ground=KeepGround.LAW_REQUIRES.value,
        clause=proof.clause if proof else "",
        kept_until=plus_period(local_date(at), proof) if proof else None,
    )


def _without(line: Planned, apart: Collection[str]) -> Planned:
    refs = tuple(ref for ref in line.refs if str(kept_ref(UUID(ref))) not in apart)
    files = len(refs) if line.files else 0
    return line if len(refs) == len(line.refs) else replace(line, rows=len(refs), files=files, refs=refs)


def _set_apart(by_law: Iterable[ByLaw]) -> list[Planned]:
    """What is set apart before the key goes: a line for each article and day, and one of nothing where nothing is."""
    lines = [_kept(KEPT, rows, tuple(sorted(str(one.kept_ref) for one in rows))) for rows in grouped(by_law).values()]
    return lines or [Planned(KEPT, Fate.KEEP, 0, ground=KeepGround.LAW_KEEPS.value)]


def _kept(target: str, rows: Sequence[ByLaw], refs: tuple[str, ...]) -> Planned:
    """A line of rows one rule keeps until one day."""
    return Planned(
        target,
        Fate.KEEP,
        len(rows),
        files=sum(has_blobs(one.target) for one in rows),
        refs=refs,
        ground=KeepGround.LAW_KEEPS.value,
        clause=rows[0].clause,
        kept_until=rows[0].until,
    )


def _rows_going(subject_id: UUID) -> int:
    """How many rows of a person go or are emptied, and the key."""
    found = sum(
        rows_of(declaration.model._meta.label_lower, subject_id=subject_id).count()
        for fate in (Fate.DELETE, Fate.BLANK)
        for declaration in _with_fate(fate)
    )
    return found + int(has_data_key(subject_id))


@cache
def _with_fate(fate: Fate) -> tuple[Declaration, ...]:
    """Declarations whose rows meet this fate; rows others point at come last."""
    found = [
        declaration
        for declaration in declarations()
        if declaration.subject and not declaration.passing and fate in set(_fates(declaration))
    ]
    return tuple(
        sorted(found, key=lambda declaration: (_is_pointed_at(declaration.model, found), declaration.model._meta.label))
    )


def _fates(declaration: Declaration) -> Iterator[Fate]:
    """A row that goes has no other fate; of a row that stays, some fields may be kept and others emptied."""
    if Erasure.DELETE_ROW in declaration.erasures:
        yield Fate.DELETE
        return
    for erasure in declaration.erasures:
        if erasure in _FATES:
            yield _FATES[erasure]


def _is_pointed_at(model: type[models.Model], found: list[Declaration]) -> bool:
    others = {declaration.model for declaration in found} - {model}
    return any(field.related_model is model for other in others for field in other._meta.fields)


def _about_others(declaration: Declaration, people: Sequence[UUID]) -> Q:
    """Rows that also name somebody else: a link to a person beside the one that leads to this person.

    Whoever works on a row (`workers` of its declaration), such as the colleague who has a case, is not named by it.
    """
    workers = getattr(getattr(declaration.model, "PersonalData", None), "workers", ())
    own = str(declaration.subject).split("__", 1)[0]
    found = Q(pk__in=[])
    if declaration.about:
        found |= Q(**{f"{declaration.about}__in": people}) & ~Q(**{f"{declaration.subject}__in": people})
    for field in declaration.model._meta.fields:
        if field.name == own or field.related_model not in (DataSubject, get_user_model()):
            continue
        if field.name in workers:
            continue
        person = field.name if field.related_model is DataSubject else f"{field.name}__subject"
        found |= Q(**{f"{field.name}__isnull": False}) & ~Q(**{f"{person}__in": people})
    return found


def _declared(target: str) -> Declaration:
    declaration = declaration_of(apps.get_model(target))
    assert declaration is not None and declaration.subject
    return declaration
