"""What every page of a signed-in person has in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, QueryDict
from django.shortcuts import render
from django.urls import reverse

from accounts.models import User
from personal_data.errors import KeyDestroyed, SubjectGone
from policies.context import CurrentPolicy
from policies.models import PolicyVersion

View = Callable[..., HttpResponseBase]


def member_page(view: View) -> View:
    """Only for people signed in. Others go to sign-in and back; a form they send waits for them (`accounts.drafts`)."""

    @wraps(view)
    def page(http: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not http.user.is_authenticated:
            return redirect_to_login(http.get_full_path(), settings.LOGIN_URL)
        return _shown(view, http, *args, **kwargs)

    return page


def member_action(*, back_to: str) -> Callable[[View], View]:
    """A button of a signed-in person: POST only. Whoever is signed out goes to sign-in, then to the page `back_to`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def action(http: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if http.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            if not http.user.is_authenticated:
                return redirect_to_login(reverse(back_to), settings.LOGIN_URL)
            return _shown(view, http, *args, **kwargs)

        return action

    return decorate


def person(http: HttpRequest) -> User:
    """The person signed in; only for views behind `member_page` or `member_action`."""
    return cast(User, http.user)


def typed(http: HttpRequest) -> QueryDict | None:
    """What a form of this page is bound to: what was sent, however empty, or nothing when the page is only opened."""
    return http.POST if http.method == "POST" else None


def version_shown(http: HttpRequest) -> PolicyVersion | None:
    """The policy in force, read once for the page and its frame."""
    if not hasattr(http, "current_policy"):
        http.current_policy = CurrentPolicy()  # type: ignore[attr-defined]
    return cast(CurrentPolicy, http.current_policy).version  # type: ignore[attr-defined]


def _shown(view: View, http: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        return view(http, *args, **kwargs)
    except (KeyDestroyed, SubjectGone):
        # Everything is being deleted, from another window or another device: this session has nothing left to show.
        logout(http)
        return render(http, "accounts/gone.html", status=410)
