"""The drill: impostors, each with a script of its own. None gets data, an effect, or so much as a confirmation."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.enums import AuditEvent
from accounts.models import User
from accounts.services.registering import register_person
from audit.services.recording import record
from cases.enums import CodeAnswer, IntakeChannel
from cases.models import OneTimeCode
from cases.services.codes import code_for_case, send_pending
from cases.services.messaging import write_as_person
from complaints.enums import LinkReason
from complaints.services.linking import link
from core.actors import GUEST, SYSTEM
from core.errors import NotAllowed
from dsr_requests.enums import DemandReason, Method, PauseReason, RepresentativeKind, RequestKind
from dsr_requests.models import Request
from dsr_requests.services import codes_to_held, deciding, demanding, examining, pausing, representing
from dsr_requests.services.identifying import ask_for_sender_alone, identify_member
from personal_data.services import merging
from personal_data.services.holding import erase_item, write_item
from tests.cases.fixtures import MEMBER_ADDRESS, PASSWORD, mails_of, signed_in
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
    evidence_file,
    fresh,
    identity_codes,
    mandate,
    open_to_sender,
    taken,
)
from tests.security.impostors import (
    ALONE,
    CASE,
    CODE,
    IDENTITY,
    IDENTITY_CODE,
    KNOWN,
    NEW,
    RECEIVED,
    TRACK,
    Stage,
    check_nothing_gained,
    codes_made,
    opens_own_case,
    set_stage,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

Script = Callable[[Stage], None]
SCRIPTS: dict[str, Script] = {}
LATER = date(2099, 1, 1)


@pytest.fixture
def stage(member: User, agent: User, dpo: User, staff: Callable[..., User], now: datetime) -> Stage:
    return set_stage(now=now, member=member, agent=agent, dpo=dpo, staff=staff)


def impostor(script: Script) -> Script:
    """One script of the drill, named by its function."""
    SCRIPTS[script.__name__.replace("_", " ")] = script
    return script


def refused(call: Callable[..., object], **said: object) -> None:
    """Whatever is tried, a rule of ours says no."""
    with pytest.raises(NotAllowed), transaction.atomic():
        call(**said)


# --- who knows name, number and birth date ------------------------------------------------------------------------


def _knows_everything(kind: str) -> Script:
    def script(stage: Stage) -> None:
        request = stage.files(kind)
        assert not request.is_identified
        opens_own_case(stage, request)
        stage.get(CASE)

    return script


for _kind in RequestKind.values:
    SCRIPTS[f"knows name number and birth date, asks to {_kind}"] = _knows_everything(_kind)


@impostor
def knows_the_address_and_guesses_its_code(stage: Stage) -> None:
    stage.files()
    for _ in range(3):
        stage.asks_for_code(HELD_ADDRESS)
        right = identity_codes()[-1][1]
        for guess in [code for code in ("000000", "123456", "111111", "222222") if code != right][:3]:
            stage.types(guess)


@impostor
def knows_the_number_and_guesses_before_the_call(stage: Stage) -> None:
    stage.files()
    stage.asks_for_code(HELD_NUMBER, "CODE_PHONE")
    assert codes_made() == 0
    for guess in ("000000", "123456", "999999"):
        stage.types(guess)


@impostor
def types_nothing_or_nonsense_for_a_code(stage: Stage) -> None:
    stage.files()
    stage.asks_for_code(HELD_ADDRESS)
    for guess in ("", "abcdef", "------", "' OR 1=1", "１２３４５６", "0" * 200):
        stage.types(guess)


@impostor
def asks_on_and_on_for_codes(stage: Stage) -> None:
    stage.files()
    for _ in range(12):
        stage.asks_for_code(HELD_ADDRESS)
    assert codes_made() <= 5


@impostor
def says_nothing_else_is_held(stage: Stage) -> None:
    request = stage.files("delete")
    stage.post(ALONE, {})
    assert fresh(request).about_id == request.subject_id


@impostor
def wants_a_code_without_proving_the_own_address(stage: Stage) -> None:
    data = {"form_token": str(uuid4()), "address": STRANGER, "text": KNOWN}
    stage.post(NEW.format(kind="view"), data)
    stage.post(IDENTITY, {"method": "CODE_MAIL", "contact": HELD_ADDRESS})
    stage.post(ALONE, {})
    assert not Request.objects.get().verifications.exists()


@impostor
def gives_the_victims_address_and_waits(stage: Stage) -> None:
    data = {"form_token": str(uuid4()), "address": HELD_ADDRESS, "text": KNOWN}
    stage.post(NEW.format(kind="view"), data)
    for guess in ("000000", "123456", "654321"):
        stage.post(RECEIVED, {"code": guess})
    stage.get(CASE)


@impostor
def gives_the_victims_sign_in_address(stage: Stage) -> None:
    data = {"form_token": str(uuid4()), "address": MEMBER_ADDRESS, "text": KNOWN}
    stage.post(NEW.format(kind="copy"), data)
    stage.post(RECEIVED, {"code": "000000"})
    stage.post(IDENTITY, {"method": "CODE_MAIL", "contact": MEMBER_ADDRESS})


# --- addresses that look alike ------------------------------------------------------------------------------------

ALIKE = {
    "plus tag": "minh.anh+vn@example.com",
    "empty plus tag": "minh.anh+@example.com",
    "without the dot": "minhanh@example.com",
    "underscore": "minh_anh@example.com",
    "digit one": "minh.anh@examp1e.com",
    "r and n": "rninh.anh@example.com",
    "shorter ending": "minh.anh@example.co",
    "longer ending": "minh.anh@example.com.vn",
    "subdomain": "minh.anh@mail.example.com",
    "quoted": '"minh.anh"@example.com',
    "percent": "minh.anh%example.com@example.net",
    "other alphabet": "minh.аnh@example.com",
    "wide letters": "ｍｉｎｈ.anh@example.com",
    "invisible": "minh.anh\u200b@example.com",
    "accent": "minh.ánh@example.com",
    "trailing dot": "minh.anh@example.com.",
    "wide domain": "minh.anh@ｅxample.com",
    "two addresses": "minh.anh@example.com,ke.la@example.net",
    "line break": "minh.anh@example.com\nke.la@example.net",
}


def _looks_alike(address: str) -> Script:
    """By the page where it takes such an address, and past it: the mailbox is the impostor's own."""

    def script(stage: Stage) -> None:
        stage.addresses.add(address)
        stage.post(NEW.format(kind="view"), {"form_token": str(uuid4()), "address": address, "text": KNOWN})
        if Request.objects.exists():
            stage.post(RECEIVED, {"code": mails_of("case-verify")[-1].code})
        if "\n" not in address:
            past_the_form = open_to_sender(ask(now=stage.now, address=address), now=stage.now)
            begin(past_the_form, address, now=stage.now)
        assert not Request.objects.filter(identified_at__isnull=False).exists()
        assert codes_made() == 0

    return script


for _name, _address in ALIKE.items():
    SCRIPTS[f"looks alike, {_name}"] = _looks_alike(_address)


# --- "I lost my mailbox" --------------------------------------------------------------------------------------------


@impostor
def lost_the_mailbox_and_tells_a_story(stage: Stage) -> None:
    request = taken(stage.files(), stage.agent, now=stage.now)
    write_as_person(
        kind="request", case_id=request.pk, text=KNOWN, form_token=uuid4(), uploads=(), by=GUEST, now=stage.now
    )
    refused(demanding.give_evidence, request_id=request.pk, uploads=[evidence_file()], by=GUEST, now=stage.now)


@impostor
def lost_the_mailbox_and_the_agent_believes_it(stage: Stage) -> None:
    request = taken(stage.files(), stage.agent, now=stage.now)
    demanding.ask_evidence(request_id=request.pk, reason=DemandReason.NO_CHANNEL, by=stage.agent, now=stage.now)
    demanding.give_evidence(request_id=request.pk, uploads=[evidence_file()], by=GUEST, now=stage.now)
    said = {"request_id": request.pk, "subject_id": stage.held.pk, "words": "Tin được", "now": stage.now}
    refused(examining.accept_evidence, **said, by=stage.agent)


@impostor
def lost_the_mailbox_and_the_officer_does_not_look(stage: Stage) -> None:
    request = stage.files()
    said = {"request_id": request.pk, "subject_id": stage.held.pk, "words": "Tin được", "now": stage.now}
    refused(examining.accept_evidence, **said, by=stage.dpo)
    demanding.ask_evidence(request_id=request.pk, reason=DemandReason.NO_CHANNEL, by=stage.dpo, now=stage.now)
    demanding.give_evidence(request_id=request.pk, uploads=[evidence_file()], by=GUEST, now=stage.now)
    refused(examining.accept_evidence, **said, by=stage.dpo)


@impostor
def lost_the_mailbox_and_wants_the_code_sent_elsewhere(stage: Stage) -> None:
    stage.files()
    stage.asks_for_code(STRANGER)
    stage.asks_for_code(f"{HELD_ADDRESS}, {STRANGER}")
    stage.asks_for_code("0987 654 321", "CODE_PHONE")
    assert codes_made() == 0


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


# --- a contact changed, then a request --------------------------------------------------------------------------


@impostor
def stole_a_session_and_adds_the_own_number(stage: Stage) -> None:
    write_item(
        subject_id=stage.member.subject_id, field="phone", value="0987 654 321", by=stage.member, now=stage.now + HOUR
    )
    stage.files()
    stage.asks_for_code("0987 654 321", "CODE_PHONE")
    request = taken(Request.objects.latest("pk"), stage.agent, now=stage.now)
    check = request.verifications.latest("begun_at")
    said = {"verification_id": check.pk, "reason": "Gọi", "by": stage.agent, "now": stage.now}
    refused(codes_to_held.read_out, **said)
    assert [mail.to for mail in mails_of("contact-changed")] == [MEMBER_ADDRESS]


@impostor
def stole_a_session_and_adds_the_own_address(stage: Stage) -> None:
    write_item(subject_id=stage.member.subject_id, field="email", value=STRANGER, by=stage.member, now=stage.now)
    request = stage.files()
    assert not request.is_identified
    stage.asks_for_code(STRANGER)
    assert codes_made() == 0


def _changes_then_asks(kind: RequestKind) -> Script:
    def script(stage: Stage) -> None:
        """With password and all: a number is replaced, then the data asked for. Nothing leaves for three days."""
        at = stage.now + HOUR
        member = stage.member
        write_item(subject_id=member.subject_id, field="phone", value="0987 654 321", by=member, now=at)
        said = {"address": MEMBER_ADDRESS, "kind": kind, "subject_id": member.subject_id, "by": member}
        request = ask(now=at, proved=True, **said)  # type: ignore[arg-type]
        assert request.is_identified and not request.decisions.exists()
        if kind == RequestKind.DELETE:
            taken(request, stage.agent, now=at)
            refused(deciding.check_nothing_hinders, request=fresh(request), now=at)
        assert mails_of("contact-changed")[0].to == MEMBER_ADDRESS

    return script


for _asked in (RequestKind.VIEW, RequestKind.COPY, RequestKind.DELETE):
    SCRIPTS[f"changed the number, then asks to {_asked.value}"] = _changes_then_asks(_asked)


@impostor
def deletes_the_number_and_types_another(stage: Stage) -> None:
    member, at = stage.member, stage.now + HOUR
    phone = member.subject.items.get(field="phone")
    erase_item(subject_id=member.subject_id, item_id=phone.pk, by=member, now=at)
    write_item(subject_id=member.subject_id, field="phone", value="0987 654 321", by=member, now=at)
    request = ask(now=at, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member, proved=True)
    assert not request.decisions.exists()


@impostor
def changed_the_sign_in_address_a_day_ago(stage: Stage) -> None:
    member = stage.member
    record(
        event=AuditEvent.ADDRESS_CHANGED,
        target=f"user:{member.pk}",
        by=member,
        now=stage.now,
        subject_id=member.subject_id,
    )
    at = stage.now + DAY
    request = ask(now=at, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member, proved=True)
    assert not request.decisions.exists()
    guest = open_to_sender(ask(now=at), now=at)
    begin(guest, MEMBER_ADDRESS, now=at)
    assert codes_made() == 0


@impostor
def types_the_victims_address_into_the_own_account(stage: Stage) -> None:
    """A value somebody typed proves nothing: the victim is still found by what is really held."""
    own = register_person(address=STRANGER, password=PASSWORD, language="en", by=SYSTEM, now=stage.now)
    for name, value in (("email", HELD_ADDRESS), ("phone", HELD_NUMBER)):
        write_item(subject_id=own.subject_id, field=name, value=value, by=own, now=stage.now)
    at = stage.now + 5 * DAY
    request = ask(now=at, subject_id=own.subject_id, by=own, proved=True)
    assert request.about_id == own.subject_id


# --- guessed links ---------------------------------------------------------------------------------------------------

PAGES = (IDENTITY, IDENTITY_CODE, "/en/requests/case/evidence/", "/en/requests/case/child/", CASE, CODE, RECEIVED)


def _guesses(page: str) -> Script:
    def script(stage: Stage) -> None:
        ask(now=stage.now, address=MEMBER_ADDRESS, subject_id=stage.member.subject_id, by=stage.member)
        answer_page = stage.get(page)
        assert answer_page.status_code in (200, 403, 404)
        assert Request.objects.get().reference not in answer_page.content.decode()
        stage.post(page, {"method": "CODE_MAIL", "contact": MEMBER_ADDRESS, "code": "000000"})
        assert not Request.objects.get().verifications.exists()

    return script


for _page in PAGES:
    SCRIPTS[f"opens {_page} without having sent anything"] = _guesses(_page)


@impostor
def is_signed_in_with_another_persons_reference(stage: Stage) -> None:
    own = register_person(address=STRANGER, password=PASSWORD, language="en", by=SYSTEM, now=stage.now)
    member = stage.member
    victims = ask(now=stage.now, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member)
    browser = signed_in(own)
    for part in ("", "identity/", "evidence/", "child/", "take-back/", "correction/"):
        page = f"/en/account/requests/{victims.reference}/{part}"
        assert stage.get(page, browser).status_code in (404, 405)
        stage.post(page, {"password": PASSWORD}, browser)
    assert not fresh(victims).is_identified and fresh(victims).is_open


@impostor
def looks_up_the_victims_reference_with_the_own_address(stage: Stage) -> None:
    victims = open_to_sender(ask(now=stage.now, address="khac@example.com", kind=RequestKind.DELETE), now=stage.now)
    stage.post(TRACK, {"reference": victims.reference, "address": STRANGER})
    assert send_pending(now=stage.now) == 0
    stage.post(CODE, {"code": "000000"})
    stage.get(CASE)
    assert victims.reference not in "".join(stage.seen)


@impostor
def guesses_the_id_of_a_file(stage: Stage) -> None:
    victims = taken(ask(now=stage.now, address="khac@example.com"), stage.agent, now=stage.now)
    demanding.ask_evidence(request_id=victims.pk, reason=DemandReason.DOUBT, by=stage.agent, now=stage.now)
    demanding.give_evidence(request_id=victims.pk, uploads=[evidence_file()], by=GUEST, now=stage.now)
    file_id = victims.identity_files.get().pk
    request = stage.files()
    opens_own_case(stage, request)
    assert stage.get(f"/en/track/case/files/{file_id}/").status_code == 404
    assert stage.get(f"/en/requests/case/evidence/{file_id}/").status_code == 404


@impostor
def posts_another_request_into_the_own_session(stage: Stage) -> None:
    victims = open_to_sender(ask(now=stage.now, address="khac@example.com"), now=stage.now)
    stage.files()
    more = {"request_id": victims.pk, "case": victims.target, "reference": victims.reference, "about": stage.held.pk}
    stage.post(IDENTITY, {"method": "CODE_MAIL", "contact": HELD_ADDRESS, **more})
    stage.post(ALONE, more)
    assert not fresh(victims).verifications.exists() and not fresh(victims).is_identified


# --- codes that are not the right one ---------------------------------------------------------------------------------


def _with_code(stage: Stage) -> tuple[Request, object, str]:
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
    request, check, code = _with_code(stage)
    assert answer(request, check, code, now=stage.now + 10 * MINUTE) == CodeAnswer.SPENT  # type: ignore[arg-type]


@impostor
def types_the_right_code_after_three_wrong_ones(stage: Stage) -> None:
    request, check, code = _with_code(stage)
    for guess in ("000001", "000002", "000003"):
        if guess != code:
            answer(request, check, guess, now=stage.now)  # type: ignore[arg-type]
    answer(request, check, "999999" if code != "999999" else "888888", now=stage.now)  # type: ignore[arg-type]
    assert answer(request, check, code, now=stage.now) == CodeAnswer.SPENT  # type: ignore[arg-type]


@impostor
def uses_the_code_of_another_request(stage: Stage) -> None:
    other, check, code = _with_code(stage)
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
    request, first, code = _with_code(stage)
    begin(request, HELD_ADDRESS, now=stage.now)
    assert answer(request, first, code, now=stage.now) == CodeAnswer.SPENT  # type: ignore[arg-type]


@impostor
def uses_a_code_after_the_request_was_taken_back(stage: Stage) -> None:
    from dsr_requests.services.withdrawing import take_back

    request, check, code = _with_code(stage)
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


# --- in somebody else's name ---------------------------------------------------------------------------------------


def _for_the_victim(stage: Stage, **said: object) -> Request:
    request = ask(now=stage.now, kind=RequestKind.COPY, mandate=mandate(**said))  # type: ignore[arg-type]
    return taken(open_to_sender(request, now=stage.now), stage.agent, now=stage.now)


def _checks(stage: Stage, request: Request, **changes: object) -> None:
    said = {"request_id": request.pk, "scope": ["copy"], "valid_until": LATER, "by": stage.agent, "now": stage.now}
    refused(representing.check_mandate, **(said | changes))


def _sends(stage: Stage, request: Request, *, reads: bool = True) -> None:
    demanding.give_evidence(request_id=request.pk, uploads=[evidence_file()], by=GUEST, now=stage.now)
    file_id = request.identity_files.latest("added_at").pk
    if reads:
        demanding.read_evidence(request_id=request.pk, file_id=file_id, by=stage.agent, now=stage.now)


@impostor
def represents_without_any_paper(stage: Stage) -> None:
    _checks(stage, _for_the_victim(stage))


@impostor
def represents_with_a_paper_nobody_opened(stage: Stage) -> None:
    request = _for_the_victim(stage)
    _sends(stage, request, reads=False)
    _checks(stage, request)


@impostor
def represents_with_an_expired_mandate(stage: Stage) -> None:
    request = _for_the_victim(stage)
    _sends(stage, request)
    _checks(stage, request, valid_until=stage.now.date() - timedelta(days=2))


@impostor
def represents_with_no_end_to_the_mandate(stage: Stage) -> None:
    request = _for_the_victim(stage)
    _sends(stage, request)
    _checks(stage, request, valid_until=None)


@impostor
def represents_with_a_mandate_for_something_else(stage: Stage) -> None:
    request = _for_the_victim(stage)
    _sends(stage, request)
    _checks(stage, request, scope=["withdraw", "restrict"])


@impostor
def represents_a_child_of_seven_that_did_not_agree(stage: Stage) -> None:
    request = _for_the_victim(stage, kind=RepresentativeKind.PARENT, seven=True)
    _sends(stage, request)
    _checks(stage, request)


@impostor
def represents_after_the_mandate_was_refused(stage: Stage) -> None:
    request = _for_the_victim(stage)
    _sends(stage, request)
    representing.refuse_mandate(
        request_id=request.pk, words="Không hợp lệ", form_token=uuid4(), by=stage.agent, now=stage.now
    )
    _checks(stage, request)


@impostor
def represents_and_shows_the_own_address_instead(stage: Stage) -> None:
    request = _for_the_victim(stage)
    refused(begin, request=request, typed=HELD_ADDRESS, now=stage.now)
    refused(ask_for_sender_alone, request_id=request.pk, by=GUEST, now=stage.now)


@impostor
def represents_from_the_own_account_and_password(stage: Stage) -> None:
    own = register_person(address=STRANGER, password=PASSWORD, language="en", by=SYSTEM, now=stage.now)
    request = ask(now=stage.now, subject_id=own.subject_id, by=own, proved=True, mandate=mandate())
    assert not request.is_identified
    identify_member(request_id=request.pk, by=own, now=stage.now)
    assert not fresh(request).is_identified


@impostor
def represents_and_the_agent_picks_the_victim(stage: Stage) -> None:
    request = _for_the_victim(stage, contact="khong@example.com")
    _sends(stage, request)
    _checks(stage, request)
    _checks(stage, request, about=stage.held.pk)


@impostor
def represents_by_a_contact_that_looks_alike(stage: Stage) -> None:
    request = _for_the_victim(stage, contact=ALIKE["plus tag"])
    _sends(stage, request)
    _checks(stage, request)


# --- paused addresses ----------------------------------------------------------------------------------------------


@impostor
def owns_a_mailbox_that_was_paused(stage: Stage) -> None:
    """The mailbox itself was taken over: it proves the address, and nothing follows."""
    pausing.pause(contact=MEMBER_ADDRESS, reason=PauseReason.REPORTED, by=stage.agent, now=stage.now)
    stage.addresses.add(MEMBER_ADDRESS)
    member = stage.member
    request = ask(now=stage.now, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member, proved=True)
    assert not request.decisions.exists()


@impostor
def has_the_code_sent_to_a_paused_mailbox(stage: Stage) -> None:
    pausing.pause(contact=HELD_ADDRESS, reason=PauseReason.REPORTED, by=stage.agent, now=stage.now)
    stage.files()
    stage.asks_for_code(HELD_ADDRESS)
    assert codes_made() == 0


@impostor
def got_the_code_just_before_the_pause(stage: Stage) -> None:
    request, check, code = _with_code(stage)
    pausing.pause(contact=HELD_ADDRESS, reason=PauseReason.REPORTED, by=stage.agent, now=stage.now)
    assert answer(request, check, code, now=stage.now) != CodeAnswer.RIGHT  # type: ignore[arg-type]


@impostor
def confirms_from_the_paused_mailbox(stage: Stage) -> None:
    row = pausing.pause(contact=HELD_ADDRESS, reason=PauseReason.REPORTED, by=stage.agent, now=stage.now)
    said = {"pause_id": row.pk, "words": "Đúng là tôi", "by": stage.agent, "now": stage.now}
    refused(pausing.lift, **said, way=IntakeChannel.EMAIL)
    refused(pausing.tell, **said, way=IntakeChannel.EMAIL)
    refused(pausing.tell, **said, way=IntakeChannel.PORTAL)


# --- a session, but not the password -----------------------------------------------------------------------------


@impostor
def has_the_session_and_not_the_password(stage: Stage) -> None:
    browser = signed_in(stage.member)
    page = "/en/account/requests/new/view/"
    for password in ("", "sai mật khẩu"):
        stage.post(page, {"form_token": str(uuid4()), "text": "", "password": password}, browser)
    assert not Request.objects.filter(identified_at__isnull=False).exists()
    stage.seen.clear()


@impostor
def has_the_session_and_a_request_that_waits(stage: Stage) -> None:
    member = stage.member
    request = ask(now=stage.now, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member)
    page = f"/en/account/requests/{request.reference}/identity/"
    for password in ("", "sai mật khẩu"):
        stage.post(page, {"password": password}, signed_in(member))
    assert not fresh(request).is_identified


# --- what a page, a mail or the time gives away -----------------------------------------------------------------


@impostor
def compares_what_the_pages_say(stage: Stage) -> None:
    """The same pages, byte for byte but for tokens, whether the address or number is held."""
    from tests.security.impostors import bare

    said = []
    for contact, method in (
        (HELD_ADDRESS, "CODE_MAIL"),
        ("khong@example.com", "CODE_MAIL"),
        (HELD_NUMBER, "CODE_PHONE"),
        ("0987 654 321", "CODE_PHONE"),
    ):
        stage.browser.cookies.clear()
        stage.files(address=f"ke.la{len(said)}@example.net")
        pages = [stage.post(IDENTITY, {"method": method, "contact": contact})]
        pages += [stage.post(IDENTITY_CODE, {"code": "000000"}), stage.get(IDENTITY)]
        said.append([bare(page.content.decode()) for page in pages])
    assert said[0] == said[1] and said[2] == said[3]


@impostor
def compares_the_mails(stage: Stage) -> None:
    for contact in (HELD_ADDRESS, "khong@example.com"):
        stage.browser.cookies.clear()
        stage.files(address=f"{contact[:2]}@example.net")
        stage.asks_for_code(contact)
    told = [
        sorted(mail.notice for mail in stage.mails_to(f"{start}@example.net")) for start in (HELD_ADDRESS[:2], "kh")
    ]
    assert told[0] == told[1]


# --- the drill ------------------------------------------------------------------------------------------------------


def test_there_are_at_least_sixty_scripts() -> None:
    assert len(SCRIPTS) >= 60


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_no_impostor_gains_anything(script: Script, stage: Stage) -> None:
    script(stage)
    check_nothing_gained(stage)
