"""Many people whose data is due, written past the portal by the superuser, as only drills and benchmarks do."""

import psycopg
from django.conf import settings

from core import clock
from personal_data.enums import RunState
from personal_data.models import RetentionRun, RetentionTick
from privacy_portal import embedded

Server = "psycopg.Connection[tuple[object, ...]]"

FIELDS = ("full-name", "email", "phone", "address", "other-entry")
LONG_AGO = "now() - interval '3 years'"
TABLES = (
    "personal_data_datasubject",
    "personal_data_dataitem",
    "personal_data_purposestate",
    "personal_data_duenotice",
)
# People who were told in time; each has a live purpose that names no field they have, so that their values go and they
# themselves stay.
FILL = """
SET session_replication_role = replica;
INSERT INTO personal_data_datasubject (id, state, language, age_band, created_at, last_active_at)
SELECT md5(%(name)s::text || n)::uuid, 'ACTIVE', 'vi', 'UNKNOWN', now() - interval '5 years', {active}
FROM generate_series(1, %(people)s::int) n;
INSERT INTO personal_data_dataitem (id, subject_id, field, sealed_value, lookup, source, held_since, changed_at)
SELECT gen_random_uuid(), md5(%(name)s::text || n)::uuid, field, decode(repeat(md5(n || field), 3), 'hex'),
    decode(md5(n || field) || md5(field || n), 'hex'), 'IMPORT',
    now() - interval '4 years' - n * interval '1 second', now()
FROM generate_series(1, %(people)s::int) n, unnest(%(fields)s::text[]) field;
INSERT INTO personal_data_purposestate (subject_id, purpose, live, since)
SELECT md5(%(name)s::text || n)::uuid, 'device-information', true, now() - interval '4 years'
FROM generate_series(1, %(people)s::int) n;
INSERT INTO personal_data_duenotice (subject_id, notice, due_at, sent_at)
SELECT id, 'retention-7', ((last_active_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + interval '24 months')::timestamp
    AT TIME ZONE 'Asia/Ho_Chi_Minh', now() - interval '8 days'
FROM personal_data_datasubject WHERE last_active_at < now() - interval '1 month';
SET session_replication_role = origin;
"""


def superuser() -> "psycopg.Connection[tuple[object, ...]]":
    """A connection past triggers and grants."""
    dsn = embedded.superuser_dsn(settings.PORTAL_HOME, dbname=embedded.DATA_DATABASE)
    return psycopg.connect(**dsn, autocommit=True)


def fill(server: "psycopg.Connection[tuple[object, ...]]", name: str, people: int, active: str = LONG_AGO) -> None:
    """So many people with a value in each field; `active` is SQL, and may count them by `n`."""
    about = {"name": name, "people": people, "fields": list(FIELDS)}
    _mark_indexes(server, ready="false")
    try:
        for statement in FILL.format(active=active).split(";\n"):
            if statement.strip():
                server.execute(statement, about if "%(" in statement else None)  # type: ignore[call-overload]
    finally:
        _mark_indexes(server, ready="true")
    server.execute("SET maintenance_work_mem = '1GB'")
    server.execute("REINDEX TABLE personal_data_dataitem")
    server.execute(f"ANALYZE {', '.join(TABLES)}")
    RetentionTick.objects.all().delete()


def empty(server: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Nobody is held any more, and no run is open."""
    RetentionRun.objects.filter(state__in=(RunState.RUNNING, RunState.STOPPED)).update(
        state=RunState.DROPPED, finished_at=clock.now()
    )
    server.execute("SET session_replication_role = replica")
    server.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    server.execute("SET session_replication_role = origin")


def _mark_indexes(server: "psycopg.Connection[tuple[object, ...]]", *, ready: str) -> None:
    """While they are not ready nothing keeps the indexes of the values up; they are built anew afterwards."""
    server.execute(f"UPDATE pg_index SET indisready = {ready} WHERE indrelid = 'personal_data_dataitem'::regclass")
