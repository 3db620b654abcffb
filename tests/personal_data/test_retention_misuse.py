"""What is sent wrongly, twice, too late or without the right to at the desk of retention: refused with the reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from core.clock import local_date
from outbound.models import OutboxMessage
from personal_data.models import DataSubject, Disposal, LegalHold, RetentionRun
from tests.personal_data.test_retention_desk import (
    DISPOSALS,
    HOLDS,
    LISTS,
    PURPOSES,
    RUNS,
    Browser,
    _stopped,
    browser,
    disposal_form,
    held,
    hidden,
    hold_form,
    text_of,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

__all__ = ["browser", "held"]


NOTHING = "nothing is sent"


def proposed(mine: Client, now: datetime, **changes: str) -> Any:
    form = disposal_form(now, **changes)
    digest = hidden(mine.post(f"{DISPOSALS}add/", form).content.decode(), "digest")
    return mine.post(f"{DISPOSALS}add/", {**form, "digest": digest, "propose": "1"})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ground": ""}, "Choose the ground on which it may not be deleted."),
        ({"ground": "NONE"}, "NONE"),
        ({"review_on": ""}, "Say by which day the hold has to be looked at again."),
        ({"review_on": "9999-12-31"}, "within a year"),
        ({"review_on": "tomorrow"}, "valid date"),
        ({"clause": "   "}, "Name the article"),
        ({"clause": "a\x00b"}, "Null characters"),
        ({"clause": "x" * 201}, "200 characters"),
        ({"field": "", "category": ""}, "person, a case, a field"),
        ({"field": "no-such-field"}, "no-such-field"),
        ({"subject_ref": "no reference"}, "reference"),
        ({"subject_ref": "00000000-0000-0000-0000-000000000001"}, "no person with this reference"),
        ({"case_ref": "YC-0000-0000"}, "no case with this reference"),
        ({"owner": "user:1"}, "user:1"),
    ],
)
def test_a_hold_without_what_it_needs_is_refused_with_the_reason(
    browser: Browser, held: DataSubject, now: datetime, changes: dict[str, str], said: str
) -> None:
    page = browser(Role.DPO).post(f"{HOLDS}add/", hold_form(now, **changes))
    assert page.status_code == 422 and said in page.content.decode()
    assert not LegalHold.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": ""}, "This field is required"),
        ({"fields_gone": NOTHING}, "Choose at least one field"),
        ({"fields_gone": "no-such-field"}, "no-such-field"),
        ({"kind": "PURPOSE", "purpose": ""}, "Choose a purpose"),
        ({"ground": ""}, "Say why, in a few words."),
        ({"goes_on": ""}, "Name the day."),
        ({"goes_on": "2020-01-01"}, "from today on"),
        ({"goes_on": "9999-12-31"}, "within a year"),
        ({"held_before": "9999-12-31"}, "still to come"),
        ({"subject_ref": "00000000-0000-0000-0000-000000000001"}, "no person with this reference"),
    ],
)
def test_a_deletion_without_what_it_needs_is_refused_with_the_reason(
    browser: Browser, held: DataSubject, now: datetime, changes: dict[str, str], said: str
) -> None:
    sent = {name: value for name, value in disposal_form(now, **changes).items() if value != NOTHING}
    page = browser(Role.DPO).post(f"{DISPOSALS}add/", sent)
    assert page.status_code == 422 and said in page.content.decode()
    assert 'name="digest"' not in page.content.decode() and not Disposal.objects.exists()


def test_what_is_sent_twice_acts_once(browser: Browser, held: DataSubject, now: datetime) -> None:
    mine = browser(Role.DPO)
    first, second = (mine.post(f"{HOLDS}add/", hold_form(now)) for _time in range(2))
    assert LegalHold.objects.count() == 1 and first["Location"] == second["Location"]
    mine.post(f"{HOLDS}{LegalHold.objects.get().pk}/release/")
    mine.post(f"{HOLDS}add/", hold_form(now))
    assert LegalHold.objects.count() == 2, "a released one does not stand in the way of a new one"
    one, other = (proposed(mine, now) for _time in range(2))
    assert Disposal.objects.count() == 1 and one["Location"] == other["Location"]
    mine.post(f"{one['Location'].removesuffix('change/')}decline/")
    proposed(mine, now)
    assert Disposal.objects.count() == 2


def test_a_second_tab_that_comes_too_late_is_told_so(browser: Browser, held: DataSubject, now: datetime) -> None:
    mine, second = browser(Role.DPO), browser(Role.ADMINISTRATOR)
    mine.post(f"{HOLDS}add/", hold_form(now))
    hold = LegalHold.objects.get()
    mine.post(f"{HOLDS}{hold.pk}/release/")
    later = {"review_on": (local_date(now) + timedelta(days=60)).isoformat()}
    assert "released" in mine.post(f"{HOLDS}{hold.pk}/review/", later, follow=True).content.decode()
    hold.refresh_from_db()
    assert hold.review_on != local_date(now) + timedelta(days=60)
    proposed(mine, now)
    address = f"{DISPOSALS}{Disposal.objects.get().pk}/"
    digest = hidden(text_of(second, f"{address}change/"), "digest")
    mine.post(f"{address}decline/")
    page = second.post(f"{address}approve/", {"digest": digest}, follow=True).content.decode()
    assert "decided" in page and Disposal.objects.get().state == "DECLINED"
    run = _stopped(now)
    drop = f"{RUNS}stops/{run.stops.get().pk}/drop/"
    for _time in range(2):
        assert second.post(drop, follow=True).status_code == 200
    page = second.post(f"{RUNS}stops/{run.stops.get().pk}/approve/", follow=True).content.decode()
    run.refresh_from_db()
    assert run.state == "DROPPED" and "Approved." not in page


def test_looking_changes_nothing_and_a_page_takes_no_post(browser: Browser, held: DataSubject, now: datetime) -> None:
    mine = browser(Role.DPO)
    mine.post(f"{HOLDS}add/", hold_form(now))
    proposed(mine, now)
    run = _stopped(now)
    hold, row, halt = LegalHold.objects.get(), Disposal.objects.get(), run.stops.get()
    only_post = [
        *(f"{HOLDS}{hold.pk}/{name}/" for name in ("review", "release")),
        *(f"{DISPOSALS}{row.pk}/{name}/" for name in ("approve", "decline")),
        *(f"{RUNS}stops/{halt.pk}/{name}/" for name in ("approve", "drop")),
        f"{RUNS}begin/",
    ]
    assert [mine.get(address).status_code for address in only_post] == [405] * len(only_post)
    only_get = [f"{HOLDS}{hold.pk}/change/", f"{DISPOSALS}{row.pk}/change/", f"{RUNS}{run.pk}/change/"]
    assert [mine.post(address).status_code for address in (*only_get, f"{RUNS}preview/")] == [405] * 4
    assert LegalHold.objects.get().is_in_force and Disposal.objects.get().state == "PROPOSED"


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_prepare_changes_nothing(browser: Browser, held: DataSubject, now: datetime, role: Role) -> None:
    officer, other = browser(Role.DPO), browser(role, "lan")
    officer.post(f"{HOLDS}add/", hold_form(now))
    proposed(officer, now)
    hold, row = LegalHold.objects.get(), Disposal.objects.get()
    answered = {Role.AGENT: 404, Role.AUDITOR: 403, Role.ADMINISTRATOR: 302}[role]
    assert other.post(f"{HOLDS}add/", hold_form(now, clause="other")).status_code == 403
    assert other.post(f"{DISPOSALS}add/", disposal_form(now, ground="other")).status_code == 403
    for address in (f"{HOLDS}{hold.pk}/release/", f"{HOLDS}{hold.pk}/review/"):
        sent = {"review_on": (local_date(now) + timedelta(days=9)).isoformat()}
        assert other.post(address, sent).status_code == answered
    if role != Role.ADMINISTRATOR:
        for name in ("approve", "decline"):
            assert other.post(f"{DISPOSALS}{row.pk}/{name}/").status_code == answered
    assert other.post(f"{RUNS}begin/").status_code in (302, 403)
    kept = LegalHold.objects.get()
    assert kept.is_in_force and kept.review_on == hold.review_on and Disposal.objects.get().state == "PROPOSED"
    assert not RetentionRun.objects.exists()


def test_addresses_with_nonsense_are_answered(browser: Browser, held: DataSubject) -> None:
    mine = browser(Role.DPO)
    huge = "9" * 30
    for address in (f"{HOLDS}{huge}/release/", f"{DISPOSALS}{huge}/approve/", f"{RUNS}stops/{huge}/drop/"):
        assert mine.post(address).status_code == 404, address
    for address in (f"{HOLDS}add/?person=x", f"{DISPOSALS}add/?person=x&kind=x", f"{PURPOSES}add/?person=x"):
        assert mine.get(address).status_code == 200, address
    for address in LISTS:
        assert mine.get(f"{address}?state__exact=x&state=x&p=x").status_code in (200, 302), address


def test_the_others_are_told_of_a_deletion_that_waits(browser: Browser, held: DataSubject, now: datetime) -> None:
    mine = browser(Role.DPO)
    browser(Role.ADMINISTRATOR, "lan"), browser(Role.AUDITOR, "thu")
    proposed(mine, now)
    (message,) = OutboxMessage.objects.filter(notice="staff-disposal-waiting")
    second = User.objects.get(groups__name=Role.ADMINISTRATOR.value)
    assert message.subject_id == second.subject_id, "not whoever prepared it, and not who may only look on"
    proposed(mine, now)
    assert OutboxMessage.objects.filter(notice="staff-disposal-waiting").count() == 1
