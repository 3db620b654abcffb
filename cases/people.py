"""The people of a case, for packages below that keep or delete what is held on them."""

from uuid import UUID

from django.db.models import Q

from cases.enums import FINAL_STATES
from cases.models import Case
from cases.references import as_written
from cases.registry import case_kinds, case_of
from core.actors import Actor
from personal_data.selectors_holds import NamedCase
from personal_data.selectors_merged import is_own, kept_of


def named_case(text: str) -> NamedCase | None:
    """A case by its reference as people write it, or as the audit trail does."""
    case = case_of(text) or _written(as_written(text))
    return NamedCase(case.target, case.reference, tuple(people_of(case)), tuple(whose(case))) if case else None


def kept_from(by: Actor) -> set[str]:
    """The cases that do not exist for a colleague, as the audit trail names them: others' about the own conduct."""
    about = (case for model in case_kinds().values() for case in model._default_manager.filter(model.matters_of(by)))
    return {case.target for case in about if not is_own(people_of(case), by=by)}


def people_of(case: Case) -> list[UUID]:
    """Whoever sent a case, and whom it is about where that is somebody else."""
    about = getattr(case, "about_id", None)
    return list(dict.fromkeys(one for one in (case.subject_id, about) if one))


def whose(case: Case) -> list[UUID]:
    """Whose data a case is about, and under whom that stands where people were merged; the sender's while it is not
    known.
    """
    about: UUID = getattr(case, "about_id", None) or case.subject_id
    return list(dict.fromkeys((about, kept_of(about))))


def has_open_case(subject_id: UUID) -> bool:
    """Whether a case a person sent, or one about them, is not over. Answered is not over: they may come back."""
    return any(
        model._default_manager.filter(_whose(model, subject_id)).exclude(status__in=FINAL_STATES).exists()
        for model in case_kinds().values()
    )


def _whose(model: type[Case], subject_id: UUID) -> Q:
    names = {field.name for field in model._meta.fields}
    return Q(subject_id=subject_id) | (Q(about_id=subject_id) if "about" in names else Q(pk__in=[]))


def _written(reference: str) -> Case | None:
    found = (model._default_manager.filter(reference=reference).first() for model in case_kinds().values())
    return next((case for case in found if case), None) if reference else None
