"""What the clock of a case sets off, and when: pure, on cases that are not stored."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from cases.clock import Further
from cases.enums import CaseStatus, ContactKind, IntakeChannel, MarkCode
from cases.marks import Mark, agenda, returning_until, undone
from complaints.models import Complaint
from core.calendars import MON_SAT, WorkingCalendar

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = WorkingCalendar(zone=VIETNAM)
FURTHER = Further(return_days=30, address_reminder_hours=24, address_end_days=7)


def at(day: int, month: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=VIETNAM).astimezone(UTC)


def received(**changes: object) -> Complaint:
    """A member's complaint of Friday 20 November 2026, 9:00: target Friday 27, limit Saturday 5 December."""
    moment = at(20, 11, 9)
    given = {
        "status": CaseStatus.RECEIVED,
        "received_at": moment,
        "filed_at": moment,
        "round_started_at": moment,
        "verified_at": moment,
        "first_reply_due_at": at(26, 11),
        "target_at": at(28, 11),
        "limit_at": at(6, 12),
    }
    return Complaint(**{**given, **changes})


def told(case: Complaint, calendar: WorkingCalendar = CALENDAR) -> list[tuple[str, datetime]]:
    return [(mark.code, mark.due_at) for mark in agenda(case, calendar=calendar, further=FURTHER)]


def test_every_mark_of_a_complaint_at_its_moment() -> None:
    # 24 November is a holiday: half of the time, early that morning, waits for the 25th.
    assert told(received()) == [
        (MarkCode.HALF_GONE, at(25, 11, 8)),
        (MarkCode.REPLY_DUE, at(25, 11, 8)),
        (MarkCode.THREE_LEFT, at(25, 11, 8)),
        (MarkCode.REPLY_MISSED, at(26, 11)),
        (MarkCode.ONE_LEFT, at(27, 11, 8)),
        (MarkCode.TARGET_PASSED, at(28, 11)),
        (MarkCode.THREE_LEFT, at(2, 12, 8)),
        (MarkCode.ONE_LEFT, at(4, 12, 8)),  # the limit is a Saturday: staff are warned on Friday
        (MarkCode.LIMIT_PASSED, at(6, 12)),
    ]


def test_a_desk_that_works_on_saturday_is_warned_on_saturday() -> None:
    week = replace(CALENDAR, working_week=MON_SAT)
    assert (MarkCode.ONE_LEFT, at(5, 12, 8)) in told(received(), week)


def test_warnings_come_when_service_opens() -> None:
    early = replace(CALENDAR, opens=time(7), closes=time(16))
    assert (MarkCode.ONE_LEFT, at(27, 11, 7)) in told(received(), early)


def test_a_holiday_before_the_target_moves_the_warning_forward() -> None:
    shut = replace(CALENDAR, overrides={date(2026, 11, 27): False})
    found = told(received(), shut)
    assert (MarkCode.ONE_LEFT, at(26, 11, 8)) in found
    assert (MarkCode.TARGET_PASSED, at(28, 11)) in found  # the promise itself does not move


def test_each_mark_says_which_date_it_speaks_of() -> None:
    spoken = {(mark.code, mark.deadline_at) for mark in agenda(received(), calendar=CALENDAR, further=FURTHER)}
    assert {deadline for code, deadline in spoken if code == MarkCode.ONE_LEFT} == {at(28, 11), at(6, 12)}
    assert (MarkCode.REPLY_DUE, at(26, 11)) in spoken


def test_an_answered_case_has_no_first_reply_to_give() -> None:
    codes = [code for code, _ in told(received(first_reply_at=at(23, 11, 9)))]
    assert not {MarkCode.REPLY_DUE, MarkCode.REPLY_MISSED} & set(codes)


def test_a_reply_of_the_first_round_is_none_of_the_second() -> None:
    case = received(round=2, round_started_at=at(20, 11, 9), first_reply_at=at(1, 11, 9))
    assert MarkCode.REPLY_MISSED in [code for code, _ in told(case)]


def test_one_date_for_target_and_limit_is_missed_once() -> None:
    codes = [code for code, _ in told(received(target_at=at(6, 12)))]
    assert codes.count(MarkCode.ONE_LEFT) == 1
    assert codes[-1] == MarkCode.LIMIT_PASSED and MarkCode.TARGET_PASSED not in codes


def test_a_late_entry_is_not_warned_about_days_that_are_gone_but_what_was_missed_counts() -> None:
    case = received(filed_at=at(30, 11, 9))  # a letter that lay about for ten days
    assert told(case) == [
        (MarkCode.REPLY_MISSED, at(26, 11)),
        (MarkCode.TARGET_PASSED, at(28, 11)),
        (MarkCode.THREE_LEFT, at(2, 12, 8)),
        (MarkCode.ONE_LEFT, at(4, 12, 8)),
        (MarkCode.LIMIT_PASSED, at(6, 12)),
    ]


def test_a_warning_at_the_very_moment_of_receipt_is_left_out() -> None:
    moment = at(25, 11, 8)
    case = received(received_at=moment, filed_at=moment, round_started_at=moment)
    assert MarkCode.THREE_LEFT not in [code for code, due_at in told(case) if due_at <= moment]


@pytest.mark.parametrize("status", [CaseStatus.RECEIVED, CaseStatus.ACKNOWLEDGED, CaseStatus.TRIAGED])
def test_a_guest_who_confirmed_nothing_is_reminded_once_and_the_case_ends(status: str) -> None:
    case = received(verified_at=None, from_guest=True, status=status)
    found = told(case)
    assert (MarkCode.ADDRESS_REMINDER, at(21, 11, 9)) in found
    assert (MarkCode.ADDRESS_END, at(27, 11, 9)) in found


@pytest.mark.parametrize(
    "changes",
    [
        {"verified_at": at(20, 11, 10)},
        {"first_reply_at": at(20, 11, 10)},
        {"status": CaseStatus.INVESTIGATING},
        {"channel": IntakeChannel.PHONE, "contact_kind": ContactKind.PHONE},
        {"channel": IntakeChannel.EMAIL},
    ],
    ids=["confirmed", "answered", "examined", "by phone", "written down from a mail"],
)
def test_nothing_ends_by_itself_that_somebody_works_on_or_that_is_proved(changes: dict[str, object]) -> None:
    found = told(received(**{"verified_at": None, "from_guest": True, **changes}))
    assert not {MarkCode.ADDRESS_REMINDER, MarkCode.ADDRESS_END} & {code for code, _ in found}


@pytest.mark.parametrize("status", [CaseStatus.ANSWERED, CaseStatus.RESOLVED, CaseStatus.REJECTED])
def test_what_is_answered_closes_when_nobody_can_come_back_any_more(status: str) -> None:
    case = received(status=status, settled_at=at(24, 11, 15))
    assert told(case) == [(MarkCode.CLOSE_DUE, at(25, 12))]  # 24:00 of the thirtieth day
    assert agenda(case, calendar=CALENDAR, further=None) == []
    assert returning_until(at(24, 11, 15), days=30, calendar=CALENDAR) == at(25, 12)


@pytest.mark.parametrize("status", [CaseStatus.CLOSED, CaseStatus.WITHDRAWN])
def test_what_is_over_sets_nothing_off(status: str) -> None:
    assert told(received(status=status, settled_at=at(24, 11), closed_at=at(24, 11))) == []


def test_what_was_done_is_not_done_again_but_for_another_date() -> None:
    marks = agenda(received(), calendar=CALENDAR, further=FURTHER)
    done = [mark.key for mark in marks if mark.code in (MarkCode.THREE_LEFT, MarkCode.HALF_GONE)]
    left = undone(marks, done)
    assert not {MarkCode.THREE_LEFT, MarkCode.HALF_GONE} & {mark.code for mark in left}
    later = agenda(received(target_at=at(1, 12)), calendar=CALENDAR, further=FURTHER)
    again = [mark.code for mark in undone(later, done)]
    assert again.count(MarkCode.THREE_LEFT) == 1 and MarkCode.HALF_GONE not in again


def test_marks_are_handed_out_in_the_order_they_are_due() -> None:
    marks: list[Mark] = agenda(received(), calendar=CALENDAR, further=FURTHER)
    assert [mark.due_at for mark in marks] == sorted(mark.due_at for mark in marks)
