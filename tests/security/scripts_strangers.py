"""Strangers who know much, write from look-alike addresses, lost a mailbox, guess links, or changed a contact."""

from datetime import date
from uuid import uuid4

from accounts.enums import AuditEvent
from accounts.services.registering import register_person
from audit.services.recording import record
from cases.services.codes import send_pending
from cases.services.messaging import write_as_person
from core.actors import GUEST, SYSTEM
from dsr_requests.enums import DemandReason, RequestKind, Verdict
from dsr_requests.models import Request
from dsr_requests.services import codes_to_held, deciding, demanding, examining
from personal_data.services.holding import erase_item, write_item
from tests.cases.fixtures import MEMBER_ADDRESS, PASSWORD, mails_of, signed_in
from tests.dsr_requests.asking import (
    DAY,
    HELD_ADDRESS,
    HELD_NUMBER,
    HOUR,
    STRANGER,
    ask,
    begin,
    evidence_file,
    fresh,
    identity_codes,
    open_to_sender,
    taken,
)
from tests.security.drill import SCRIPTS, Script, impostor, refused
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
    codes_made,
    opens_own_case,
)

LATER = date(2099, 1, 1)


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
            refused(deciding.check_nothing_hinders, request=fresh(request), verdict=Verdict.ACCEPT, now=at)
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
