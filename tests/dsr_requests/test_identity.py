"""Who is asking: a code to what was held before, a fresh sign-in, and nothing less."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.selectors import entries_about
from cases.enums import CodeAnswer
from cases.errors import NotSender, NotYours, OwnCase, ReasonMissing, TooManyCodes
from cases.services.codes import code_for_case
from core.actors import GUEST
from dsr_requests.enums import Method, RequestKind, Strength
from dsr_requests.errors_identity import IdentifiedAlready, NoCallNeeded, TooManyChecks
from dsr_requests.models import Request, Verification
from dsr_requests.selectors_identity import address_for_results, running_check
from dsr_requests.services.codes_to_held import begin_code, read_out
from dsr_requests.services.identifying import ask_for_sender_alone, identified, identify_member
from personal_data.enums import LimitKind
from personal_data.models import UseLimit
from policies.models import PolicyVersion
from tests.cases.fixtures import MEMBER_ADDRESS
from tests.dsr_requests.asking import (
    DAY,
    HELD_ADDRESS,
    HELD_NUMBER,
    HOUR,
    MINUTE,
    STRANGER,
    answer,
    ask,
    begin,
    fresh,
    identity_codes,
    item_of,
    open_to_sender,
    person_held,
    prove_address,
    taken,
)


def test_a_guest_whose_proved_address_is_held_is_that_person(policy_in_force: PolicyVersion, now: datetime) -> None:
    person = person_held(now=now)
    request = ask(now=now, address=HELD_ADDRESS)
    assert not request.is_identified
    request = prove_address(request, now=now + MINUTE)
    check = request.verifications.get()
    assert request.about_id == person.pk and request.identified_at == now + MINUTE
    assert (check.method, check.strength) == (Method.CODE_MAIL, Strength.MEDIUM)
    assert check.held_item == item_of(person, "email").pk and check.passed_at == now + MINUTE
    assert check.expires_at == now + MINUTE + DAY
    events = list(entries_about(request.target).values_list("event", flat=True))
    assert "request.identified" in events


def test_a_guest_with_another_address_shows_one_already_held(policy_in_force: PolicyVersion, now: datetime) -> None:
    person = person_held(now=now)
    request = open_to_sender(ask(now=now), now=now)
    check = begin(request, HELD_ADDRESS, now=now)
    ((to, code),) = identity_codes()
    assert to == HELD_ADDRESS
    assert answer(request, check, "000000" if code != "000000" else "111111", now=now) == CodeAnswer.WRONG
    assert answer(request, check, code, now=now + 9 * MINUTE) == CodeAnswer.RIGHT
    request = fresh(request)
    assert request.about_id == person.pk and address_for_results(request) == HELD_ADDRESS
    passed = request.verifications.get()
    assert passed.attempts == 2 and passed.ended_at is None


def test_a_member_shows_it_by_signing_in_again(member: User, now: datetime) -> None:
    request = ask(now=now, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member)
    assert not request.is_identified
    assert identify_member(request_id=request.pk, by=member, now=now).about_id == member.subject_id
    again = identify_member(request_id=request.pk, by=member, now=now + HOUR)
    assert again.identified_at == now
    check = again.verifications.get()
    assert (check.method, check.strength) == (Method.SESSION, Strength.STRONG)


def test_only_the_sender_shows_it(member: User, agent: User, now: datetime) -> None:
    request = ask(now=now, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member)
    with pytest.raises(NotSender):
        identify_member(request_id=request.pk, by=agent, now=now)
    assert not fresh(request).is_identified


def test_asking_does_the_same_work_whether_anything_is_held(policy_in_force: PolicyVersion, now: datetime) -> None:
    person_held(now=now)
    spent = {}
    for typed in (HELD_ADDRESS, "nobody@example.com"):
        request = open_to_sender(ask(now=now), now=now)
        with CaptureQueriesContext(connection) as queries:
            begin_code(request_id=request.pk, method=Method.CODE_MAIL, typed=typed, by=GUEST, now=now)
        spent[typed] = [query["sql"].split("WHERE")[0] for query in queries]
    for number in (HELD_NUMBER, "0987 654 321"):
        request = open_to_sender(ask(now=now), now=now)
        with CaptureQueriesContext(connection) as queries:
            begin_code(request_id=request.pk, method=Method.CODE_PHONE, typed=number, by=GUEST, now=now)
        spent[number] = [query["sql"].split("WHERE")[0] for query in queries]
    held, unknown, held_number, unknown_number = (len(found) for found in spent.values())
    assert held == unknown and held_number == unknown_number


def test_a_wrong_code_gets_the_same_answer_whether_anything_is_held(
    policy_in_force: PolicyVersion, now: datetime
) -> None:
    person_held(now=now)
    given = []
    for typed in (HELD_ADDRESS, "nobody@example.com"):
        request = open_to_sender(ask(now=now), now=now)
        check = begin(request, typed, now=now)
        right = {code for _, code in identity_codes()}
        wrong = next(code for code in ("111111", "222222", "333333") if code not in right)
        given.append([answer(request, check, wrong, now=now) for _ in range(4)])
    assert given[0] == given[1] == [CodeAnswer.WRONG, CodeAnswer.WRONG, CodeAnswer.SPENT, CodeAnswer.SPENT]


def test_a_code_lives_ten_minutes_and_there_is_a_second_chance(policy_in_force: PolicyVersion, now: datetime) -> None:
    person = person_held(now=now)
    request = open_to_sender(ask(now=now), now=now)
    first = begin(request, HELD_ADDRESS, now=now)
    late = now + 10 * MINUTE
    assert answer(request, first, identity_codes()[0][1], now=late) == CodeAnswer.SPENT
    assert running_check(fresh(request), at=late) is None
    second = begin(request, HELD_ADDRESS, now=late)
    assert answer(request, second, identity_codes()[1][1], now=late) == CodeAnswer.RIGHT
    assert fresh(request).about_id == person.pk


def test_a_new_code_ends_the_one_before(policy_in_force: PolicyVersion, now: datetime) -> None:
    person_held(now=now)
    request = open_to_sender(ask(now=now), now=now)
    first = begin(request, HELD_ADDRESS, now=now)
    begin(request, HELD_ADDRESS, now=now)
    assert answer(request, first, identity_codes()[0][1], now=now) == CodeAnswer.SPENT
    assert not fresh(request).is_identified


def test_codes_are_few_an_hour_and_a_day(policy_in_force: PolicyVersion, now: datetime) -> None:
    request = open_to_sender(ask(now=now), now=now)
    for _ in range(4):
        begin(request, STRANGER, now=now + MINUTE)
    with pytest.raises(TooManyCodes):
        begin(request, STRANGER, now=now + MINUTE)
    for hours in (2, 4):
        begin(request, STRANGER, now=now + hours * HOUR)
    with pytest.raises(TooManyChecks):
        begin(request, STRANGER, now=now + 6 * HOUR)
    begin(request, STRANGER, now=now + 30 * HOUR)


def test_one_person_gets_few_codes_from_all_requests_together(policy_in_force: PolicyVersion, now: datetime) -> None:
    person_held(now=now)
    for _ in range(4):
        request = open_to_sender(ask(now=now), now=now)
        for _ in range(3):
            begin(request, HELD_ADDRESS, now=now)
    assert len(identity_codes()) == 10


def test_a_number_is_called_and_the_person_types_the_code(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    person = person_held(now=now)
    request = taken(open_to_sender(ask(now=now), now=now), agent, now=now)
    check = begin(request, "+84 912345678", now=now, method=Method.CODE_PHONE)
    assert identity_codes() == []
    with pytest.raises(ReasonMissing):
        read_out(verification_id=check.pk, reason=" ", by=agent, now=now)
    number, code = read_out(verification_id=check.pk, reason="Gọi xác minh", by=agent, now=now + HOUR)
    assert number == "+84912345678"
    assert answer(request, check, code, now=now + HOUR + MINUTE) == CodeAnswer.RIGHT
    assert fresh(request).about_id == person.pk
    assert "request.code_read_out" in entries_about(request.target).values_list("event", flat=True)
    look = entries_about(f"subject:{person.pk}").get(event="item.revealed")
    assert look.subject_ref == person.pk and look.details == {"field": "phone"} and look.note_hash
    with pytest.raises(NoCallNeeded):
        read_out(verification_id=check.pk, reason="Gọi lại", by=agent, now=now + HOUR + MINUTE)


def test_nothing_tells_that_a_number_was_called(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    person_held(now=now)
    answers = []
    for number in (HELD_NUMBER, "0987 654 321"):
        request = taken(open_to_sender(ask(now=now), now=now), agent, now=now)
        check = begin(request, number, now=now, method=Method.CODE_PHONE)
        wrong = "000000"
        if number == HELD_NUMBER:
            _, code = read_out(verification_id=check.pk, reason="Gọi", by=agent, now=now + DAY)
            wrong = "000000" if code != "000000" else "111111"
        answers.append([answer(request, check, wrong, now=now + DAY + HOUR) for _ in range(3)])
    assert answers[0] == answers[1] == [CodeAnswer.WRONG, CodeAnswer.WRONG, CodeAnswer.SPENT]


def test_only_who_has_the_request_calls(
    policy_in_force: PolicyVersion, agent: User, other_agent: User, now: datetime
) -> None:
    person_held(now=now)
    request = taken(open_to_sender(ask(now=now), now=now), agent, now=now)
    check = begin(request, HELD_NUMBER, now=now, method=Method.CODE_PHONE)
    with pytest.raises(NotYours):
        read_out(verification_id=check.pk, reason="Gọi", by=other_agent, now=now)


def test_a_guest_of_whom_nothing_else_is_held_is_answered_for_that(
    policy_in_force: PolicyVersion, now: datetime
) -> None:
    request = open_to_sender(ask(now=now), now=now)
    assert not request.is_identified
    request = ask_for_sender_alone(request_id=request.pk, by=GUEST, now=now)
    assert request.about_id == request.subject_id


def test_it_happens_once(member: User, now: datetime) -> None:
    request = ask(now=now, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member, proved=True)
    with pytest.raises(IdentifiedAlready), transaction.atomic():
        identified(
            request=request, about=member.subject, method=Method.SESSION, strength=Strength.STRONG, by=member, now=now
        )


def test_an_objection_stops_the_purpose_while_it_is_examined(member: User, now: datetime) -> None:
    request = ask(
        now=now,
        address=MEMBER_ADDRESS,
        kind=RequestKind.OBJECT,
        subject_id=member.subject_id,
        by=member,
        proved=True,
        purposes=("marketing",),
    )
    limit = UseLimit.objects.get(subject=member.subject)
    assert (limit.kind, limit.purpose, limit.basis) == (LimitKind.OBJECTION, "marketing", request.target)


def test_the_database_knows_no_passed_check_about_nobody(policy_in_force: PolicyVersion, now: datetime) -> None:
    request = ask(now=now)
    with pytest.raises(IntegrityError, match="verification_passed_about_somebody"), transaction.atomic():
        Verification.objects.create(
            case=request, method=Method.CODE_MAIL, strength=Strength.MEDIUM, begun_at=now, expires_at=now, passed_at=now
        )


def test_a_code_of_another_purpose_identifies_nobody(policy_in_force: PolicyVersion, now: datetime) -> None:
    person_held(now=now)
    request = open_to_sender(ask(now=now), now=now)
    check = begin(request, HELD_ADDRESS, now=now)
    with transaction.atomic():
        _, tracking = code_for_case(request, purpose="TRACK", now=now)
    if tracking != identity_codes()[0][1]:
        assert answer(request, check, tracking, now=now) == CodeAnswer.WRONG
    assert not fresh(request).is_identified


def test_staff_do_not_examine_their_own(staff: Callable[..., User], now: datetime) -> None:
    agent = staff("agent", "An")
    request = ask(now=now, address="an@example.org", subject_id=agent.subject_id, by=agent)
    check = begin(request, HELD_NUMBER, now=now, method=Method.CODE_PHONE, by=agent)
    with pytest.raises((OwnCase, NoCallNeeded)):
        read_out(verification_id=check.pk, reason="Gọi", by=agent, now=now)
    assert Request.objects.get().about_id is None
