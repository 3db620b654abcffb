"""What an inspector would find."""

from datetime import date
from pathlib import Path

import pytest

from core.rules import complaint_rule
from policies.checking import Finding, inspect
from policies.enums import FindingKind
from policies.pack import load_pack
from tests.policies.made_up import change

RULE = complaint_rule(on=date(2026, 3, 2))


def findings(folder: Path) -> list[Finding]:
    return inspect(load_pack(folder), rule=RULE)


def test_a_pack_in_order_has_no_findings(fifth: Path) -> None:
    assert findings(fifth) == []


def test_what_the_authors_recorded_comes_first_with_its_fact(fifth: Path, english: None) -> None:
    with (fifth / "policy.toml").open("a", encoding="utf-8") as toml:
        toml.write('[[findings]]\nfact = "VR-1"\ntext = { vi = "Sai luật.", en = "Not lawful." }\n')

    assert findings(fifth) == [Finding(FindingKind.CLAUSE, "findings[1]", "Not lawful.", "VR-1")]


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('phone = "+84 900 000 000"', 'phone = { placeholder = true, vi = "?", en = "?" }', "controller.phone"),
        ('email = "rau@example.vn"', 'email = { placeholder = true, vi = "?", en = "?" }', "controller.email"),
        ('code = "online"', 'code = "post"\naddress = "Đà Lạt"', "channels"),
        ('url = "https://zalo.me/0900000000"', 'url = { placeholder = true, vi = "?", en = "?" }', "channels"),
        ('rule = "until-erased"', 'rule = "management-order"', "fields.gate"),
        (
            "cross_border = false\nconsent = true",
            'cross_border = true\nconsent = false\nclause = "L91 19.1(d)"',
            "recipients.rider",
        ),
        ("limit_days = 9", "limit_days = 90", "complaints.limit_days"),
        ("negotiation_working_days = 7", "negotiation_working_days = 9", "complaints.negotiation_working_days"),
    ],
)
def test_a_gap_is_found_where_it_is(fifth: Path, before: str, after: str, place: str) -> None:
    change(fifth, before, after)

    assert place in {finding.place for finding in findings(fifth) if finding.kind == FindingKind.GAP}


def test_a_pack_without_any_period_in_figures_is_told(fifth: Path) -> None:
    change(fifth, 'rule = "after-event"\nevent = "order-closed"\nmonths = 3', 'rule = "while-purpose"')

    assert [finding.place for finding in findings(fifth)] == ["retention"]


@pytest.mark.parametrize(
    ("vi", "en"),
    [
        ("Rau.\n\nCà chua.", "Vegetables."),
        ("## Rau\n\nRau.", "### Rau\n\nRau."),
        ("- Rau\n- Cà", "- Vegetables"),
        ("<!-- VR-1 -->\nRau.", "Vegetables."),
    ],
)
def test_languages_that_differ_are_told(fifth: Path, vi: str, en: str) -> None:
    (fifth / "vi" / "use.md").write_text(vi, encoding="utf-8")
    (fifth / "en" / "use.md").write_text(en, encoding="utf-8")

    assert {(finding.kind, finding.place) for finding in findings(fifth)} == {(FindingKind.PARITY, "use.md")}


@pytest.mark.parametrize(
    ("language", "text", "is_found"),
    [
        ("en", "By using this site you agree to everything.", True),
        ("en", "Visitors are deemed to have consented.", True),
        ("en", "Using this site does not mean that visitors are deemed to have consented.", False),
        ("vi", "Khách vào trang được coi là đã đồng ý.", True),
        ("vi", "Truy cập trang đồng nghĩa với việc bạn chấp nhận.", True),
        ("vi", "Im lặng không được coi là đồng ý.", False),
    ],
)
def test_consent_taken_from_silence_is_found_in_the_texts(
    fifth: Path, language: str, text: str, is_found: bool
) -> None:
    (fifth / language / "use.md").write_text(f"<!-- VR-1 -->\n{text}\n", encoding="utf-8")

    places = [finding.place for finding in findings(fifth) if finding.kind == FindingKind.CLAUSE]

    assert places == ([f"{language}/use.md:2"] if is_found else [])
