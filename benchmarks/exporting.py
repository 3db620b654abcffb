"""The copy of one person among a million people against the same among a thousand.

The same person's copy is made in two scratch databases in turn. Run as a process of its own: `python -m
benchmarks.exporting`.
"""

import json
import os
import time
from dataclasses import asdict
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")
django.setup()

from django.db import connections  # noqa: E402  after the applications are loaded

from benchmarks.figures import Figure  # noqa: E402
from benchmarks.scratch import Scratch, Superuser, columns, scratch, without_indexes  # noqa: E402
from core import clock  # noqa: E402
from core.actors import SYSTEM  # noqa: E402
from personal_data.enums import PackageState  # noqa: E402
from personal_data.services import packaging  # noqa: E402

SIZES = {"few": 1_000, "many": int(os.environ.get("PORTAL_BENCH_PEOPLE", "1000000"))}
ROUNDS = int(os.environ.get("PORTAL_BENCH_ROUNDS", "25"))
# What is held on each of the others: rows of each table, and the columns in which they differ from the row copied.
_OTHER = "md5('other' || (n / {each})::text)::uuid"
ROWS: dict[str, tuple[int, dict[str, str]]] = {
    "personal_data_datasubject": (1, {"id": _OTHER}),
    "personal_data_dataitem": (2, {"id": "gen_random_uuid()", "subject_id": _OTHER, "field": "'bench-' || n % {each}"}),
    "personal_data_purposestate": (2, {"subject_id": _OTHER, "purpose": "'bench-' || n % {each}"}),
    "consent_ledgerentry": (2, {"subject_ref": _OTHER, "ends_entry": "NULL"}),
    "audit_auditentry": (4, {"subject_ref": _OTHER, "target": "'subject:' || " + _OTHER}),
    "outbound_outboxmessage": (1, {"id": "gen_random_uuid()", "subject_id": _OTHER, "dedup": "NULL"}),
    "dsr_requests_request": (
        1,
        {
            "subject_id": _OTHER,
            "about_id": _OTHER,
            "identified_at": "now()",
            "reference": "'YC-' || upper(to_hex(n))",
            "form_token": "gen_random_uuid()",
            "contact_index": "sha256(n::text::bytea)",
            "text_fingerprint": "sha256(n::text::bytea)",
        },
    ),
}


def measure() -> list[Figure]:
    """How many times as long it takes among the many."""
    with scratch("copy", SIZES, _fill) as databases:
        return _compare(databases)


def _compare(databases: Scratch) -> list[Figure]:
    times: dict[str, list[float]] = {name: [] for name in SIZES}
    for turn in range(-2, ROUNDS):
        for name in sorted(SIZES, reverse=bool(turn % 2)):
            databases.use(name)
            taken = _seconds(_person(), f"request:{900_000 + turn}")
            if turn >= 0:  # what is read once for a process came before
                times[name].append(taken)
    # The fastest of all: whatever else the machine does only ever adds.
    best = {name: min(found) for name, found in times.items()}
    note = (
        f"{best['few'] * 1e3:.0f} and {best['many'] * 1e3:.0f} ms; {ROUNDS} turns; filled in {databases.filled:.0f} s"
    )
    return [
        Figure("copy of one among 10^6 against 10^3 people", round(best["many"] / best["few"], 2), "x", "<= 1.15", note)
    ]


def _seconds(subject_id: UUID, basis: str) -> float:
    now = clock.now()
    began = time.perf_counter()
    package = packaging.ask_package(subject_id=subject_id, basis=basis, language="vi", by=SYSTEM, now=now)
    packaging.make_due(now=now)
    taken = time.perf_counter() - began
    package.refresh_from_db()
    assert package.state == PackageState.READY, package.error
    return taken


def _person() -> UUID:
    """The person of the demo on whom most is recorded."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT s.id FROM personal_data_datasubject s JOIN accounts_user u ON u.subject_id = s.id "
            "WHERE NOT u.is_staff "
            "ORDER BY (SELECT count(*) FROM audit_auditentry e WHERE e.subject_ref = s.id) DESC, s.id LIMIT 1"
        )
        found: UUID = cursor.fetchone()[0]
    return found


def _fill(connection: Superuser, count: int) -> None:
    """Rows of other people, each a copy of one of the demo's."""
    for table, (each, values) in ROWS.items():
        named = columns(connection, table)
        chosen = ", ".join(values.get(column, f"p.{column}").format(each=each) for column in named)
        with without_indexes(connection, table):
            connection.execute(
                f"INSERT INTO public.{table} ({', '.join(named)}) SELECT {chosen} "
                f"FROM (SELECT * FROM public.{table} LIMIT 1) p, generate_series(0, {count * each - 1}) AS n"
            )


if __name__ == "__main__":
    print(json.dumps([asdict(figure) for figure in measure()]))
