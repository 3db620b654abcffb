"""A start with a missing or another key stops by name, and nothing is written with it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test import Client

from core import clock
from core.encryption import new_key
from core.models import SweepState
from personal_data import key_checks
from personal_data.models import DataSubject, KeyCheck, SubjectKey
from privacy_portal import checks
from privacy_portal.key_checks import check_keys

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture
def noted() -> list[tuple[str, bytes]]:
    """An installation that has run with its keys."""
    check_keys()
    return kept()


def kept() -> list[tuple[str, bytes]]:
    return [(row.name, bytes(row.fingerprint)) for row in KeyCheck.objects.order_by("name")]


def faults() -> list[str]:
    with connections["keys"].cursor() as cursor:
        return key_checks.faults(cursor)


def test_the_first_start_notes_every_key_and_no_key_itself(settings: Any, noted: list[tuple[str, bytes]]) -> None:
    assert {name for name, _mark in noted} == {*key_checks.SINGLE, "PORTAL_KEYS:k1"}
    given = {settings.PORTAL_INDEX_KEY, settings.PORTAL_REGISTER_KEY, *settings.PORTAL_KEYS.values()}
    assert not given & {mark for _name, mark in noted}
    assert faults() == []
    check_keys()
    assert kept() == noted


@pytest.mark.parametrize("name", key_checks.SINGLE)
def test_another_key_is_named_and_nothing_is_overwritten(
    settings: Any, noted: list[tuple[str, bytes]], name: str
) -> None:
    setattr(settings, name, new_key())
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is another key"):
        check_keys()
    assert kept() == noted


def test_another_key_under_the_same_name_in_the_ring_is_named(settings: Any, noted: list[tuple[str, bytes]]) -> None:
    settings.PORTAL_KEYS = {"k1": new_key()}
    with pytest.raises(ImproperlyConfigured, match="the key k1 of PORTAL_KEYS is another key"):
        check_keys()
    assert kept() == noted


def test_a_key_of_the_ring_that_is_missing_is_named(settings: Any, noted: list[tuple[str, bytes]]) -> None:
    settings.PORTAL_KEYS = {"k2": new_key()}
    with pytest.raises(ImproperlyConfigured, match="PORTAL_KEYS lacks the key k1") as stopped:
        check_keys()
    assert kept() == noted and settings.PORTAL_KEYS["k2"].hex() not in str(stopped.value)


def test_a_key_brought_in_is_missed_from_then_on(settings: Any, noted: list[tuple[str, bytes]]) -> None:
    ring = settings.PORTAL_KEYS
    settings.PORTAL_KEYS = {"k2": new_key(), **ring}
    check_keys()
    settings.PORTAL_KEYS = ring
    assert [fault for fault in faults() if "lacks the key k2" in fault]


def test_without_fingerprints_what_is_wrapped_decides(settings: Any, subject: DataSubject) -> None:
    KeyCheck.objects.all().delete()
    ring = settings.PORTAL_KEYS
    settings.PORTAL_KEYS = {"k1": new_key()}
    assert faults() == [key_checks._is_another("PORTAL_KEYS:k1")]
    settings.PORTAL_KEYS = {"k2": new_key()}
    assert faults() == [key_checks._is_missing("PORTAL_KEYS:k1")]
    with pytest.raises(ImproperlyConfigured):
        check_keys()
    assert not KeyCheck.objects.exists()
    settings.PORTAL_KEYS = ring
    assert faults() == []


def test_one_damaged_row_does_not_stop_the_portal(subject: DataSubject, noted: list[tuple[str, bytes]]) -> None:
    row = SubjectKey.objects.filter(subject_ref=subject.pk)[0]
    damaged = bytes(row.wrapped)[:-1] + bytes([bytes(row.wrapped)[-1] ^ 1])
    SubjectKey.objects.filter(pk=row.pk).update(wrapped=damaged)
    assert faults() == []
    SubjectKey.objects.filter(pk=row.pk).update(wrapped=b"")
    assert faults() == []


def test_readiness_names_the_setting_and_never_the_key(
    settings: Any, noted: list[tuple[str, bytes]], client: Client
) -> None:
    SweepState.objects.create(name="core.heartbeat", last_succeeded_at=clock.now() - timedelta(seconds=5))
    assert client.get("/readyz").json()["checks"]["keys"] == {"ok": True}
    settings.PORTAL_INDEX_KEY = new_key()
    answer = client.get("/readyz")
    told = answer.json()["checks"]["keys"]
    assert answer.status_code == 503 and told["reason"].startswith("PORTAL_INDEX_KEY is another key")


def test_the_check_of_the_databases_says_the_same(settings: Any, noted: list[tuple[str, bytes]]) -> None:
    assert checks.check_keys(None, databases=["default", "keys"]) == []
    settings.PORTAL_SEAL_KEY = new_key()
    assert [fault.id for fault in checks.check_keys(None, databases=["keys"])] == ["portal.E003"]


def test_a_keys_database_that_is_away_is_left_to_readiness(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["keys"], "HOST", str(tmp_path))
    check_keys()
