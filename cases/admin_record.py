"""Entering a case for somebody who called, wrote or came."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
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
from cases.forms_record import KnownPersonForm, RecordedForm
from cases.models import Case
from cases.services.filing import Sender
from cases.services.finding import FoundPerson, described, find_people
from core import clock
from core.errors import NotAllowed
from core.templatetags.portal import day
from policies import selectors as policies
from policies.models import PolicyVersion

FOUND_SALT = "cases.found-person"


class Recording(DeskAdmin):
    """One page: what was said, and beside it the search for the person it belongs to."""

    record_title: ClassVar[Any]  # of the page and of the link to it
    record_lead: ClassVar[Any]
    record_button: ClassVar[Any]
    record_action: ClassVar[str]  # mark of the button

    def record_form(self, *args: Any, version: PolicyVersion, now: datetime, asked: Any, **kwargs: Any) -> RecordedForm:
        """The form; `asked` is what the address of the page says."""
        raise NotImplementedError

    def record(self, form: Any, *, sender: Sender, request: HttpRequest) -> Case:
        """File what a valid form says. Raises NotAllowed, OSError."""
        raise NotImplementedError

    def record_page_title(self, asked: Any) -> Any:
        """What stands above the form."""
        return self.record_title

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.record_view)
        return [path("record/", view, name=self.record_name), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        url = reverse(f"admin:{self.record_name}") if permissions.works_on_cases(by=acting(request)) else ""
        context = {"record_url": url, "record_title": self.record_title}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @property
    def record_name(self) -> str:
        """The name of the page's address."""
        return f"{self.opts.app_label}_{self.opts.model_name}_record"

    def record_view(self, request: HttpRequest, asked: Any = None) -> HttpResponse:
        """The form; with `step` “find” it looks for a person first and keeps all that was typed."""
        now, by = clock.now(), acting(request)
        if not permissions.works_on_cases(by=by):
            raise PermissionDenied
        version = policies.version_in_force(now)
        if version is None:
            messages.error(request, _("Nothing can be sent yet, because no policy has been published."))
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        asks: dict[str, Any] = {"version": version, "now": now, "asked": asked}
        if request.method != "POST":
            form = self.record_form(initial={"language": get_language()}, **asks)
            return self._record_page(request, asked, form, KnownPersonForm(found=[]), [])
        form = self.record_form(request.POST, request.FILES, **asks)
        if request.POST.get("step") == "find":
            typed = {name: form[name].data for name, one in form.fields.items() if not isinstance(one, forms.FileField)}
            return self._find(request, asked, self.record_form(initial=typed, **asks))
        found = described(_unsigned(request.POST.getlist("found")), by=by)
        known = KnownPersonForm(request.POST, found=_choices(found))
        if form.is_valid() and known.is_valid():
            try:
                sender = _sender(form.cleaned_data, known.cleaned_data)
                case = self.record(form, sender=sender, request=request)
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            except OSError:
                form.add_error("uploads", _("The files could not be stored now. Try again, or leave them out."))
            else:
                messages.success(request, _("Recorded as %(reference)s.") % {"reference": case.reference})
                return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", case.pk)
        return self._record_page(request, asked, form, known, found, status=422)

    def _find(self, request: HttpRequest, asked: Any, form: RecordedForm) -> HttpResponse:
        typed = {name: request.POST.get(name, "") for name in ("known_contact", "known_reason")}
        people: list[FoundPerson] = []
        known = KnownPersonForm(typed, found=[])
        if not typed["known_contact"].strip():
            known.add_error("known_contact", _("Enter the address or number."))
        elif known.is_valid():
            try:
                people = find_people(
                    typed=typed["known_contact"], reason=typed["known_reason"], by=acting(request), now=clock.now()
                )
            except TooManySearches as refusal:
                known.add_error("known_contact", refusal.message)
            except NotAllowed as refusal:
                known.add_error("known_reason", refusal.message)
            else:
                known = KnownPersonForm(initial=typed, found=_choices(people))
        return self._record_page(request, asked, form, known, people, looked=not known.errors)

    def _record_page(
        self,
        request: HttpRequest,
        asked: Any,
        form: RecordedForm,
        known: KnownPersonForm,
        people: Sequence[FoundPerson],
        *,
        looked: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": self.record_page_title(asked),
            "lead": self.record_lead,
            "opts": self.opts,
            "form": form,
            "known": known,
            "found": [_signed(person) for person in people],
            "nobody": looked and not people,
            "had_files": bool(request.FILES),
            "button": self.record_button,
            "action": self.record_action,
        }
        return render(request, "admin/cases/record.html", context, status=422 if known.errors else status)


def _sender(data: dict[str, Any], known: dict[str, Any]) -> Sender:
    chosen = _unsigned([known["subject"]]) if known.get("subject") else []
    return Sender(
        address=data["contact"],
        language=data["language"],
        subject_id=chosen[0] if chosen else None,
        contact_kind=data["contact_kind"],
    )


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
