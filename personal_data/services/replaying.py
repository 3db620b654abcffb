"""Doing again what the erasure register says: for a restored database, and for frames that never were committed.

Everything here can be repeated. What a frame names and the database does not hold is gone already.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services.recording import record
from core.actors import SYSTEM
from personal_data import keys
from personal_data.enums import AuditEvent, LimitKind, SubjectState
from personal_data.errors import SubjectGone
from personal_data.errors_register import RegisterRefused
from personal_data.models import DataSubject, RegisterHead, UnplayedFrame, UseLimit
from personal_data.register import file
from personal_data.register.entries import (
    DELETED,
    ERASED,
    EVIDENCE_ENDED,
    LIMITED,
    WITHDRAWN,
    Begun,
    Written,
    begun_in,
    identities_in,
    people_in,
    rows_in,
)
from personal_data.register.faults import Fault, RegisterFault
from personal_data.register.frames import Frame
from personal_data.register.naming import names_of_people
from personal_data.services import register_standing
from personal_data.services.announcing import (
    MOST_BY_ITSELF,
    follow,
    held_register,
    move_head,
    register_path,
    replaying,
)
from personal_data.services.evidence import end_evidence_of
from personal_data.services.limiting import end_limits, set_limit
from personal_data.services.replay_erasing import Gone, erase_each, erase_many
from personal_data.services.replay_rows import Wanted, delete_rows
from personal_data.services.suppressing import suppress

CHUNK = 10_000

# Filled at start by upper packages.
_on_replay: dict[str, list[Callable[..., object]]] = defaultdict(list)


def on_replay(kind: str, call: Callable[..., object]) -> None:
    """Register what an upper package does again.

    `withdrawn`: `call(ends, now=…)` with pairs of a person and an entry of a frame; how many consents ended.
    """
    if call not in _on_replay[kind]:
        _on_replay[kind].append(call)


@dataclass(slots=True)
class Replayed:
    """What was done: frames read, and of what they name what was still there."""

    frames: int = 0
    people: int = 0
    rows: int = 0
    consents: int = 0
    limits: int = 0
    evidence: int = 0


def replay_all(*, now: datetime) -> Replayed:
    """Bring a restored database in line with the whole register, and open the portal. Safe to repeat.

    Raises RegisterFault.
    """
    register_standing.check_whole()
    with transaction.atomic(), held_register(now=now, most=2**62) as held:
        frames = [*_unplayed(held.register), *held.ahead]
        reached = held.ahead[-1].place if held.ahead else held.head
    done = _play(frames, frames, now=now)
    with transaction.atomic(), held_register(now=now, most=2**62) as held:
        UnplayedFrame.objects.filter(sequence__lte=reached.sequence).delete()
        if held.head.sequence <= reached.sequence:
            move_head(held.register.find(reached), now=now)
        _enter(AuditEvent.REGISTER_REPLAYED, reached.register, now, {"frame": reached.sequence, **asdict(done)})
    register_standing.forget()
    return done


def follow_register(*, now: datetime) -> int:
    """Do what frames announce whose transaction never committed; how many. Raises RegisterRefused, so that staff are
    told: the register is not the one this database knows, is far ahead, or cannot be written.
    """
    try:
        register_standing.check_whole()
        with transaction.atomic(), held_register(now=now) as held:
            if len(held.ahead) > MOST_BY_ITSELF:
                raise RegisterFault(Fault.BEHIND)
            place = follow(held, now=now)
            if held.ahead:
                move_head(place, now=now)
        done = _replay_unplayed(now)
        register_standing.check_room()
    except RegisterFault as fault:
        raise RegisterRefused(fault.fault.value) from fault
    return done


def begin_anew(*, now: datetime) -> str:
    """Put a register that cannot be used aside, and begin a new one; where the old one is now.

    Whoever was erased since the last backup is then no longer known to have been. Raises RegisterFault, OSError.
    """
    path = register_path()
    with transaction.atomic():
        aside = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%S}.refused")
        if os.path.lexists(path):
            path.rename(aside)
        RegisterHead.objects.all().delete()
        UnplayedFrame.objects.all().delete()
        with held_register(now=now) as held:
            _enter(AuditEvent.REGISTER_BEGUN, held.head.register, now, {"after_loss": True})
    register_standing.forget()
    return str(aside) if os.path.lexists(aside) else ""


def _replay_unplayed(now: datetime) -> int:
    with transaction.atomic(), held_register(now=now) as held:
        frames = _unplayed(held.register)
        if not frames:
            return 0
        later = list(held.register.frames_after(frames[0].place))
    _play(frames, [frames[0], *later], now=now)
    with transaction.atomic():
        UnplayedFrame.objects.filter(sequence__in=[frame.sequence for frame in frames]).delete()
        done = {"frames": [frame.sequence for frame in frames]}
        _enter(AuditEvent.REGISTER_REPLAYED, frames[0].register, now, done)
    return len(frames)


def _unplayed(register: file.Register) -> list[Frame]:
    """The frames still to be done, looked for anew where the register was shortened since."""
    waiting = list(UnplayedFrame.objects.all())
    try:
        found = [register.frame_at(one.offset) for one in waiting]
    except RegisterFault:
        found = []
    wanted = [one.sequence for one in waiting]
    if [frame.sequence for frame in found] == wanted:
        return found
    return [one for one in register.frames_after(register.first().place) if one.sequence in set(wanted)]


def _play(frames: Sequence[Frame], known: Sequence[Frame], *, now: datetime) -> Replayed:
    """Do what frames say. `known` are they and all later ones, of which the last word on a limit counts.

    Kinds are taken one after the other: what a person lost apart goes before the person does, and only the order of
    limits matters.
    """
    entries: dict[str, list[Written]] = defaultdict(list)
    for frame in frames:
        for entry in frame.entries:
            entries[entry["kind"]].append(entry)
    people = _people({name for kind in entries.values() for entry in kind for name in people_in(entry)})
    going = _going(frames, people)
    done = Replayed(frames=len(frames))
    with replaying():
        suppress(indexes={one for entry in entries[ERASED] for one in identities_in(entry)}, now=now)
        gone = set(going)
        done.limits = _limit(entries[LIMITED], _last_words(known), people, gone, now)
        ends = [(people[name], entry) for entry in entries[WITHDRAWN] for name in people_in(entry) if name in people]
        ends = [(person, entry) for person, entry in ends if person not in gone]
        done.consents = sum(_counted(call(ends, now=now)) for call in _on_replay[WITHDRAWN] if ends)
        done.rows = delete_rows(_wanted(entries[DELETED], people), now=now)
        each = _never_erased(going)
        again = {one: told for one, told in going.items() if one not in each}
        done.people = erase_each(each, now=now) + erase_many(again, now=now)
        done.evidence = _end_evidence(entries[EVIDENCE_ENDED], people, now)
    return done


def _going(frames: Iterable[Frame], people: Mapping[bytes, UUID]) -> dict[UUID, Gone]:
    """Who is erased by what frames say, by which run and when."""
    return {
        people[name]: Gone(begun_in(entry), frame.at)
        for frame in frames
        for entry in frame.entries
        if entry["kind"] == ERASED
        for name in people_in(entry)
        if name in people
    }


def _never_erased(going: Mapping[UUID, Gone]) -> dict[UUID, Begun]:
    """Of people the register says are erased: those whose beginning was never committed, and whose run goes on.

    More than a crash leaves behind were brought back with a copy of their keys: they were erased and told before.
    """
    begun = {one: told.begun for one, told in going.items() if told.begun is not None}
    under_way = DataSubject.objects.filter(pk__in=begun, state=SubjectState.ERASING).values_list("pk", flat=True)
    found = {*keys.with_data_keys(begun), *under_way}
    return {one: told for one, told in begun.items() if one in found} if len(found) <= MOST_BY_ITSELF else {}


def _people(names: Collection[bytes]) -> dict[bytes, UUID]:
    """Who of the people known bears one of the names; each person is named once."""
    found: dict[bytes, UUID] = {}
    ids: Iterable[UUID] = DataSubject.objects.values_list("pk", flat=True).iterator(CHUNK) if names else ()
    chunk: list[UUID] = []
    for subject_id in ids:
        chunk.append(subject_id)
        if len(chunk) == CHUNK:
            found |= {name: one for name, one in zip(names_of_people(chunk), chunk, strict=True) if name in names}
            chunk = []
    return found | {name: one for name, one in zip(names_of_people(chunk), chunk, strict=True) if name in names}


def _wanted(entries: Iterable[Written], people: dict[bytes, UUID]) -> Wanted:
    wanted: Wanted = defaultdict(lambda: defaultdict(set))
    for entry in entries:
        for name, rows in rows_in(entry):
            if name in people:
                wanted[entry["table"]][people[name]].update(rows)
    return wanted


def _last_words(frames: Iterable[Frame]) -> dict[tuple[object, ...], bool]:
    """Whether each limit that frames name ended in the end."""
    return {_limit_of(entry): entry["ended"] for frame in frames for entry in frame.entries if entry["kind"] == LIMITED}


def _limit(
    entries: Iterable[Written],
    last: dict[tuple[object, ...], bool],
    people: dict[bytes, UUID],
    gone: Collection[UUID],
    now: datetime,
) -> int:
    done = 0
    for limit in dict.fromkeys(_limit_of(entry) for entry in entries):
        who, kind, purpose, basis = (str(part) for part in limit)
        subject_id = people.get(people_in({"who": who})[0])
        if subject_id is not None and subject_id not in gone:
            done += _set(subject_id, kind, purpose, basis, ended=last[limit], now=now)
    return done


def _set(subject_id: UUID, kind: str, purpose: str, basis: str, *, ended: bool, now: datetime) -> int:
    standing = UseLimit.objects.filter(
        subject_id=subject_id, kind=kind, purpose=purpose, basis=basis, ended_at=None
    ).exists()
    if standing != ended:
        return 0
    if ended:
        return end_limits(subject_id=subject_id, basis=basis, by=SYSTEM, now=now, purposes=[purpose])
    try:
        set_limit(subject_id=subject_id, kind=LimitKind(kind), purpose=purpose, basis=basis, by=SYSTEM, now=now)
    except SubjectGone:
        return 0
    return 1


def _limit_of(entry: Written) -> tuple[object, ...]:
    return entry["who"], entry["limit"], entry["purpose"], entry["basis"]


def _end_evidence(entries: Iterable[Written], people: dict[bytes, UUID], now: datetime) -> int:
    ended = [people[name] for entry in entries for name in people_in(entry) if name in people]
    for begin in range(0, len(ended), CHUNK):
        with transaction.atomic():
            end_evidence_of(ended[begin : begin + CHUNK], now=now)
    return len(ended)


def _counted(answer: object) -> int:
    return answer if isinstance(answer, int) else 0


def _enter(event: str, register: UUID, now: datetime, details: Mapping[str, object]) -> None:
    """Nobody but the register itself is behind what is done again."""
    record(event=event, target=f"register:{register}", by=SYSTEM, now=now, details=details)
