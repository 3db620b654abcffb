"""What tests of promises do over and over: read a page as its reader does, and ask what a policy asks."""

import html
import re
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from cases.services.filing import Sender
from complaints.enums import Remedy
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, file_complaint
from consent.answers import ConsentKey
from consent.services.asking import questions
from consent.wording import Question
from core.actors import GUEST, SYSTEM, Actor
from core.clock import local_date, midnight
from core.clock import now as present
from core.rules import complaint_rule
from personal_data.enums import RunKind
from personal_data.models import Disposal, DueNotice, RetentionTick
from personal_data.services.disposing import approve, propose
from personal_data.services.retention import begin_run, continue_run
from policies.checking import Finding, inspect
from policies.models import PolicyVersion
from policies.pack_types import Pack

GUEST_ADDRESS = "khach.qua.duong@example.com"


def words_on(client: Client, address: str, *, status: int = 200) -> str:
    """The words of a page, without its markup, white space collapsed."""
    response = client.get(address)
    assert response.status_code == status, f"{address}: {response.status_code}"
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def asked(version: PolicyVersion, language: str = "en") -> dict[ConsentKey, Question]:
    """Every question of a version, by what it is about."""
    return {question.key: question for question in questions(version, language)}


def purposes_asked(version: PolicyVersion) -> set[str]:
    """Purposes for which consent is asked."""
    return {key.purpose for key in asked(version) if not key.recipient_class}


def findings_on(pack: Pack) -> list[Finding]:
    """What the check of a pack tells whoever answers for it."""
    return inspect(pack, rule=complaint_rule(on=present().date()))


def facts_found(pack: Pack) -> set[str]:
    """Facts on which the check says that the organisation's own clause does not hold."""
    return {finding.fact for finding in findings_on(pack) if finding.fact}


def one_night(*, at: datetime) -> None:
    """The retention engine runs once, to its end, as if it had run every night until then."""
    RetentionTick.objects.update(last_at=at)
    run = begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=at)
    assert continue_run(run_id=run.pk, now=at, longest=None)


def decide(*, by: Actor, second: Actor, at: datetime, **selection: Any) -> Disposal:
    """A deletion one person prepares and another approves as both saw it."""
    row = propose(ground="Quyết định 5/2026", goes_on=local_date(at), by=by, now=at, **selection)
    return approve(disposal_id=row.pk, seen_digest=bytes(row.digest), by=second, now=at)


def tell(subject_id: UUID, *, day: date, at: datetime) -> None:
    """The person was told at a moment that something goes on a day."""
    DueNotice.objects.create(subject_id=subject_id, notice="retention-7", due_at=midnight(day), sent_at=at)


def complain(*, category: str = "other", text: str = "Chuyện gì đã xảy ra?", address: str = GUEST_ADDRESS) -> Complaint:
    """A complaint by a guest."""
    return file_complaint(
        form_token=uuid4(),
        sender=Sender(address=address, language="en"),
        content=ComplaintText(text, category, Remedy.EXPLAIN),
        by=GUEST,
        now=present(),
    ).complaint
