"""`check_policy` and `publish_policy`: words for people, JSON for programs, exit codes for both."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from policies.models import PolicyVersion
from tests.policies.made_up import change


def ran(command: str, *arguments: str, **options: Any) -> tuple[int, str, str]:
    """(exit code, output, error output)"""
    out, err = StringIO(), StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=err, **options)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_good_pack_is_checked(fifth: Path) -> None:
    code, out, _err = ran("check_policy", "--path", str(fifth), "--json")

    report = json.loads(out)
    assert (code, report["ok"]) == (0, True)
    assert report["packs"][0]["placeholders"] == report["packs"][0]["findings"] == []


def test_every_fault_is_printed_with_its_line(fifth: Path) -> None:
    line = change(fifth, "retention_days = 30", "retention_days = -1")
    (fifth / "en" / "use.md").unlink()

    code, out, _err = ran("check_policy", "--path", str(fifth), "--language", "en")

    assert code == 1
    assert f"policy.toml:{line}: " in out
    assert "en/use.md:1: " in out


def test_faults_as_json(fifth: Path) -> None:
    line = change(fifth, "retention_days = 30", "retention_days = -1")

    code, out, _err = ran("check_policy", "--path", str(fifth), "--json")

    assert code == 1
    (fault,) = json.loads(out)["packs"][0]["faults"]
    assert (fault["path"], fault["line"]) == ("policy.toml", line)


def test_an_unknown_pack_is_one_line() -> None:
    code, out, _err = ran("check_policy", "nobody", "--language", "en")

    assert code == 1
    assert "There is no policy pack named “nobody”." in out


@pytest.mark.django_db
def test_a_pack_is_published_once(fifth: Path, frozen_clock: object) -> None:
    code, out, _err = ran("publish_policy", "--path", str(fifth), "--json")
    first = json.loads(out)
    again = json.loads(ran("publish_policy", "--path", str(fifth), "--json")[1])

    assert code == 0
    assert (first["number"], first["is_new"], again["number"], again["is_new"]) == (1, True, 1, False)


@pytest.mark.django_db
def test_a_bad_pack_is_not_published(fifth: Path) -> None:
    line = change(fifth, "retention_days = 30", "retention_days = -1")

    code, _out, err = ran("publish_policy", "--path", str(fifth), "--language", "en")

    assert code == 1
    assert f"policy.toml:{line}: " in err
    assert not PolicyVersion.objects.exists()


@pytest.mark.django_db
def test_outside_the_demo_placeholders_stop_the_publication(fifth: Path, settings: Any) -> None:
    change(fifth, 'phone = "+84 900 000 000"', 'phone = { placeholder = true, vi = "?", en = "?" }')
    settings.PORTAL_DEMO = False

    code, out, _err = ran("publish_policy", "--path", str(fifth), "--json")

    report = json.loads(out)
    assert (code, report["error"], len(report["faults"])) == (1, "placeholders-left", 1)


@pytest.mark.django_db
def test_a_day_of_effect_is_vietnams_day(fifth: Path, frozen_clock: object) -> None:
    report = json.loads(ran("publish_policy", "--path", str(fifth), "--effective-at", "2026-04-01", "--json")[1])

    assert report["effective_at"] == "2026-04-01T00:00:00+07:00"
    with pytest.raises(CommandError):
        ran("publish_policy", "--path", str(fifth), "--effective-at", "tomorrow")
