"""Everything wrapped under the installation's keys comes under a new one while the portal runs, and the old may go."""

import base64
import json
import re
import threading
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connections
from django.test import Client

from accounts.enums import Role as Desk
from accounts.mfa_adapter import MFAAdapter
from accounts.models import StaffInvitation, User
from accounts.services import inviting
from accounts.services.staffing import create_staff
from accounts.sessions import SessionStore
from accounts.wrapped_here import Sessions
from audit.models import AuditEntry
from core.actors import SYSTEM
from core.encryption import new_key, unwrap, wrap, wrapped_head
from outbound.models import OutboxMessage
from outbound.services.queueing import queue_notice
from personal_data import key_checks, keys, wrapped
from personal_data.enums import KeyKind
from personal_data.errors_keys import RotationRuns
from personal_data.fields import read_value
from personal_data.import_file import opened
from personal_data.models import DataItem, DataSubject, ErasureRun, ImportBatch, KeyCheck, RecipientTask, SubjectKey
from personal_data.services import erasing, rotating
from personal_data.services.erasure_steps import address_context
from personal_data.services.order_names import read_names
from personal_data.services.rotating import PeopleKeys, rotate
from personal_data.services.subjects import create_subject
from tests.harness.people import Role
from tests.personal_data.erasure_cases import ADDRESS, NAME, begin, fill
from tests.personal_data.import_steps import PEOPLE, brought

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
CODE = Path(__file__).resolve().parents[2]
STAFF = "officer@example.com"
# Every module that wraps something itself; each has its place among what is rotated.
WRAPPING = {
    "accounts/mfa_adapter.py",
    "accounts/sealed_address.py",
    "accounts/services/inviting.py",
    "accounts/sessions.py",
    "dsr_requests/services/snapshots.py",
    "outbound/services/queueing.py",
    "personal_data/import_file.py",
    "personal_data/keys.py",
    "personal_data/services/erasing.py",
    "personal_data/services/order_names.py",
}
# Besides the keys of people.
PLACES = [
    "accounts_staffinvitation.sealed_address",
    "django_session.session_data",
    "dsr_requests_snapshot.sealed",
    "mfa_authenticator.data",
    "outbound_outboxmessage.sealed_context",
    "outbound_outboxmessage.sealed_to",
    "personal_data_erasurerun.sealed_address",
    "personal_data_importbatch.wrapped_key",
    "personal_data_recipienttask.sealed_names",
]


@pytest.fixture
def old() -> str:
    """The key everything stands under before."""
    return key_checks.ring()[0]


def bring(settings: Any, name: str = "newer") -> None:
    settings.PORTAL_KEYS = {name: new_key(), **settings.PORTAL_KEYS}


def only(settings: Any, name: str = "newer") -> None:
    """Take every other key out, as after the rotation."""
    settings.PORTAL_KEYS = {name: settings.PORTAL_KEYS[name]}


def live(subject: DataSubject, now: datetime) -> dict[str, Any]:
    """Something in every place but a request's snapshot, which has a test of its own."""
    fill(subject, now, pictures=0)
    gone = create_subject(by=SYSTEM, now=now, language="vi")
    fill(gone, now, pictures=0)
    begin(gone, now)
    assert erasing.run_due_erasures(now=now) == 1
    run = begin(create_subject(by=SYSTEM, now=now, language="vi"), now)
    OutboxMessage.objects.all().delete()
    message = queue_notice(notice="jobs-failing", to=ADDRESS, language="en", context={"jobs": "- x"}, now=now)
    staff = create_staff(
        address=STAFF,
        password="a-long-word-1",
        role=Desk.ADMINISTRATOR,
        staff_name="A",
        language="en",
        by=SYSTEM,
        now=now,
    )
    inviting.invite(address="new@example.com", role=Desk.AGENT, staff_name="M", language="en", by=staff, now=now)
    secret = generate_totp_secret()
    TOTP.activate(staff, secret)
    RecoveryCodes.activate(staff)
    browser = Client()
    browser.post("/en/auth/password/reset/", {"email": "nobody@example.com"})
    return {
        "message": message.pk,
        "run": run.pk,
        "batch": brought(PEOPLE, now).pk,
        "staff": staff.pk,
        "secret": secret,
        "codes": RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes(),
        "browser": browser,
    }


def still_opens(subject: DataSubject, lived: dict[str, Any], now: datetime) -> None:
    item = DataItem.objects.get(subject=subject, field="full-name")
    assert read_value(item, key=keys.data_key(subject.pk)) == NAME
    keys.evidence_key(subject.pk)
    message = OutboxMessage.objects.get(pk=lived["message"])
    assert unwrap(bytes(message.sealed_to or b""), context=message.sealing_context("to")) == ADDRESS.encode()
    unwrap(bytes(message.sealed_context or b""), context=message.sealing_context("context"))
    run = ErasureRun.objects.get(pk=lived["run"])
    assert unwrap(bytes(run.sealed_address or b""), context=address_context(run)) == ADDRESS.encode()
    assert opened(ImportBatch.objects.get(pk=lived["batch"])).content()
    invitation = StaffInvitation.objects.get()
    assert unwrap(bytes(invitation.sealed_address or b""), context=invitation.sealing_context) == b"new@example.com"
    staff = User.objects.get(pk=lived["staff"])
    app = Authenticator.objects.get(user=staff, type="totp")
    assert MFAAdapter().decrypt(app.data["secret"]) == lived["secret"]
    codes = RecoveryCodes(Authenticator.objects.get(user=staff, type="recovery_codes"))
    assert codes.get_unused_codes() == lived["codes"]
    task = RecipientTask.objects.exclude(sealed_names=None).order_by("pk")[0]
    assert read_names(task_id=task.pk, reason="x", by=Role("agent", 3), now=now)


def stored_under(name: str) -> list[str]:
    """Every column of both databases in which something stands under a key, as bytes or as base64 in a text."""
    head = wrapped_head(name)
    text = base64.b64encode(head)[: len(head) * 4 // 3].decode()
    found = []
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema='public'"
                " AND data_type IN ('bytea', 'text', 'jsonb', 'character varying')"
            )
            for table, column, kind in cursor.fetchall():
                column_text = f'"{column}"::text'
                holds = f"substr(\"{column}\", 1, {len(head)}) = decode('{head.hex()}', 'hex')"
                if kind != "bytea":
                    holds = f"position('{text}' IN {column_text}) > 0"
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {holds}')
                if cursor.fetchone()[0]:
                    found.append(f"{table}.{column}")
    return sorted(found)


def test_every_module_that_wraps_has_a_place() -> None:
    found = set()
    for path in CODE.glob("*/**/*.py"):
        name = str(path.relative_to(CODE))
        if not name.startswith((".venv", "var/", "tests/", "benchmarks/", "core/")):
            text = path.read_text(encoding="utf-8")
            if re.search(r"(?<![\w.])wrap\(", text) and re.search(r"core\.encryption import .*\bwrap\b", text):
                found.add(name)
    assert found == WRAPPING
    assert [holder.name for holder in wrapped.holders()] == PLACES


def test_everything_comes_under_the_new_key_and_the_old_may_go(
    subject: DataSubject, now: datetime, settings: Any, old: str
) -> None:
    lived = live(subject, now)
    begun = stored_under(old)
    assert set(begun) == {*PLACES, PeopleKeys.name} - {"dsr_requests_snapshot.sealed"}
    bring(settings)
    done = rotate(by=SYSTEM, now=now)
    assert done.removable == [old] and sorted(done.rewrapped) == begun
    assert Sessions().by_key() == {"newer": 2}, "a session, and the address sealed once more inside it"
    assert stored_under(old) == [] and stored_under("newer") == begun
    only(settings)
    still_opens(subject, lived, now)


def test_it_is_recorded_with_guarded_rows_under_their_own_name(
    subject: DataSubject, now: datetime, settings: Any, old: str
) -> None:
    live(subject, now)
    task, batch, invitation = (
        RecipientTask.objects.exclude(sealed_names=None).order_by("pk")[0],
        ImportBatch.objects.get(),
        StaffInvitation.objects.get(),
    )
    bring(settings)
    rotate(by=SYSTEM, now=now)
    entries = AuditEntry.objects.filter(event="keys.rotated")
    assert {"keys:newer", f"subject:{task.subject_ref}", f"import:{batch.pk}", f"invitation:{invitation.pk}"} <= set(
        entries.values_list("target", flat=True)
    )
    assert entries.get(target="keys:newer").details["removable"] == [old]


def test_broken_off_it_goes_on_where_it_was(
    subject: DataSubject, now: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "BATCH", 3)
    for _ in range(9):
        create_subject(by=SYSTEM, now=now, language="vi")
    bring(settings)

    def stop(place: str, done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(by=SYSTEM, now=now, progress=stop)
    before = PeopleKeys().by_key()["newer"]
    assert 3 <= before <= 6, "a batch or two were written"
    assert rotate(by=SYSTEM, now=now).rewrapped[PeopleKeys.name] == 20 - before
    assert PeopleKeys().by_key() == {"newer": 20}


def test_there_is_one_rotation_at_a_time(subject: DataSubject, now: datetime, settings: Any) -> None:
    bring(settings)
    refused: list[type[Exception]] = []

    def another(place: str, done: int) -> None:
        def run() -> None:
            try:
                rotate(by=SYSTEM, now=now)
            except RotationRuns as refusal:
                refused.append(type(refusal))
            finally:
                connections.close_all()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()

    assert rotate(by=SYSTEM, now=now, progress=another).rewrapped.total() == 2
    assert refused == [RotationRuns]
    rotate(by=SYSTEM, now=now)


def test_a_key_destroyed_meanwhile_stays_destroyed(subject: DataSubject, now: datetime, settings: Any) -> None:
    bring(settings)
    fresh = next(rotating._fresh())
    keys.destroy_data_key(subject.pk)
    assert rotating._write(fresh) == 1
    assert not keys.has_data_key(subject.pk) and SubjectKey.objects.count() == 1


def test_what_opens_with_no_key_is_left_alone_and_named(
    subject: DataSubject, now: datetime, settings: Any, old: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = UUID(int=7)
    ring = settings.PORTAL_KEYS
    settings.PORTAL_KEYS = {"lost": new_key()}
    context = keys.key_context(stranger, KeyKind.DATA)
    SubjectKey.objects.create(subject_ref=stranger, kind=KeyKind.DATA, wrapped=wrap(new_key(), context=context))
    settings.PORTAL_KEYS = ring
    bring(settings)
    before = bytes(SubjectKey.objects.get(subject_ref=stranger).wrapped)
    with pytest.raises(SystemExit) as end:
        call_command("rotate_keys", "--json")
    told = json.loads(capsys.readouterr().out)
    assert end.value.code == 1 and told["left"] == {old: {}, "lost": {PeopleKeys.name: 1}}
    assert told["removable"] == [old]
    assert bytes(SubjectKey.objects.get(subject_ref=stranger).wrapped) == before


def test_a_session_changed_meanwhile_is_not_set_back(now: datetime, settings: Any, policy: object) -> None:
    browser = Client()
    browser.get("/en/auth/login/")
    store = SessionStore()
    store["step"] = "before"
    store.save()
    bring(settings)
    for _ in Sessions().rewrap_all(now=now):
        pass
    again = SessionStore(session_key=store.session_key)
    assert again["step"] == "before"
    again["step"] = "after"
    again.save()
    assert list(Sessions().rewrap_all(now=now)) == []
    only(settings)
    assert SessionStore(session_key=store.session_key)["step"] == "after"
    assert Session.objects.count() == 1


def test_the_old_key_is_missed_before_and_not_after(
    subject: DataSubject, now: datetime, settings: Any, old: str
) -> None:
    with connections["keys"].cursor() as cursor:
        key_checks.note(cursor)
    bring(settings)
    ring = settings.PORTAL_KEYS
    only(settings)
    with connections["keys"].cursor() as cursor:
        assert [fault for fault in key_checks.faults(cursor) if f"lacks the key {old}" in fault]
    settings.PORTAL_KEYS = ring
    rotate(by=SYSTEM, now=now)
    assert KeyCheck.objects.get(name=f"PORTAL_KEYS:{old}").retired_at == now
    only(settings)
    with connections["keys"].cursor() as cursor:
        assert key_checks.faults(cursor) == []


def test_the_command_tells_in_sentences(
    subject: DataSubject, settings: Any, old: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("rotate_keys")
    assert f"Everything stands under {old}, the only key there is." in capsys.readouterr().out
    bring(settings)
    call_command("rotate_keys")
    told = capsys.readouterr().out
    assert f"{PeopleKeys.name}: 2 now under newer" in told
    assert f"{old}: nothing needs it any more; it may be taken out of PORTAL_KEYS." in told
