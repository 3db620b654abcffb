"""Answers written beforehand. Every change is recorded with what it touched; the words themselves stand in the row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services.recording import record
from cases.enums import DeskEvent
from cases.models import AnswerTemplate
from cases.permissions import check_works_on_cases
from core.actors import Actor
from core.encryption import normalise_display

TEXTS = ("title_vi", "title_en", "body_vi", "body_en")


def save_template(*, template_id: int | None, content: Mapping[str, Any], by: Actor, now: datetime) -> AnswerTemplate:
    """Write a new template or change one; saving it unchanged records nothing.

    `content` holds `kind`, `is_active` and the texts in both languages. Raises RoleRefused, DoesNotExist.
    """
    check_works_on_cases(by=by)
    with transaction.atomic():
        if template_id is None:
            row = AnswerTemplate()
        else:
            row = AnswerTemplate.objects.select_for_update().get(pk=template_id)
        wanted = {name: normalise_display(content[name]) for name in TEXTS}
        wanted |= {"kind": content["kind"], "is_active": content["is_active"]}
        changed = sorted(name for name, value in wanted.items() if row.pk is None or getattr(row, name) != value)
        if not changed:
            return row
        for name in changed:
            setattr(row, name, wanted[name])
        row.save()
        record(
            event=DeskEvent.TEMPLATE_CHANGED, target=f"template:{row.pk}", by=by, now=now, details={"fields": changed}
        )
    return row
