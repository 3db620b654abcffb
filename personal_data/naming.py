"""Every table that can name a person: by a key, or by a bare reference where its declaration says so."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db import models

from personal_data.models import DataSubject
from personal_data.registry import declarations

# Letters to a person say nothing of what was done with the data.
_LETTERS = "outbound.OutboxMessage"


def tables_naming_people() -> Iterator[tuple[type[models.Model], str]]:
    """Each table with the column that names the person."""
    for relation in DataSubject._meta.related_objects:
        model = relation.related_model
        if isinstance(model, type) and model._meta.label != _LETTERS:
            yield model, relation.field.attname
    for declaration in declarations():
        if declaration.subject == "subject_ref":
            yield declaration.model, "subject_ref"


def named(subject_ids: Collection[UUID], *, besides: Collection[type[models.Model]] = ()) -> Iterator[UUID]:
    """Of some people, those on whom a row stands in any table but some."""
    for model, column in tables_naming_people():
        if model not in besides:
            yield from model._default_manager.filter(**{f"{column}__in": subject_ids}).values_list(column, flat=True)
