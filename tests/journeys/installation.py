"""A whole portal of its own, as `manage.py up` runs it: servers, web, worker, beat, demo people, mails as files."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.mailbox import Mailbox

BASE = Path(__file__).resolve().parents[2]
START_SECONDS = 300
STOP_SECONDS = 60
# `manage.py up`, ended by the kernel should the tests be killed.
UP = """
import os, sys
from privacy_portal.supervision.children import die_with_parent
die_with_parent()
os.execv(sys.executable, [sys.executable, "manage.py", "up"])
"""
# Under these policies a deletion begins at once, so that a walk sees its end; under the others it can be called off.
AT_ONCE = ("acros",)
# What would lead the installation to servers or settings that are not its own.
NOT_HANDED_ON = ("DATABASE_URL", "KEYS_DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE", "PORTAL_URL")


@dataclass(frozen=True)
class SignIn:
    """One account of the demo."""

    role: str
    email: str
    password: str = field(repr=False)

    @property
    def is_staff(self) -> bool:
        return not self.role.startswith("person")


@dataclass(frozen=True)
class Installation:
    """A running portal."""

    policy: str
    url: str
    home: Path

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(self.home / "mail")

    def sign_in(self, role: str) -> SignIn:
        """The demo's account in a role."""
        accounts = json.loads((self.home / "demo-accounts.json").read_text(encoding="utf-8"))
        return SignIn(role=role, **accounts[role])


class Starting:
    """An installation on its way: making it takes most of a minute, so it is begun before it is needed."""

    def __init__(self, *, policy: str, home: Path) -> None:
        self.installation = Installation(policy=policy, url=f"http://127.0.0.1:{free_port()}", home=home)
        self._last_lines: deque[str] = deque(maxlen=60)
        self._ready = threading.Event()
        self._over = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-c", UP],
            cwd=BASE,
            env=environment(self.installation),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name=f"up-{policy}", daemon=True)
        self._reader.start()

    def ready(self) -> Installation:
        """The installation once it has said READY. Raises RuntimeError with its last lines when it does not."""
        for _ in range(START_SECONDS):
            if self._ready.wait(timeout=1):
                return self.installation
            if self._over.is_set():
                break
        raise RuntimeError("the portal did not start:\n" + "\n".join(self._last_lines))

    def end(self) -> None:
        """Stop it, with everything it started."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(timeout=STOP_SECONDS)
        finally:
            if self._process.poll() is None:
                self._process.kill()
            self._reader.join(timeout=5)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._last_lines.append(line.rstrip())
                if line.startswith("READY "):
                    self._ready.set()
        self._over.set()


@contextlib.contextmanager
def running(*, policy: str, home: Path) -> Iterator[Installation]:
    """An installation that runs inside the block."""
    starting = Starting(policy=policy, home=home)
    try:
        yield starting.ready()
    finally:
        starting.end()


def environment(installation: Installation) -> dict[str, str]:
    """The environment of an installation: this one's, without what belongs to the tests."""
    kept = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in NOT_HANDED_ON}
    return {
        **kept,
        "PORT": installation.url.rpartition(":")[2],
        "PORTAL_HOME": str(installation.home),
        "PORTAL_POLICY": installation.policy,
        "PORTAL_PACKS_DIR": str(pack_of(installation).parent),
        "PORTAL_DEMO": "1",
        "PORTAL_STYLEGUIDE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def pack_of(installation: Installation) -> Path:
    """The installation's own copy of its policy pack."""
    pack = installation.home / "packs" / installation.policy
    if not pack.exists():
        shutil.copytree(BASE / "policies" / "packs" / installation.policy, pack)
        if installation.policy in AT_ONCE:
            facts = pack / "policy.toml"
            words = re.sub(r"(?m)^cooling_off_hours = \d+$", "cooling_off_hours = 0", facts.read_text(encoding="utf-8"))
            facts.write_text(words, encoding="utf-8")
    return pack


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
