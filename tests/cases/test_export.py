"""A list as a file: its rows, its cells, who may have it, and that it was recorded."""

import csv
import io
from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import User
from audit.models import AuditEntry
from cases.services.assigning import take
from complaints.models import Complaint
from complaints.services.filing import Filed
from core.csv_cells import BYTE_ORDER_MARK, as_csv, cell
from tests.cases.fixtures import GUEST_ADDRESS, STORY, signed_in, write_directly

QUEUE = "/staff/complaints/complaint/"


def rows(answer: object) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK))))


@pytest.mark.parametrize("typed", ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", '=HYPERLINK("x")'])
def test_no_cell_begins_a_formula(typed: str) -> None:
    assert cell(typed) == "'" + typed
    (line,) = csv.reader(io.StringIO("".join(as_csv([[typed]])).removeprefix(BYTE_ORDER_MARK)))
    assert line == ["'" + typed]


@pytest.mark.parametrize("typed", ["KN-26-2222-3333", "a=b", "", None, 12, "2026-03-02 09:00"])
def test_other_cells_stay_as_they_are(typed: object) -> None:
    assert cell(typed) == ("" if typed is None else str(typed))


def test_a_long_file_is_whole() -> None:
    lines = "".join(as_csv([number, 'ồ, "x"\ny'] for number in range(1201)))
    read = list(csv.reader(io.StringIO(lines.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert len(read) == 1201 and read[-1] == ["1200", 'ồ, "x"\ny']


def test_the_filtered_list_is_exported_and_recorded(
    complain: Callable[..., Filed], member: User, staff: Callable[..., User], dpo: User, now: datetime
) -> None:
    mine = complain(subject_id=member.subject_id).complaint
    complain()
    named = staff("agent", "=Minh")
    take(kind="complaint", case_id=mine.pk, by=named, now=now)
    answer = signed_in(dpo).post(f"{QUEUE}export/?about=unwanted-marketing&with={named.pk}")
    assert answer["Content-Type"].startswith("text/csv") and "attachment" in answer["Content-Disposition"]
    (row,) = rows(answer)
    found = list(row.values())
    assert found[0] == mine.reference and "unwanted-marketing" in found and "'=Minh" in found
    assert STORY not in str(row) and GUEST_ADDRESS not in str(row)
    entry = AuditEntry.objects.get(event="queue.exported")
    assert entry.actor == f"user:{dpo.pk}" and entry.target == "queue:complaint"
    assert entry.details == {"rows": 1, "filters": ["about:unwanted-marketing", f"with:{named.pk}"]}


def test_a_search_by_address_is_recorded_without_the_address(complaint: Complaint, dpo: User) -> None:
    browser = signed_in(dpo)
    browser.post(f"{QUEUE}search/", {"q": GUEST_ADDRESS})
    assert len(rows(browser.post(f"{QUEUE}export/?list=all&found=1"))) == 1
    assert AuditEntry.objects.get(event="queue.exported").details["filters"] == ["list:all", "q:contact"]


def test_who_may_export(complaint: Complaint, staff: Callable[..., User]) -> None:
    wanted = {"auditor": 200, "dpo": 200, "agent": 403, "administrator": 403}
    for role, status in wanted.items():
        browser = signed_in(staff(role))
        assert browser.post(f"{QUEUE}export/?list=all").status_code == status
        assert ("queue-export" in browser.get(f"{QUEUE}?list=all").content.decode()) == (status == 200)
    assert signed_in(staff("dpo", "Hai")).get(f"{QUEUE}export/").status_code == 405
    assert AuditEntry.objects.filter(event="queue.exported").count() == 2


def test_complaints_about_whoever_exports_are_left_out(complaint: Complaint, dpo: User) -> None:
    write_directly(complaint, about_staff=dpo)
    assert rows(signed_in(dpo).post(f"{QUEUE}export/?list=all")) == []
