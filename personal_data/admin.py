"""People at the staff desk: by reference only, values masked, each look recorded and told to the person."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import day
from personal_data import admin_disposals as admin_disposals
from personal_data import admin_erasure as admin_erasure
from personal_data import admin_holds as admin_holds
from personal_data import admin_import as admin_import
from personal_data import admin_kept as admin_kept
from personal_data import admin_limits as admin_limits
from personal_data import admin_merge as admin_merge
from personal_data import admin_orders as admin_orders
from personal_data import admin_packages as admin_packages
from personal_data import admin_purposes as admin_purposes
from personal_data import admin_retention as admin_retention
from personal_data import permissions
from personal_data.enums import Source
from personal_data.forms import RefusalForm, RevealForm
from personal_data.models import DataSubject
from personal_data.selectors import HeldField, held_on
from personal_data.selectors_holds import holds_on_everything
from personal_data.selectors_limits import limits_of
from personal_data.services.desk import open_person, record_refusal
from personal_data.services.holding import reveal
from personal_data.sign_in_address import masked_sign_in_address
from policies import selectors as policies
from policies.pack_types import Pack

# Where a value comes from as colleagues read it; the person reads the labels of `Source`.
_SOURCES = {
    Source.PERSON: pgettext_lazy("source, to staff", "entered by the person"),
    Source.SIGN_UP: pgettext_lazy("source, to staff", "given when signing up"),
    Source.COMPLAINT: pgettext_lazy("source, to staff", "given with a complaint or request"),
    Source.STAFF: pgettext_lazy("source, to staff", "entered by staff"),
    Source.IMPORT: pgettext_lazy("source", "brought in from the organisation's records"),
    Source.BROWSER: pgettext_lazy("source, to staff", "from the browser, under consent"),
}


@admin.register(DataSubject)
class DataSubjectAdmin(ReadOnlyAdmin):
    """People on whom data is held. Whoever sees everybody gets the list; an agent comes here from a case."""

    list_display = ("reference", "state", "known_since", "last_active", "value_count")
    list_filter = ("state",)
    search_fields = ("id",)
    search_help_text = gettext_lazy("Reference, in whole or in part")
    ordering = ("-created_at",)
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_EVERYBODY

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataSubject]:
        return super().get_queryset(request).annotate(values_held=Count("items"))

    @admin.display(description=pgettext_lazy("of a person", "Reference"))
    def reference(self, row: DataSubject) -> str:
        return str(row.pk)[:13]

    @admin.display(description=gettext_lazy("Known since"), ordering="created_at")
    def known_since(self, row: DataSubject) -> str:
        return day(row.created_at)

    @admin.display(description=gettext_lazy("Last active"), ordering="last_active_at")
    def last_active(self, row: DataSubject) -> str:
        return day(row.last_active_at)

    @admin.display(description=gettext_lazy("Values held"), ordering="values_held")
    def value_count(self, row: Any) -> int:
        return int(row.values_held)

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.post_route("reveal", self.reveal_view, self._subject),
            self.post_route("refusal", self.refusal_view, self._subject),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one person. Nothing is changed at this address."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._subject(request, object_id))

    def reveal_view(self, request: HttpRequest, subject: DataSubject) -> HttpResponse:
        """Shows one value in the answer to this POST and nowhere else; loading the page again hides it."""
        form = RevealForm(request.POST, pack=_pack())
        if not form.is_valid():
            return self._page(request, subject, reveal_form=form, status=422)
        field = form.cleaned_data["field"]
        item = subject.items.filter(field=field).first()
        if item is None:
            messages.warning(request, _("This is no longer held."))
            return self._back(subject)
        try:
            value = reveal(
                item_id=item.pk,
                purpose=form.cleaned_data["purpose"],
                reason=form.cleaned_data["reason"],
                by=_acting(request),
                now=clock.now(),
            )
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
            return self._back(subject)
        return self._page(request, subject, revealed={field: value})

    def refusal_view(self, request: HttpRequest, subject: DataSubject) -> HttpResponse:
        """Records what the person told."""
        fields = [(spec.code, str(spec.label)) for spec in _pack().fields]
        form = RefusalForm(request.POST, choices=fields, prefix="refusal")
        if not form.is_valid():
            return self._page(request, subject, refusal_form=form, status=422)
        try:
            record_refusal(
                subject_id=subject.pk,
                field=form.cleaned_data["field"],
                how=form.cleaned_data["reason"],
                by=_acting(request),
                now=clock.now(),
            )
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Recorded. The person sees it in their account."))
        return self._back(subject)

    def _page(
        self,
        request: HttpRequest,
        subject: DataSubject,
        *,
        revealed: dict[str, str] | None = None,
        reveal_form: RevealForm | None = None,
        refusal_form: RefusalForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        by, now = _acting(request), clock.now()
        open_person(subject_id=subject.pk, by=by, now=now)
        held = held_on(subject_id=subject.pk, at=now) if subject.is_active else []
        context = {
            **self.admin_site.each_context(request),
            "title": _("Person %(reference)s") % {"reference": str(subject.pk)[:13]},
            "opts": self.opts,
            "subject": subject,
            "sign_in_address": masked_sign_in_address(subject.pk) if subject.is_active else "",
            "rows": [_row(field, by, revealed or {}, reveal_form) for field in held],
            "lists_everybody": self.has_view_permission(request),
            "holds": [admin_holds.hold_link(hold, by=by) for hold in holds_on_everything(subject.pk)],
            "deciding": _deciding(subject, by) if subject.is_active else [],
            "limits": [admin_limits.limit_link(limit, by=by) for limit in limits_of(subject.pk)],
            "may_write": subject.is_active and permissions.can_write_for(by=by, subject_id=subject.pk),
            "refusal_form": refusal_form or RefusalForm(choices=_may_refuse(held), prefix="refusal"),
            "urls": {name: reverse(f"admin:{self._name(name)}", args=[subject.pk]) for name in ("reveal", "refusal")},
        }
        return render(request, "admin/personal_data/subject.html", context, status=status)

    def _subject(self, request: HttpRequest, pk: str | UUID) -> DataSubject:
        try:
            subject = DataSubject.objects.filter(pk=UUID(str(pk))).first()
        except ValueError as error:
            raise Http404 from error
        if subject is None:
            raise Http404
        if not permissions.can_open(by=_acting(request), subject_id=subject.pk):
            raise PermissionDenied
        return subject

    def _name(self, action: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{action}"

    def _back(self, subject: DataSubject) -> HttpResponse:
        return redirect(reverse(f"admin:{self._name('change')}", args=[subject.pk]))


def _row(field: HeldField, by: Actor, revealed: dict[str, str], sent: RevealForm | None) -> dict[str, Any]:
    """One field for the template: masked unless just revealed, with the form that reveals it where the role may."""
    code = field.spec.code
    may = field.item is not None and permissions.can_reveal(by=by, sensitivity=field.spec.sensitivity)
    own = sent is not None and sent.data.get("field") == code
    return {
        "field": field,
        "value": revealed.get(code, field.masked),
        "is_revealed": code in revealed,
        "source": _SOURCES[Source(field.item.source)] if field.item else "",
        "form": (sent if own else RevealForm(pack=_pack(), initial={"field": code}, auto_id=f"id_{code}_%s"))
        if may and code not in revealed
        else None,
        "is_open": own,
    }


def _deciding(subject: DataSubject, by: Actor) -> list[tuple[str, str]]:
    """Where it is recorded that data of the person is no longer needed, or has to stay."""
    found = []
    if permissions.can_write_for(by=by, subject_id=subject.pk):
        found.append((_("A contract began or is over"), reverse("admin:personal_data_purposestate_add")))
    if permissions.can_prepare_retention(by=by):
        found += [
            (_("Place a legal hold"), reverse("admin:personal_data_legalhold_add")),
            (_("Propose deletion: no longer needed"), reverse("admin:personal_data_disposal_add")),
        ]
    return [(label, f"{url}?person={subject.pk}") for label, url in found]


def _may_refuse(held: list[HeldField]) -> list[tuple[str, str]]:
    return [(field.spec.code, str(field.spec.label)) for field in held if not field.refusal]


def _pack() -> Pack:
    version = policies.version_in_force(clock.now())
    if version is None:
        raise Http404
    return policies.document(version)


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)
