"""When the keeping period of a case is over its words and files go; its reference, its dates and its codes stay.

What goes is read off the declarations: every personal field of the case and of the tables that belong to it. For a
sender nobody ever knew the period is a shorter one of its own.
"""

from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import pgettext_lazy

from audit.models import AuditEntry, AuditNote
from cases.enums import CaseEvent
from cases.models import Case
from cases.registry import case_kinds
from cases.services.locking import lock_case
from cases.services.recording import note
from core.actors import SYSTEM
from core.classification import Period
from personal_data import storage
from personal_data.models import DataSubject, RetentionEvent
from personal_data.own_holds import on_case
from personal_data.own_records import Ages, Kind
from personal_data.registry import Declaration, blob_owners, declarations
from personal_data.selectors_merged import every_reference

MOST = 2000  # cases in one run; an hour later the next ones follow

# Filled at start by upper packages: whose sender was never known.
_unknown: dict[str, Q] = {}


def unknown_sender(kind: str, who: Q) -> None:
    """Hand in which cases of a kind came from somebody nobody ever knew."""
    _unknown[kind] = who


def empty_over(ages: Ages) -> int:
    """Empty every case whose period is over. How many. Safe to repeat."""
    return sum(
        empty_case(kind=kind, case_id=case_id, ages=ages)
        for kind, model in case_kinds().items()
        for case_id in list(_over(model, ages).order_by("closed_at").values_list("pk", flat=True)[:MOST])
    )


def empty_case(*, kind: str, case_id: int, ages: Ages) -> bool:
    """Empty one case, unless its period is not over, it is held, or emptied already."""
    model = case_kinds()[kind]
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        if not _over(model, ages).filter(pk=case_id).exists():
            return False
        gone = sum(_clear(declaration, case) for declaration in declarations() if _belongs(declaration.model, model))
        notes = remove_notes(case)
        # The event stays for rules that count from it; without its case it keeps nobody from going whole.
        people = every_reference(case.subject_id)
        RetentionEvent.objects.filter(subject_id__in=people, reference=case.target).update(reference="")
        model._default_manager.filter(pk=case_id).update(emptied_at=ages.now, **_blank(_own(model)))
        note(case, CaseEvent.EMPTIED, by=SYSTEM, now=ages.now, details={"entries": gone, "notes": notes})
    return True


def has_words_left(people: "models.QuerySet[DataSubject]") -> "models.QuerySet[DataSubject]":
    """Without the people of whom a case is open, or is kept with its words as proof."""
    for model in case_kinds().values():
        full = model._default_manager.filter(subject_id=OuterRef("pk"), emptied_at__isnull=True)
        people = people.exclude(Exists(full))
    return people


def remove_notes(case: Case) -> int:
    """The free texts beside the record of a case; the entries stay. How many went."""
    entries = AuditEntry.objects.filter(target=case.target, note_hash__isnull=False)
    return AuditNote.objects.filter(entry_ref__in=entries.values("pk")).delete()[0]


def _over(model: type[Case], ages: Ages) -> "models.QuerySet[Case]":
    """Cases of a kind whose words may not be kept any longer."""
    over = Q(closed_at__lt=ages.before(Period.EVIDENCE))
    unknown, until = _unknown.get(model.kind), ages.before(Period.UNKNOWN_SENDER)
    if unknown is not None and until is not None:
        over |= unknown & Q(closed_at__lt=until)
    target = Concat(Value(f"{model.kind}:"), Cast(OuterRef("pk"), CharField()))
    return model._default_manager.filter(over, closed_at__isnull=False, emptied_at__isnull=True).exclude(
        Exists(on_case(target, person=OuterRef("subject_id")))
    )


def _clear(declaration: Declaration, case: Case) -> int:
    """Remove files and what only served the work, empty the rest. How many rows."""
    model = declaration.model
    rows = model._default_manager.filter(case=case)
    if model in blob_owners():
        for blob_id in list(rows.values_list("pk", flat=True)):
            transaction.on_commit(partial(storage.remove_blob, blob_id))
        return rows.delete()[0]
    if declaration.passing:
        return rows.delete()[0]
    return rows.update(**_blank(declaration)) if declaration.personal else 0


def _belongs(model: type[models.Model], kind: type[Case]) -> bool:
    """Whether rows of a table belong to cases of a kind."""
    return any(field.name == "case" and field.related_model is kind for field in model._meta.fields)


def _own(model: type[Case]) -> Declaration:
    return next(declaration for declaration in declarations() if declaration.model is model)


def _blank(declaration: Declaration) -> dict[str, Any]:
    """What the personal fields of a table hold once they are emptied."""
    changes: dict[str, Any] = {}
    for name in declaration.personal:
        field = declaration.model._meta.get_field(name)
        assert isinstance(field, models.Field)
        changes[name] = None if field.null else b"" if isinstance(field, models.BinaryField) else ""
    return changes


CASES = Kind(
    "cases",
    pgettext_lazy("own record", "Words and files of requests and complaints; reference, dates and codes stay"),
    pgettext_lazy(
        "own record",
        "%(evidence_years)s after the end of the case, %(unknown_sender_days)s where the sender was never known",
    ),
    lambda: sum(model._default_manager.filter(emptied_at__isnull=True).count() for model in case_kinds().values()),
    lambda ages: sum(_over(model, ages).count() for model in case_kinds().values()),
)
