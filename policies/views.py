"""The public policy pages: no sign-in, nothing personal, the same for everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.rules import complaint_rule
from policies import pages, selectors
from policies.comparing_parts import compared_parts
from policies.models import PolicyVersion


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def _nothing_published(http: HttpRequest) -> HttpResponse:
    return render(http, "policies/nothing_published.html", status=404)


@require_safe
def current(http: HttpRequest) -> HttpResponse:
    """The policy in force."""
    in_force = selectors.version_in_force(clock.now())
    if in_force is None:
        return _nothing_published(http)
    return _show(http, in_force, in_force)


@require_safe
def version(http: HttpRequest, number: int) -> HttpResponse:
    """One published version, in force or not."""
    found = get_object_or_404(PolicyVersion.objects.defer("document"), number=number)
    return _show(http, found, selectors.version_in_force(clock.now()))


def _show(http: HttpRequest, shown: PolicyVersion, in_force: PolicyVersion | None) -> HttpResponse:
    now = clock.now()
    context = {
        "page": pages.policy_page(shown, _language()),
        "state": pages.state_of(shown, in_force, now),
        "in_force": in_force,
        "upcoming": selectors.upcoming_version(now),
        "previous": shown.number - 1,
        # The long lists are folded; this unfolds them all, for reading through or for paper, without script.
        "lists_open": http.GET.get("lists") == "open",
    }
    return render(http, "policies/policy.html", context)


@require_safe
def versions(http: HttpRequest) -> HttpResponse:
    """All versions, newest first."""
    now = clock.now()
    rows = pages.version_rows(selectors.version_in_force(now), now)
    if not rows:
        return _nothing_published(http)
    return render(http, "policies/versions.html", {"rows": rows})


@require_safe
def compare(http: HttpRequest) -> HttpResponse:
    """The difference between two versions; the last two when none are named."""
    found = list(selectors.versions())
    if not found:
        return _nothing_published(http)
    newest = found[0].number
    wanted = {"from": max(newest - 1, 1), "to": newest}
    problem = ""
    for name in wanted:
        given = http.GET.get(name, "").strip()
        if given:
            if given.isascii() and given.isdigit() and len(given) < 9 and int(given) in {row.number for row in found}:
                wanted[name] = int(given)
            else:
                problem = _("There is no version with that number. Choose two from the list.")
    context: dict[str, object] = {"found": found, "wanted": wanted, "problem": problem, "from_number": wanted["from"]}
    context["to_number"] = wanted["to"]
    if not problem and wanted["from"] != wanted["to"]:
        by_number = {row.number: row for row in found}
        before, after = by_number[wanted["from"]], by_number[wanted["to"]]
        sections = pages.compared_sections(before, after, _language())
        context |= {
            "before": before,
            "after": after,
            "sections": [(title, change) for title, change in sections if change.is_changed],
            "unchanged": [title for title, change in sections if not change.is_changed],
            "parts": compared_parts(selectors.document(before), selectors.document(after)),
        }
    return render(http, "policies/compare.html", context)


@require_safe
def procedure(http: HttpRequest) -> HttpResponse:
    """How to use one's rights: decree 356/2025 article 5.1 and decree 248/2026 article 7 ask for this page."""
    now = clock.now()
    in_force = selectors.version_in_force(now)
    if in_force is None:
        return _nothing_published(http)
    today = clock.local_date(now)
    rows = pages.request_rows(today)
    context = {
        "version": in_force,
        "pack": selectors.document(in_force),
        "requests": rows,
        "acknowledge_days": max(row.rule.acknowledge_working_days for row in rows),
        "rule": complaint_rule(on=today),
    }
    return render(http, "policies/procedure.html", context)
