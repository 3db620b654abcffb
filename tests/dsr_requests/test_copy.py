"""The copy that answers a request reaches the person entitled, and nobody else."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from audit.models import AuditEntry
from audit.services.recording import record
from cases.enums import CodeAnswer
from core.actors import GUEST, SYSTEM
from dsr_requests.enums import Method, PauseReason, RepresentativeKind, RequestKind, Strength
from dsr_requests.errors import Frozen, HeldBack
from dsr_requests.errors_copy import NoAddressHeld
from dsr_requests.models import PausedAddress, Request
from dsr_requests.services.fulfilling import run_due
from dsr_requests.services.handing_over import begin_fetch, fetch_own, fetch_with_code
from dsr_requests.services.identifying import identified
from dsr_requests.services.locking import lock_request
from personal_data.errors import CopyGone, CopyNotReady
from personal_data.models import DataSubject, Package
from personal_data.services import packaging
from personal_data.services.holding import write_item
from policies.models import PolicyVersion
from tests.cases.fixtures import mails_of
from tests.dsr_requests import asking
from tests.personal_data.package_steps import unpacked

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
LATER = timedelta(seconds=1)


@pytest.fixture
def held(policy_in_force: PolicyVersion, now: datetime) -> DataSubject:
    """A customer without an account."""
    return asking.person_held(now=now)


def work(now: datetime) -> None:
    """What the worker does when it is rung."""
    run_due(now=now)
    packaging.make_due(now=now)
    run_due(now=now)


def guest_request(held: DataSubject, now: datetime, **more: object) -> Request:
    """A guest's request, identified by the address it came from, with its copy made."""
    request = asking.ask(now=now, address=asking.HELD_ADDRESS, kind=RequestKind.COPY)
    request = asking.prove_address(request, now=now)
    assert request.about_id == held.pk
    work(now)
    return asking.fresh(request)


def for_another(held: DataSubject, now: datetime, kind: RepresentativeKind) -> Request:
    """A representative's request, whose mandate counts as checked, with its copy made."""
    request = asking.ask(now=now, kind=RequestKind.COPY, mandate=asking.mandate(kind))
    asking.open_to_sender(request, now=now)
    with transaction.atomic():
        identified(
            request=lock_request(request.pk),
            about=held,
            method=Method.MANDATE,
            strength=Strength.STRONG,
            by=SYSTEM,
            now=now,
        )
    packaging.ask_package(subject_id=held.pk, basis=request.target, language="en", by=SYSTEM, now=now)
    packaging.make_due(now=now)
    return asking.fresh(request)


def test_a_guest_fetches_with_a_code_to_the_held_address_once(held: DataSubject, now: datetime) -> None:
    request = guest_request(held, now)
    row = begin_fetch(request_id=request.pk, now=now)
    (mail,) = mails_of("copy-code")
    assert mail.to == asking.HELD_ADDRESS and request.reference not in mail.subject + mail.body
    outcome, nothing = fetch_with_code(request_id=request.pk, code_id=row.pk, typed="000000", by=GUEST, now=now)
    assert outcome == CodeAnswer.WRONG and nothing is None
    outcome, fetched = fetch_with_code(request_id=request.pk, code_id=row.pk, typed=mail.code, by=GUEST, now=now)
    assert outcome == CodeAnswer.RIGHT and fetched is not None
    copy = unpacked(b"".join(fetched.pieces))
    assert {line["value"] for line in copy.rows("data")} >= {"Lê Minh Anh", asking.HELD_ADDRESS}
    assert [line["contact"] for line in copy.rows("requests")] == [asking.HELD_ADDRESS]
    with pytest.raises(CopyGone):
        begin_fetch(request_id=request.pk, now=now)
    assert AuditEntry.objects.filter(event="package.fetched", actor_role="guest").count() == 1


def test_the_code_of_another_request_or_too_many_tries_open_nothing(held: DataSubject, now: datetime) -> None:
    request, other = guest_request(held, now), guest_request(held, now)
    begin_fetch(request_id=request.pk, now=now)
    row = begin_fetch(request_id=other.pk, now=now)
    code = mails_of("copy-code")[-1].code
    assert fetch_with_code(request_id=request.pk, code_id=row.pk, typed=code, by=GUEST, now=now) == (
        CodeAnswer.SPENT,
        None,
    )
    for _ in range(3):
        fetch_with_code(request_id=other.pk, code_id=row.pk, typed="000000", by=GUEST, now=now)
    outcome, nothing = fetch_with_code(request_id=other.pk, code_id=row.pk, typed=code, by=GUEST, now=now)
    assert outcome == CodeAnswer.SPENT and nothing is None


def test_a_changed_contact_or_a_paused_address_keeps_it_back(held: DataSubject, now: datetime) -> None:
    request = guest_request(held, now)
    row = begin_fetch(request_id=request.pk, now=now)
    code = mails_of("copy-code")[-1].code
    with transaction.atomic():
        pause = PausedAddress.objects.create(
            contact_index=bytes(request.contact_index), reason=PauseReason.FRAUD, paused_at=now, paused_by="user:1"
        )
        record(event="address.paused", target=f"address-pause:{pause.pk}", by=SYSTEM, now=now)
    with pytest.raises(HeldBack):
        fetch_with_code(request_id=request.pk, code_id=row.pk, typed=code, by=GUEST, now=now)
    with transaction.atomic():
        record(event="address.lifted", target=f"address-pause:{pause.pk}", by=SYSTEM, now=now)
        pause.delete()
    write_item(subject_id=held.pk, field="phone", value="0987654321", by=SYSTEM, now=now + LATER)
    with pytest.raises(Frozen):
        fetch_with_code(request_id=request.pk, code_id=row.pk, typed=code, by=GUEST, now=now + LATER)
    assert Package.objects.get().state == "READY"


def test_the_copy_asked_for_by_power_of_attorney_goes_to_the_person(held: DataSubject, now: datetime) -> None:
    request = for_another(held, now, RepresentativeKind.ATTORNEY)
    begin_fetch(request_id=request.pk, now=now)
    assert [mail.to for mail in mails_of("copy-code")] == [asking.HELD_ADDRESS]


def test_without_an_address_of_the_person_staff_hand_it_over(policy_in_force: PolicyVersion, now: datetime) -> None:
    person = asking.person_held(now=now, address="")
    request = for_another(person, now, RepresentativeKind.ATTORNEY)
    with pytest.raises(NoAddressHeld):
        begin_fetch(request_id=request.pk, now=now)


def test_a_childs_representative_gets_the_code(held: DataSubject, now: datetime) -> None:
    request = for_another(held, now, RepresentativeKind.PARENT)
    begin_fetch(request_id=request.pk, now=now)
    assert [mail.to for mail in mails_of("copy-code")] == [asking.STRANGER]


def test_the_representatives_words_are_not_in_the_copy(held: DataSubject, now: datetime) -> None:
    request = for_another(held, now, RepresentativeKind.ATTORNEY)
    package = packaging.package_of(request.target)
    assert package is not None
    copy = unpacked(b"".join(packaging.fetch(package_id=package.pk, by=SYSTEM, now=now).pieces))
    (line,) = copy.rows("requests")
    assert line["representative"]["code"] == "ATTORNEY" and line["contact"] is None and line["text"] is None
    text = "".join(entry.decode(errors="ignore") for entry in copy.entries.values())
    assert asking.STRANGER not in text and "Trần Văn Bình" not in text


def test_nothing_is_sent_before_it_is_ready(held: DataSubject, now: datetime) -> None:
    request = asking.ask(now=now, address=asking.HELD_ADDRESS, kind=RequestKind.COPY)
    with pytest.raises(CopyNotReady):
        begin_fetch(request_id=request.pk, now=now)
    with pytest.raises(CopyGone):
        fetch_own(package_id=request.form_token, subject_id=held.pk, by=GUEST, now=now)


def test_pages_of_a_guest(held: DataSubject, now: datetime) -> None:
    request = guest_request(held, now)
    browser = Client()
    assert browser.get("/en/requests/case/copy/").status_code == 302
    browser.post("/en/track/", {"reference": request.reference, "address": asking.HELD_ADDRESS})
    from cases.services.codes import send_pending

    send_pending(now=now)
    browser.post("/en/track/code/", {"code": mails_of("case-code")[-1].code})
    page = browser.get("/en/requests/case/copy/")
    assert page.status_code == 200 and 'data-action="copy-code"' in page.content.decode()
    assert not mails_of("copy-code")
    assert browser.get("/en/requests/case/copy/code/").status_code == 302
    assert browser.post("/en/requests/case/copy/").status_code == 302
    wrong = browser.post("/en/requests/case/copy/code/", {"code": "000000"})
    assert wrong.status_code == 422
    answer = browser.post("/en/requests/case/copy/code/", {"code": mails_of("copy-code")[-1].code})
    assert answer["Content-Type"] == "application/zip" and "no-store" in answer["Cache-Control"]
    assert unpacked(b"".join(answer.streaming_content)).rows("data")
