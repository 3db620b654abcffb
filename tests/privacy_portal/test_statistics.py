"""The planner's statistics hold samples of columns and outlive rows: none are taken where values stand in clear."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connections

from accounts.enums import Role
from accounts.services.staffing import create_staff
from core import clock
from core.actors import SYSTEM
from privacy_portal.database_roles import as_owner, gather_no_statistics

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
CLEAR = {
    ("accounts_user", "staff_name"),
    ("django_session", "session_data"),
    ("usersessions_usersession", "ip"),
    ("usersessions_usersession", "user_agent"),
}


def sampled() -> set[tuple[str, str]]:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT tablename, attname FROM pg_stats WHERE schemaname = 'public'")
        return set(cursor.fetchall())


def analyse(*changes: str) -> None:
    with as_owner("default"), connections["default"].cursor() as cursor:
        for change in changes:
            cursor.execute(change)
        cursor.execute("ANALYZE public.accounts_user, public.django_session")


def test_no_value_in_clear_is_sampled() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT attrelid::regclass::text, attname FROM pg_attribute"
            " WHERE attstattarget = 0 AND attrelid::regclass::text = ANY(%s)",
            [[table for table, _column in CLEAR]],
        )
        assert set(cursor.fetchall()) >= CLEAR


def test_what_was_sampled_before_goes() -> None:
    for number in range(3):
        create_staff(
            address=f"staff{number}@example.com",
            password="a-long-word-1",
            role=Role.AGENT,
            staff_name="Tên Thử",
            language="en",
            by=SYSTEM,
            now=clock.now(),
        )
    Session.objects.create(session_key="x", session_data="y", expire_date=clock.now())
    name = ("accounts_user", "staff_name")
    analyse()
    assert sampled() and name not in sampled()
    analyse("ALTER TABLE public.accounts_user ALTER COLUMN staff_name SET STATISTICS -1")
    assert name in sampled()
    with as_owner("default"):
        gather_no_statistics("default")
    assert name not in sampled()
