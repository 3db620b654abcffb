"""Changing the calendar: who may, with which reason, and what stays behind."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from accounts.models import User
from audit.selectors import entries_about
from cases.enums import CalendarReason
from cases.errors import CalendarUnchanged, ReasonMissing, RoleRefused
from cases.services import calendar_keeping as keeping
from core.models import CalendarSetting, CalendarVersion, Holiday
from core.selectors import newest_calendar_version, working_calendar
from dsr_requests.models import Request
from tests.cases.fixtures import as_it_is, signed_in
from tests.harness.clock import MONDAY

WEDNESDAY = date(2026, 3, 4)
SATURDAY = date(2026, 3, 7)
LIST = "/staff/core/holiday/"
HOURS = "/staff/core/calendarsetting/"


@pytest.fixture
def now(frozen_clock: time_machine.Traveller) -> datetime:
    """Monday 2 March 2026, 9:00: an ordinary working day."""
    return MONDAY


def shut(day: date, *, by: User, now: datetime, reason: str = CalendarReason.COMPANY) -> CalendarVersion:
    return keeping.set_day(day=day, name="Ngày nghỉ công ty", is_working=False, reason=reason, by=by, now=now)


def test_a_day_off_makes_a_version_that_says_who_and_why(dpo: User, now: datetime) -> None:
    before = working_calendar()
    version = shut(WEDNESDAY, by=dpo, now=now)
    assert newest_calendar_version() == version.number
    assert before.is_working(WEDNESDAY) and not working_calendar().is_working(WEDNESDAY)
    assert working_calendar(version=before.version).is_working(WEDNESDAY)
    entry = entries_about(f"calendar:{version.number}").get()
    assert (entry.event, entry.actor) == ("calendar.changed", f"user:{dpo.pk}")
    assert entry.details == {"day": "2026-03-04", "worked": False, "reason": "COMPANY"}


def test_a_weekend_day_can_be_worked_and_a_day_can_be_forgotten(dpo: User, now: datetime) -> None:
    keeping.set_day(day=SATURDAY, name="Làm bù", is_working=True, reason=CalendarReason.STATE, by=dpo, now=now)
    assert working_calendar().is_working(SATURDAY)
    keeping.forget_day(day=SATURDAY, reason=CalendarReason.MISTAKE, by=dpo, now=now)
    assert not working_calendar().is_working(SATURDAY) and not Holiday.objects.exists()


def test_a_day_typed_wrong_moves_to_the_right_one(dpo: User, now: datetime) -> None:
    shut(WEDNESDAY, by=dpo, now=now)
    thursday = WEDNESDAY + timedelta(days=1)
    keeping.move_day(before=WEDNESDAY, day=thursday, name="Nghỉ", is_working=False, reason="MISTAKE", by=dpo, now=now)
    calendar = working_calendar()
    assert calendar.is_working(WEDNESDAY) and not calendar.is_working(thursday)


def test_week_and_hours_can_be_set(dpo: User, now: datetime) -> None:
    hours = keeping.Hours("MON_SAT", time(7, 30), time(16, 30))
    keeping.set_hours(hours=hours, reason=CalendarReason.HOURS, by=dpo, now=now)
    calendar = working_calendar()
    assert calendar.is_working(SATURDAY) and (calendar.opens, calendar.closes) == (time(7, 30), time(16, 30))


@pytest.mark.parametrize("role", ["agent", "auditor"])
def test_only_officers_and_administrators_change_it(role: str, staff: Callable[..., User], now: datetime) -> None:
    with pytest.raises(RoleRefused):
        shut(WEDNESDAY, by=staff(role), now=now)
    assert not Holiday.objects.exists()


@pytest.mark.parametrize("reason", ["", "because"])
def test_a_change_without_a_reason_is_refused(reason: str, dpo: User, now: datetime) -> None:
    with pytest.raises(ReasonMissing):
        shut(WEDNESDAY, by=dpo, now=now, reason=reason)


def test_a_change_that_changes_nothing_leaves_nothing_behind(dpo: User, now: datetime) -> None:
    shut(WEDNESDAY, by=dpo, now=now)
    versions = CalendarVersion.objects.count()
    with pytest.raises(CalendarUnchanged):
        shut(WEDNESDAY, by=dpo, now=now)
    assert CalendarVersion.objects.count() == versions


def test_a_version_can_be_neither_changed_nor_removed(dpo: User, now: datetime) -> None:
    version = shut(WEDNESDAY, by=dpo, now=now)
    rows = CalendarVersion.objects.filter(pk=version.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(working_week="MON_SAT")
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


@pytest.mark.usefixtures("policy_in_force")
def test_another_release_of_the_holidays_is_noted_once(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    first = keeping.note_defaults(now=now)
    assert first is not None and keeping.note_defaults(now=now) is None
    monkeypatch.setattr(keeping, "defaults_hash", lambda _week: "0" * 64)
    monkeypatch.setattr("core.calendar_versions.defaults_hash", lambda _week: "0" * 64)
    second = keeping.note_defaults(now=now)
    assert second is not None and second.number > first.number
    assert entries_about(f"calendar:{second.number}").get().details["reason"] == "DEFAULTS"


def test_the_page_shows_what_would_move_before_it_is_saved(request_case: Request, dpo: User) -> None:
    browser = signed_in(dpo)
    last = working_calendar().local_date(request_case.limit_at - timedelta(microseconds=1))
    typed = {"day": last.isoformat(), "name": "Nghỉ", "reason": "COMPANY"}
    page = browser.post(f"{LIST}add/", typed).content.decode()
    assert "1 open case would get another date" in page and 'data-action="calendar-day-set"' in page
    assert "day off" in page and "A day off or worked in our company" in page
    assert not Holiday.objects.exists()
    again = browser.post(f"{LIST}add/", {**typed, "_again": "1"}).content.decode()
    assert f'value="{last.isoformat()}"' in again and 'data-action="calendar-look"' in again
    assert browser.post(f"{LIST}add/", {**typed, "_confirmed": "1"})["Location"] == LIST
    assert not working_calendar().is_working(last)
    assert as_it_is(request_case).limit_at == request_case.limit_at  # the sweep moves it


def test_a_change_that_moves_nothing_says_so(request_case: Request, dpo: User) -> None:
    typed = {"day": "2027-09-02", "name": "Quốc khánh", "reason": "STATE"}
    page = signed_in(dpo).post(f"{LIST}add/", typed).content.decode()
    assert "No open case would get another date" in page


def test_days_are_corrected_and_taken_out_by_the_page(dpo: User, now: datetime) -> None:
    shut(WEDNESDAY, by=dpo, now=now)
    browser, row = signed_in(dpo), Holiday.objects.get()
    typed = {"day": "2026-03-05", "name": "Nghỉ", "reason": "MISTAKE", "_confirmed": "1"}
    browser.post(f"{LIST}{row.pk}/change/", typed)
    assert Holiday.objects.get().day == date(2026, 3, 5)
    browser.post(f"{LIST}{Holiday.objects.get().pk}/delete/", {"reason": "MISTAKE", "_confirmed": "1"})
    assert not Holiday.objects.exists()


def test_hours_are_set_by_their_page(dpo: User) -> None:
    browser = signed_in(dpo)
    typed = {"working_week": "MON_SAT", "opens": "08:30", "closes": "17:00", "reason": "HOURS"}
    wrong = browser.post(HOURS, {**typed, "closes": "08:00"}).content.decode()
    assert "Service has to close after it opens" in wrong
    browser.post(HOURS, {**typed, "_confirmed": "1"})
    assert CalendarSetting.objects.get().opens == time(8, 30)


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("auditor", 403)])
def test_who_may_not_change_it_meets_no_form(role: str, status: int, staff: Callable[..., User]) -> None:
    browser = signed_in(staff(role))
    assert browser.get(f"{LIST}add/").status_code == status
    assert browser.get(HOURS).status_code == status
    typed = {"day": "2026-03-05", "name": "Nghỉ", "reason": "MISTAKE", "_confirmed": "1"}
    assert browser.post(f"{LIST}add/", typed).status_code == status


@pytest.mark.parametrize("day", ["", "2026-02-30", "0001-01-01", "9999-12-31", "tomorrow"])
def test_an_impossible_day_is_refused_beside_the_field(day: str, dpo: User) -> None:
    page = signed_in(dpo).post(f"{LIST}add/", {"day": day, "name": "x", "reason": "STATE", "_confirmed": "1"})
    assert page.status_code == 200 and "id_day_error" in page.content.decode()
    assert not Holiday.objects.exists()
