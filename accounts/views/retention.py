"""When what is held goes: download it, delete it now, or keep it by a consent that would carry it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.held_cards import cards_of
from accounts.member_pages import member_page, person, version_shown
from accounts.retention_page import retention_page
from accounts.views.consents import page_language, save_answers
from core import clock
from core.errors import NotAllowed


@member_page
def retention(http: HttpRequest) -> HttpResponse:
    """Everything held, the day it goes first. POST saves an answer to a question that would keep something."""
    language, version = page_language(), version_shown(http)
    if http.method == "POST" and version is not None:
        try:
            save_answers(http, version, language)
        except NotAllowed as refusal:
            messages.error(http, refusal.message)
        return redirect("accounts:retention")
    user, now = person(http), clock.now()
    page = None
    if version is not None:
        cards = cards_of(user=user, at=now, version=version)
        page = retention_page(user=user, cards=cards, version=version, language=language, at=now)
    return render(http, "accounts/retention.html", {"page": page})
