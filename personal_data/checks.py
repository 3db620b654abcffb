"""A field nobody decided on stops the start."""

from collections.abc import Sequence

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import models

from core.classification import Way
from personal_data.own_records import STORES, known_sweeps
from personal_data.package_sections import undecided
from personal_data.registry import declaration_of, declarations

_NEEDS_REASON = (models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField)
_PEOPLE = {"personal_data.DataSubject", settings.AUTH_USER_MODEL}


@register()
def check_declarations(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """E001: a model without a decision. E002: a field without one, or named twice or wrongly. E003: a text, JSON or
    link called not personal without a reason.
    """
    found: list[CheckMessage] = []
    for model in apps.get_models(include_auto_created=True):
        declaration = declaration_of(model)
        if declaration is None:
            found.append(Error(f"{model._meta.label} has no privacy decision.", obj=model, id="personal_data.E001"))
            continue
        names = {field.name for field in model._meta.get_fields() if isinstance(field, models.Field)}
        decided = set(declaration.personal) | set(declaration.plain)
        wrong = sorted(names ^ decided) + sorted(set(declaration.personal) & set(declaration.plain))
        found += [
            Error(f"{model._meta.label}.{name} is not decided exactly once.", obj=model, id="personal_data.E002")
            for name in wrong
        ]
        for name, reason in declaration.plain.items():
            if name in names and not reason and _needs_reason(model._meta.get_field(name)):
                found.append(
                    Error(
                        f"{model._meta.label}.{name} needs a reason for not being personal.",
                        obj=model,
                        id="personal_data.E003",
                    )
                )
    return found


@register()
def check_copies(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """E004: a table about people, or a link to a person, of which nobody decided whether it goes into a copy."""
    return [Error(f"Copies of a person's data: {found}.", id="personal_data.E004") for found in undecided()]


@register()
def check_keeping(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """E005: a model that does not say how long its rows are kept, or a job for it that nobody registered."""
    found: list[CheckMessage] = []
    kept = [(declaration.model._meta.label, declaration.retention) for declaration in declarations()]
    for name, keep in [*kept, *((store.name, store.keep) for store in STORES)]:
        if keep is None:
            found.append(Error(f"{name} does not say how long its rows are kept.", id="personal_data.E005"))
        elif keep.sweep and keep.sweep not in known_sweeps():
            found.append(Error(f"{name} is left to the job {keep.sweep}, which there is not.", id="personal_data.E005"))
        elif keep.way == Way.INSTALLATION and not keep.reason:
            found.append(Error(f"{name} is kept for good without a reason.", id="personal_data.E005"))
    return found


def _needs_reason(field: object) -> bool:
    if isinstance(field, models.ForeignKey):
        related = field.related_model
        return (related if isinstance(related, str) else related._meta.label) in _PEOPLE
    return isinstance(field, _NEEDS_REASON)
