"""Which holds stop proof from going: words and files of cases, notes, and the key that ties them to a person.

Case words are texts and files, and name a contact: a hold on one of these kinds of data, or on everything, stops them;
one on a field of the policy does not.
"""

from uuid import UUID

from django.db.models import Expression, F, Q, QuerySet

from core.classification import Category
from personal_data.models import LegalHold

KINDS = ("", Category.CONTENT.value, Category.CONTACT.value)

Given = UUID | F | Expression


def on_proof_of(person: Given) -> "QuerySet[LegalHold]":
    """The holds in force that stop proof on a person; `person` may be a reference of an outer query."""
    return _in_force().filter(Q(subject_ref=person) | Q(subject_ref__isnull=True, case_ref=""))


def on_case(case_ref: str | F | Expression, *, person: Given) -> "QuerySet[LegalHold]":
    """The holds in force that stop the words of one case, named as the audit trail does, and of its sender."""
    whose = Q(case_ref=case_ref) | Q(case_ref="") & (Q(subject_ref=person) | Q(subject_ref__isnull=True))
    return _in_force().filter(whose)


def _in_force() -> "QuerySet[LegalHold]":
    return LegalHold.objects.filter(released_at__isnull=True, field="", category__in=KINDS)
