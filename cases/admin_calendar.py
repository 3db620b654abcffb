"""The calendar as officers and administrators keep it: say what changes and why, see what it does, then save."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from cases import calendar_effect
from cases.admin_base import acting
from cases.calendar_effect import Effect, effect_of
from cases.forms_calendar import DayForm, HoursForm, ReasonForm
from cases.services import calendar_keeping as keeping
from core import clock
from core.admin import GuardedFilters, ReadOnlyAdmin
from core.calendars import WorkingCalendar
from core.errors import NotAllowed
from core.models import CalendarSetting, CalendarVersion, Holiday
from core.templatetags.portal import day

Cleaned = dict[str, Any]


class CalendarPages(GuardedFilters):
    """Two pages for every change: the form, then what it would do with a button that does it."""

    def ask(
        self,
        request: HttpRequest,
        form: forms.Form,
        *,
        title: str,
        would_be: Callable[[Cleaned], WorkingCalendar],
        save: Callable[[Cleaned], object],
        data_action: str,
        back: str,
        take_out: str = "",
    ) -> HttpResponse:
        """Answer one step of a change; nothing typed is lost on the way."""
        effect = None
        if request.method == "POST" and form.is_valid() and "_again" not in request.POST:
            try:
                if "_confirmed" in request.POST:
                    save(form.cleaned_data)
                    messages.success(request, _("The calendar was changed. Open cases follow within a minute."))
                    return HttpResponseRedirect(back)
                effect = effect_of(would_be(form.cleaned_data))
            except NotAllowed as refusal:
                form.add_error(None, str(refusal.message))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "form": form,
            "effect": effect,
            "effect_words": _words_of(effect) if effect else "",
            "data_action": data_action,
            "back": back,
            "take_out": take_out,
            "typed": _shown(form) if effect else [],
        }
        return TemplateResponse(request, "admin/core/calendar_change.html", context)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing is done to many days at once: each change has a reason of its own."""
        return {}


@admin.register(Holiday)
class HolidayAdmin(CalendarPages):
    """Days that differ from the default calendar."""

    list_display = ("day", "name", "kind_of_day")
    ordering = ("-day",)

    @admin.display(description=gettext_lazy("What it is"))
    def kind_of_day(self, holiday: Holiday) -> str:
        """In words."""
        return _kind(holiday.is_working)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Set a day."""
        if not self.has_add_permission(request):
            raise PermissionDenied

        def save(typed: Cleaned) -> None:
            keeping.set_day(**_day(typed), reason=typed["reason"], by=acting(request), now=clock.now())

        return self.ask(
            request,
            DayForm(request.POST or None),
            title=_("Set a day"),
            would_be=lambda typed: calendar_effect.with_day(day=typed["day"], is_working=typed["is_working"]),
            save=save,
            data_action="calendar-day-set",
            back=reverse("admin:core_holiday_changelist"),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Correct a day; whoever may not sees it as it is."""
        found = self.get_object(request, object_id)
        if found is None or not self.has_change_permission(request, found):
            return super().change_view(request, object_id, form_url, extra_context)
        before = found.day

        def save(typed: Cleaned) -> None:
            keeping.move_day(before=before, **_day(typed), reason=typed["reason"], by=acting(request), now=clock.now())

        initial = {"day": before, "name": found.name, "is_working": found.is_working}
        return self.ask(
            request,
            DayForm(request.POST or None, initial=initial),
            title=_("Correct a day"),
            would_be=lambda typed: calendar_effect.with_day(
                day=typed["day"], is_working=typed["is_working"], instead_of=before
            ),
            save=save,
            data_action="calendar-day-move",
            back=reverse("admin:core_holiday_changelist"),
            take_out=reverse("admin:core_holiday_delete", args=[found.pk]),
        )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Let the default calendar hold again."""
        found = self.get_object(request, object_id)
        if found is None or not self.has_delete_permission(request, found):
            raise PermissionDenied
        gone = found.day

        def save(typed: Cleaned) -> None:
            keeping.forget_day(day=gone, reason=typed["reason"], by=acting(request), now=clock.now())

        return self.ask(
            request,
            ReasonForm(request.POST or None),
            title=_("Take %(day)s out of the calendar") % {"day": day(gone)},
            would_be=lambda _typed: calendar_effect.with_day(day=gone, is_working=None),
            save=save,
            data_action="calendar-day-forget",
            back=reverse("admin:core_holiday_changelist"),
        )


@admin.register(CalendarSetting)
class CalendarSettingAdmin(CalendarPages):
    """The working week and the hours of service: one page."""

    def get_urls(self) -> list[URLPattern]:
        """No page of a row: saving there would pass the service by."""
        return [page for page in super().get_urls() if page.name == "core_calendarsetting_changelist"]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one setting, so the list is its page, and nothing in it can be filtered."""
        if request.GET:
            raise SuspiciousOperation
        if not self.has_change_permission(request):
            raise PermissionDenied
        setting = CalendarSetting.objects.first() or CalendarSetting()

        def save(typed: Cleaned) -> None:
            hours = keeping.Hours(typed["working_week"], typed["opens"], typed["closes"])
            keeping.set_hours(hours=hours, reason=typed["reason"], by=acting(request), now=clock.now())

        initial = {"working_week": setting.working_week, "opens": setting.opens, "closes": setting.closes}
        return self.ask(
            request,
            HoursForm(request.POST or None, initial=initial),
            title=_("Working week and hours of service"),
            would_be=lambda typed: calendar_effect.with_hours(
                working_week=typed["working_week"], opens=typed["opens"], closes=typed["closes"]
            ),
            save=save,
            data_action="calendar-hours-set",
            back=reverse("admin:core_calendarsetting_changelist"),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CalendarVersion)
class CalendarVersionAdmin(ReadOnlyAdmin):
    """Every calendar there was; the audit trail says who made it and why."""

    list_display = ("number", "made_at", "working_week", "opens", "closes")
    fields = ("number", "made_at", "working_week", "opens", "closes", "overrides", "names")
    ordering = ("-number",)


def _day(typed: Cleaned) -> dict[str, Any]:
    return {"day": typed["day"], "name": typed["name"], "is_working": typed["is_working"]}


def _kind(is_working: bool) -> str:
    return pgettext("kind of day", "worked") if is_working else pgettext("kind of day", "day off")


def _shown(form: forms.Form) -> list[tuple[str, str]]:
    """What was typed, for reading."""
    found = []
    for name, field in form.fields.items():
        value = form.cleaned_data[name]
        if isinstance(field, forms.ChoiceField):
            value = dict(field.choices)[value]  # type: ignore[arg-type]
        elif isinstance(value, bool):
            value = _kind(value)
        elif isinstance(value, time):
            value = f"{value:%H:%M}"
        elif isinstance(value, date):
            value = day(value)
        found.append((str(field.label) if name != "is_working" else _("What it is"), str(value)))
    return found


def _words_of(effect: Effect) -> str:
    """What a change does to open cases, in a sentence."""
    if effect.moving == 0:
        told = _("No open case would get another date.")
    else:
        told = ngettext(
            "%(count)s open case would get another date. Whoever has it is told.",
            "%(count)s open cases would get other dates. Whoever has one is told.",
            effect.moving,
        ) % {"count": effect.moving}
    if not effect.all_looked_at:
        told += " " + _("Only the %(count)s that are due next were looked at.") % {"count": effect.looked_at}
    return told
