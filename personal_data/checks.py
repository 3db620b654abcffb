"""A field nobody decided on stops the start."""

from collections.abc import Sequence

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import models

from personal_data.package_sections import undecided
from personal_data.registry import declaration_of

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


def _needs_reason(field: object) -> bool:
    if isinstance(field, models.ForeignKey):
        related = field.related_model
        return (related if isinstance(related, str) else related._meta.label) in _PEOPLE
    return isinstance(field, _NEEDS_REASON)
