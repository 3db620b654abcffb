"""What the packages below show of one person, as plain data for the copy the person takes along."""

from datetime import datetime
from typing import Any

from accounts import access_log
from accounts.models import User
from cases import sealing
from cases import selectors as cases
from cases.describing import ShownAnswer, words_of
from cases.errors import ContentGone
from cases.models import Case
from complaints import selectors as complaints
from consent.models import LedgerEntry
from dsr_requests import selectors as requests
from policies import selectors as policies

MOST_ENTRIES = 5000


def sections_of(*, user: User, at: datetime) -> dict[str, Any]:
    """Consents, cases and the record of who did what, in full."""
    return {
        "consents": _consents(user),
        "complaints": [_case(row, complaints.shown(row), at) for row in complaints.of_subject(user.subject_id)],
        "requests": [_case(row, requests.shown(row), at) for row in requests.of_subject(user.subject_id)],
        "record": _record(user, at),
    }


def case_references(user: User) -> dict[str, str]:
    """References of a person's cases by the name the record has for them. Two queries."""
    return {
        f"{kind}:{pk}": reference
        for kind, rows in (
            ("complaint", complaints.of_subject(user.subject_id)),
            ("request", requests.of_subject(user.subject_id)),
        )
        for pk, reference in rows.values_list("pk", "reference")
    }


def _consents(user: User) -> list[dict[str, Any]]:
    return [
        {
            "purpose": entry.purpose,
            "channel": entry.channel or None,
            "recipients": entry.recipient_class or None,
            "answer": entry.reply,
            "at": entry.at.isoformat(),
            "policy_version": entry.version,
            "language": entry.language,
            "method": entry.method,
        }
        for entry in LedgerEntry.objects.filter(subject_ref=user.subject_id).order_by("id")
    ]


def _case(case: Case, shown: Any, at: datetime) -> dict[str, Any]:
    try:
        key = sealing.evidence_key(case.subject_id)
        text: str | None = sealing.text_of(case, key=key)
        thread = [_message(message) for message in cases.thread(case, key=key)]
        answers = [_answer(answer) for answer in words_of(case).answers(case, key)]
        files = [attachment.name for attachment in cases.attachments(case, key=key)]
    except ContentGone:
        text, thread, answers, files = None, [], [], []
    return {
        "reference": shown.reference,
        "status": shown.status_label,
        "outcome": shown.outcome or None,
        "received": shown.received_at.isoformat(),
        "answer_by": shown.limit_on.isoformat(),
        "closed": shown.closed_at.isoformat() if shown.closed_at else None,
        "text": text,
        "thread": thread,
        "answers": answers,
        "files": files,
    }


def _message(message: cases.ThreadMessage) -> dict[str, Any]:
    return {
        "from": "staff" if message.from_staff else "you",
        "at": message.sent_at.isoformat(),
        "by": message.way or None,
        "text": message.text,
        "files": [file.name for file in message.files],
    }


def _answer(answer: ShownAnswer) -> dict[str, Any]:
    return {
        "round": answer.round,
        "outcome": answer.outcome,
        "found": answer.finding,
        "done": answer.done,
        "answered": answer.answered_at.isoformat(),
        "accepted": answer.accepted_at.isoformat() if answer.accepted_at else None,
    }


def _record(user: User, at: datetime) -> list[dict[str, Any]]:
    version = policies.version_in_force(at)
    pack = policies.document(version) if version else None
    labels = {spec.code: str(spec.label) for spec in pack.fields} if pack else {}
    references = case_references(user)
    found = []
    for side in access_log.Side:
        entries = list(access_log.entries_of(user=user, side=side)[:MOST_ENTRIES])
        found += [
            {"at": line.at.isoformat(), "what": line.title, "details": line.text or None, "by": line.by}
            for line in access_log.lines_of(entries, user=user, labels=labels, references=references)
        ]
    return sorted(found, key=lambda line: str(line["at"]))
