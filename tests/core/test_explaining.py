"""Why a date is what it is, in words; the Vietnamese ones are checked where the catalogue has them."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from core.calendars import WorkingCalendar
from core.deadlines import ClockEvent, ClockEventKind, Deadlines, compute
from core.explaining import sentence
from core.rules import period_rule
from core.steps import StepKind

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = WorkingCalendar(zone=HANOI)
PAUSE, EXTENSION, TARGET = ClockEventKind.PAUSE, ClockEventKind.EXTENSION, ClockEventKind.TARGET


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def dates(code: str, received: str, *events: ClockEvent, calendar: WorkingCalendar = CALENDAR) -> Deadlines:
    rule = period_rule(code, on=date(2026, 11, 20))
    if code == "complaint":
        rule = rule.with_days(target=7, limit=15, acknowledge_working_days=2)
    return compute(rule, received_at=at(received), calendar=calendar, events=events)


def english(due: Any) -> str:
    with override("en"):
        return sentence(due)


def vietnamese(due: Any) -> str:
    with override("vi"):
        return sentence(due)


PUBLISHED = "We set and publish this time ourselves (Article 7 of Decree 248/2026/NĐ-CP)."
LONGEST = "This is the longest we may take. Weekends and holidays count, and do not move the date."


def test_the_promise_of_fifteen_days_says_that_nothing_moves_it() -> None:
    found = dates("complaint", "2026-11-20T09:00")
    assert english(found.limit) == (
        f"Received on 20 November 2026; that day is not counted. 15 days end on 5 December 2026. {LONGEST} {PUBLISHED}"
    )
    assert english(found.target) == (
        "Received on 20 November 2026; that day is not counted. 7 days end on 27 November 2026. "
        f"This is what we aim for. Weekends and holidays count, and do not move the date. {PUBLISHED}"
    )


def test_a_first_reply_names_the_holiday_left_out() -> None:
    found = dates("view", "2026-11-20T09:00")
    assert english(found.acknowledge) == (
        "Received on 20 November 2026; that day is not counted. 2 working days end on 25 November 2026. "
        "Days of rest are not counted, nor are holidays: 24 November 2026 (Vietnam Cultural Day). "
        "The period is set by Article 5.3 of Decree 356/2025/NĐ-CP."
    )
    weekend_only = dates("complaint", "2026-11-06T09:00").acknowledge
    assert "10 November 2026. Days of rest are not counted. We set" in english(weekend_only)


def test_a_legal_limit_on_a_saturday_says_where_it_moves_and_by_which_article() -> None:
    found = dates("withdraw", "2026-11-20T09:00")
    assert english(found.limit) == (
        "Received on 20 November 2026; that day is not counted. 15 days end on 5 December 2026. "
        "5 December 2026 is a day of rest, so the legal limit moves to 7 December 2026 "
        "(Article 148.5 of Civil Code 91/2015/QH13). The period is set by Article 5.2 of Decree 356/2025/NĐ-CP."
    )
    assert english(found.target) == (
        "Received on 20 November 2026; that day is not counted. 15 days end on 5 December 2026. "
        "That is a day of rest, so the law allows until 7 December 2026; we still aim for the earlier date. "
        "The period is set by Article 5.2 of Decree 356/2025/NĐ-CP."
    )


def test_a_legal_limit_on_a_holiday_names_it_and_those_in_between() -> None:
    told = english(dates("view", "2027-01-30T09:00").limit)
    assert (
        "9 February 2027 is a holiday (Fourth Day of Lunar New Year), so the legal limit moves to 11 February 2027 "
        "(Article 148.5 of Civil Code 91/2015/QH13). In between come holidays: "
        "10 February 2027 (Fifth Day of Lunar New Year)."
    ) in told


def test_a_day_staff_set_is_named_as_staff_named_it() -> None:
    company = WorkingCalendar(
        zone=HANOI,
        overrides={date(2026, 12, 7): False},
        override_names={date(2026, 12, 7): "100% Ngày hội công ty"},
    )
    told = english(dates("withdraw", "2026-11-20T09:00", calendar=company).limit)
    assert "the legal limit moves to 8 December 2026" in told
    assert "In between come holidays: 7 December 2026 (100% Ngày hội công ty)." in told


def test_everything_that_moved_a_date_is_told_in_order() -> None:
    found = dates(
        "delete",
        "2026-11-20T09:00",
        ClockEvent(EXTENSION, at("2026-12-05T09:00"), days=10, reason="complex"),
        ClockEvent(PAUSE, at("2026-11-26T09:00"), at("2026-11-28T09:00")),
        ClockEvent(ClockEventKind.PROCESSOR, at("2026-11-25T09:00")),
    )
    assert [step.kind for step in found.limit.steps] == [
        StepKind.RECEIVED,
        StepKind.PROCESSOR,
        StepKind.PAUSE_WITHOUT_EFFECT,
        StepKind.EXTENDED,
        StepKind.COUNTED,
        StepKind.ARTICLE,
    ]
    assert english(found.limit) == (
        "Received on 20 November 2026; that day is not counted. Another company must act, so the period is 30 days. "
        "We waited for information from 26 November 2026 to 28 November 2026; that did not move the date. "
        "On 5 December 2026 it was extended by 10 days. 40 days end on 30 December 2026. "
        "The period is set by Article 5.4 of Decree 356/2025/NĐ-CP."
    )


def test_a_tier_is_told_for_the_target_alone_and_a_target_past_the_limit_is_cut() -> None:
    tier = ClockEvent(TARGET, at("2026-11-21T09:00"), days=10)
    found = dates("complaint", "2026-11-20T09:00", tier)
    assert (
        "On 21 November 2026 the time to answer was set to 10 days. 10 days end on 30 November 2026. This is what we"
    ) in english(found.target)
    assert "set to" not in english(found.limit)
    beyond = dates("complaint", "2026-11-20T09:00", ClockEvent(TARGET, at("2026-11-21T09:00"), days=20)).target
    assert "set to 20 days. The longest time we may take ends sooner, on 5 December 2026." in english(beyond)


def test_a_reopening_says_that_a_new_period_began() -> None:
    found = dates("complaint", "2026-11-20T09:00", ClockEvent(ClockEventKind.REOPENING, at("2026-12-10T09:00")))
    assert english(found.limit).startswith(
        "Reopened on 10 December 2026, which starts a new period; that day is not counted. "
        "15 days end on 25 December 2026."
    )


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (
            "2026-11-26T08:00",
            "The clock stood still from 23 November 2026, 15:00 to 26 November 2026, 08:00; "
            "not counted: 2 working days.",
        ),
        (
            "2026-11-23T16:00",
            "We waited for information from 23 November 2026 to 23 November 2026; that did not move the date.",
        ),
        (None, "We have been waiting for information since 23 November 2026; that does not move the date."),
    ],
)
def test_a_pause_says_what_it_did(until: str | None, told: str) -> None:
    pause = ClockEvent(PAUSE, at("2026-11-23T15:00"), at(until) if until else None)
    assert told in english(dates("negotiation", "2026-11-20T09:00", pause).limit)


def test_hours_are_told_by_the_minute() -> None:
    assert english(dates("breach", "2026-11-21T22:41").limit) == (
        "Detected at 21 November 2026, 22:41; the period runs from that moment. "
        "72 hours, nights, weekends and holidays included, end at 24 November 2026, 22:41. "
        "The period is set by Article 23.1 of Law 91/2025/QH15; Article 28 of Decree 356/2025/NĐ-CP."
    )


def test_the_same_in_vietnamese() -> None:
    received = "Tiếp nhận ngày 20/11/2026; không tính ngày này."
    assert vietnamese(dates("complaint", "2026-11-20T09:00").limit) == (
        f"{received} Thời hạn 15 ngày kết thúc vào ngày 05/12/2026. Đây là thời hạn dài nhất. "
        "Thời hạn tính cả ngày nghỉ, ngày lễ và không bị dời. "
        "Thời hạn này do chúng tôi tự đặt ra và công khai (Điều 7 Nghị định 248/2026/NĐ-CP)."
    )
    request = dates("withdraw", "2026-11-20T09:00")
    assert vietnamese(request.acknowledge) == (
        f"{received} Thời hạn 02 ngày làm việc kết thúc vào ngày 25/11/2026. Không tính ngày nghỉ hằng tuần "
        "và ngày nghỉ lễ: 24/11/2026 (Ngày Văn hóa Việt Nam). Thời hạn theo khoản 2 Điều 5 Nghị định 356/2025/NĐ-CP."
    )
    assert vietnamese(request.limit) == (
        f"{received} Thời hạn 15 ngày kết thúc vào ngày 05/12/2026. Ngày 05/12/2026 là ngày nghỉ nên hạn theo luật "
        "chuyển sang ngày 07/12/2026 (khoản 5 Điều 148 Bộ luật Dân sự 91/2015/QH13). "
        "Thời hạn theo khoản 2 Điều 5 Nghị định 356/2025/NĐ-CP."
    )
