"""Searching the desk of requests: found wherever it stands, whatever list is shown."""

from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from dsr_requests.enums import RequestKind
from dsr_requests.models import Request
from policies.models import PolicyVersion
from tests.cases.fixtures import GUEST_ADDRESS, signed_in
from tests.dsr_requests.steps import WISHES, by_guest

QUEUE = "/staff/dsr_requests/request/"
LISTS = ("", "?list=known", "?list=mine", "?list=untaken", "?list=late", "?list=settled", "?list=unverified")


@pytest.fixture
def unproved(policy_in_force: PolicyVersion, now: datetime) -> Request:
    """A guest's request of which nobody knows yet who sent it: it stands in a list of its own."""
    return by_guest(WISHES[RequestKind.COPY], now=now)


def listed(browser: Client, query: str) -> set[str]:
    return {row.reference for row in browser.get(QUEUE + query).context["cl"].result_list}


@pytest.mark.parametrize("shown", LISTS)
def test_a_reference_is_found_whatever_list_is_shown(shown: str, unproved: Request, dpo: User) -> None:
    browser = signed_in(dpo)
    assert (unproved.reference in listed(browser, shown)) == (shown == "?list=unverified")
    joined = f"{shown}&" if shown else "?"
    assert listed(browser, f"{joined}q={unproved.reference}") == {unproved.reference}


@pytest.mark.parametrize("shown", LISTS)
def test_an_address_is_found_whatever_list_is_shown(shown: str, unproved: Request, dpo: User) -> None:
    browser = signed_in(dpo)
    browser.post(f"{QUEUE}search/", {"q": GUEST_ADDRESS})
    joined = f"{shown}&" if shown else "?"
    assert listed(browser, f"{joined}found=1") == {unproved.reference}


def test_a_list_chosen_after_a_search_is_that_list_again(unproved: Request, dpo: User) -> None:
    page = signed_in(dpo).get(f"{QUEUE}?list=mine&q={unproved.reference}")
    tabs = next(spec for spec in page.context["cl"].filter_specs if getattr(spec, "as_tabs", False))
    choices = list(tabs.choices(page.context["cl"]))
    assert [choice["value"] for choice in choices if choice["selected"]] == ["all"]
    assert not [choice for choice in choices if "q=" in choice["query_string"]]
