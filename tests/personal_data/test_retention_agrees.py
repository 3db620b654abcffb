"""The search of the engine and the days a person is shown agree, on people to whom anything may have happened."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction

from audit.services.recording import record
from core import clock
from core.actors import SYSTEM
from core.clock import local_date
from personal_data.enums import DisposalKind, DisposalState
from personal_data.models import DataItem, DataSubject, Disposal
from personal_data.retention_dates import kept_until, plus_period
from personal_data.retention_query import Moment, searches
from personal_data.selectors_retention import facts_of
from personal_data.services.retention_looking import all_triggers, allowed
from policies import selectors as policies
from policies.models import PolicyVersion
from policies.pack_types import Pack
from tests.personal_data.retention_steps import (
    entered,
    event,
    held_back,
    person,
    publish_with,
    purpose,
    rule,
    told,
    value,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

DAY = timedelta(days=1)
PEOPLE = 40
RULES = (
    rule("purposes", "while-purpose", days="10", also='["inactivity"]')
    + rule("after", "after-event", event='"order-closed"', days="40", also='["inactivity", "purposes"]')
    + rule("by-law", "law", months="20", clause='"L91 14.2"', also='["inactivity", "after"]')
)
OF_FIELDS = {"full-name": "purposes", "phone": "after", "address": "by-law"}
FIELDS = ("full-name", "email", "phone", "address", "other-entry")
CODES = ("service", "marketing", "personalisation")

Due = set[tuple[UUID, str]]


def searched(pack: Pack) -> Due:
    """What the engine would delete now."""
    found: Due = set()
    for search in searches(all_triggers(pack), pack, Moment(allowed(clock.now()))):
        with connection.cursor() as cursor:
            statement = search.found
            cursor.execute(statement, search.params)
            found |= {(row[1], row[2]) for row in cursor.fetchall() if row[3] is None}
    return found


def shown(pack: Pack) -> Due:
    """What is due by the days the account page shows."""
    facts = facts_of(list(DataSubject.objects.values_list("pk", flat=True)), pack=pack, at=clock.now())
    specs = {spec.code: spec for spec in pack.fields}
    return {
        (item.subject_id, item.field)
        for item in DataItem.objects.all()
        if kept_until(pack, specs[item.field], held_since=item.held_since, facts=facts[item.subject_id]).is_due
    }


def make_up(chance: random.Random, pack: Pack) -> None:
    """A person to whom this and that happened."""
    subject = person(ago=chance.choice((5, 300, 729, 732, 1100)) * DAY)
    for field in chance.sample(FIELDS, chance.randint(1, 4)):
        value(subject, field, "somebody@example.vn", ago=chance.choice((3, 590, 640, 1500)) * DAY)
    for code in chance.sample(CODES, chance.randint(0, 3)):
        purpose(subject, code, live=chance.random() < 0.4, ago=chance.choice((1, 9, 10, 11, 60)) * DAY)
    for _ in range(chance.randint(0, 2)):
        event(subject, chance.choice(("order-closed", "case-closed")), ago=chance.choice((1, 39, 40, 41, 200)) * DAY)
    if chance.random() < 0.15:
        purpose(subject, "open-case", live=chance.random() < 0.6)
    if chance.random() < 0.15:
        held_back(subject_ref=subject.pk, **chance.choice(({}, {"field": "phone"}, {"category": "contact"})))
    tell_some(chance, subject, pack)
    if chance.random() < 0.15:
        decide(chance, subject_ref=subject.pk)
    if chance.random() < 0.15:
        with entered(subject.pk):  # brought in, and never seen since
            DataSubject.objects.filter(pk=subject.pk).update(last_active_at=None)


def tell_some(chance: random.Random, subject: DataSubject, pack: Pack) -> None:
    """Whoever was told was told of the day of inactivity, or of another."""
    inactivity = pack.retention_rule("inactivity")
    assert inactivity is not None and subject.last_active_at is not None
    day = plus_period(local_date(subject.last_active_at), inactivity)
    if chance.random() < 0.5:
        told(subject, day + chance.choice((0, 0, 1)) * DAY, days_ago=chance.choice((2, 7, 20)))


def decide(chance: random.Random, *, subject_ref: UUID | None) -> None:
    """A deletion two people decided."""
    now = clock.now()
    with transaction.atomic():
        row = Disposal.objects.create(
            kind=chance.choice((DisposalKind.ORDERED, DisposalKind.NOT_NEEDED)),
            state=DisposalState.APPROVED,
            fields=chance.sample(FIELDS, 2),
            subject_ref=subject_ref,
            held_before=local_date(now) - chance.choice((-1, 600)) * DAY,
            ground="no longer needed",
            goes_on=local_date(now) + chance.choice((0, 0, 1)) * DAY,
            digest=b"x",
            proposed_by="user:1",
            proposed_at=now,
            decided_by="user:2",
            decided_at=now,
        )
        record(event="test.prepared", target=f"disposal:{row.pk}", by=SYSTEM, now=now)


@pytest.mark.parametrize("seed", range(3))
def test_search_and_days_agree(
    policy: PolicyVersion, tmp_path: Path, seed: int, subtests_of: Callable[[Due, Due], str]
) -> None:
    chance = random.Random(seed)
    pack = policies.document(publish_with(tmp_path, RULES, OF_FIELDS))
    for _ in range(PEOPLE):
        make_up(chance, pack)
    if seed == 2:
        decide(chance, subject_ref=None)
        held_back(field="full-name")
    engine, page = searched(pack), shown(pack)
    assert engine == page, subtests_of(engine, page)
    assert engine and len(engine) < DataItem.objects.count()


@pytest.fixture
def subtests_of() -> Callable[[Due, Due], str]:
    """What only one of the two has, with what it depends on."""

    def told_of(engine: Due, page: Due) -> str:
        version = policies.version_in_force(clock.now())
        assert version is not None
        pack = policies.document(version)
        lines = []
        for subject_id, field in sorted(engine ^ page, key=str)[:6]:
            facts = facts_of([subject_id], pack=pack, at=clock.now())[subject_id]
            item = DataItem.objects.get(subject_id=subject_id, field=field)
            kept = kept_until(pack, pack.field(field), held_since=item.held_since, facts=facts)  # type: ignore[arg-type]
            who = "engine" if (subject_id, field) in engine else "page"
            lines.append(f"only {who}: {field} {item.held_since} {facts}\n   {kept.trigger} {kept.stays} {kept.day}")
        return "\n".join(lines)

    return told_of
