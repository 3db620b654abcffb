"""Ending a restriction the person asked for."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.member_pages import member_page, person, version_shown
from core import clock
from core.errors import NotAllowed
from dsr_requests.person_part import limit_words
from dsr_requests.selectors import own_restrictions
from personal_data.services.limiting import end_own
from policies import selectors as policies


@member_page
def end(http: HttpRequest, limit_id: int) -> HttpResponse:
    """Ask once more, then end it."""
    subject_id = person(http).subject_id
    limit = next((row for row in own_restrictions(subject_id) if row.pk == limit_id), None)
    if limit is None:
        raise Http404
    if http.method == "POST":
        try:
            end_own(limit_id=limit.pk, by=person(http), now=clock.now())
        except NotAllowed as refusal:
            messages.error(http, str(refusal.message))
        else:
            messages.success(http, _("The restriction has ended."))
        return redirect("accounts:requests")
    version = version_shown(http)
    pack = policies.document(version) if version else None
    context = {
        "about": limit_words(limit, pack),
        "goes": [
            _("Your data may be used again for what the policy names and you agreed to, from this moment."),
            _("Recipients told to stop are told that it has ended; they too may use your data only as the law allows."),
        ],
        "stays": [
            _("Your data, your consents, and the record that you asked for the restriction and ended it."),
        ],
    }
    return render(http, "accounts/limit_end.html", context)
