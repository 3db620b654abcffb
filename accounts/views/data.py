"""What is held, field by field: see, change, confirm, decline, delete."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import access_log
from accounts.forms_data import ValueForm
from accounts.held_cards import Card, card_of, cards_of, labels_of
from accounts.member_pages import member_action, member_page, person, version_shown
from accounts.outcomes import what_stays
from core import clock
from personal_data.errors import ChangedElsewhere, InvalidValue, NotHeld, UnknownField
from personal_data.errors_retention import HeldForLaw
from personal_data.law_keeping import kept_by_law, refusal_words
from personal_data.services import holding
from policies import selectors as policies

# Fields whose hidden value the next view of the data page shows, once.
SHOWN_ONCE = "data_shown_once"
PER_PAGE = 20


@member_page
def data(http: HttpRequest) -> HttpResponse:
    """All fields of the policy in force, and what is held under each."""
    shown = http.session.pop(SHOWN_ONCE, [])
    cards = cards_of(user=person(http), at=clock.now(), shown=shown, version=version_shown(http))
    several = sum(1 for card in cards if card.may_delete) > 1
    return render(http, "accounts/data.html", {"cards": cards, "several": several, "shown": shown})


@member_action(back_to="accounts:data")
def show(http: HttpRequest, field: str) -> HttpResponse:
    """Show one sensitive value on the next view of the page; a reload hides it again."""
    _card_or_404(http, field)
    http.session[SHOWN_ONCE] = [field]
    return redirect(f"{reverse('accounts:data')}#field-{field}")


@member_page
def change(http: HttpRequest, field: str) -> HttpResponse:
    """Enter or correct one value. What was typed stays on the page until it is right."""
    user, now = person(http), clock.now()
    card = _card_or_404(http, field, shown=True)
    if not card.is_typed:
        return redirect(f"{reverse('accounts:data')}#field-{field}")
    form, conflict = _value_form(http, card), ""
    if http.method == "POST" and form.is_valid():
        try:
            holding.write_item(
                subject_id=user.subject_id,
                field=field,
                value=form.cleaned_data["value"],
                seen=form.cleaned_data["seen"],
                by=user,
                now=now,
            )
        except ChangedElsewhere as refusal:
            # The value of the other window is shown beside what was typed; sending it once more replaces it.
            form, conflict = _value_form(http, card, seen=card.state), card.value or _("nothing is held any more")
            form.add_error("value", str(refusal.message))
        except (InvalidValue, UnknownField) as refusal:
            form.add_error("value", str(refusal.message))
        else:
            messages.success(http, _("Saved: %(field)s.") % {"field": card.label})
            return _back_to(field)
    return render(http, "accounts/data_change.html", {"card": card, "form": form, "conflict": conflict})


@member_action(back_to="accounts:data")
def confirm(http: HttpRequest, field: str) -> HttpResponse:
    """One press: this is still right."""
    user = person(http)
    card = _card_or_404(http, field)
    try:
        if card.held.item is None:
            raise NotHeld
        holding.confirm_item(subject_id=user.subject_id, item_id=card.held.item.pk, by=user, now=clock.now())
    except NotHeld as refusal:
        messages.warning(http, str(refusal.message))
    else:
        messages.success(http, _("Noted: %(field)s is still right.") % {"field": card.label})
    return _back_to(field)


@member_page
def delete(http: HttpRequest, field: str) -> HttpResponse:
    """Delete what one field holds, after saying what goes, what stays and what follows."""
    return _delete(http, [field], back=_address_of(field))


@member_page
def delete_several(http: HttpRequest) -> HttpResponse:
    """Delete what several fields hold at once."""
    sent = http.POST if http.method == "POST" else http.GET
    return _delete(http, sent.getlist("field")[:200], back=reverse("accounts:data"))


@member_page
def decline(http: HttpRequest, field: str) -> HttpResponse:
    """Not give a field: the consequence first, then the answer, which is recorded."""
    user, now = person(http), clock.now()
    card = _card_or_404(http, field)
    if card.is_sign_in_address or card.is_devices or card.held.is_former:
        raise Http404
    kept = [one for one in kept_by_law(user.subject_id, at=now) if one.field == field]
    if kept:
        messages.error(http, refusal_words(kept, at=now))
        return _back_to(field)
    if http.method == "POST":
        try:
            holding.decline_field(subject_id=user.subject_id, field=field, by=user, now=now)
        except HeldForLaw as refusal:
            messages.error(http, refusal.message)
            return _back_to(field)
        messages.success(http, _("Noted: you do not give %(field)s.") % {"field": card.label})
        return _back_to(field)
    if card.must_stay:
        return render(http, "accounts/data_delete.html", {"held_back": [card], "back": _address_of(field)})
    return render(http, "accounts/data_decline.html", {"card": card, "stays": what_stays()})


@member_page
def history(http: HttpRequest, field: str) -> HttpResponse:
    """Who did what with one field, newest first; never which value it was."""
    user = person(http)
    version = version_shown(http)
    pack = policies.document(version) if version else None
    spec = pack.field(field) if pack else None
    if pack is None or spec is None:
        raise Http404
    addresses = [one.code for one in pack.fields if one.kind == "email"]
    entries = access_log.entries_on_field(user=user, field=field, is_sign_in_address=field in addresses[:1])
    page = Paginator(entries, PER_PAGE).get_page(http.GET.get("page"))
    purposes = {purpose.code: str(purpose.name) for purpose in pack.purposes}
    lines = access_log.lines_of(list(page.object_list), user=user, labels={}, purposes=purposes, on_field=field)
    return render(http, "accounts/data_history.html", {"label": str(spec.label), "page_obj": page, "lines": lines})


def _delete(http: HttpRequest, fields: list[str], *, back: str) -> HttpResponse:
    user, now = person(http), clock.now()
    cards = [card for card in cards_of(user=user, at=now) if card.code in fields]
    kept = [one for one in kept_by_law(user.subject_id, at=now) if one.field in fields]
    going = [card for card in cards if card.may_delete and card.code not in {one.field for one in kept}]
    if not cards and fields:
        raise Http404
    if kept and not going:
        messages.error(http, refusal_words(kept, at=now))
        return redirect(back)
    if not going:
        messages.warning(http, str(NotHeld.message) if fields else _("Tick what you want to delete first."))
        return redirect(back)
    if http.method == "POST":
        try:
            gone = holding.erase_items(
                subject_id=user.subject_id, fields=[card.code for card in going], by=user, now=now
            )
        except HeldForLaw as refusal:
            messages.error(http, refusal.message)
            return redirect(back)
        names = ", ".join(labels_of(going).values())
        words = ngettext("Deleted: %(names)s.", "Deleted %(count)s entries: %(names)s.", gone)
        messages.success(http, words % {"count": gone, "names": names})
        return redirect(back)
    context = {
        "cards": [card for card in going if not card.must_stay],
        "held_back": [card for card in going if card.must_stay],
        "stays": [*filter(None, [refusal_words(kept, at=now)]), *what_stays()],
        "back": back,
    }
    return render(http, "accounts/data_delete.html", context)


def _card_or_404(http: HttpRequest, field: str, *, shown: bool = False) -> Card:
    try:
        codes = [field] if shown else []
        return card_of(user=person(http), field=field, at=clock.now(), shown=codes, version=version_shown(http))
    except NotHeld as error:
        raise Http404 from error


def _value_form(http: HttpRequest, card: Card, *, seen: str | None = None) -> ValueForm:
    """The form of one field, fresh or as sent; with `seen`, as if it had been sent from that state."""
    if http.method != "POST":
        value = _choice_code(card) if card.held.spec.kind == "choice" else card.held.value
        return ValueForm(spec=card.held.spec, initial={"value": value, "seen": card.state})
    sent = http.POST.copy()
    if seen is not None:
        sent["seen"] = seen
    return ValueForm(sent, spec=card.held.spec)


def _choice_code(card: Card) -> str:
    return next((choice.code for choice in card.held.spec.choices if str(choice.label) == card.held.value), "")


def _address_of(field: str) -> str:
    return f"{reverse('accounts:data')}#field-{field}"


def _back_to(field: str) -> HttpResponse:
    return redirect(_address_of(field))
