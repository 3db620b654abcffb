"""A process of a running installation that enters complaints and looks at what the sweeps made of them.

One JSON object a line in, one out. It is started by `tests.ops.reminders`; the complaints are letters that lay about
for sixteen days, so that first reply, target and limit are missed the moment they are entered.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")

import django

django.setup()

from uuid import uuid4

from audit.models import AuditEntry
from cases.enums import ContactKind, IntakeChannel, MarkCode
from cases.readers import Desk
from cases.services.filing import Sender
from cases.services.reminding import NOTICES
from cases.staff import working_staff
from complaints.enums import Remedy
from complaints.models import Complaint, ComplaintMark
from complaints.services.filing import ComplaintText, record_for_person
from core import clock
from core.models import SweepState
from core.queue import ring
from outbound.models import OutboxMessage
from policies import selectors as policies
from tests.ops.answering import answer

LAY_ABOUT = timedelta(days=16)
EVENTS = {
    MarkCode.REPLY_MISSED.value: "reply_late",
    MarkCode.TARGET_PASSED.value: "overdue",
    MarkCode.LIMIT_PASSED.value: "limit_missed",
}


def file(count: int) -> list[int]:
    """Enter complaints; their keys."""
    now = clock.now()
    version = policies.version_in_force(now)
    assert version is not None
    category = policies.document(version).complaints.categories[0].code
    by: Any = working_staff().first()
    found = []
    for number in range(count):
        sender = Sender(address=f"Số {number}, ngõ 3", language="vi", contact_kind=ContactKind.POST)
        filed = record_for_person(
            form_token=uuid4(),
            sender=sender,
            content=ComplaintText(f"Thư số {number}", category, Remedy.EXPLAIN),
            channel=IntakeChannel.POST,
            received_at=now - LAY_ABOUT,
            by=by,
            now=now,
        )
        found.append(filed.complaint.pk)
    return found


def look(keys: list[int]) -> dict[str, list[str]]:
    """What is wrong with these complaints, and the ids of their letters, sent and waiting."""
    cases = {case.target: case for case in Complaint.objects.filter(pk__in=keys)}
    marks = Counter(ComplaintMark.objects.filter(case__in=keys).values_list("case_id", "code"))
    entries = Counter(AuditEntry.objects.filter(target__in=list(cases)).values_list("target", "event"))
    letters: Counter[tuple[str, str]] = Counter()
    sent, waiting = [], []
    rows = OutboxMessage.objects.filter(notice__in=NOTICES.values(), dedup__isnull=False)
    for pk, dedup, sent_at in rows.values_list("pk", "dedup", "sent_at"):
        code, kind, key, _rest = dedup.split(":", 3)
        if f"{kind}:{key}" in cases:
            letters[f"{kind}:{key}", code] += 1
            (sent if sent_at else waiting).append(str(pk))
    desk, wrong = Desk(), []
    for target, case in cases.items():
        for code, event in EVENTS.items():
            found = (marks[case.pk, code], entries[target, case.event(event)], letters[target, code])
            if found != (1, 1, len(desk.readers(case, code))):
                wrong.append(f"{target} {code}: %d marks, %d entries, %d letters" % found)
    return {"wrong": wrong, "sent": sent, "waiting": waiting}


def ring_sweep(times: int) -> None:
    """Ring for the sweep several times, as two beats and a hurried person would."""
    for _ in range(times):
        ring("cases.sweep_marks")


def swept(_nothing: int) -> str:
    """When the sweep last came to its end."""
    state = SweepState.objects.filter(name="cases.sweep_marks").first()
    return str(state.last_succeeded_at) if state else ""


ACTIONS: dict[str, Callable[..., Any]] = {"file": file, "look": look, "ring": ring_sweep, "swept": swept}


if __name__ == "__main__":
    answer(ACTIONS)
