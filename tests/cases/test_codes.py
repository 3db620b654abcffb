"""One-time codes, and looking up a case without learning whether it exists."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.enums import CodeAnswer, CodePurpose
from cases.errors import AlreadyVerified, TooManyCodes
from cases.models import OneTimeCode
from cases.references import ALPHABET, as_written, new_reference
from cases.services import codes, verifying
from complaints.models import Complaint
from complaints.services.filing import Filed
from core.actors import GUEST
from tests.cases.fixtures import GUEST_ADDRESS, as_it_is, mails_of
from tests.harness.ages import ages_at


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def verify(filed: Filed, typed: str, now: datetime) -> CodeAnswer:
    assert filed.code is not None
    case = filed.complaint
    return verifying.verify_with_code(kind=case.kind, case_id=case.pk, code_id=filed.code.pk, typed=typed, now=now)


def test_the_code_from_the_mail_proves_the_address(complain: Callable[..., Filed], now: datetime) -> None:
    filed = complain()
    assert not filed.complaint.is_verified
    (mail,) = mails_of("case-verify")
    assert mail.to == GUEST_ADDRESS
    assert verify(filed, f" {mail.code[:3]} {mail.code[3:]} ", now + timedelta(minutes=9)) == CodeAnswer.RIGHT
    case = as_it_is(filed.complaint)
    assert case.verified_at == now + timedelta(minutes=9)
    assert case.target_at == filed.complaint.target_at


def test_three_wrong_tries_end_a_code(complain: Callable[..., Filed], now: datetime) -> None:
    filed = complain()
    code = mails_of("case-verify")[0].code
    answers = [verify(filed, wrong(code), now) for _ in range(3)]
    assert answers == [CodeAnswer.WRONG, CodeAnswer.WRONG, CodeAnswer.SPENT]
    assert verify(filed, code, now) == CodeAnswer.SPENT
    assert not as_it_is(filed.complaint).is_verified


def test_a_code_works_once_and_for_ten_minutes(complain: Callable[..., Filed], now: datetime) -> None:
    old, used = complain(), complain(address="b@example.com")
    first, second = (mail.code for mail in sorted(mails_of("case-verify"), key=lambda mail: mail.to, reverse=True))
    assert verify(old, first, now + timedelta(minutes=10)) == CodeAnswer.SPENT
    assert verify(used, second, now) == CodeAnswer.RIGHT
    assert verify(used, second, now) == CodeAnswer.SPENT


def test_a_code_belongs_to_one_case_and_one_purpose(complain: Callable[..., Filed], now: datetime) -> None:
    one, two = complain(), complain()
    assert one.code is not None
    crossed = verifying.verify_with_code(
        kind="complaint", case_id=two.complaint.pk, code_id=one.code.pk, typed="000000", now=now
    )
    assert crossed == CodeAnswer.SPENT
    typed = mails_of("case-verify")[0].code
    assert codes.answer(code_id=one.code.pk, purpose=CodePurpose.TRACK, typed=typed, now=now) == CodeAnswer.SPENT


def test_codes_can_be_asked_for_again_but_not_without_end(complain: Callable[..., Filed], now: datetime) -> None:
    case = complain().complaint
    for _ in range(codes.MAX_PER_HOUR - 1):
        verifying.resend_code(kind="complaint", case_id=case.pk, by=GUEST, now=now)
    with pytest.raises(TooManyCodes):
        verifying.resend_code(kind="complaint", case_id=case.pk, by=GUEST, now=now)
    verifying.mark_verified(kind="complaint", case_id=case.pk, by=GUEST, now=now)
    with pytest.raises(AlreadyVerified):
        verifying.resend_code(kind="complaint", case_id=case.pk, by=GUEST, now=now + timedelta(hours=2))


@pytest.mark.parametrize("known", [True, False])
def test_looking_up_does_the_same_work_whether_a_case_exists_or_not(
    known: bool, complaint: Complaint, now: datetime, django_assert_num_queries: Callable[[int], object]
) -> None:
    reference = complaint.reference if known else "KN-26-2222-3333"
    # Two look-ups, and one row between the two ends of a transaction.
    with django_assert_num_queries(5):  # type: ignore[attr-defined]
        row = codes.begin_lookup(reference=reference, address=GUEST_ADDRESS, now=now)
    assert bool(row.case_ref) == known and row.code_hash is None
    assert mails_of("case-code") == []


@pytest.mark.parametrize(
    ("reference", "address"),
    [("KN-26-2222-3333", GUEST_ADDRESS), (None, "someone.else@example.com")],
    ids=["no such reference", "another address"],
)
def test_strangers_see_the_same_page_and_no_mail_leaves(
    complaint: Complaint, reference: str | None, address: str, now: datetime
) -> None:
    pages = []
    for typed in ({"reference": complaint.reference, "address": GUEST_ADDRESS}, None):
        browser = Client()
        data = typed or {"reference": reference or complaint.reference, "address": address}
        answer = browser.post("/en/track/", data)
        assert answer.status_code == 302 and answer["Location"] == "/en/track/code/"
        page = browser.get("/en/track/code/").content.decode()
        pages.append(page.split("csrfmiddlewaretoken")[0])
    assert pages[0] == pages[1]
    codes.send_pending(now=now)
    assert len(mails_of("case-code")) == 1


def test_the_mailed_code_opens_the_case_for_half_an_hour(
    frozen_clock: object, now: datetime, complaint: Complaint, client: Client
) -> None:
    client.post(
        "/en/track/", {"reference": complaint.reference.lower().replace("-", " "), "address": "Khach@Example.com"}
    )
    codes.send_pending(now=now)
    before = client.session.session_key
    answer = client.post("/en/track/code/", {"code": mails_of("case-code")[0].code})
    assert answer["Location"] == "/en/track/case/"
    assert client.session.session_key != before
    assert complaint.reference in client.get("/en/track/case/").content.decode()
    assert as_it_is(complaint).is_verified
    frozen_clock.shift(timedelta(minutes=31))  # type: ignore[attr-defined]
    assert client.get("/en/track/case/")["Location"] == "/en/track/"


def test_a_lost_doorbell_delays_a_code_and_two_workers_send_one(complaint: Complaint, now: datetime) -> None:
    codes.begin_lookup(reference=complaint.reference, address=GUEST_ADDRESS, now=now)
    assert codes.send_pending(now=now + timedelta(minutes=2)) == 1
    assert codes.send_pending(now=now + timedelta(minutes=2)) == 0
    assert OneTimeCode.objects.get(purpose=CodePurpose.TRACK).expires_at == now + timedelta(minutes=12)


def test_nobody_fills_a_mailbox_by_asking_for_codes(complaint: Complaint, now: datetime) -> None:
    for _ in range(8):
        codes.begin_lookup(reference=complaint.reference, address=GUEST_ADDRESS, now=now)
    codes.send_pending(now=now)
    assert len(mails_of("case-code")) + len(mails_of("case-verify")) == codes.MAX_PER_HOUR


def test_codes_go_after_a_day(complaint: Complaint, now: datetime) -> None:
    assert codes.remove_old(ages_at(now + timedelta(hours=23))) == 0
    assert codes.remove_old(ages_at(now + timedelta(hours=25))) == 1


def test_references_are_easy_to_read_out_and_to_type(now: datetime) -> None:
    assert not set("01OIL") & set(ALPHABET)
    made = new_reference("KN", on=now.date())
    assert as_written(made) == as_written(f" {made.lower().replace('-', ' ')} ") == made
    assert as_written("KN-26-0000-0000") == as_written("'; DROP TABLE") == as_written("") == ""
