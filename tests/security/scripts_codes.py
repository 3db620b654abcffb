"""Codes that are not the right one, staff who want to help, and mergers."""

from datetime import date
from uuid import uuid4

from django.db import transaction

from cases.enums import CodeAnswer
from cases.models import OneTimeCode
from cases.services.codes import code_for_case
from complaints.enums import LinkReason
from complaints.services.linking import link
from core.actors import GUEST
from dsr_requests.enums import Method, RequestKind
from dsr_requests.models import Request
from dsr_requests.services import codes_to_held, deciding, representing
from dsr_requests.services.identifying import ask_for_sender_alone, identify_member
from personal_data.services import merging
from personal_data.services.holding import write_item
from tests.cases.fixtures import MEMBER_ADDRESS, signed_in
from tests.dsr_requests.asking import (
    HELD_ADDRESS,
    HELD_NUMBER,
    MINUTE,
    STRANGER,
    answer,
    ask,
    begin,
    fresh,
    identity_codes,
    open_to_sender,
    taken,
)
from tests.security.drill import SCRIPTS, Script, impostor, refused
from tests.security.impostors import (
    CASE,
    IDENTITY_CODE,
    Stage,
    codes_made,
    opens_own_case,
)

LATER = date(2099, 1, 1)


# --- staff who want to help -----------------------------------------------------------------------------------------


@impostor
def support_decides_without_knowing_who_asks(stage: Stage) -> None:
    request = taken(stage.files(), stage.agent, now=stage.now)
    for by in (stage.agent, stage.dpo):
        refused(
            deciding.decide,
            request_id=request.pk,
            verdict="ACCEPT",
            ground="",
            refused_fields=(),
            refused_purposes=(),
            words="",
            seen_digest=b"",
            form_token=uuid4(),
            by=by,
            now=stage.now,
        )


@impostor
def support_types_the_code(stage: Stage) -> None:
    request = taken(stage.files(), stage.agent, now=stage.now)
    check = begin(request, HELD_NUMBER, now=stage.now, method=Method.CODE_PHONE)
    said = {"verification_id": check.pk, "reason": "Gọi", "now": stage.now}
    _, code = codes_to_held.read_out(**said, by=stage.agent)  # type: ignore[arg-type]
    refused(answer, request=request, check=check, typed=code, now=stage.now, by=stage.agent)
    desk = signed_in(stage.agent)
    stage.post(IDENTITY_CODE, {"code": code}, desk)


@impostor
def support_reads_the_code_out_for_nobody(stage: Stage) -> None:
    request = taken(stage.files(), stage.agent, now=stage.now)
    check = begin(request, "0987 654 321", now=stage.now, method=Method.CODE_PHONE)
    said = {"verification_id": check.pk, "reason": "Gọi", "now": stage.now}
    refused(codes_to_held.read_out, **said, by=stage.agent)
    by_mail = begin(request, HELD_ADDRESS, now=stage.now)
    refused(codes_to_held.read_out, **(said | {"verification_id": by_mail.pk}), by=stage.agent)


@impostor
def support_says_it_is_the_member(stage: Stage) -> None:
    request = ask(now=stage.now, address=MEMBER_ADDRESS, subject_id=stage.member.subject_id)
    for by in (stage.agent, stage.dpo):
        refused(identify_member, request_id=request.pk, by=by, now=stage.now)
        refused(ask_for_sender_alone, request_id=request.pk, by=by, now=stage.now)


@impostor
def support_makes_a_mandate_of_it(stage: Stage) -> None:
    request = taken(stage.files(), stage.agent, now=stage.now)
    said = {"request_id": request.pk, "scope": ["view"], "valid_until": LATER, "now": stage.now}
    refused(representing.check_mandate, **said, about=stage.held.pk, by=stage.agent)
    refused(representing.check_mandate, **said, about=stage.held.pk, by=stage.dpo)


@impostor
def support_tries_made_up_actions_at_the_desk(stage: Stage) -> None:
    request = taken(stage.files(), stage.agent, now=stage.now)
    desk = signed_in(stage.agent)
    page = f"/staff/dsr_requests/request/{request.pk}/change/"
    for action in ("identify", "verify", "mark_verified", "identified", "accept"):
        desk.post(page, {"action": action, "about": str(stage.held.pk), "form_token": str(uuid4())})
        desk.post(f"/staff/dsr_requests/request/{request.pk}/{action}/", {"about": str(stage.held.pk)})
    assert not fresh(request).is_identified


@impostor
def support_writes_a_new_address_for_the_victim(stage: Stage) -> None:
    """A colleague was talked into changing the address; the code does not go there for days, and the old one hears."""
    write_item(
        subject_id=stage.member.subject_id,
        field="email",
        value=STRANGER,
        source="STAFF",
        by=stage.agent,
        now=stage.now,
    )
    stage.files()
    stage.asks_for_code(STRANGER)
    assert codes_made() == 0


# --- codes that are not the right one ---------------------------------------------------------------------------------


def with_code(stage: Stage) -> tuple[Request, object, str]:
    """A code the victim got because of the impostor, seen over the shoulder too late."""
    request = stage.files()
    check = begin(request, HELD_ADDRESS, now=stage.now)
    return request, check, identity_codes()[-1][1]


@impostor
def replays_a_code_that_was_used(stage: Stage) -> None:
    genuine = open_to_sender(ask(now=stage.now, address="moi@example.com", kind=RequestKind.PROTECT), now=stage.now)
    check = begin(genuine, HELD_ADDRESS, now=stage.now)
    code = identity_codes()[-1][1]
    assert answer(genuine, check, code, now=stage.now) == CodeAnswer.RIGHT
    stage.files()
    stage.asks_for_code("khong@example.com")
    stage.types(code)
    assert not Request.objects.latest("pk").is_identified
    # The genuine request stays the only one about the victim.
    Request.objects.filter(pk=genuine.pk).exists()
    stage.genuine.add(genuine.pk)


@impostor
def types_the_right_code_too_late(stage: Stage) -> None:
    request, check, code = with_code(stage)
    assert answer(request, check, code, now=stage.now + 10 * MINUTE) == CodeAnswer.SPENT  # type: ignore[arg-type]


@impostor
def types_the_right_code_after_three_wrong_ones(stage: Stage) -> None:
    request, check, code = with_code(stage)
    for guess in ("000001", "000002", "000003"):
        if guess != code:
            answer(request, check, guess, now=stage.now)  # type: ignore[arg-type]
    answer(request, check, "999999" if code != "999999" else "888888", now=stage.now)  # type: ignore[arg-type]
    assert answer(request, check, code, now=stage.now) == CodeAnswer.SPENT  # type: ignore[arg-type]


@impostor
def uses_the_code_of_another_request(stage: Stage) -> None:
    other, check, code = with_code(stage)
    own = open_to_sender(ask(now=stage.now, address="hai@example.net"), now=stage.now)
    assert answer(own, check, code, now=stage.now) == CodeAnswer.SPENT  # type: ignore[arg-type]
    second = begin(own, "khong@example.com", now=stage.now)
    assert answer(own, second, code, now=stage.now) == CodeAnswer.WRONG
    assert not fresh(other).is_identified


def _other_purpose(purpose: str) -> Script:
    def script(stage: Stage) -> None:
        request = stage.files()
        check = begin(request, HELD_ADDRESS, now=stage.now)
        held_code = identity_codes()[-1][1]
        with transaction.atomic():
            row, own = code_for_case(request, purpose=purpose, now=stage.now)
        if own != held_code:
            assert answer(request, check, own, now=stage.now) == CodeAnswer.WRONG
        assert not codes_of_purpose_open(row, held_code, purpose, stage)

    return script


def codes_of_purpose_open(row: OneTimeCode, code: str, purpose: str, stage: Stage) -> bool:
    """Whether a code to the held address opens what a code to the own address would."""
    from cases.services.codes import answer as compare

    wrong = compare(code_id=row.pk, purpose="IDENTIFY", typed=code, now=stage.now)
    return wrong == CodeAnswer.RIGHT


for _purpose in ("VERIFY", "TRACK", "FETCH"):
    SCRIPTS[f"uses a code for {_purpose.lower()} to show who asks"] = _other_purpose(_purpose)


@impostor
def uses_a_code_that_was_replaced(stage: Stage) -> None:
    request, first, code = with_code(stage)
    begin(request, HELD_ADDRESS, now=stage.now)
    assert answer(request, first, code, now=stage.now) == CodeAnswer.SPENT  # type: ignore[arg-type]


@impostor
def uses_a_code_after_the_request_was_taken_back(stage: Stage) -> None:
    from dsr_requests.services.withdrawing import take_back

    request, check, code = with_code(stage)
    take_back(request_id=request.pk, by=GUEST, now=stage.now)
    refused(answer, request=request, check=check, typed=code, now=stage.now)


# --- duplicates and mergers -------------------------------------------------------------------------------------------


@impostor
def has_the_own_complaint_linked_to_the_victims(stage: Stage) -> None:
    from tests.cases.fixtures import STORY
    from tests.security.impostors import complains

    first = complains(stage, subject_id=stage.member.subject_id, address=MEMBER_ADDRESS, text=f"{STORY} {SECRET}")
    second = complains(stage, address=STRANGER, text=STORY)
    stage.takes_complaint(second)
    link(
        complaint_id=second.pk,
        earlier=first.reference,
        reason=LinkReason.SAME_TEXT,
        note="",
        by=stage.agent,
        now=stage.now,
    )
    opens_own_case(stage, second)  # type: ignore[arg-type]
    page = stage.get(CASE).content.decode()
    assert first.reference not in page and SECRET not in page


SECRET = "chuyện chỉ người khiếu nại biết"


@impostor
def wants_to_be_merged_with_the_victim(stage: Stage) -> None:
    request = stage.files()
    said = {"kept": request.subject_id, "other": stage.held.pk, "now": stage.now}
    refused(merging.propose, **said, by=stage.agent)
    row = merging.propose(**said, by=stage.dpo)  # type: ignore[arg-type]
    refused(merging.merge, merge_id=row.pk, keep=request.subject_id, words="Một người", by=stage.agent, now=stage.now)
