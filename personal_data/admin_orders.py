"""Orders to recipients at the staff desk: which are open, which are late, and recording that one was carried out."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import day, moment
from personal_data import permissions
from personal_data.basis_words import basis_told
from personal_data.forms_desk import ConfirmForm, NamesForm
from personal_data.models import RecipientTask
from personal_data.retention_pack import keeping_pack
from personal_data.selectors_limits import limits_of
from personal_data.services.order_names import read_names
from personal_data.services.ordering import confirm, note_told
from policies import selectors as policies
from policies.pack_types import Pack

STATUS = "_components/status.html"
NAME = "personal_data_recipienttask"


class WhichOrders(admin.SimpleListFilter):
    """Open, late, told to staff, or confirmed."""

    title = pgettext_lazy("filter", "State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", pgettext_lazy("orders", "Not confirmed")),
            ("late", pgettext_lazy("orders", "Late")),
            ("confirmed", pgettext_lazy("orders", "Confirmed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "open":
                return queryset.filter(confirmed_at__isnull=True)
            case "late":
                return queryset.filter(late(clock.now()))
            case "confirmed":
                return queryset.filter(confirmed_at__isnull=False)
        return queryset


@admin.register(RecipientTask)
class RecipientTaskAdmin(ReadOnlyAdmin):
    """Every order, the one that is due first on top. It names nobody but by reference."""

    list_display = ("recipient_name", "order_shown", "follows_from", "given", "due", "state")
    list_display_links = ("recipient_name",)
    list_filter = (WhichOrders, "order")
    list_per_page = 50
    show_full_result_count = False
    sortable_by = ()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        by = _acting(request)
        return by.audit_role in permissions.SEES_EVERYBODY or permissions.can_order(by=by)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_ordering(self, request: HttpRequest) -> Any:
        """What still has to be confirmed comes first."""
        return (F("confirmed_at").desc(nulls_first=True), "due_at", "pk")

    @admin.display(description=gettext_lazy("Recipient"))
    def recipient_name(self, row: RecipientTask) -> str:
        return recipient_words(row)

    @admin.display(description=pgettext_lazy("to a recipient", "Order"))
    def order_shown(self, row: RecipientTask) -> str:
        return str(row.get_order_display())

    @admin.display(description=gettext_lazy("Follows from"))
    def follows_from(self, row: RecipientTask) -> str:
        return basis_told(row.basis)[0]

    @admin.display(description=pgettext_lazy("an order", "Given"))
    def given(self, row: RecipientTask) -> str:
        return day(row.given_at)

    @admin.display(description=pgettext_lazy("of a case", "Due"))
    def due(self, row: RecipientTask) -> str:
        return day(row.due_on)

    @admin.display(description=pgettext_lazy("of a case", "State"))
    def state(self, row: RecipientTask) -> str:
        return render_to_string(STATUS, order_mark(row))

    def get_urls(self) -> list[URLPattern]:
        return [
            self.post_route("tell", self.tell_view, self.entry_or_404),
            self.post_route("confirm", self.confirm_view, self.entry_or_404),
            self.post_route("named", self.named_view, self.entry_or_404),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One order: to whom, what about, until when, and whether it was confirmed."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self.entry_or_404(request, object_id), ConfirmForm())

    def tell_view(self, request: HttpRequest, task: RecipientTask) -> HttpResponse:
        """Record that the recipient was told."""
        try:
            note_told(task_id=task.pk, by=_acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Recorded: the recipient was told."))
        return redirect(f"admin:{NAME}_change", task.pk)

    def confirm_view(self, request: HttpRequest, task: RecipientTask) -> HttpResponse:
        """Record that the recipient confirmed."""
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            return self._page(request, task, form, status=422)
        try:
            confirm(task_id=task.pk, words=form.cleaned_data["words"], by=_acting(request), now=clock.now())
        except NotAllowed as refusal:
            form.add_error(None, refusal.message)
            return self._page(request, task, form, status=422)
        messages.success(request, _("Recorded: the recipient confirmed."))
        return redirect(f"admin:{NAME}_change", task.pk)

    def named_view(self, request: HttpRequest, task: RecipientTask) -> HttpResponse:
        """By what the recipient knows the person, in the answer to this POST and nowhere else."""
        form = NamesForm(request.POST)
        named: dict[str, str] = {}
        if form.is_valid():
            try:
                named = read_names(
                    task_id=task.pk, reason=form.cleaned_data["reason"], by=_acting(request), now=clock.now()
                )
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
        status = 422 if form.errors else 200
        shown = form if form.errors else None
        return self._page(request, task, ConfirmForm(), names_form=shown, named=named, status=status)

    def _page(
        self,
        request: HttpRequest,
        task: RecipientTask,
        form: ConfirmForm,
        *,
        names_form: NamesForm | None = None,
        named: Mapping[str, str] = MappingProxyType({}),
        status: int = 200,
    ) -> HttpResponse:
        may_write = permissions.can_order(by=_acting(request)) and task.confirmed_at is None
        context = {
            **self.admin_site.each_context(request),
            "title": f"{recipient_words(task)}: {task.get_order_display()}",
            "opts": self.opts,
            "task": task,
            "mark": order_mark(task),
            "rows": order_facts(task, by=_acting(request)),
            "form": form if may_write else None,
            "tells": may_write and task.told_at is None,
            "is_limited": bool(limits_of(task.subject_ref)),
            "names_form": (names_form or NamesForm()) if may_write and task.sealed_names is not None else None,
            "named": list(zip(field_words(named), named.values(), strict=True)),
            "urls": {name: reverse(f"admin:{NAME}_{name}", args=[task.pk]) for name in ("tell", "confirm", "named")},
        }
        return render(request, "admin/personal_data/order.html", context, status=status)


def late(now: Any) -> Q:
    """Orders that were not confirmed in time."""
    return Q(confirmed_at__isnull=True, due_at__lte=now)


def recipient_words(task: RecipientTask) -> str:
    """The recipient by the name the policy in force gives it."""
    pack = _pack()
    known = pack.recipients if pack else ()
    return next((str(one.name) for one in known if one.code == task.recipient), task.recipient)


def order_mark(task: RecipientTask) -> dict[str, str]:
    """How an order stands, as a mark and in words."""
    if task.confirmed_at is not None:
        return {"kind": "done", "label": _("confirmed on %(day)s") % {"day": day(task.confirmed_at)}}
    if task.due_at <= clock.now():
        return {"kind": "overdue", "label": _("late, was due by %(day)s") % {"day": day(task.due_on)}}
    return {"kind": "waiting", "label": _("waits for confirmation until %(day)s") % {"day": day(task.due_on)}}


def field_words(codes: Iterable[str]) -> list[str]:
    """Fields by the names the policy in force gives them."""
    pack = _pack()
    return [str(spec.label) if pack and (spec := pack.field(code)) else code for code in codes]


def order_facts(task: RecipientTask, *, by: Actor) -> list[tuple[str, str, str]]:
    """What an order is about, in words and with pages to go to; no value of the person."""
    pack = _pack()
    purposes = {one.code: str(one.name) for one in pack.purposes} if pack else {}
    basis, basis_url = basis_told(task.basis, by=by)
    found = [
        (_("Recipient"), recipient_words(task), ""),
        (_("What it has to do"), str(task.get_order_display()), ""),
        (_("Data concerned"), ", ".join(field_words(task.fields)), ""),
        (_("Purposes concerned"), ", ".join(purposes.get(code, code) for code in task.purposes), ""),
        (_("Follows from"), basis, basis_url),
        (_("Person"), str(task.subject_ref)[:13], ""),
        (_("Order given"), moment(task.given_at), ""),
        (_("Told to the recipient"), moment(task.told_at) if task.told_at else "", ""),
    ]
    return [fact for fact in found if fact[1]]


def _pack() -> Pack | None:
    version = policies.version_in_force(clock.now())
    return keeping_pack(version) if version else None


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)
