"""The lists and filters of the queue. Each stands in the address as a code; a code nobody knows filters nothing."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language_info, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from cases import permissions, queue
from cases.admin_base import acting
from cases.enums import OPEN_STATES, CaseStatus, IntakeChannel
from cases.kinds import facts_of
from cases.staff import working_staff
from core import clock
from policies.context import CurrentPolicy

FOUND = "desk-found"
SEARCHES = ("q", "found")


class WhichList(admin.SimpleListFilter):
    """Which cases are shown; drawn as tabs above the queue. Without a choice: everything open whose sender is known."""

    title = gettext_lazy("List")
    parameter_name = "list"
    as_tabs = True

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("mine", pgettext_lazy("list of cases", "Mine")),
            ("untaken", pgettext_lazy("list of cases", "Not taken")),
            ("late", pgettext_lazy("list of cases", "Overdue")),
            ("unverified", facts_of(model_admin.model.kind).unproved_name),
            ("settled", pgettext_lazy("list of cases", "Answered")),
            ("closed", pgettext_lazy("list of cases", "Closed")),
            ("all", pgettext_lazy("list of cases", "All")),
        ]

    def choices(self, changelist: Any) -> Any:
        found: list[Any] = list(super().choices(changelist))
        found[0]["display"] = pgettext_lazy("list of cases", "Queue")
        for choice, value in zip(found, ["known", *(value for value, _label in self.lookup_choices)], strict=True):
            choice["value"] = value
            name = {} if value == "known" else {self.parameter_name: value}
            choice["query_string"] = changelist.get_query_string(name, [self.parameter_name, *SEARCHES])
            if is_search(changelist.params):
                choice["selected"] = value == list_shown(changelist.params)
        return iter(found)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queue.in_list(queryset, list_shown(request.GET), by=acting(request), now=clock.now())


class FoundFilter(admin.SimpleListFilter):
    """What the last search by address or phone found. The address names no one: what was found stays in the session."""

    title = gettext_lazy("Search")
    parameter_name = "found"
    is_search = True
    tells_more = True

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", gettext_lazy("The address or number searched for"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        found = queryset.filter(pk__in=request.session.get(f"{FOUND}-{queryset.model.kind}", []))
        return queue.told(found, by=acting(request))


class QueueFilter(admin.SimpleListFilter):
    """A choice below the tabs.

    With `tells_more` its answer says of a case what the list itself tells an agent of the own cases alone.
    """

    column = ""
    tells_more = False

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        """Codes and words."""
        raise NotImplementedError

    def narrow(self, rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
        """The rows for which the choice holds."""
        return rows.filter(**{self.column or str(self.parameter_name): value})

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return self.pairs(request, model_admin.model)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        known = {code for code, _words in self.lookup_choices}
        if value is None or value not in known:
            return queryset
        rows = self.narrow(queryset, value, request)
        return queue.told(rows, by=acting(request)) if self.tells_more else rows


class StateFilter(QueueFilter):
    title = pgettext_lazy("filter", "State")
    parameter_name = "status"
    tells_more = True

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        return [(state, CaseStatus(state).label) for state in model.transitions]


class DueFilter(QueueFilter):
    title = pgettext_lazy("filter", "Due")
    parameter_name = "due"

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        words = (
            pgettext("due", "Target passed"),
            pgettext("due", "Today"),
            pgettext("due", "Within 3 days"),
            pgettext("due", "Within 7 days"),
            pgettext("due", "Later than 7 days"),
        )
        return list(zip(queue.WINDOWS, words, strict=True))

    def narrow(self, rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
        return queue.in_window(rows, value, now=clock.now())


class StaffFilter(QueueFilter):
    title = pgettext_lazy("filter", "Handled by")
    parameter_name = "with"

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        by = acting(request)
        users = working_staff() if permissions.reads_every_case(by=by) else working_staff().filter(pk=by.pk)
        people = sorted(((str(user.pk), str(user)) for user in users), key=lambda pair: pair[1])
        return [("nobody", _("nobody yet")), *people]

    def narrow(self, rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
        return rows.filter(assignee__isnull=True) if value == "nobody" else rows.filter(assignee_id=value)


class AboutFilter(QueueFilter):
    """What a case is about: the category of a complaint, the kind of a request."""

    title = pgettext_lazy("of a case", "About")
    parameter_name = "about"

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        return facts_of(model.kind).abouts(policy_of(request).version)

    def narrow(self, rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
        return rows.filter(**{facts_of(rows.model.kind).about_field: value})


class ChannelFilter(QueueFilter):
    title = pgettext_lazy("filter", "Channel")
    parameter_name = "channel"
    tells_more = True

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        return [(value, label) for value, label in IntakeChannel.choices]


class LanguageFilter(QueueFilter):
    title = pgettext_lazy("filter", "Language")
    parameter_name = "language"
    tells_more = True

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


class RoundFilter(QueueFilter):
    title = pgettext_lazy("filter", "Round")
    parameter_name = "round"
    tells_more = True

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        return [("1", pgettext("round of a case", "First")), ("2", pgettext("round of a case", "Reopened"))]


def policy_of(request: HttpRequest) -> CurrentPolicy:
    """The policy in force, read once for a page."""
    if not hasattr(request, "desk_policy"):
        request.desk_policy = CurrentPolicy()  # type: ignore[attr-defined]
    found: CurrentPolicy = request.desk_policy  # type: ignore[attr-defined]
    return found


def is_search(parameters: Any) -> bool:
    """Whether an address asks for what a search finds."""
    return any(parameters.get(name, "").strip() for name in SEARCHES)


def list_shown(parameters: Any) -> str:
    """The list an address shows. What is searched for is found wherever it stands: a search looks through all."""
    return "all" if is_search(parameters) else parameters.get("list", "")


def narrows(parameters: Any) -> bool:
    """Whether an address sets a filter below the tabs; lists, searches and pages are none."""
    return any(value for name, value in parameters.items() if name not in ("list", *SEARCHES, "o", "p"))


def asks_for_more(parameters: Any, filters: Iterable[Any]) -> bool:
    """Whether an address asks what lists tell an agent of the own cases alone."""
    telling = (spec for spec in filters if getattr(spec, "tells_more", False))
    asked = any(spec.value() in dict(spec.lookup_choices) for spec in telling)
    return asked or list_shown(parameters) in queue.OF_WHAT_IS_OVER


def shows_only_open(parameters: Any) -> bool:
    """Whether the filters of an address leave open cases alone."""
    return parameters.get("status") in OPEN_STATES or parameters.get("due") in queue.WINDOWS
