"""When a field goes and why it stays: the first day to come decides, and each reason to stay is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings

from personal_data.enums import HoldGround
from personal_data.retention_dates import (
    OPEN_CASE,
    Decided,
    Facts,
    HeldBack,
    KeptUntil,
    State,
    account_until,
    goes_last,
    kept_until,
)
from policies.pack import load_pack
from policies.pack_types import FieldSpec, Pack, RetentionSpec, Text

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
HELD = datetime(2024, 1, 1, 3, 0, tzinfo=UTC)
WORDS = Text("theo chính sách", "by the policy")


@pytest.fixture(scope="module")
def shop() -> Pack:
    """The pack of the shop: contract, consent and inactivity on one field."""
    return load_pack(settings.BASE_DIR / "policies" / "packs" / "shop")


def with_rules(pack: Pack, *rules: RetentionSpec, purposes: tuple[str, ...] = ("marketing",)) -> tuple[Pack, FieldSpec]:
    """The pack with one field `phone`, whose rule is the first given and those beside it the rest."""
    first = replace(rules[0], also=tuple(rule.code for rule in rules[1:]))
    spec = replace(pack.field("phone") or pack.fields[0], retention=first.code, purposes=purposes)
    return replace(pack, retention=(first, *rules[1:]), fields=(spec,)), spec


def rule(kind: str, **kwargs: object) -> RetentionSpec:
    return RetentionSpec(code=kind, rule=kind, text=WORDS, **kwargs)  # type: ignore[arg-type]


def kept(pack: Pack, spec: FieldSpec, **facts: object) -> KeptUntil:
    return kept_until(pack, spec, held_since=HELD, facts=Facts(at=NOW, **facts))  # type: ignore[arg-type]


def codes(found: KeptUntil) -> list[str]:
    return [stay.code for stay in found.stays]


def test_the_first_day_to_come_decides(shop: Pack) -> None:
    pack, spec = with_rules(shop, rule("inactive", months=24), rule("after-event", event="order-closed", months=6))
    late = kept(pack, spec, last_active_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert late.day == date(2028, 2, 1) and late.kind == "inactive" and not late.is_due
    events = {"order-closed": datetime(2025, 12, 31, 12, tzinfo=UTC)}
    early = kept(pack, spec, last_active_at=datetime(2026, 2, 1, tzinfo=UTC), events=events)
    assert early.day == date(2026, 6, 30) and early.kind == "after-event"


def test_a_day_is_one_of_vietnam_and_the_thing_goes_on_it(shop: Pack) -> None:
    pack, spec = with_rules(shop, rule("after-event", event="order-closed", days=1))
    evening = datetime(2026, 3, 1, 16, 59, tzinfo=UTC)
    assert kept(pack, spec, events={"order-closed": evening}).is_due
    assert not kept(pack, spec, events={"order-closed": evening + timedelta(minutes=1)}).is_due


def test_nothing_goes_for_an_event_that_never_was(shop: Pack) -> None:
    pack, spec = with_rules(shop, rule("after-event", event="order-closed", days=1))
    found = kept(pack, spec)
    assert found.day is None and found.trigger is None and not found.is_due and not found.stays
    assert found.awaits_event and not kept(pack, spec, events={"order-closed": NOW}).awaits_event
    beside, spec = with_rules(shop, rule("until-erased"), rule("management-order"))
    assert not kept(beside, spec).awaits_event


def test_the_law_postpones_every_other_day_and_then_lets_it_go(shop: Pack) -> None:
    law = rule("law", years=3, clause="L91 14.1")
    pack, spec = with_rules(shop, rule("inactive", months=24), law)
    long_ago = datetime(2024, 1, 2, tzinfo=UTC)
    found = kept(pack, spec, last_active_at=long_ago)
    assert found.day == date(2027, 1, 1) and codes(found) == [HeldBack.LAW] and not found.is_due
    assert found.stays[0].clause == "L91 14.1"
    over = kept_until(pack, spec, held_since=datetime(2023, 3, 2, tzinfo=UTC), facts=Facts(at=NOW))
    assert over.is_due and over.kind == "law" and not over.stays


def test_a_live_purpose_stands_against_inactivity_but_not_against_an_order(shop: Pack) -> None:
    pack, spec = with_rules(shop, rule("inactive", months=24))
    states = {"marketing": State(True, HELD)}
    long_ago = datetime(2024, 1, 2, tzinfo=UTC)
    stays = kept(pack, spec, last_active_at=long_ago, states=states)
    assert stays.day is None and codes(stays) == [HeldBack.PURPOSE] and not stays.is_due
    assert kept(pack, spec, last_active_at=long_ago).is_due
    no_need = Decided(frozenset({"phone"}), ordered=False, goes_on=TODAY)
    assert not kept(pack, spec, states=states, disposals=[no_need]).is_due
    ordered = kept(pack, spec, states=states, disposals=[replace(no_need, ordered=True)])
    assert ordered.is_due and ordered.day == TODAY


def test_a_decided_deletion_names_fields_and_what_is_held_since_before_a_day(shop: Pack) -> None:
    pack, spec = with_rules(shop, rule("until-erased"))
    order = Decided(frozenset({"phone"}), ordered=True, goes_on=TODAY, held_before=date(2024, 1, 1))
    assert not kept(pack, spec, disposals=[order]).is_due
    assert kept(pack, spec, disposals=[replace(order, held_before=date(2024, 1, 2))]).is_due
    assert not kept(pack, spec, disposals=[replace(order, held_before=None, fields=frozenset({"email"}))]).is_due


def test_what_serves_purposes_goes_when_the_last_has_ended(shop: Pack) -> None:
    pack, spec = with_rules(shop, rule("while-purpose", days=10), purposes=("order-delivery", "marketing"))
    ended = datetime(2026, 2, 25, tzinfo=UTC)
    one = kept(pack, spec, states={"marketing": State(False, ended)})
    assert one.day is None and [str(stay.name) for stay in one.stays] == [str(_name(pack, "order-delivery"))]
    both = {"marketing": State(False, ended), "order-delivery": State(False, datetime(2026, 2, 20, tzinfo=UTC))}
    found = kept(pack, spec, states=both, is_reachable=True)
    assert found.day == date(2026, 3, 7) and not found.stays  # a consent ended last: nobody is warned of it
    assert kept(pack, replace(spec, purposes=("marketing",))).day is None  # nothing began, so nothing ended


def _name(pack: Pack, code: str) -> Text:
    purpose = pack.purpose(code)
    assert purpose is not None
    return purpose.name


def test_a_hold_and_an_open_case_stop_a_day_that_has_come(shop: Pack) -> None:
    pack, spec = with_rules(shop, rule("inactive", months=24))
    long_ago = datetime(2024, 1, 2, tzinfo=UTC)
    held = kept(pack, spec, last_active_at=long_ago, holds={"phone": [HoldGround.DISPUTE]})
    assert held.day is None and codes(held) == [HeldBack.HOLD] and not held.is_due
    assert str(held.stays[0].name) == str(HoldGround.DISPUTE.label)
    assert kept(pack, spec, last_active_at=long_ago, holds={"email": [HoldGround.DISPUTE]}).is_due
    case = kept(pack, spec, last_active_at=long_ago, states={OPEN_CASE: State(True, HELD)})
    assert case.day is None and codes(case) == [HeldBack.CASE] and not case.is_due
    assert kept(pack, spec, last_active_at=long_ago, states={OPEN_CASE: State(False, HELD)}).is_due


def test_whoever_can_be_reached_is_told_seven_days_before(shop: Pack) -> None:
    pack, spec = with_rules(shop, rule("inactive", months=24))
    long_ago = datetime(2024, 1, 2, tzinfo=UTC)
    day = date(2026, 1, 2)
    untold = kept(pack, spec, last_active_at=long_ago, is_reachable=True)
    assert codes(untold) == [HeldBack.UNTOLD] and untold.day == TODAY + timedelta(days=7) and not untold.is_due
    week = timedelta(days=7)
    just_not = kept(
        pack, spec, last_active_at=long_ago, is_reachable=True, told={day: NOW - week + timedelta(seconds=1)}
    )
    assert not just_not.is_due and just_not.day == TODAY  # the mail named this day; it goes in the coming night
    assert kept(pack, spec, last_active_at=long_ago, is_reachable=True, told={day: NOW - week}).is_due
    other_day = {day - timedelta(days=1): NOW - week}
    assert not kept(pack, spec, last_active_at=long_ago, is_reachable=True, told=other_day).is_due
    assert kept(pack, spec, last_active_at=long_ago, is_reachable=False).is_due


def test_the_account_goes_after_inactivity_alone_and_no_purpose_may_be_live(shop: Pack) -> None:
    spec, inactivity = shop.field("email"), shop.retention_rule("inactivity")
    assert spec is not None and inactivity is not None
    facts = Facts(at=NOW, last_active_at=datetime(2026, 3, 1, tzinfo=UTC))
    found = account_until(shop, spec, inactivity=inactivity, facts=facts)
    assert found.day == date(2028, 3, 1) and not found.stays
    assert account_until(shop, spec, inactivity=None, facts=facts).day is None
    live = replace(facts, states={"marketing": State(True, HELD)})
    assert codes(account_until(shop, spec, inactivity=inactivity, facts=live)) == [HeldBack.PURPOSE]
    assert account_until(shop, spec, inactivity=inactivity, facts=live).day is None


def test_a_hold_has_no_day_even_before_the_day_comes_and_a_case_may_close_in_time(shop: Pack) -> None:
    pack, spec = with_rules(shop, rule("inactive", months=24))
    lately = datetime(2026, 2, 1, tzinfo=UTC)
    held = kept(pack, spec, last_active_at=lately, holds={"phone": [HoldGround.DISPUTE]})
    assert held.day is None and held.trigger is not None and held.trigger.day == date(2028, 2, 1)
    case = kept(pack, spec, last_active_at=lately, states={OPEN_CASE: State(True, HELD)})
    assert case.day == date(2028, 2, 1) and codes(case) == [HeldBack.CASE]


def test_the_rule_that_sets_the_day_is_told_where_it_is_not_the_fields_own(shop: Pack) -> None:
    inactive = rule("inactive", months=24)
    pack, spec = with_rules(shop, rule("until-erased"), inactive)
    assert kept(pack, spec, last_active_at=HELD).beside == inactive
    assert kept(*with_rules(shop, inactive), last_active_at=HELD).beside is None
    ordered = Decided(frozenset({"phone"}), ordered=True, goes_on=TODAY)
    assert kept(pack, spec, disposals=[ordered]).beside is None


def test_the_account_goes_when_everything_else_has_gone(shop: Pack) -> None:
    spec, inactivity = shop.field("email"), shop.retention_rule("inactivity")
    assert spec is not None and inactivity is not None
    facts = Facts(at=NOW, last_active_at=datetime(2026, 3, 1, tzinfo=UTC))
    account = account_until(shop, spec, inactivity=inactivity, facts=facts)
    same, later = replace(account), replace(account, day=date(2031, 1, 1))
    assert goes_last(account, []) == goes_last(account, [same]) == account
    assert goes_last(account, [same, later]).day == date(2031, 1, 1)
    assert codes(goes_last(account, [later])) == [HeldBack.REST]
    assert goes_last(account, [later, replace(account, day=None)]).day is None
