"""The files of a production installation fit each other and the embedded servers."""

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from privacy_portal import deploy_secrets
from privacy_portal.supervision.postgres import CONFIGURATION, Postgres
from privacy_portal.supervision.valkey import Valkey
from tests.ops.installation import BASE
from tests.production import made_up

COMPOSE = (BASE / "docker-compose.yml").read_text()
DOCKERFILE = (BASE / "Dockerfile").read_text()
LOCKS = sorted((BASE / "requirements").glob("*.txt"))


def version_of(command: Path) -> str:
    shown = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\b(\d+\.\d+(?:\.\d+)?)\b", shown)
    assert found is not None
    return found[1]


def test_containers_run_the_versions_that_are_embedded(tmp_path: Path) -> None:
    images = re.findall(r"image: (postgres|valkey/valkey):(\S+)", COMPOSE)
    assert dict(images) == {
        "postgres": version_of(Postgres(tmp_path).bin / "postgres"),
        "valkey/valkey": version_of(Valkey(tmp_path).binary),
    }
    assert images[0][1].startswith("18.")
    assert images[1][1].startswith("9.")


def test_data_and_keys_are_two_servers() -> None:
    services = re.findall(r"^  ([a-z]+):\n    <<: \*postgres", COMPOSE, re.MULTILINE)
    assert services == ["data", "keys"]


def test_the_servers_of_the_containers_keep_no_more_than_the_embedded_one() -> None:
    given = dict(re.findall(r"- --([a-z_]+)=(\S+)", COMPOSE))
    own = dict(re.findall(r"^([a-z_]+) = '?([^'\s#]+)'?", CONFIGURATION, re.MULTILINE))
    assert given.keys() >= {"wal_recycle", "log_statement", "log_min_error_statement", "log_error_verbosity"}
    assert given == {name: own[name] for name in given}


def test_every_secret_of_the_containers_is_made(tmp_path: Path) -> None:
    declared = set(re.findall(r"file: \./secrets/(\w+)", COMPOSE))
    used = set(re.findall(r"/run/secrets/(\w+)", COMPOSE))
    assert declared == used == set(deploy_secrets.values())

    subprocess.run([sys.executable, BASE / "privacy_portal/deploy_secrets.py", tmp_path / "secrets"], check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == declared
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    deploy_secrets.main(tmp_path / "secrets")
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made, "none is overwritten"


def test_every_needed_setting_reaches_the_containers() -> None:
    given = set(re.findall(r"^    ([A-Z_]+?)(?:_FILE)?: ", COMPOSE, re.MULTILINE))
    assert set(made_up()) - {"DJANGO_SETTINGS_MODULE", "PORTAL_HOME"} <= given


def test_containers_have_few_rights() -> None:
    assert "USER portal" in DOCKERFILE
    portal = COMPOSE[COMPOSE.index("x-portal:") : COMPOSE.index("x-postgres:")]
    for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"):
        assert COMPOSE.count(line) == 3, line
        assert line in portal
    assert "embedded" not in DOCKERFILE
    assert "HEALTHCHECK" in DOCKERFILE


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"https?:|file:|^#|^-|@ ", text, re.MULTILINE), "no address, no header, no option"
    pins = re.findall(r"^(\S+)==", text, re.MULTILINE)
    assert pins
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pins)


def test_locks_agree_and_hold_what_is_asked_for() -> None:
    pinned: dict[str, str] = {}
    for lock in LOCKS:
        for name, version in re.findall(
            r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", lock.read_text(), re.MULTILINE
        ):
            assert pinned.setdefault(name.lower(), version) == version, name
        for line in lock.with_suffix(".in").read_text().splitlines():
            asked = re.match(r"[A-Za-z0-9._-]+", line)
            assert asked is not None
            assert asked[0].lower() in pinned, f"{asked[0]}: run `make lock`"


def test_the_schedule_rings_for_tasks_that_exist() -> None:
    from privacy_portal.celery import app
    from privacy_portal.schedule import SCHEDULE

    app.loader.import_default_modules()
    assert set(SCHEDULE) <= set(app.tasks)


def test_messages_are_small_json_and_need_no_result() -> None:
    from privacy_portal.celery import app

    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result
    assert app.conf.result_backend is None
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert not app.conf.task_publish_retry
