"""What an erasure will do to every table, read off the declarations before anything happens. Changes nothing.

The order of the lines is the order in which they are carried out: first the key, then rows that go, those that others
point at last; then what is emptied, what stays, and what is done outside the tables.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Count, Q

from core.classification import Erasure
from core.clock import local_date
from personal_data.enums import Fate, KeepGround
from personal_data.keys import has_data_key
from personal_data.models import DataItem, DataSubject, StoredFile, SubjectKey
from personal_data.registry import Declaration, blob_owners, declaration_of, declarations
from personal_data.retention_dates import plus_period
from policies import selectors as policies
from policies.pack_types import RetentionSpec

KEY = SubjectKey._meta.label_lower
SUBJECT = DataSubject._meta.label_lower
CONFIRMATION = "confirmation-mail"
CASE_CLOSED = "case-closed"  # the event from which packs count how long proof is kept

_FATES = {
    Erasure.DELETE_ROW: Fate.DELETE,
    Erasure.BLANK: Fate.BLANK,
    Erasure.DROP_KEY: Fate.UNREADABLE,
    Erasure.EVIDENCE_END: Fate.KEEP,
}


@dataclass(frozen=True)
class Planned:
    """One line of a plan: what happens to one person's rows of one table, and on which ground what stays does stay."""

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
    lines.append(Planned(CONFIRMATION, Fate.OUTSIDE, int(confirms)))
    return lines


def plan_chosen(*, subject_id: UUID, fields: Collection[str]) -> list[Planned]:
    """The values and files held under some fields, each row by its reference."""
    lines = []
    for model in (DataItem, StoredFile):
        refs = model._default_manager.filter(subject_id=subject_id, field__in=fields).order_by("pk")
        found = tuple(str(pk) for pk in refs.values_list("pk", flat=True))
        if found:
            files = len(found) if model in blob_owners() else 0
            lines.append(Planned(model._meta.label_lower, Fate.DELETE, len(found), files=files, refs=found))
    return lines


def digest_of(*, subject_id: UUID, lines: Iterable[Planned]) -> bytes:
    """A hash of what will run, the same for the same plan."""
    told = [asdict(line) for line in lines]
    return hashlib.sha256(json.dumps([str(subject_id), told], sort_keys=True, default=str).encode()).digest()


def rows_of(target: str, *, subject_id: UUID, refs: Collection[str] = ()) -> "models.QuerySet[models.Model]":
    """A person's rows of one table; of these only the chosen ones, where some were chosen."""
    declaration = _declared(target)
    rows = declaration.model._default_manager.filter(**{str(declaration.subject): subject_id})
    return rows.filter(pk__in=refs) if refs else rows


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
    found = rows_of(target, subject_id=subject_id).aggregate(
        rows=Count("pk"), shared=Count("pk", filter=_about_others(declaration, subject_id))
    )
    files = found["rows"] if has_blobs(target) and fate in (Fate.DELETE, Fate.KEEP) else 0
    if fate != Fate.KEEP:
        return Planned(target, fate, found["rows"], files=files, shared=found["shared"])
    return Planned(
        target,
        fate,
        found["rows"],
        files=files,
        shared=found["shared"],
        ground=KeepGround.LAW_REQUIRES.value,
        clause=proof.clause if proof else "",
        kept_until=plus_period(local_date(at), proof) if proof else None,
    )


@cache
def _with_fate(fate: Fate) -> tuple[Declaration, ...]:
    """Declarations whose rows meet this fate; rows others point at come last."""
    found = [declaration for declaration in declarations() if declaration.subject and fate in set(_fates(declaration))]
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


def _about_others(declaration: Declaration, subject_id: UUID) -> Q:
    """Rows that also name somebody else: a link to a person beside the one that leads to this person.

    Whoever works on a row (`workers` of its declaration), such as the colleague who has a case, is not named by it.
    """
    workers = getattr(getattr(declaration.model, "PersonalData", None), "workers", ())
    own = str(declaration.subject).split("__", 1)[0]
    found = Q(pk__in=[])
    for field in declaration.model._meta.fields:
        if field.name == own or field.related_model not in (DataSubject, get_user_model()):
            continue
        if field.name in workers:
            continue
        person = field.name if field.related_model is DataSubject else f"{field.name}__subject"
        found |= Q(**{f"{field.name}__isnull": False}) & ~Q(**{person: subject_id})
    return found


def _declared(target: str) -> Declaration:
    declaration = declaration_of(apps.get_model(target))
    assert declaration is not None and declaration.subject
    return declaration
