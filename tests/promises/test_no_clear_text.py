"""Every personal value is encrypted where it is stored (CG-11, LV-7), and none strays to where it has no business.

People go through every page that takes something about them; then all that was written anywhere is searched.
"""

import io
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from accounts.models import User
from accounts.sessions import SessionStore
from audit.models import AuditEntry, AuditNote
from audit.services.recording import NotAReference, record
from complaints.models import Complaint, ComplaintAnswer, ComplaintMessage
from consent.services.asking import questions
from core import clock
from core.actors import SYSTEM
from core.encryption import CannotOpen, new_key
from dsr_requests.models import Request
from dsr_requests.services.fulfilling import run_due
from outbound.models import OutboxMessage
from personal_data import storage
from personal_data.enums import PackageState
from personal_data.keys import data_key
from personal_data.models import DataItem, Device, Package, StoredFile
from personal_data.services import packaging
from personal_data.services.holding import reveal
from policies.enums import FILE_KINDS
from policies.models import PolicyVersion
from policies.pack_types import Pack
from tests.cases.desk_steps import send
from tests.cases.fixtures import queued
from tests.promises.conftest import PASSWORD
from tests.promises.stored import everything_stored, leaks, shapes

NETWORK = "203.0.113.77"
BROWSER = "Mozilla/5.0 (Linux; Android 14; Vsmart Nhật Nguyệt 9Z) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
ADDRESS = "ton.nu.quynh.7731@thuyen-giay.example"
NEXT_ADDRESS = "quynh.moi.7731@thuyen-giay.example"
GUEST = "khach.la.8842@thuyen-giay.example"
VALUES = {
    "text": "Tôn Nữ Quỳnh Như 7731",
    "phone": "0987 310 462",
    "address": "7731/12 Ngõ Đồng Hồ, phường Bến Nghé",
}
WORDS = {
    "complaint": "Người lạ gọi tôi lúc nửa đêm về khoản vay 7731.",
    "guest": "Bưu tá đọc to số chứng từ 8842 của tôi.",
    "message": "Đây là ảnh chụp cuộc gọi lúc 23:41.",
    "request": "Xin bản sao hợp đồng thuyền giấy 7731.",
    "reply": "Chúng tôi đã nghe lại cuộc gọi 23:41 ấy.",
    "finding": "Cuộc gọi do cửa hàng bánh gối 7731 đặt.",
    "answer": "Nhân viên Đặng Thu đã xin lỗi chị Quỳnh.",
    "reason": "Cần gọi lại để nghe chị Quỳnh kể",
}
FILE_NAME = "hoa-don-quynh-nhu-7731.png"
SCREEN = "1337x2911"
PNG_BEGINS = b"\r\n\x1a\n\x00\x00\x00\rIHDR"  # so long that no sealed bytes hold it by chance
SECRETS = {
    *(address.partition("@")[0] for address in (ADDRESS, NEXT_ADDRESS, GUEST)),
    *VALUES.values(),
    "+84987310462",
    *WORDS.values(),
    FILE_NAME[:-4],
    SCREEN,
    PASSWORD,
}
# The security page lists these: what sign-in security keeps, apart and for a short time.
DECLARED_CLEAR = {("usersessions_usersession", NETWORK), ("usersessions_usersession", BROWSER)}


@pytest.fixture
def slug(request: pytest.FixtureRequest) -> str:
    """ACROS, which takes files, unless a test names another."""
    return str(getattr(request, "param", "acros"))


@pytest.fixture
def lived(
    policy: PolicyVersion,
    pack: Pack,
    staff: Callable[[str], User],
    frozen_clock: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
) -> Client:
    """A person, a guest and staff have done all that can be done with what they told."""
    caplog.set_level(logging.DEBUG)
    person = _browser()
    _sign_up(person)
    _fill_in(person, pack)
    _answer_all(person, policy)
    person.post("/vi/account/devices/note/", {"screen": SCREEN, "device_language": "vi-VN"})
    _write(person)
    frozen_clock.shift(timedelta(minutes=1))
    _have_a_copy_made(person)
    _work(staff("agent"), staff("dpo"))
    _change_address(person, frozen_clock)
    for page in ("", "data/", "devices/", "consents/", "access-log/", "complaints/", "requests/"):
        assert person.get(f"/vi/account/{page}").status_code == 200
    Client().post("/vi/auth/password/reset/", {"email": NEXT_ADDRESS})
    Client().post("/vi/auth/login/", {"login": NEXT_ADDRESS, "password": "không đúng rồi"})
    return person


def _have_a_copy_made(person: Client) -> None:
    person.post("/vi/account/export/", {"form_token": str(uuid4()), "password": PASSWORD})
    run_due(now=clock.now())
    packaging.make_due(now=clock.now())
    run_due(now=clock.now())


@pytest.mark.parametrize("slug", ["acros", "clever-group"], indirect=True)
def test_nothing_a_person_told_can_be_read_in_what_is_stored(
    lived: Client, slug: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert DataItem.objects.count() >= 3 and Complaint.objects.count() == 2 and Request.objects.count() == 2
    assert [package.state for package in Package.objects.all()] == [PackageState.READY] * 2
    assert Device.objects.count() == (slug == "clever-group")
    assert (
        ComplaintMessage.objects.count() == 2
        and ComplaintAnswer.objects.count() == 1
        and AuditNote.objects.count() == 2
        and OutboxMessage.objects.count() > 9
    )
    assert leaks(SECRETS | {NETWORK, BROWSER}) == DECLARED_CLEAR
    pictures = [place for place, text in everything_stored() if PNG_BEGINS.hex() in text]
    assert pictures == [], "a picture lies in clear"
    told = [*caplog.get_records("setup"), *caplog.get_records("call")]
    log = "\n".join(f"{record.getMessage()} {record.args} {record.exc_info}" for record in told)
    assert told and not {secret for secret in SECRETS | {NETWORK} for shape in shapes(secret) if shape in log}


def test_no_subject_of_a_mail_and_no_mail_to_staff_tells_anything(lived: Client) -> None:
    mails = queued()
    assert {"complaint-received", "case-verify", "complaint-answered", "request-received"} <= {
        mail.notice for mail in mails
    }
    told = {*VALUES.values(), *WORDS.values(), ADDRESS, NEXT_ADDRESS, GUEST}
    for mail in mails:
        assert not [secret for secret in told if secret in mail.subject], mail.notice
        assert not [secret for secret in told - {ADDRESS, NEXT_ADDRESS, GUEST} if secret in mail.body], mail.notice
        assert not re.search(r"(KN|YC)-\d\d-", mail.subject), mail.notice
    for mail in mails:
        if mail.notice.startswith("staff-"):
            assert not [secret for secret in told if secret in mail.body], mail.notice


def test_what_was_stored_opens_for_its_person_alone(lived: Client) -> None:
    """The search above found nothing because it is sealed, not because it is missing."""
    page = lived.get("/vi/account/data/").content.decode()
    assert VALUES["text"] in page and VALUES["address"] in page
    stored = StoredFile.objects.get()
    assert storage.read_blob(stored.pk, key=data_key(stored.subject_id))[:4] == b"\x89PNG"
    with pytest.raises(CannotOpen):
        storage.read_blob(stored.pk, key=new_key())


@pytest.mark.django_db
def test_the_search_finds_each_disguise() -> None:
    """A search that cannot find anything proves nothing."""
    place = "django_session"
    for disguise in shapes(VALUES["address"]):
        Session.objects.update_or_create(
            session_key="k",
            defaults={"session_data": f"… {disguise} …", "expire_date": datetime(2030, 1, 1, tzinfo=UTC)},
        )
        assert leaks({VALUES["address"]}) == {(place, VALUES["address"])}, disguise
    store = SessionStore()
    store["note"] = VALUES["phone"]
    store.save()
    assert leaks({VALUES["phone"]}) == {("opened session", VALUES["phone"])}


def test_the_search_finds_bytes_on_disk_and_in_a_column(policy: PolicyVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO consent_consentwording (hash, scope_hash, language, title, text)"
            " VALUES (%s, %s, 'vi', '', '')",
            [b"1", b"..." + VALUES["text"].encode()],
        )
    path = storage.root() / "zz" / "left-by-a-test"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"..." + VALUES["text"].encode())
    try:
        found = leaks({VALUES["text"]})
    finally:
        path.unlink()
    assert found == {("consent_consentwording", VALUES["text"]), ("file on disk", VALUES["text"])}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", [ADDRESS, VALUES["text"], VALUES["address"], "Nguyen Van An", "0987310462", "+84987310462"]
)
def test_an_entry_takes_no_value_and_no_name(now: datetime, value: str) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(NotAReference) as refusal:
        record(event="test.tried", target="policy:1", by=SYSTEM, now=now, details={"field": value})
    assert value not in str(refusal.value)
    assert AuditEntry.objects.count() == before


def _browser() -> Client:
    return Client(headers={"user-agent": BROWSER, "accept-language": "vi-VN"}, REMOTE_ADDR=NETWORK)


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def _code(notice: str) -> str:
    body = [mail.body for mail in queued() if mail.notice == notice][-1]
    return next(line for line in body.splitlines() if re.fullmatch(r"\d{6,8}", line))


def _sign_up(person: Client) -> None:
    person.post("/vi/auth/signup/", {"age": "ADULT", "email": ADDRESS, "password1": PASSWORD})
    person.post("/vi/auth/confirm-email/", {"code": _code("address-code")})
    assert person.get("/vi/account/").status_code == 200


def _fill_in(person: Client, pack: Pack) -> None:
    sent = 0
    for spec in pack.fields:
        if spec.kind in VALUES:
            person.post(f"/vi/account/data/{spec.code}/", {"value": VALUES[spec.kind], "seen": ""})
            sent += 1
        if spec.kind == "image":
            picture = SimpleUploadedFile(FILE_NAME, _picture(), "image/png")
            person.post(f"/vi/account/data/{spec.code}/files/add/", {"file": picture})
    assert DataItem.objects.count() == sent
    assert StoredFile.objects.exists() == any(spec.kind in FILE_KINDS for spec in pack.fields)
    spec = next(spec for spec in pack.fields if spec.kind == "text")
    person.post(f"/vi/account/data/{spec.code}/confirm/")


def _answer_all(person: Client, version: PolicyVersion) -> None:
    form = {}
    for question in questions(version, "vi"):
        form[f"answer-{question.key.token}"] = "agree"
        form[f"shown-{question.key.token}"] = question.shown
    person.post("/vi/account/consents/", form)


def _write(person: Client) -> None:
    files = [SimpleUploadedFile(FILE_NAME, _picture(), "image/png")]
    form = {"form_token": str(uuid4()), "category": "other", "text": WORDS["complaint"], "remedy": "STOP"}
    person.post("/vi/complaints/new/", {**form, "attachments": files})
    filed = Complaint.objects.get()
    person.post(f"/vi/account/complaints/{filed.reference}/", {"form_token": str(uuid4()), "text": WORDS["message"]})
    asked = {"form_token": str(uuid4()), "text": WORDS["request"], "password": PASSWORD}
    person.post("/vi/account/requests/new/copy/", asked)
    guest = _browser()
    again = {"form_token": str(uuid4()), "text": WORDS["guest"], "address": GUEST}
    guest.post("/vi/complaints/new/", {**form, **again})
    guest.post("/vi/track/received/", {"code": _code("case-verify")})
    other = Complaint.objects.get(from_guest=True)
    guest.post("/vi/track/", {"reference": other.reference, "address": GUEST})
    guest.post("/vi/complaints/new/", {**form, **again, "text": ""})


def _work(agent: User, officer: User) -> None:
    filed = Complaint.objects.get(from_guest=False)
    desk = _browser()
    desk.force_login(agent)
    page = f"/staff/complaints/complaint/{filed.pk}/"
    desk.post(f"{page}take/")
    desk.get(f"{page}change/")
    desk.post(f"{page}reveal/", {"reason": WORDS["reason"]})
    send(desk, filed, "reply", {"form_token": str(uuid4()), "text": WORDS["reply"], "awaits_answer": "on"})
    send(desk, filed, "begin")
    answer = {"form_token": str(uuid4()), "outcome": "UPHELD", "finding": WORDS["finding"], "done": WORDS["answer"]}
    send(desk, filed, "answer", answer | {"step": "send"})
    assert Complaint.objects.get(pk=filed.pk).status == "ANSWERED"
    item = DataItem.objects.filter(subject_id=filed.subject_id, field="full-name").get()
    reveal(item_id=item.pk, purpose="case-handling", reason=WORDS["reason"], by=officer, now=filed.received_at)


def _change_address(person: Client, clock: time_machine.Traveller) -> None:
    person.post("/vi/auth/reauthenticate/", {"password": PASSWORD})
    person.post("/vi/auth/address/", {"action_add": "1", "email": NEXT_ADDRESS})
    person.post("/vi/auth/confirm-email/", {"code": _code("address-code")})
    assert [mail for mail in queued() if mail.notice == "address-changed"]
