"""Forms for holding the copy of a person's data back."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms import CHOOSE
from cases.forms_staff import text_area, with_empty
from core.citations import cite
from dsr_requests.enums import Ground
from personal_data.enums import SubjectState
from personal_data.forms_retention import person_field
from personal_data.models import DataSubject


class CopyHoldForm(forms.Form):
    """Whose copy, on which ground, and the words the person reads."""

    subject_id = person_field()
    ground = forms.ChoiceField(
        label=gettext_lazy("Ground on which it is held back"),
        help_text=gettext_lazy("The person reads it with its article."),
        error_messages=CHOOSE,
    )
    words = text_area(
        gettext_lazy("Words for the person"),
        rows=5,
        help_text=gettext_lazy("In one or two sentences: why, and what happens next. No name of anybody else."),
    )

    def __init__(self, *args: Any, grounds: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = [(code, f"{Ground(code).label} ({cite(article)})") for code, article in grounds.items()]
        self.fields["ground"].choices = with_empty(told)  # type: ignore[attr-defined]

    def clean_subject_id(self) -> UUID:
        found: UUID = self.cleaned_data["subject_id"]
        if not DataSubject.objects.filter(pk=found, state=SubjectState.ACTIVE).exists():
            raise ValidationError(_("There is no person with this reference."))
        return found
