"""The demo's people and what has happened to them, made through the same services that people use.

All of it is one transaction: a seeding that is interrupted leaves nothing, and the next one starts anew. The sign-ins
are written before the commit, so that no account stands whose password nobody has; without the commit, the next seeding
replaces them.
"""

import json
import os
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

from accounts.enums import Role
from accounts.models import User
from accounts.services.registering import register_person
from accounts.services.staffing import create_staff
from consent.answers import Answer
from consent.device_facts import DeviceFacts
from consent.enums import Method
from consent.services.asking import questions
from consent.services.devices import device_consent_stands, note_device
from consent.services.granting import record_answers, withdraw
from core.actors import SYSTEM
from core.errors import NotAllowed
from personal_data.enums import Source
from personal_data.models import DataSubject
from personal_data.services.files import store_file
from personal_data.services.holding import decline_field, write_item
from policies import selectors as policies
from policies.models import PolicyVersion
from policies.pack_types import FieldSpec
from policies.services.publishing import publish
from privacy_portal import demo_cases, demo_media
from privacy_portal import demo_people as words
from privacy_portal.demo_people import Resident

ACCOUNTS_FILE = "demo-accounts.json"
_LOCK = 7_420_118  # held while seeding, so that two at once seed once
_PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105  without those that look alike
_DEVICE = DeviceFacts("Pixel 8", "Android 15", screen="412x915", language="vi-VN")
_EVIDENCE = {"network": "192.0.2.0/24", "browser": "Firefox, Linux"}
_MOMENT = timedelta(milliseconds=10)  # between one step and the next, so that each stands in its place


def publish_past(*, slug: str, now: datetime) -> None:
    """Put the policy in force ten weeks back, so that there is a past to look at; only where nothing is published.

    A pack that cannot be published is left to `publish_policy`, which says what is wrong with it.
    """
    if policies.latest_version() is None:
        with suppress(NotAllowed):
            publish(slug=slug, by=SYSTEM, now=now - demo_cases.PAST, demo=True)


@transaction.atomic
def seed(*, home: Path, now: datetime) -> bool:
    """Fill an empty portal; False when anybody is in it already. The sign-ins go to a file of mode 0600 in `home`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    version = policies.version_in_force(now)
    if version is None or User.objects.exists() or DataSubject.objects.exists():
        return False
    sign_ins = {one.key: {"email": one.email, "password": new_password()} for one in words.RESIDENTS}
    people = {one.key: _settle(one, password=sign_ins[one.key]["password"], now=now) for one in words.RESIDENTS}
    for one in words.RESIDENTS:
        if not one.is_staff:
            _give_data(one, people[one.key], version, now=now)
            _answer_questions(one, people[one.key], version, now=now)
    demo_cases.fill(people, version, now=now)
    write_sign_ins(home / ACCOUNTS_FILE, sign_ins)
    return True


def new_password() -> str:
    """Twelve random letters and digits in groups of four: about 59 bits, easy to type from a screen."""
    return "-".join("".join(secrets.choice(_PASSWORD_LETTERS) for _ in range(4)) for _ in range(3))


def write_sign_ins(path: Path, sign_ins: dict[str, dict[str, str]]) -> None:
    """Write the file in one step, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(sign_ins, file, ensure_ascii=False, indent=2)
        file.write("\n")
    draft.replace(path)


def _settle(one: Resident, *, password: str, now: datetime) -> User:
    if one.is_staff:
        return create_staff(
            address=one.email,
            password=password,
            role=Role(one.role),
            staff_name=one.staff_name,
            language=one.language,
            by=SYSTEM,
            now=now,
        )
    return register_person(address=one.email, password=password, language=one.language, by=SYSTEM, now=now)


def _give_data(one: Resident, user: User, version: PolicyVersion, *, now: datetime) -> None:
    """Everything the pack asks for from the first person; the second declines one thing and leaves some open."""
    for spec in policies.fields(version):
        value = one.values.get(spec.code) or _usual(spec, one.language)
        if spec.kind in ("image", "video"):
            if one.key == "person":
                _give_file(spec, user, now=now)
        elif spec.kind == "device":
            continue
        elif one.key == "person" or spec.code in one.values:
            source = Source.SIGN_UP if spec.kind == "email" else Source.PERSON
            write_item(subject_id=user.subject_id, field=spec.code, value=value, source=source, by=user, now=now)
    if one.key != "person":
        left_open = [
            spec.code for spec in policies.fields(version) if spec.kind == "text" and spec.code not in one.values
        ]
        for field in left_open[:1]:
            decline_field(subject_id=user.subject_id, field=field, by=user, now=now)


def _usual(spec: FieldSpec, language: str) -> str:
    if spec.kind == "choice":
        return spec.choices[0].code
    if spec.kind == "email":
        return "an.nhien@example.com"
    if spec.kind == "phone":
        return "0912 345 678"
    return words.BY_KIND.get(spec.kind, words.BY_KIND["text"])[language]


def _give_file(spec: FieldSpec, user: User, *, now: datetime) -> None:
    if spec.kind == "image":
        name, data = "bien-lai-mau.png", demo_media.receipt()
    else:
        name, data = "khui-hang-mau.webm", demo_media.unboxing()
    store_file(subject_id=user.subject_id, field=spec.code, name=name, data=data, by=user, now=now)


def _answer_questions(one: Resident, user: User, version: PolicyVersion, *, now: datetime) -> None:
    """Some agreed to, some not; the first person later takes one back, and has a device where that was agreed to."""
    asked = questions(version, one.language)
    answers = [
        Answer(key=question.key, granted=question.about_devices or number % 3 != 1, shown=question.wording_hash)
        for number, question in enumerate(asked)
    ]
    record_answers(
        subject_id=user.subject_id,
        answers=answers,
        version=version,
        language=one.language,
        method=Method.SIGN_UP,
        evidence=_EVIDENCE,
        by=user,
        now=now,
    )
    channels = [answer.key for answer in answers if answer.granted and answer.key.channel]
    if one.key == "person" and channels:
        withdraw(subject_id=user.subject_id, key=channels[-1], evidence=_EVIDENCE, by=user, now=now + _MOMENT)
    if one.key == "person" and device_consent_stands(user.subject_id, now):
        note_device(subject_id=user.subject_id, facts=_DEVICE, by=user, now=now + _MOMENT)
