"""What the tests of consent share."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import pytest

from consent.answers import Answer, ConsentKey
from consent.services.asking import questions
from consent.services.granting import record_answers
from personal_data.models import DataSubject
from policies.models import PolicyVersion

EVIDENCE = {"network": "203.0.113.0/24", "browser": "Firefox, Windows"}
BY_EMAIL = ConsentKey("marketing", "email")
BY_SMS = ConsentKey("marketing", "sms")
AUTOMATED = ConsentKey("personalisation")
DEVICES = ConsentKey("device-information")
PARTNERS = ConsentKey("service", "", "partner")


@dataclass(frozen=True)
class Person:
    """Someone acting for themselves, by reference."""

    pk: uuid.UUID
    audit_role: str = "person"

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False


@pytest.fixture
def person(subject: DataSubject) -> Person:
    return Person(subject.pk)


@pytest.fixture
def answer(subject: DataSubject, policy: PolicyVersion, person: Person, now: datetime) -> Callable[..., list[int]]:
    """`answer(granted=[keys], refused=[keys])` as one form."""

    def submit(
        *,
        granted: Iterable[ConsentKey] = (),
        refused: Iterable[ConsentKey] = (),
        language: str = "vi",
        at: datetime = now,
    ) -> list[int]:
        answers = [Answer(key, True) for key in granted] + [Answer(key, False) for key in refused]
        return record_answers(
            subject_id=subject.pk,
            answers=answers,
            version=policy,
            language=language,
            evidence=EVIDENCE,
            by=person,
            now=at,
        )

    return submit


@pytest.fixture
def asked(policy: PolicyVersion) -> dict[ConsentKey, object]:
    """The questions of the policy in force, in Vietnamese."""
    return {question.key: question for question in questions(policy, "vi")}
