"""Who looked at, changed or decided anything: staff by role, the person, and the portal by itself."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import pgettext

from accounts import access_log as log
from accounts.member_pages import member_page, person, version_shown
from policies import selectors as policies

PER_PAGE = 20


@member_page
def access_log(http: HttpRequest) -> HttpResponse:
    """One page of one side's deeds, newest first."""
    user = person(http)
    side = next((one for one in log.Side if one == http.GET.get("by")), log.Side.STAFF)
    page = Paginator(log.entries_of(user=user, side=side), PER_PAGE).get_page(http.GET.get("page"))
    version = version_shown(http)
    pack = policies.document(version) if version else None
    lines = log.lines_of(
        list(page.object_list),
        user=user,
        references=log.references_of(user.subject_id),
        labels={spec.code: str(spec.label) for spec in pack.fields} if pack else {},
        purposes={purpose.code: str(purpose.name) for purpose in pack.purposes} if pack else {},
    )
    address = reverse("accounts:access_log")
    names = {
        log.Side.STAFF: pgettext("tab of the access log", "By staff"),
        log.Side.PERSON: pgettext("tab of the access log", "By you"),
        log.Side.PORTAL: pgettext("tab of the access log", "By the portal itself"),
    }
    tabs = [{"url": f"{address}?by={one}", "label": names[one], "current": one == side} for one in log.Side]
    context = {"side": side, "tabs": tabs, "page_obj": page, "lines": lines, "query": f"by={side}&"}
    return render(http, "accounts/access_log.html", context)
