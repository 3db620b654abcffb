"""Every model's privacy decision: its `PersonalData` class or, for tables of libraries, a row of `third_party`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models

from core.classification import Erasure, Keep, Personal
from personal_data.third_party import THIRD_PARTY


@dataclass(frozen=True)
class Declaration:
    """The decision for one model.

    Rows that are `passing` go by themselves when the work they serve is done, so no plan lists them.
    `about` leads to a person whom rows concern that are under the key of another: proof of what was asked for them.
    `retention` says how long rows are kept; a model without it does not pass the check.
    """

    model: type[models.Model]
    subject: str | None
    personal: Mapping[str, Personal] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)
    about: str | None = None
    passing: bool = False
    retention: Keep | None = None

    @property
    def erasures(self) -> set[Erasure]:
        """What erasing a person does to rows of this model."""
        return {decision.erasure for decision in self.personal.values()}


def declaration_of(model: type[models.Model]) -> Declaration | None:
    """The decision for a model, or None when nobody made one."""
    own = getattr(model, "PersonalData", None)
    source = own if own is not None else THIRD_PARTY.get(model._meta.label)
    if source is None:
        return None
    return Declaration(
        model,
        source.subject,
        source.personal,
        source.plain,
        getattr(source, "about", None),
        getattr(source, "passing", False),
        getattr(source, "retention", None),
    )


def declarations() -> Iterator[Declaration]:
    """All decisions, in order of the installed applications."""
    for model in apps.get_models(include_auto_created=True):
        declaration = declaration_of(model)
        if declaration is not None:
            yield declaration


def blob_owners() -> list[type[models.Model]]:
    """Models whose primary key names sealed bytes on disk (`PersonalData.blobs = True`)."""
    return [model for model in apps.get_models() if getattr(getattr(model, "PersonalData", None), "blobs", False)]
