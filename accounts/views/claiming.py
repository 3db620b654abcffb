"""What was held before the account: shown first, then attached or not, as the person says."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from accounts.member_pages import member_action, member_page, person, version_shown
from accounts.services.claiming import claim, disown, waiting_for
from cases.registry import case_kinds
from core import clock
from core.errors import NotAllowed
from personal_data.errors import NotHeld
from personal_data.models import ImportedPerson
from personal_data.selectors import HeldField, held_on
from policies.enums import LegalBasis

# In the session of a person who has not yet said whether what was held before is theirs; the start page reminds them.
HELD_BEFORE = "held_before"


@dataclass(frozen=True)
class Held:
    """One entry, masked: where it comes from, on which basis and since when it is held."""

    label: str
    masked: str
    source: str
    basis: str
    since: date | None


@member_page
def found(http: HttpRequest) -> HttpResponse:
    """What is held under the proved address; nothing is attached by looking."""
    known = waiting_for(user=person(http), at=clock.now())
    if known is None:
        http.session.pop(HELD_BEFORE, None)
        return redirect(_onward(http, http.GET.get("next", "")))
    http.session[HELD_BEFORE] = True
    context = {
        "known": known,
        "held": _held(http, known),
        "cases": [
            case.reference
            for model in case_kinds().values()
            for case in model._default_manager.filter(subject_id=known, verified_at__isnull=False)
        ],
        "next": http.GET.get("next", ""),
        "later_url": _onward(http, http.GET.get("next", "")),
    }
    return render(http, "accounts/claim.html", context)


@member_action(back_to="accounts:claim")
def accept(http: HttpRequest) -> HttpResponse:
    """It is the person's own: attach it."""
    user = person(http)
    try:
        claim(user_id=user.pk, known=_known(http), by=user, now=clock.now())
    except NotAllowed as refusal:
        messages.error(http, refusal.message)
    else:
        messages.success(http, _("It belongs to your account now. You can see, change and delete it under “My data”."))
    return _again(http)


@member_action(back_to="accounts:claim")
def not_me(http: HttpRequest) -> HttpResponse:
    """It is somebody else's: it stays apart, and staff see that."""
    user = person(http)
    try:
        disown(user_id=user.pk, known=_known(http), by=user, now=clock.now())
    except NotAllowed as refusal:
        messages.error(http, refusal.message)
    else:
        messages.success(http, _("Thank you. It stays apart from your account, and we look at it."))
    return _again(http)


def _held(http: HttpRequest, known: UUID) -> list[Held]:
    grounds: dict[str, list[str]] = {}
    for row in ImportedPerson.objects.filter(subject_id=known).order_by("pk"):
        grounds |= row.grounds
    fields = held_on(subject_id=known, at=clock.now(), version=version_shown(http))
    return [_one(field, grounds.get(field.spec.code)) for field in fields if field.is_held]


def _one(field: HeldField, ground: list[str] | None) -> Held:
    source, basis, since = ground or ("", "", "")
    item = field.item
    return Held(
        label=str(field.spec.label),
        masked=field.masked or _("%(count)s files") % {"count": len(field.files)},
        source=source or (str(item.get_source_display()) if item else ""),
        basis=str(LegalBasis(basis).label) if basis else "",
        since=date.fromisoformat(since) if since else (clock.local_date(item.held_since) if item else None),
    )


def _known(http: HttpRequest) -> UUID:
    """The person that was shown: what waits by now may be another. Raises NotHeld."""
    try:
        return UUID(http.POST.get("known", ""))
    except ValueError as error:
        raise NotHeld from error


def _again(http: HttpRequest) -> HttpResponse:
    """The next thing found, if there is one; else onward."""
    http.session.pop(HELD_BEFORE, None)
    return redirect(f"{reverse('accounts:claim')}?{urlencode({'next': http.POST.get('next', '')})}")


def _onward(http: HttpRequest, wanted: str) -> str:
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={http.get_host()}, require_https=http.is_secure())
    return wanted if safe else reverse("accounts:home")
