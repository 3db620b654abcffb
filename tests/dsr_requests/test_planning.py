"""What a decision sets going, for each kind, and the words it is told in."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from django.utils.translation import override

from accounts.models import User
from consent.answers import Answer, ConsentKey
from consent.services.asking import questions
from consent.services.granting import record_answers
from dsr_requests.enums import FulfilmentKind, RequestKind
from dsr_requests.models import Request
from dsr_requests.planning import digest_of, what_will_run
from dsr_requests.selectors import asked_of
from dsr_requests.wishes import Wish, consent_code, consent_key
from dsr_requests.wording import words
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.dsr_requests.steps import WISHES, by_guest, by_member, fresh, hold

HELD = {"full_name": "Trần Thị Lan", "phone": "0901 234 567", "address": "Hà Nội"}


def agree(member: User, version: PolicyVersion, purpose: str, *, now: datetime) -> list[ConsentKey]:
    """The member agrees to every question of one purpose."""
    keys = [one.key for one in questions(version, "vi") if one.key.purpose == purpose]
    record_answers(
        subject_id=member.subject_id,
        answers=[Answer(key, True) for key in keys],
        version=version,
        language="vi",
        evidence={},
        by=member,
        now=now,
    )
    return keys


def known(member: User, wish: Wish, *, now: datetime) -> Request:
    return fresh(by_member(member, wish, now=now, proved=True))


def kinds_and_targets(
    request: Request, *, at: datetime, fields: Sequence[str] = (), purposes: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """What runs, without the recipients told."""
    plan = what_will_run(request, at=at, refused_fields=fields, refused_purposes=purposes)
    return [(entry["kind"], entry["target"]) for entry in plan if entry["kind"] not in ("ORDER", "CONFIRMED")]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (WISHES[RequestKind.VIEW], [("PACKAGE", "everything"), ("FINISH", "")]),
        (WISHES[RequestKind.COPY], [("PACKAGE", "everything"), ("FINISH", "")]),
        (
            Wish(RequestKind.CORRECT, fields=("address",), values={"full-name": "Lan", "email": "lan@example.com"}),
            [("CORRECT", "email"), ("CORRECT", "full-name"), ("FINISH", "")],
        ),
        (WISHES[RequestKind.DELETE], [("SNAPSHOT", ""), ("ERASE", "everything"), ("FINISH", "")]),
        (
            Wish(RequestKind.DELETE, fields=("phone", "email")),
            [("SNAPSHOT", ""), ("ERASE", "chosen"), ("FINISH", "")],
        ),
        (WISHES[RequestKind.RESTRICT], [("LIMIT", "marketing"), ("FINISH", "")]),
        (Wish(RequestKind.RESTRICT, everything=True), [("LIMIT", ""), ("FINISH", "")]),
        (WISHES[RequestKind.OBJECT], [("LIMIT", "marketing"), ("FINISH", "")]),
        (WISHES[RequestKind.PROTECT], [("FINISH", "")]),
    ],
    ids=lambda value: value.kind if isinstance(value, Wish) else "",
)
def test_what_runs_for_each_kind(wish: Wish, expected: list[tuple[str, str]], member: User, now: datetime) -> None:
    hold(member, now=now, **HELD)
    assert kinds_and_targets(known(member, wish, now=now), at=now) == expected


def test_nothing_is_planned_for_somebody_unknown(policy_in_force: PolicyVersion, now: datetime) -> None:
    assert what_will_run(by_guest(WISHES[RequestKind.DELETE], now=now), at=now) == []


def test_an_objection_ends_the_consents_of_what_it_stops(
    member: User, policy_in_force: PolicyVersion, now: datetime
) -> None:
    keys = agree(member, policy_in_force, "marketing", now=now)
    found = kinds_and_targets(known(member, WISHES[RequestKind.OBJECT], now=now), at=now)
    assert found == [*(("WITHDRAW", consent_code(key)) for key in sorted(keys)), ("LIMIT", "marketing"), ("FINISH", "")]


def test_what_of_an_objection_is_refused_goes_on(member: User, policy_in_force: PolicyVersion, now: datetime) -> None:
    two = known(member, Wish(RequestKind.OBJECT, purposes=("marketing", "service")), now=now)
    assert kinds_and_targets(two, at=now, purposes=["service"]) == [
        ("LIMIT", "marketing"),
        ("UNLIMIT", "service"),
        ("FINISH", ""),
    ]
    every = known(member, Wish(RequestKind.OBJECT, everything=True), now=now)
    found = kinds_and_targets(every, at=now, purposes=["service"])
    others = [code.code for code in policies.purposes(policy_in_force) if code.code != "service"]
    assert found == [*(("LIMIT", code) for code in others), ("UNLIMIT", ""), ("FINISH", "")]


def test_a_withdrawal_ends_what_was_named_and_given(
    member: User, policy_in_force: PolicyVersion, now: datetime
) -> None:
    first, *others = agree(member, policy_in_force, "marketing", now=now)
    named = known(member, Wish(RequestKind.WITHDRAW, consents=(consent_code(first), "personalisation//")), now=now)
    (decision,) = named.decisions.all()
    assert [entry["target"] for entry in decision.plan if entry["kind"] == "WITHDRAW"] == [consent_code(first)]
    assert others


def test_recipients_are_told_once_each_and_only_of_what_they_could_hold(member: User, now: datetime) -> None:
    hold(member, now=now, **HELD)
    plan = what_will_run(known(member, Wish(RequestKind.DELETE, fields=("phone",)), now=now), at=now)
    orders = [entry for entry in plan if entry["kind"] == FulfilmentKind.ORDER]
    assert orders and len({entry["target"] for entry in orders}) == len(orders)
    assert all(entry["fields"] == ["phone"] for entry in orders)
    none = what_will_run(known(member, Wish(RequestKind.DELETE, fields=("email",)), now=now), at=now)
    assert [entry["kind"] for entry in none] == ["SNAPSHOT", "ERASE", "FINISH"]


def test_a_value_nobody_received_is_corrected_without_orders(member: User, now: datetime) -> None:
    plan = what_will_run(known(member, WISHES[RequestKind.CORRECT], now=now), at=now)
    assert [entry["kind"] for entry in plan] == ["CORRECT", "FINISH"]
    hold(member, now=now, full_name="Trần Thị Lan")
    plan = what_will_run(known(member, WISHES[RequestKind.CORRECT], now=now), at=now)
    assert "ORDER" in [entry["kind"] for entry in plan]


def test_the_hash_changes_with_whatever_runs(member: User, now: datetime) -> None:
    hold(member, now=now, **HELD)
    case = known(member, Wish(RequestKind.DELETE, fields=("phone", "address")), now=now)
    whole, part = what_will_run(case, at=now), what_will_run(case, at=now, refused_fields=["phone"])
    assert digest_of(whole, case) == digest_of(what_will_run(case, at=now), case) != digest_of(part, case)
    assert digest_of([], case) not in (digest_of(whole, case), digest_of(part, case))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", RequestKind)
def test_a_plan_is_told_in_words_with_names_and_counts(
    kind: RequestKind, language: str, member: User, policy_in_force: PolicyVersion, now: datetime
) -> None:
    hold(member, now=now, **HELD)
    agree(member, policy_in_force, "marketing", now=now)
    pack = policies.document(policy_in_force)
    with override(language):
        told = words(what_will_run(known(member, WISHES[kind], now=now), at=now), pack=pack)
        text = "\n".join(told)
        assert bool(told) == (kind != RequestKind.PROTECT)
        assert not {"full-name", "marketing", "affiliate", "carrier"} & set(text.replace(":", " ").split())
        if kind == RequestKind.DELETE:
            assert "3" in text and str(pack.recipients[1].name) in text


def test_what_a_part_can_leave_out(member: User, policy_in_force: PolicyVersion, now: datetime) -> None:
    hold(member, now=now, **HELD)
    every = {purpose.code for purpose in policies.purposes(policy_in_force)}
    for wish, fields, purposes in (
        (WISHES[RequestKind.DELETE], {"full-name", "phone", "address"}, set()),
        (Wish(RequestKind.DELETE, fields=("email",)), {"email"}, set()),
        (WISHES[RequestKind.COPY], {"full-name", "phone", "address"}, set()),
        (WISHES[RequestKind.OBJECT], set(), {"marketing"}),
        (Wish(RequestKind.RESTRICT, everything=True), set(), every),
    ):
        found = asked_of(known(member, wish, now=now), at=now)
        sections = {code for code in found[0] if code.startswith("section:")}
        assert bool(sections) == (wish.kind == RequestKind.COPY)
        assert (found[0] - sections, found[1]) == (fields, purposes)


def test_a_consent_is_named_by_its_parts() -> None:
    key = ConsentKey("marketing", "email", "partner")
    assert consent_key(consent_code(key)) == key == consent_key("marketing/email/partner")
    for text in ("marketing", "marketing.email.", "a/b/c/d", "/email/", "MARKETING//"):
        assert consent_key(text) is None


def test_a_deletion_says_that_what_recipients_know_the_person_by_stays_sealed_for_a_time(
    member: User, policy_in_force: PolicyVersion, now: datetime
) -> None:
    pack = policies.document(policy_in_force)
    alone = what_will_run(known(member, WISHES[RequestKind.DELETE], now=now), at=now)
    hold(member, now=now, **HELD)
    told_on = what_will_run(known(member, WISHES[RequestKind.DELETE], now=now), at=now)
    with override("en"):
        assert "stays sealed" not in " ".join(words(alone, pack=pack)), "there is nobody to tell"
        assert "stays sealed until all of them have confirmed" in words(told_on, pack=pack)[-1]
