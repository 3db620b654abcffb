"""Whoever acts in somebody else's name, from a paused address, from an open session, or reads between the lines."""

from datetime import date, timedelta
from uuid import uuid4

from accounts.services.registering import register_person
from cases.enums import CodeAnswer, IntakeChannel
from core.actors import GUEST, SYSTEM
from dsr_requests.enums import PauseReason, RepresentativeKind, RequestKind
from dsr_requests.models import Request
from dsr_requests.services import demanding, pausing, representing
from dsr_requests.services.identifying import ask_for_sender_alone, identify_member
from tests.cases.fixtures import MEMBER_ADDRESS, PASSWORD, signed_in
from tests.dsr_requests.asking import (
    HELD_ADDRESS,
    HELD_NUMBER,
    STRANGER,
    answer,
    ask,
    begin,
    evidence_file,
    fresh,
    mandate,
    open_to_sender,
    taken,
)
from tests.security.drill import impostor, refused
from tests.security.impostors import (
    IDENTITY,
    IDENTITY_CODE,
    Stage,
    codes_made,
)
from tests.security.scripts_codes import with_code
from tests.security.scripts_strangers import ALIKE

LATER = date(2099, 1, 1)


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
    request, check, code = with_code(stage)
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
