"""What something rests on, such as `request:41`, in words for staff, with the page that shows it."""

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext as _

from core.actors import Actor
from personal_data import permissions

BasisTold = Callable[[str, Actor | None], tuple[str, str]]


def tell_basis_with(kind: str, told: BasisTold) -> None:
    """Called by upper packages at start, with what they call something of theirs and where it is shown."""
    _told[kind] = told


def basis_told(basis: str, *, by: Actor | None = None) -> tuple[str, str]:
    """Words, and the address of the page for that reader or nothing. A kind nobody tells of stands as recorded."""
    kind, _colon, reference = basis.partition(":")
    told = _told.get(kind)
    return told(reference, by) if told else (basis, "")


def _erasure(reference: str, by: Actor | None) -> tuple[str, str]:
    return _("Deletion %(number)s") % {"number": reference[:13]}, _page("erasurerun", reference, by)


def _merge(reference: str, by: Actor | None) -> tuple[str, str]:
    return _("Pair %(number)s") % {"number": reference[:13]}, _page("merge", reference, by)


def _consent(reference: str, by: Actor | None) -> tuple[str, str]:
    return _("An answer about consents in the account"), ""


def _limit(reference: str, by: Actor | None) -> tuple[str, str]:
    return _("The end of a limit of use"), _page("uselimit", reference, by)


def _page(model: str, reference: str, by: Actor | None) -> str:
    if by is None or by.audit_role not in permissions.SEES_EVERYBODY:
        return ""
    return reverse(f"admin:personal_data_{model}_change", args=[reference])


_told: dict[str, BasisTold] = {"erasure": _erasure, "merge": _merge, "consent": _consent, "limit": _limit}
