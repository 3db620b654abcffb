"""Entering a complaint for somebody who called, wrote or came."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cases import permissions
from cases.admin_base import DeskAdmin, acting
from cases.errors import TooManySearches
from cases.services.filing import Sender
from cases.services.finding import FoundPerson, described, find_people
from complaints.forms_staff import KnownPersonForm, RecordForm
from complaints.services.filing import OLDEST_RECEIPT, ComplaintText, Filed, record_for_person
from core import clock
from core.errors import NotAllowed
from core.templatetags.portal import day
from policies import selectors as policies

FOUND_SALT = "complaints.found-person"


class RecordPages(DeskAdmin):
    """One page: what was said, and beside it the search for the person it belongs to."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.record_view)
        return [path("record/", view, name="complaints_complaint_record"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        url = reverse("admin:complaints_complaint_record") if permissions.works_on_cases(by=acting(request)) else ""
        return super().changelist_view(request, {"record_url": url, **(extra_context or {})})

    def record_view(self, request: HttpRequest) -> HttpResponse:
        """The form; with `step` “find” it looks for a person first and keeps all that was typed."""
        now, by = clock.now(), acting(request)
        if not permissions.works_on_cases(by=by):
            raise PermissionDenied
        version = policies.version_in_force(now)
        if version is None:
            messages.error(request, _("Nothing can be sent yet, because no policy has been published."))
            return redirect("admin:complaints_complaint_changelist")
        asks: dict[str, Any] = {"pack": policies.document(version), "earliest": now - OLDEST_RECEIPT, "latest": now}
        if request.method != "POST":
            form = RecordForm(initial={"language": get_language()}, **asks)
            return self._record_page(request, form, KnownPersonForm(found=[]), [])
        form = RecordForm(request.POST, request.FILES, **asks)
        if request.POST.get("step") == "find":
            typed = {name: form[name].data for name, one in form.fields.items() if not isinstance(one, forms.FileField)}
            return self._find(request, RecordForm(initial=typed, **asks))
        found = described(_unsigned(request.POST.getlist("found")), by=by)
        known = KnownPersonForm(request.POST, found=_choices(found))
        if form.is_valid() and known.is_valid():
            try:
                filed = self._record(request, form.cleaned_data, known.cleaned_data)
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            except OSError:
                form.add_error("uploads", _("The files could not be stored now. Try again, or leave them out."))
            else:
                words = _("Recorded as %(reference)s.") % {"reference": filed.complaint.reference}
                messages.success(request, words)
                return redirect("admin:complaints_complaint_change", filed.complaint.pk)
        return self._record_page(request, form, known, found, status=422)

    def _find(self, request: HttpRequest, form: RecordForm) -> HttpResponse:
        asked = {name: request.POST.get(name, "") for name in ("known_contact", "known_reason")}
        people: list[FoundPerson] = []
        known = KnownPersonForm(asked, found=[])
        if not asked["known_contact"].strip():
            known.add_error("known_contact", _("Enter the address or number."))
        elif known.is_valid():
            try:
                people = find_people(
                    typed=asked["known_contact"], reason=asked["known_reason"], by=acting(request), now=clock.now()
                )
            except TooManySearches as refusal:
                known.add_error("known_contact", refusal.message)
            except NotAllowed as refusal:
                known.add_error("known_reason", refusal.message)
            else:
                known = KnownPersonForm(initial=asked, found=_choices(people))
        return self._record_page(request, form, known, people, looked=not known.errors)

    def _record(self, request: HttpRequest, data: dict[str, Any], known: dict[str, Any]) -> Filed:
        chosen = _unsigned([known["subject"]]) if known.get("subject") else []
        return record_for_person(
            form_token=data["form_token"],
            sender=Sender(
                address=data["contact"],
                language=data["language"],
                subject_id=chosen[0] if chosen else None,
                contact_kind=data["contact_kind"],
            ),
            content=ComplaintText(
                text=data["text"],
                category=data["category"],
                remedy=data["remedy"],
                fields=data["fields_concerned"],
                purposes=data["purposes_concerned"],
            ),
            channel=data["channel"],
            received_at=data["received_at"],
            uploads=data["uploads"],
            by=acting(request),
            now=clock.now(),
        )

    def _record_page(
        self,
        request: HttpRequest,
        form: RecordForm,
        known: KnownPersonForm,
        people: Sequence[FoundPerson],
        *,
        looked: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Record a complaint for somebody"),
            "opts": self.opts,
            "form": form,
            "known": known,
            "found": [_signed(person) for person in people],
            "nobody": looked and not people,
            "had_files": bool(request.FILES),
        }
        return render(request, "admin/complaints/record.html", context, status=422 if known.errors else status)


def _choices(people: Sequence[FoundPerson]) -> list[tuple[str, str]]:
    return [(_signed(person), _in_words(person)) for person in people]


def _in_words(person: FoundPerson) -> str:
    account = _("with an account") if person.has_account else _("without an account")
    cases = ngettext("%(count)s case", "%(count)s cases", person.cases) % {"count": person.cases}
    return _("Person %(reference)s, known since %(day)s, %(account)s, %(values)s values held, %(cases)s") % {
        "reference": str(person.subject_id)[:13],
        "day": day(person.known_since),
        "account": account,
        "values": person.values_held,
        "cases": cases,
    }


def _signed(person: FoundPerson) -> str:
    return signing.Signer(salt=FOUND_SALT).sign(str(person.subject_id))


def _unsigned(values: Sequence[str]) -> list[UUID]:
    """The people named by what this page signed; anything else is left out."""
    found = []
    for value in values:
        try:
            found.append(UUID(signing.Signer(salt=FOUND_SALT).unsign(value)))
        except signing.BadSignature:
            continue
    return found
