"""Dates, deadlines, masks and links as the pages show them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from core.templatetags import portal

# Half past seven in the evening of 4 December in London is already the 5th in Vietnam.
LATE = datetime(2026, 12, 4, 19, 30, tzinfo=UTC)


def rendered(source: str, **context: Any) -> str:
    return Template("{% load portal %}" + source).render(Context(context))


def test_a_moment_is_shown_as_vietnams_day() -> None:
    with override("vi"):
        assert (portal.day(LATE), portal.moment(LATE)) == ("05/12/2026", "05/12/2026, 02:30")
    with override("en"):
        assert (portal.day(LATE), portal.moment(LATE)) == ("5 December 2026", "5 December 2026, 02:30")


def test_a_calendar_day_has_no_time_zone() -> None:
    with override("vi"):
        assert portal.day(date(2027, 2, 1)) == "01/02/2027"
    assert portal.machine_time(date(2027, 2, 1)) == "2027-02-01"


def test_machines_read_the_moment_with_its_offset() -> None:
    assert portal.machine_time(LATE) == "2026-12-05T02:30+07:00"


@pytest.mark.parametrize("name", ["day", "moment", "machine_time", "days", "working_days", "deadline_words"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_shown_as_nothing(name: str, nothing: str | None) -> None:
    assert getattr(portal, name)(nothing) == ""


@pytest.mark.parametrize(("number", "words"), [(1, "1 day"), (7, "7 days")])
def test_days_are_counted_in_english(number: int, words: str) -> None:
    with override("en"):
        assert portal.days(number) == words


def test_vietnamese_days_have_two_digits() -> None:
    with override("vi"):
        assert portal.days(7).startswith("07 ")
        assert portal.working_days(2).startswith("02 ")
        assert portal.days(15).startswith("15 ")


@pytest.mark.parametrize(
    ("due", "left", "kind", "words"),
    [
        (LATE + timedelta(days=9), 9, "active", "9 days left"),
        (LATE + timedelta(days=2), 2, "waiting", "2 days left"),
        (LATE, 0, "waiting", "Due today"),
        (LATE - timedelta(days=1), -1, "overdue", "1 day overdue"),
    ],
)
def test_a_deadline_says_how_far_it_is(due: datetime, left: int, kind: str, words: str) -> None:
    with override("en"):
        assert portal.days_left(due, LATE) == left
        assert portal.deadline_kind(left) == kind
        assert portal.deadline_words(left) == words


def test_days_left_are_calendar_days_of_vietnam() -> None:
    """Ten minutes before and after midnight in Vietnam are a day apart."""
    midnight = datetime(2026, 12, 4, 17, 0, tzinfo=UTC)
    assert portal.days_left(midnight + timedelta(minutes=10), midnight - timedelta(minutes=10)) == 1


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("minhanh@example.vn", "email", "m•••@example.vn"),
        ("+84912345678", "phone", "••• 678"),
        ("0912", "phone", "•••"),
        ("Minh Anh", "text", "M•••"),
        ("An", "text", "•••"),
        ("", "text", ""),
        (None, "text", ""),
        ("no address", "email", "n•••"),
    ],
)
def test_a_masked_value_is_recognised_and_not_usable(value: str | None, kind: str, shown: str) -> None:
    assert portal.masked(value, kind) == shown


def test_a_link_that_leaves_says_so_and_tells_nothing() -> None:
    with override("en"):
        link = rendered("{% external_link url label %}", url='https://x.example/?a="', label="<b>Zalo</b>")
    assert 'rel="external noopener noreferrer"' in link
    assert "(leaves this site)" in link
    assert "&lt;b&gt;Zalo&lt;/b&gt;" in link
    assert 'href="https://x.example/?a=&quot;"' in link


def test_every_symbol_is_drawn_and_hidden_from_screen_readers() -> None:
    for name in portal.ICONS:
        assert 'aria-hidden="true"' in portal.icon(name)


def test_an_unknown_symbol_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        portal.icon("unicorn")


@pytest.mark.parametrize(
    ("here", "language", "there"),
    [
        ("/vi/policy/", "en", "/en/policy/"),
        ("/en/policy/versions/3/?page=2", "vi", "/vi/policy/versions/3/?page=2"),
        ("/vi/no-such-page/", "en", "/en/no-such-page/"),
        ("/staff/", "en", "/en/"),
    ],
)
def test_the_language_switch_stays_on_the_page(rf: RequestFactory, here: str, language: str, there: str) -> None:
    with override(here.split("/")[1] if here.split("/")[1] in dict(settings.LANGUAGES) else "vi"):
        assert rendered("{% in_language language %}", request=rf.get(here), language=language) == there


def test_without_a_request_the_switch_leads_home() -> None:
    assert rendered("{% in_language 'en' %}") == "/en/"


def test_a_cell_of_a_list_says_the_head_of_its_column() -> None:
    cells = ['<th class="field-number"><a href="/1/">1</a></th>', '<td class="field-state nowrap">&lt;done&gt;</td>']
    found = "".join(portal.headed(cells, [{"text": "run number"}, {"text": 'state "now"'}]))
    assert '<th data-label="Run number" class="field-number"><a href="/1/">' in found
    assert '<td data-label="State &quot;now&quot;" class="field-state nowrap">&lt;done&gt;</td>' in found
