"""The law as data: law.md 1.1 and 1.2, read as it stood on a day."""

from datetime import date

import pytest

from core import rules
from core.rules import Start, Unit

TODAY = date(2026, 11, 20)
# Kind; acknowledgement in working days; alone; with a processor; extension (law.md 1.1).
LAW = {
    "view": (2, 10, 15, 10, "D356 Art. 5.3"),
    "copy": (2, 10, 15, 10, "D356 Art. 5.3"),
    "correct": (2, 10, 15, 10, "D356 Art. 5.3"),
    "delete": (2, 20, 30, 20, "D356 Art. 5.4"),
    "restrict": (2, 15, 20, 15, "D356 Art. 5.2"),
    "object": (2, 15, 20, 15, "D356 Art. 5.2"),
    "withdraw": (2, 15, 20, 15, "D356 Art. 5.2"),
    "protect": (2, 15, 15, 15, "D356 Art. 5.5"),
}


def test_every_kind_of_request_has_the_periods_of_the_decree() -> None:
    assert set(rules.request_kinds(on=TODAY)) == set(LAW)
    for kind, expected in LAW.items():
        rule = rules.period_rule(kind, on=TODAY)
        figures = (rule.acknowledge_working_days, rule.target, rule.processor, rule.extension_days, rule.article)
        assert figures == expected
        assert (rule.limit, rule.extension_count) == (rule.target, 1)
        assert (rule.starts, rule.unit, rule.rolls, rule.pausable) == (
            Start.RECEIPT,
            Unit.CALENDAR_DAYS,
            True,
            False,
        )
        shown = rules.request_rule(kind, on=TODAY)
        assert (shown.own_days, shown.processor_days, shown.extension_days) == expected[1:4]


def test_complaints_negotiation_and_breaches() -> None:
    complaint = rules.period_rule("complaint", on=TODAY)
    assert (complaint.target, complaint.limit, complaint.rolls, complaint.pausable) == (7, 15, False, False)
    promised = complaint.with_days(target=8, limit=12, acknowledge_working_days=1)
    assert (promised.target, promised.limit, promised.acknowledge_working_days) == (8, 12, 1)
    assert promised.version == complaint.version == date(2026, 1, 1)
    negotiation = rules.period_rule("negotiation", on=TODAY)
    assert (negotiation.unit, negotiation.limit, negotiation.pausable) == (Unit.WORKING_DAYS, 7, True)
    breach = rules.period_rule("breach", on=TODAY)
    assert (breach.starts, breach.unit, breach.limit) == (Start.DETECTION, Unit.HOURS, 72)


def test_what_else_holds_for_complaints() -> None:
    rule = rules.complaint_rule(on=TODAY)
    assert (rule.shortest_target_days, rule.longest_limit_days, rule.negotiation_working_days) == (7, 15, 7)
    assert (rule.reopen_within_days, rule.reopen_count, rule.postpone_count) == (30, 1, 1)
    assert (rule.unverified_reminder_hours, rule.unverified_end_days) == (24, 7)
    assert [(way.code, way.article) for way in rule.recourse] == [
        ("negotiation", "CL Art. 57.2"),
        ("consumer-authority", "L91 Art. 4.1(đ)"),
        ("ministry", "L91 Art. 4.1(đ)"),
        ("court", "L91 Art. 4.1(đ)"),
    ]


def test_a_case_finds_the_rule_it_was_received_under_by_its_version() -> None:
    rule = rules.period_rule("delete", on=TODAY)
    assert rules.period_rule("delete", on=rule.version) == rule


def test_what_no_rule_covers_has_no_period() -> None:
    with pytest.raises(LookupError, match="no period is known for dance"):
        rules.period_rule("dance", on=TODAY)
    with pytest.raises(LookupError, match="unknown request kind breach"):
        rules.request_rule("breach", on=TODAY)
    with pytest.raises(LookupError, match="no deadlines rule is in effect on 2025-12-31"):
        rules.period_rule("view", on=date(2025, 12, 31))
