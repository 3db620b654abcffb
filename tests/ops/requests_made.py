"""People of a running installation and what they ask for, made through the services; one person for each request."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from accounts.services.registering import register_person
from audit.services.recording import record
from cases.services.assigning import take
from cases.services.filing import Sender
from cases.staff import officers, working_staff
from consent.answers import Answer
from consent.enums import Method as Given
from consent.services.asking import questions
from consent.services.granting import record_answers
from core import clock
from core.actors import GUEST, SYSTEM
from dsr_requests.enums import BY_ITSELF, Method, RequestKind, Strength, Verdict
from dsr_requests.models import Request
from dsr_requests.planning import digest_of
from dsr_requests.services.deciding import decide, planned
from dsr_requests.services.filing import file_request
from dsr_requests.services.identifying import identified
from dsr_requests.services.locking import lock_request
from dsr_requests.services.seconding import second
from dsr_requests.wishes import Wish
from personal_data import keys, storage
from personal_data.enums import AuditEvent, Source
from personal_data.fields import seal_file_name
from personal_data.models import DataSubject, StoredFile
from personal_data.services.holding import write_item
from personal_data.services.subjects import create_subject
from policies import selectors as policies

FILES = 3
FILE_BYTES = 300_000
LARGE_BYTES = 6_000_000
VALUES = {
    "full-name": "Lê Minh Anh",
    "email": "minh.anh@example.com",
    "phone": "0912 345 678",
    "delivery-address": "Số 5, ngõ 7, phường Láng Thượng",
}
NEW_NAME = "Lê Thị Minh Anh"
SOME = ("phone", "delivery-address", "payment-image")
WORDS = "Chúng tôi làm theo yêu cầu của bạn."

# What is asked for, by the name the faults use. Codes are those of the policy of ACROS.
WISHES: dict[str, Wish] = {
    "everything": Wish(RequestKind.DELETE, everything=True),
    "some": Wish(RequestKind.DELETE, fields=SOME),
    "copy": Wish(RequestKind.COPY),
    "correct": Wish(RequestKind.CORRECT, values={"full-name": NEW_NAME}),
    "restrict": Wish(RequestKind.RESTRICT, purposes=("orders", "care")),
    "object": Wish(RequestKind.OBJECT, purposes=("commercial",)),
    "withdraw": Wish(RequestKind.WITHDRAW, everything=True),
    "protect": Wish(RequestKind.PROTECT),
}


@dataclass
class Errand:
    """One person's request: what is asked for, of whom, and the names of the bytes held on the disk for that person.

    `cut_short` says that the person was deleted while it was carried out, `without` which fields were.
    """

    wish: str
    request: int
    about: str
    blobs: list[str] = field(default_factory=list)
    cut_short: bool = False
    without: Sequence[str] = ()

    @property
    def target(self) -> str:
        """How the record names it."""
        return f"request:{self.request}"

    @property
    def about_id(self) -> UUID:
        """Whose data it is."""
        return UUID(self.about)


def ask(wishes: list[str], *, large: bool = False) -> list[dict[str, Any]]:
    """One errand for each name of a wish, decided and on its way."""
    return [asdict(begin(wish, large=large)) for wish in wishes]


def begin(wish: str, *, large: bool = False) -> Errand:
    """A person with values, files and consents, who asks; staff decide what staff have to decide."""
    now = clock.now()
    user = _member(now) if wish == "everything" else None
    about = DataSubject.objects.get(pk=user.subject_id) if user else create_subject(by=SYSTEM, now=now, language="en")
    blobs = fill(about.pk, now=now, file_bytes=LARGE_BYTES if large else FILE_BYTES)
    return Errand(wish, _request(wish, about, user, now=now), str(about.pk), blobs)


def begin_second(errand: Errand, wish: str) -> Errand:
    """Somebody who asked already asks for something else besides."""
    about = DataSubject.objects.get(pk=errand.about_id)
    return Errand(wish, _request(wish, about, None, now=clock.now()), errand.about, errand.blobs)


def fill(subject_id: UUID, *, now: datetime, file_bytes: int = FILE_BYTES, files: int = FILES) -> list[str]:
    """Values, files and consents; the names of the bytes on the disk."""
    for code, value in VALUES.items():
        write_item(subject_id=subject_id, field=code, value=value, source=Source.IMPORT, by=SYSTEM, now=now)
    version = policies.version_in_force(now)
    assert version is not None
    answers = [Answer(asked.key, True, asked.wording_hash) for asked in questions(version, "en")]
    record_answers(
        subject_id=subject_id,
        answers=answers,
        version=version,
        language="en",
        method=Given.IMPORT,
        evidence={"network": "192.0.2.0/24", "browser": "Firefox, Linux"},
        by=SYSTEM,
        now=now,
    )
    return [_give_file(subject_id, file_bytes, now=now) for _ in range(files)]


def _member(now: datetime) -> User:
    """Somebody with an account; the address is one nobody else has."""
    address = f"nguoi.{secrets.token_hex(6)}@example.com"
    return register_person(address=address, password=secrets.token_urlsafe(12), language="en", by=SYSTEM, now=now)


def _give_file(subject_id: UUID, size: int, *, now: datetime) -> str:
    """A picture as far as the portal can tell; bytes that no packing makes smaller."""
    key = keys.data_key(subject_id)
    stored = StoredFile(
        subject_id=subject_id, field="payment-image", mime="image/png", size=size, source=Source.IMPORT, held_since=now
    )
    stored.sealed_name = seal_file_name(stored.pk, "anh.png", key=key)
    storage.write_blob(stored.pk, os.urandom(size), key=key)
    with transaction.atomic():
        stored.save(force_insert=True)
        record(event=AuditEvent.FILE_STORED, target=f"subject:{subject_id}", subject_id=subject_id, by=SYSTEM, now=now)
    return str(stored.pk)


def _request(wish: str, about: DataSubject, user: User | None, *, now: datetime) -> int:
    """The request, up to the commit after which the worker carries it out."""
    sender = Sender(address=f"{about.pk.hex}@example.com", language="en", subject_id=user.subject_id if user else None)
    request = file_request(
        form_token=uuid4(),
        sender=sender,
        wish=WISHES[wish],
        text="",
        proved=user is not None,
        by=user or GUEST,
        now=now,
    ).request
    if user is None:
        _identify(request.pk, about, now=now)
    if request.asked_for not in BY_ITSELF:
        settle(request.pk)
    return request.pk


def _identify(request_id: int, about: DataSubject, *, now: datetime) -> None:
    """As after a code to an address that was held."""
    with transaction.atomic():
        identified(
            request=lock_request(request_id),
            about=about,
            method=Method.CODE_MAIL,
            strength=Strength.MEDIUM,
            by=GUEST,
            now=now,
        )


def settle(request_id: int) -> None:
    """One colleague accepts; another approves what needs a second."""
    officer: Any = officers().first()
    agent: Any = working_staff().exclude(pk=officer.pk).first()
    if Request.objects.get(pk=request_id).assignee_id is None:
        take(kind=Request.kind, case_id=request_id, by=agent, now=clock.now())
    request = Request.objects.get(pk=request_id)
    now = clock.now()
    decision = decide(
        request_id=request_id,
        verdict=Verdict.ACCEPT,
        words=WORDS,
        seen_digest=digest_of(planned(request, Verdict.ACCEPT, now=now), request),
        form_token=uuid4(),
        by=agent,
        now=now,
    )
    if decision.needs_second:
        second(decision_id=decision.pk, seen_digest=bytes(decision.digest), by=officer, now=clock.now())
