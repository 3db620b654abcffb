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
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

from core.classification import Erasure
from core.clock import local_date
from personal_data.enums import Fate, KeepGround
from personal_data.keys import has_data_key
from personal_data.models import DataItem, DataSubject, Device, StoredFile, SubjectKey, ValueHistory
from personal_data.registry import Declaration, blob_owners, declaration_of, declarations
from personal_data.retention_dates import plus_period
from personal_data.selectors_merged import merged_into
from policies import selectors as policies
from policies.pack_types import RetentionSpec

KEY = SubjectKey._meta.label_lower
SUBJECT = DataSubject._meta.label_lower
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
    proof = proof_rule(at)
    lines = [Planned(KEY, Fate.UNREADABLE, int(has_data_key(subject_id)))]
    for fate in (Fate.DELETE, Fate.BLANK, Fate.UNREADABLE, Fate.KEEP):
        lines += [_line(declaration, fate, subject_id, at, proof) for declaration in _with_fate(fate)]
    others = merged_into(subject_id)
    if others:
        lines.append(Planned(MERGED, Fate.OUTSIDE, sum(_rows_going(other) for other in others)))
    lines.append(Planned(CONFIRMATION, Fate.OUTSIDE, int(confirms)))
    return lines


def plan_chosen(*, subject_id: UUID, fields: Collection[str]) -> list[Planned]:
    """The values, with their earlier ones, and the files held under some fields, each row by its reference."""
    lines = []
    for model in (DataItem, ValueHistory, StoredFile):
        refs = model._default_manager.filter(subject_id=subject_id, field__in=fields).order_by("pk")
        found = tuple(str(pk) for pk in refs.values_list("pk", flat=True))
        if found:
            files = len(found) if model in blob_owners() else 0
            lines.append(Planned(model._meta.label_lower, Fate.DELETE, len(found), files=files, refs=found))
    return lines


def plan_file(file_id: UUID) -> list[Planned]:
    """One file."""
    return [Planned(StoredFile._meta.label_lower, Fate.DELETE, 1, files=1, refs=(str(file_id),))]


def fields_of(lines: Iterable[Planned]) -> set[str]:
    """The fields chosen rows of a plan stand under."""
    found: set[str] = set()
    for model in (DataItem, StoredFile):
        refs = [ref for line in lines if line.target == model._meta.label_lower for ref in line.refs]
        if refs:
            found |= set(model._default_manager.filter(pk__in=refs).order_by().values_list("field", flat=True))
    return found


def as_approved(lines: Sequence[Planned], approved: Sequence[Planned]) -> list[Planned]:
    """A plan of everything as it is now, but of what the person gave only the rows somebody approved."""
    kept_to = {line.target: line for line in approved if line.target in GIVEN}
    return [kept_to.get(line.target, line) for line in lines]


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


def _line(declaration: Declaration, fate: Fate, subject_id: UUID, at: datetime, proof: RetentionSpec | None) -> Planned:
    target = declaration.model._meta.label_lower
    others = merged_into(subject_id)
    rows = rows_of(target, subject_id=subject_id, fate=fate)
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
