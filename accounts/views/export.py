"""A copy of everything the account shows, to take along."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import proof
from accounts.export_sections import sections_of
from accounts.forms_data import PasswordAgainForm
from accounts.member_pages import member_page, person, typed
from accounts.services.exporting import export_account
from core import clock


@member_page
def export(http: HttpRequest) -> HttpResponse:
    """Say what the file holds, ask for the password, hand the file over. It is recorded."""
    user = person(http)
    proved = proof.is_proved(http)
    form = PasswordAgainForm(typed(http))
    if proved:
        del form.fields["password"]
    sent = http.method == "POST" and (proved or form.is_valid())
    if sent and (proved or proof.check_password(http, form)):
        now = clock.now()
        document = export_account(user=user, sections=sections_of(user=user, at=now), by=user, now=now)
        response = HttpResponse(
            json.dumps(document, ensure_ascii=False, indent=2), content_type="application/json; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="my-data-{now:%Y-%m-%d}.json"'
        return response
    return render(http, "accounts/export.html", {"form": form, "other_way": "" if proved else proof.other_ways(http)})
