"""Complaints through sixty simulated days with two outages: every escalation at its moment, none twice, none missing.

The clock is simulated, the database and the sweep are real. A sweep runs every twenty simulated seconds; those at which
no row is due are passed over, as they would do nothing. The days lie ahead of the real clock, so that the worker of the
running installation leaves these complaints alone.
"""

import os
import random
import time
from collections import Counter
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Count, Min

from audit.services.recording import Fact, record_many
from benchmarks.figures import Figure
from cases import sealing
from cases.enums import CaseEvent
from cases.marks import ENDING, Mark
from cases.references import new_reference
from cases.services.reminding import sweep_marks
from cases.services.scheduling import open_marks, set_next
from cases.staff import working_staff
from complaints.enums import Remedy
from complaints.models import Complaint, ComplaintMark
from complaints.services.filing import due_moments
from core import clock
from core.actors import SYSTEM
from outbound.models import OutboxMessage
from personal_data.services.subjects import create_subject
from policies import selectors as policies

COMPLAINTS = int(os.environ.get("PORTAL_BENCH_COMPLAINTS", "10000"))
DAYS = 60
ARRIVING_DAYS = 40
TICK = timedelta(seconds=20)
ALLOWED = timedelta(seconds=60)
# In the middle of the arrivals: six hours of a day, and a weekend with the Monday after it.
OUTAGES = ((timedelta(days=12, hours=3), timedelta(hours=6)), (timedelta(days=25, hours=10), timedelta(days=3)))
Expected = dict[tuple[int, str, datetime], datetime]


def measure(size: int = COMPLAINTS) -> list[Figure]:
    """Let the days pass and count."""
    began = time.perf_counter()
    start = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    outages = [(start + after, start + after + length) for after, length in OUTAGES]
    expected = _file(size, start)
    ends = start + timedelta(days=DAYS)
    ready = time.perf_counter()
    sweeps = _let_pass(start, ends, outages)
    passed = time.perf_counter() - ready
    lateness, wrong = _compare(expected, outages, ends)
    letters = OutboxMessage.objects.filter(dedup__contains=":complaint:", created_at__gt=start)
    twice = letters.values("dedup").annotate(count=Count("pk")).filter(count__gt=1).count()
    count = len(expected)
    return [
        Figure(
            f"escalations of {size:,} complaints in {DAYS} days, the latest",
            round(max(lateness, default=timedelta()).total_seconds()),
            "s late",
            "<= 60",
            f"{count:,} in {sweeps:,} sweeps, {len(outages)} outages; {letters.count():,} letters",
        ),
        Figure("escalations missing, too many or doubled", wrong + twice, "", "0"),
        Figure(
            "escalations set off",
            round(count / passed),
            "a second",
            "",
            f"{passed:.0f} s; {ready - began:.0f} s to file",
        ),
    ]


def _file(size: int, start: datetime) -> Expected:
    """Complaints spread over forty days, one in ten a guest's whose address nobody confirms; and what must follow."""
    version = policies.version_in_force(clock.now())
    assert version is not None
    promise = policies.document(version).complaints
    subject_id = create_subject(by=SYSTEM, now=clock.now(), language="vi").pk
    key = sealing.evidence_key(subject_id)
    holders = [None, *working_staff().filter(groups__name="agent")[:3]]
    chance = random.Random(20260304)
    cases = []
    for _ in range(size):
        moment = start + timedelta(minutes=chance.randrange(ARRIVING_DAYS * 24 * 60))
        category = chance.choice(promise.categories).code
        due = due_moments(promise, category=category, received_at=moment)
        guest = chance.random() < 0.1
        case = Complaint(
            reference=new_reference(Complaint.reference_prefix, on=moment.date()),
            form_token=uuid4(),
            subject_id=subject_id,
            policy_version=version,
            language="vi",
            from_guest=guest,
            received_at=moment,
            filed_at=moment,
            round_started_at=moment,
            verified_at=None if guest else moment,
            category=category,
            remedy=Remedy.EXPLAIN,
            assignee=None if guest else chance.choice(holders),
            **vars(due),
        )
        sealing.seal_into_case(case, text="Đo thời hạn", address="measured@example.com", key=key)
        set_next(case, open_marks(case, ()))
        cases.append(case)
    with transaction.atomic():
        Complaint.objects.bulk_create(cases, batch_size=500)
        record_many(
            [Fact(case.event(CaseEvent.FILED), case.target, subject_id) for case in cases], by=SYSTEM, now=clock.now()
        )
    return {(case.pk, mark.code, mark.deadline_at): mark.due_at for case in cases for mark in _to_come(case)}


def _to_come(case: Complaint) -> list[Mark]:
    """All marks of a complaint nobody touches: up to the one that ends it, if there is one."""
    marks = open_marks(case, ())
    ends = next((place for place, mark in enumerate(marks) if mark.code in ENDING), len(marks))
    return marks[: ends + 1]


def _let_pass(start: datetime, ends: datetime, outages: list[tuple[datetime, datetime]]) -> int:
    """Sweep on every tick at which something is due, but for those on which nothing runs."""
    sweeps = 0
    while True:
        due = Complaint.objects.aggregate(due=Min("next_mark_at"))["due"]
        if due is None or due > ends:
            return sweeps
        tick = start + -((start - due) // TICK) * TICK
        tick = next((back for gone, back in outages if gone <= tick < back), tick)
        sweep_marks(now=tick)
        sweeps += 1


def _compare(
    expected: Expected, outages: list[tuple[datetime, datetime]], ends: datetime
) -> tuple[list[timedelta], int]:
    """How late each was, counted from the end of an outage it fell into, and how many are missing or too many."""
    wanted = {name for name, due_at in expected.items() if due_at <= ends}
    found: Counter[tuple[int, str, datetime]] = Counter()
    lateness = []
    rows = ComplaintMark.objects.filter(case__in={name[0] for name in expected})
    for case_id, code, deadline_at, due_at, done_at in rows.values_list(
        "case_id", "code", "deadline_at", "due_at", "done_at"
    ):
        found[case_id, code, deadline_at] += 1
        could = next((back for gone, back in outages if gone <= due_at < back), due_at)
        lateness.append(done_at - could)
    missing, doubled = len(wanted - found.keys()), sum(count - 1 for count in found.values())
    return lateness, missing + doubled + len(found.keys() - wanted)
