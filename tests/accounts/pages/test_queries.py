"""A long history costs nothing: the same number of queries with 1,000 entries as with 10, and never more than 15."""

from datetime import datetime

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.services.recording import record
from tests.accounts.pages.conftest import Hold

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
MOST = 15
PAGES = (
    "/en/account/",
    "/en/account/data/",
    "/en/account/data/full-name/history/",
    "/en/account/access-log/",
    "/en/account/access-log/?by=you",
)


def queries(browser: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connections["default"]) as data, CaptureQueriesContext(connections["keys"]) as keys:
        assert browser.get(address).status_code == 200
    return [query["sql"] for query in (*data.captured_queries, *keys.captured_queries)]


def fill(member: User, now: datetime, count: int) -> None:
    for number in range(count):
        role = member if number % 2 else Agent()
        record(
            event="item.revealed" if number % 2 == 0 else "item.corrected",
            target=f"subject:{member.subject_id}",
            subject_id=member.subject_id,
            by=role,
            now=now,
            details={"field": "full-name", "purpose": "orders"},
            note="asked by phone" if number % 2 == 0 else "",
        )


class Agent:
    audit_role = "agent"
    pk = 7

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False


def test_a_thousand_entries_cost_no_more_queries_than_ten(
    browser: Client, member: User, hold: Hold, now: datetime
) -> None:
    hold()
    fill(member, now, 10)
    for address in PAGES:  # what a process reads once stands apart
        queries(browser, address)
    with_ten = {address: queries(browser, address) for address in PAGES}
    fill(member, now, 990)
    for address in PAGES:
        with_thousand = queries(browser, address)
        assert len(with_thousand) == len(with_ten[address]), address
        assert len(with_thousand) <= MOST, (address, with_thousand)
