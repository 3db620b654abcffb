"""Steps of staff on the page of a case, for tests."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from cases.models import Case


def url(case: Case, action: str = "change") -> str:
    return f"/staff/{case._meta.app_label}/{case._meta.model_name}/{case.pk}/{action}/"


def page_of(browser: Client, case: Case) -> str:
    return browser.get(url(case), headers={"accept-language": "en"}).content.decode()


def seen_on(page: str) -> str:
    """The newest change a page knew."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    return found[1] if found else ""


def send(
    browser: Client,
    case: Case,
    action: str,
    data: dict[str, Any] | None = None,
    *,
    seen: str | None = None,
    **more: Any,
) -> Any:
    """Send an action as the page would, by default from a page that was just opened."""
    known = seen_on(page_of(browser, case)) if seen is None else seen
    answer: HttpResponse = browser.post(
        url(case, action), {**(data or {}), "seen": known}, headers={"accept-language": "en"}, **more
    )
    return answer


def shown(answer: Any) -> str:
    text: str = answer.content.decode()
    return text
