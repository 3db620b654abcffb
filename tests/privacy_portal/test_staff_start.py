"""The first page of the staff desk: counts that lead to the lists they count, and drawings that can be read out."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from cases.services.assigning import take
from complaints.models import Complaint
from complaints.services.filing import Filed
from core.models import SweepState
from dsr_requests.models import Request
from tests.cases.conftest import (  # noqa: F401
    agent,
    complain,
    complaint,
    dpo,
    member,
    other_agent,
    policy_in_force,
    request_case,
    staff,
)
from tests.cases.fixtures import MEMBER_ADDRESS, signed_in, write_directly

START = "/staff/"
QUEUE = "/staff/complaints/complaint/"


def counts(browser: Client) -> dict[str, int]:
    """Every count of the page, by the address it leads to."""
    page = browser.get(START).content.decode()
    found = re.findall(r'<a href="(/staff/[a-z_]+/[a-z]+/(?:\?[^"]+)?)"><strong>([\d.,+]+)</strong>', page)
    return {address.replace("&amp;", "&"): int(number) for address, number in found}


def test_each_count_is_the_length_of_the_list_it_leads_to(
    frozen_clock: object,
    complain: Callable[..., Filed],  # noqa: F811
    complaint: Complaint,  # noqa: F811
    request_case: Request,  # noqa: F811
    member: User,  # noqa: F811
    agent: User,  # noqa: F811
    now: datetime,
) -> None:
    def filed() -> Complaint:
        return complain(subject_id=member.subject_id, address=MEMBER_ADDRESS).complaint

    mine, today, late, waiting = filed(), filed(), filed(), filed()
    take(kind="complaint", case_id=mine.pk, by=agent, now=now)
    early = {"received_at": now - timedelta(days=9), "round_started_at": now - timedelta(days=9)}
    write_directly(today, target_at=now + timedelta(hours=1), **early)
    write_directly(late, target_at=now - timedelta(hours=1), **early)
    write_directly(waiting, status="WAITING", assignee=agent)
    browser = signed_in(agent)
    found = counts(browser)
    assert found[f"{QUEUE}?list=mine"] == found[f"{QUEUE}?list=untaken"] == 2
    assert found[f"{QUEUE}?list=all&due=today"] == found[f"{QUEUE}?list=late"] == 1
    assert found[f"{QUEUE}?list=all&status=WAITING"] == found[f"{QUEUE}?list=unverified"] == 1
    assert len(found) == 17
    for address, number in found.items():
        assert browser.get(address).context["cl"].result_count == number, address


def test_what_is_late_is_said_with_a_symbol(
    complain: Callable[..., Filed],  # noqa: F811
    agent: User,  # noqa: F811
    now: datetime,
) -> None:
    late = complain().complaint
    write_directly(late, target_at=now, received_at=now - timedelta(9), round_started_at=now - timedelta(9))
    page = signed_in(agent).get(START).content.decode()
    part = page[page.index('class="late"') :]
    assert '<svg class="icon"' in part[: part.index("</li>")]


def test_the_drawings_have_words_and_a_table_and_no_style_of_their_own(
    complaint: Complaint,  # noqa: F811
    agent: User,  # noqa: F811
) -> None:
    page = signed_in(agent).get(START).content.decode()
    drawings = re.findall(r'<svg class="chart.*?</svg>', page, re.DOTALL)
    assert len(drawings) == 4
    for drawing in drawings:
        named = re.search(r'aria-labelledby="(\S+) (\S+)"', drawing)
        assert named and f'<title id="{named[1]}">' in drawing and f'<desc id="{named[2]}">' in drawing
        assert "style=" not in drawing and ",0" not in drawing
    assert page.count('<th scope="row">') >= 24 and page.count("<caption") >= 2


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_has_no_work_of_their_own(role: str, complaint: Complaint, staff: Callable[..., User]) -> None:  # noqa: F811
    found = counts(signed_in(staff(role)))
    assert f"{QUEUE}?list=mine" not in found and found[f"{QUEUE}?list=unverified"] == 1


def test_failing_jobs_are_named(policy_in_force: object, agent: User) -> None:  # noqa: F811
    SweepState.objects.create(name="outbound.deliver_due", failures_in_a_row=3, last_error="OSError")
    page = signed_in(agent).get(START).content.decode()
    assert "outbound.deliver_due" in page and "OSError" in page
