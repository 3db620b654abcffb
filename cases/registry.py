"""The kinds of case there are: every concrete `Case`. Upper packages define them; nothing here imports upward."""

from functools import cache
from typing import Any

from django.apps import apps

from cases.models import Case


@cache
def case_kinds() -> dict[str, type[Case]]:
    """The model of each kind, by the name the audit trail uses."""
    models = (model for model in apps.get_models() if issubclass(model, Case))
    return {model.kind: model for model in models}


def marks_of(model: Any) -> Any:
    """The table of deadline marks of a kind."""
    return model._meta.get_field("marks").related_model


def case_of(case_ref: str) -> Case | None:
    """The case a reference such as `complaint:41` points at, or None."""
    kind, _, pk = case_ref.partition(":")
    model = case_kinds().get(kind)
    if model is None or not pk.isdigit():
        return None
    found: Case | None = model._default_manager.filter(pk=int(pk)).first()
    return found
