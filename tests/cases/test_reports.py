"""The numbers of the desk against a slow count of the same rows, one by one and in Python alone."""

import csv
import io
import random
import statistics
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils.translation import override, pgettext

from accounts.models import User
from audit.selectors import entries_about
from audit.services.recording import record
from cases import charts
from cases.exporting import headings, rows_of
from cases.reports import Week, median, month_report, months_until, next_month, weeks
from complaints.enums import PostponeReason
from complaints.models import Complaint, ComplaintAnswer, ComplaintMark
from complaints.services.filing import Filed
from complaints.services.triaging import postpone
from core.actors import SYSTEM
from core.csv_cells import BYTE_ORDER_MARK
from dsr_requests.models import Request
from tests.cases.fixtures import MEMBER_ADDRESS, as_it_is, signed_in, write_directly
from tests.complaints.steps import ask, come_back, give, sort, turn_away
from tests.harness.clock import MONDAY

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = MONDAY + timedelta(days=50)  # 21 April 2026
DAY = timedelta(days=1)


def local(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()


@pytest.fixture
def life(
    frozen_clock: Any, complain: Callable[..., Filed], member: User, agent: User, dpo: User, now: datetime
) -> list[Complaint]:
    """Thirty complaints of March and April brought to all kinds of ends through the services."""
    dice = random.Random(7)
    cases = []
    for number in range(30):
        at = MONDAY + timedelta(hours=dice.randrange(24 * 45))
        category = dice.choice(["unwanted-marketing", "other", "staff-conduct"])
        case = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS, category=category, at=at).complaint
        sort(case, by=dpo, now=at + timedelta(hours=1), category=category, tier="complex")
        if number % 4 == 0:
            ask(case, by=dpo, now=at + DAY)
        if number % 5 == 0:
            last = local(as_it_is(case).target_at) + DAY
            if at + DAY < as_it_is(case).target_at and last <= local(as_it_is(case).limit_at - DAY):
                postpone(complaint_id=case.pk, reason=PostponeReason.MUCH_DATA, last_day=last, by=dpo, now=at + 2 * DAY)
        end = at + timedelta(hours=dice.randrange(30, 24 * 20))
        if number % 7 == 6:
            turn_away(case, by=dpo, now=end)
        elif number % 9 != 8:
            give(case, by=dpo, now=end)
            if number % 6 == 5:
                come_back(case, now=end + DAY)
                if number % 12 == 5:
                    give(case, by=dpo, now=end + 4 * DAY)
        cases.append(case)
    over = {"closed_at": MONDAY + 3 * DAY, "settled_at": MONDAY + 3 * DAY, "next_mark": "", "next_mark_at": None}
    for outcome, state in (("TAKEN_BACK", "WITHDRAWN"), ("UNVERIFIED", "CLOSED")):
        ended = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS, at=MONDAY).complaint
        write_directly(ended, status=state, outcome=outcome, **over)
        cases.append(ended)
    return [Complaint.objects.get(pk=case.pk) for case in cases]


def reason_of(answer: ComplaintAnswer) -> str:
    """Why a round was postponed before its answer, or nothing: read from the record, not from the clock's events."""
    found = ""
    for entry in entries_about(answer.case.target).filter(at__lte=answer.answered_at).order_by("id"):
        if entry.event == "complaint.reopened":
            found = ""
        if entry.event == "complaint.postponed":
            found = entry.details["reason"]
    return found


def counted(first: date) -> dict[str, Any]:
    """The same figures, slowly."""

    def inside(at: datetime | None) -> bool:
        return at is not None and local(at).replace(day=1) == first and at < NOW

    cases = list(Complaint.objects.all())
    answers = [(row, row.case) for row in ComplaintAnswer.objects.select_related("case") if inside(row.answered_at)]
    took = [
        (local(row.answered_at) - local(case.received_at if row.round == 1 else case.round_started_at)).days
        for row, case in answers
    ]
    replied = [
        (local(case.first_reply_at) - local(case.round_started_at)).days
        for case in cases
        if case.first_reply_at and inside(case.first_reply_at)
    ]
    return {
        "received": sum(inside(case.received_at) for case in cases),
        "by_about": dict(Counter(case.category for case in cases if inside(case.received_at))),
        "answered": len(answers),
        "in_time": sum(row.answered_at < row.target_at for row, _case in answers),
        "late": sum(row.target_at <= row.answered_at < row.limit_at for row, _case in answers),
        "very_late": sum(row.answered_at >= row.limit_at for row, _case in answers),
        "late_reasons": dict(Counter(reason_of(row) for row, _case in answers if row.answered_at >= row.target_at)),
        "postponed": dict(Counter(case.postpone_reason for case in cases if inside(case.postponed_at))),
        "median_days": statistics.median(took) if took else None,
        "median_reply_days": statistics.median(replied) if replied else None,
        "reopened": sum(case.round == 2 and inside(case.round_started_at) for case in cases),
        "rejected": sum(row.outcome == "OUT_OF_SCOPE" for row, _case in answers),
        "withdrawn": sum(case.outcome == "TAKEN_BACK" and inside(case.closed_at) for case in cases),
        "unverified": sum(case.outcome == "UNVERIFIED" and inside(case.closed_at) for case in cases),
    }


def test_a_month_agrees_with_a_slow_count(life: list[Complaint]) -> None:
    seen: Counter[str] = Counter()
    for first in (date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)):
        report, slow = month_report(Complaint, first=first, now=NOW), counted(first)
        assert sum(slow["late_reasons"].values()) == slow["late"] + slow["very_late"]
        seen.update(f"late: {code}" for code in slow["late_reasons"])
        for name in ("by_about", "postponed", "late_reasons"):
            assert {line.code: line.count for line in getattr(report, name)} == slow.pop(name), (first, name)
        assert {name: getattr(report, name) for name in slow} == slow
        seen.update({name: value for name, value in slow.items() if value})
    missing = {
        "late: ",
        "late: MUCH_DATA",
        "late",
        "very_late",
        "reopened",
        "rejected",
        "withdrawn",
        "unverified",
    } - set(seen)
    assert not missing, "the made-up life shows too little to prove anything"


def test_an_answer_at_the_very_moment_of_a_deadline_is_late(
    frozen_clock: Any, complain: Callable[..., Filed], dpo: User
) -> None:
    late, very_late = (complain(at=MONDAY).complaint for _ in range(2))
    for case, at in ((late, late.target_at), (very_late, very_late.limit_at)):
        sort(case, by=dpo, now=MONDAY + DAY, tier="simple")
        give(case, by=dpo, now=at)
    report = month_report(Complaint, first=date(2026, 3, 1), now=NOW)
    assert (report.answered, report.in_time, report.late, report.very_late) == (2, 0, 1, 1)
    assert sum(week.in_time for week in weeks(Complaint, now=very_late.limit_at)) == 0
    column = headings().index(pgettext("column", "In time"))
    assert [row[column] for row in rows_of(Complaint.objects.all())] == ["no", "no"]


def test_late_answers_are_counted_by_the_reason_the_person_was_told(
    frozen_clock: Any, complain: Callable[..., Filed], dpo: User, request_case: Request, now: datetime
) -> None:
    told, untold, in_time, again = (complain(at=MONDAY).complaint for _ in range(4))
    for case in (told, untold, in_time, again):
        sort(case, by=dpo, now=MONDAY + DAY, tier="simple")
    for case in (told, in_time, again):
        last = local(case.limit_at - DAY) - DAY
        postpone(complaint_id=case.pk, reason=PostponeReason.MUCH_DATA, last_day=last, by=dpo, now=MONDAY + DAY)
    for case in (told, untold, again):
        give(case, by=dpo, now=as_it_is(case).target_at)
    give(in_time, by=dpo, now=as_it_is(in_time).target_at - timedelta(seconds=1))
    come_back(again, now=again.limit_at)
    give(again, by=dpo, now=as_it_is(again).target_at)
    report = month_report(Complaint, first=date(2026, 3, 1), now=NOW)
    found = [(line.code, line.count) for line in report.late_reasons]
    assert found == [("MUCH_DATA", 2), ("", 2)] and report.late + report.very_late == 4
    with override("en"):
        lines = month_report(Complaint, first=date(2026, 3, 1), now=NOW).late_reasons
    assert lines[-1].words == "No reason given"
    over = {"next_mark": "", "next_mark_at": None, "closed_at": NOW, "settled_at": NOW - DAY, "status": "CLOSED"}
    write_directly(request_case, outcome="FULFILLED", **over)
    late = month_report(Request, first=date(2026, 4, 1), now=NOW)
    assert [(line.code, line.count) for line in late.late_reasons] == [("", 1)]


def test_missed_deadlines_are_counted_by_their_month(life: list[Complaint]) -> None:
    for number, (code, due) in enumerate(
        [("TARGET_PASSED", MONDAY), ("TARGET_PASSED", MONDAY + DAY), ("LIMIT_PASSED", MONDAY), ("HALF_GONE", MONDAY)]
    ):
        with transaction.atomic():
            case = life[number]
            ComplaintMark.objects.create(case=case, round=9, code=code, deadline_at=due, due_at=due, done_at=due)
            record(event="test.marked", target=case.target, by=SYSTEM, now=due)
    march = month_report(Complaint, first=date(2026, 3, 1), now=NOW)
    assert [(line.code, line.count) for line in march.missed] == [("TARGET_PASSED", 2), ("LIMIT_PASSED", 1)]
    assert month_report(Complaint, first=date(2026, 4, 1), now=NOW).missed == []


def test_twelve_weeks_agree_with_a_slow_count(life: list[Complaint]) -> None:
    found = weeks(Complaint, now=NOW)
    assert len(found) == 12 and found[-1].begins == date(2026, 4, 20)
    for week in found:
        days = {week.begins + timedelta(days=number) for number in range(7)}
        answers = [row for row in ComplaintAnswer.objects.all() if local(row.answered_at) in days]
        answers = [row for row in answers if row.answered_at <= NOW]
        assert week.received == sum(local(case.received_at) in days for case in Complaint.objects.all())
        assert (week.answered, week.in_time) == (
            len(answers),
            sum(row.answered_at < row.target_at for row in answers),
        )
    assert sum(week.answered for week in found) > 20


def test_requests_are_counted_too(request_case: Request, now: datetime) -> None:
    report = month_report(Request, first=local(now).replace(day=1), now=now + DAY)
    assert report.received == 1 and report.answered == 0 and report.share is None and report.median_days is None
    assert [(line.code, line.count) for line in report.by_about] == [("delete", 1)]
    over = {"next_mark": "", "next_mark_at": None, "closed_at": now, "settled_at": now, "status": "CLOSED"}
    write_directly(request_case, outcome="FULFILLED", **over)
    assert weeks(Request, now=now + timedelta(minutes=1))[-1] == Week(weeks(Request, now=now)[-1].begins, 1, 1, 1)
    write_directly(request_case, outcome="TAKEN_BACK")
    taken_back = month_report(Request, first=local(now).replace(day=1), now=now + timedelta(minutes=1))
    assert (taken_back.answered, taken_back.withdrawn) == (0, 1)


def test_the_middle_of_counted_numbers() -> None:
    dice = random.Random(3)
    for _ in range(200):
        numbers = [dice.randrange(9) for _ in range(dice.randrange(1, 12))]
        assert median(Counter(numbers)) == statistics.median(numbers)
    assert median(Counter()) is None


def test_months_follow_each_other() -> None:
    found = months_until(datetime(2026, 1, 31, 18, tzinfo=VIETNAM), count=3)
    assert found == [date(2026, 1, 1), date(2025, 12, 1), date(2025, 11, 1)]
    assert [next_month(month) for month in found[1:]] == found[:-1]


def test_bars_stand_in_their_frame_and_in_proportion() -> None:
    found = [
        Week(date(2026, 1, 5) + timedelta(weeks=n), received=n, answered=n // 2, in_time=n // 3) for n in range(12)
    ]
    chart = charts.flow(found)
    for bar in chart.bars:
        assert chart.left <= bar.x and bar.x + bar.width <= chart.width
        assert bar.y >= charts.TOP and bar.y + bar.height <= chart.base + 0.11
    received = [bar.height for bar in chart.bars if bar.look == "received"]
    assert len(received) == 11 and received[-1] == pytest.approx(11 * received[0], rel=0.05)
    assert len(charts.shares(found).bars) == 10
    assert charts.flow([Week(date(2026, 1, 5), 0, 0, 0)] * 12).bars == []


def test_the_report_as_page_and_as_file(life: list[Complaint], frozen_clock: Any, staff: Callable[..., User]) -> None:
    frozen_clock.move_to(NOW)
    browser = signed_in(staff("administrator"))
    page = browser.get("/staff/report/?month=2026-03", headers={"accept-language": "en"})
    report = month_report(Complaint, first=date(2026, 3, 1), now=NOW)
    assert page.status_code == 200 and page.context["reports"][0]["report"] == report
    assert "style=" not in page.content.decode().split("<main")[1]
    answer = browser.get("/staff/report/?month=2026-03&as=csv")
    text = b"".join(answer.streaming_content).decode().removeprefix(BYTE_ORDER_MARK)  # type: ignore[attr-defined]
    lines = {(row[1], row[2], row[3]): row[4] for row in csv.reader(io.StringIO(text))}
    assert lines["complaint", "answered", ""] == str(report.answered)
    assert lines["complaint", "by_about", "other"].isdigit() and ("request", "received", "") in lines
    assert browser.get("/staff/report/?month=1999-13").context["first"] == date(2026, 4, 1)
    assert browser.get("/staff/report/", headers={"accept-language": "vi"}).status_code == 200


def test_persons_see_no_report(member: User) -> None:
    assert signed_in(member).get("/staff/report/").status_code in (302, 403)
