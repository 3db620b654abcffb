"""What a hold on a kind of data means for the fields of a policy. Pure."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from core.classification import Category
from policies.enums import FieldKind
from policies.pack_types import FieldSpec, Pack

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# The kinds of data a hold may name.
CATEGORIES: "dict[str, StrOrPromise]" = {
    Category.CONTACT.value: pgettext_lazy("kind of data held back", "Addresses and numbers"),
    Category.CONTENT.value: pgettext_lazy("kind of data held back", "Texts, choices and files"),
    Category.DEVICE.value: pgettext_lazy("kind of data held back", "Devices"),
    Category.SENSITIVE.value: pgettext_lazy("kind of data held back", "Sensitive personal data"),
}
_OF_KIND = {
    FieldKind.EMAIL.value: Category.CONTACT,
    FieldKind.PHONE.value: Category.CONTACT,
    FieldKind.ADDRESS.value: Category.CONTACT,
    FieldKind.DEVICE.value: Category.DEVICE,
}


def categories_of(spec: FieldSpec) -> frozenset[str]:
    """The kinds of data a field belongs to: that of what is entered there, and whether it is sensitive."""
    found = {_OF_KIND.get(spec.kind, Category.CONTENT).value}
    return frozenset(found | ({Category.SENSITIVE.value} if spec.is_sensitive else set()))


def categories_of_code(pack: Pack | None, field: str) -> frozenset[str]:
    """The same by code. A field the policy knows no more may be of any kind, so it belongs to each."""
    spec = pack.field(field) if pack else None
    return categories_of(spec) if spec else frozenset(CATEGORIES)


def covers(*, field: str, category: str, codes: Iterable[str], pack: Pack | None) -> frozenset[str]:
    """Of some fields those that a hold with this field and category names; either left empty names all."""
    return frozenset(
        code for code in codes if field in ("", code) and (not category or category in categories_of_code(pack, code))
    )
