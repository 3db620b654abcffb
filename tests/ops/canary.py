"""People erased by every road, and the search for what is left of them in every byte an installation has written."""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

from privacy_portal import embedded
from privacy_portal.supervision import postgres, processes
from tests.ops.canary_marks import BROWSER, ROADS, WITH_ACCOUNT, Hit, Search
from tests.ops.inside import Inside, inside
from tests.ops.installation import BASE, Up, running
from tests.ops.visitor import Visitor

PATIENCE = 300.0
POLICY = "clever-group"
DATABASES = (embedded.DATA_DATABASE, embedded.KEYS_DATABASE)
PAGES = tuple(f"account/{name}" for name in ("", "data/", "consents/", "complaints/", "devices/", "access-log/"))
# A field with files, which this policy lacks; held for what “other-entry” is held for.
IMAGE = """
[[fields]]
code = "receipt-image"
kind = "image"
label.vi = "Ảnh biên nhận"
label.en = "Picture of a receipt"
hint.vi = "Ảnh JPEG hoặc PNG."
hint.en = "A JPEG or PNG picture."
sensitivity = "basic"
purposes = ["service", "personalisation", "case-handling", "legal-request"]
recipients = ["staff", "affiliate", "authority"]
consequence.vi = "Chúng tôi có thể phải hỏi thêm."
consequence.en = "We may have to ask you more."
source.vi = "Bạn tải lên"
source.en = "You upload it"
storage.vi = "Máy chủ của Clever Group, tệp được mã hóa"
storage.en = "Clever Group's own servers, file encrypted"
retention = "until-erased"
max_mb = 5
facts = ["CG-2"]

# Retention ---"""
_WHOSE = re.compile(rb"kepbuom-([a-z]+)-(\d{4})")


@dataclass
class Canaries:
    """A running installation and the people in it."""

    up: Up
    process: Inside
    folder: Path
    people: list[dict[str, Any]] = field(default_factory=list)
    blobs: list[str] = field(default_factory=list)
    retained: dict[str, Any] = field(default_factory=dict)

    def gone(self) -> dict[str, list[str]]:
        """References of who is to be erased whole, of whom nothing is to be held, and the bytes of both on the disk.

        A disposal takes what is held; the person stays as long as consents stand.
        """
        roads = {
            "whole": ("page", "request", "retention"),
            "held": ("disposal",),
        }
        found = {name: [one["subject"] for road in among for one in self.of(road)] for name, among in roads.items()}
        return {**found, "blobs": self.blobs}

    def of(self, road: str) -> list[dict[str, Any]]:
        return [person for person in self.people if person["road"] == road]

    def make(self, numbers: dict[str, int]) -> None:
        """People of each road; some of those with an account come by a browser and ask for a copy."""
        for road in ROADS:
            self.people += self.process.ask("make", [road, len(self.people), numbers[road]])
        self.blobs = self.process.ask("blobs", [subject for names in self.gone().values() for subject in names])
        wanted = 0
        for road in WITH_ACCOUNT:
            self._visit(self.of(road)[0])
            wanted = self.process.ask("ask_copies", self.of(road)[: max(1, numbers[road] // 10)])
        wait(lambda: bool(self.process.ask("copies_ready", wanted)), "no copies were made")

    def erase(self) -> None:
        """By every road, until nothing waits any more."""
        self.process.ask("erase", [*self.of("page"), *self.of("request")])
        assert self.process.ask("dispose"), "the disposal takes nothing"
        self.retained = self.process.ask("retain")
        wait(lambda: self.process.ask("not_gone", self.gone()) == [], f"not all are gone: {self.retained}")
        wait(lambda: bool(self.process.ask("at_rest")), "something still waits")

    def rewrite(self) -> None:
        """Tables anew without what rows once were, and the log on to segments that begin after it."""
        for name in DATABASES:
            with psycopg.connect(**embedded.superuser_dsn(self.up.home, dbname=name), autocommit=True) as connection:
                connection.execute("VACUUM FULL")
                for _ in range(2):
                    connection.execute("SELECT pg_switch_wal()")
                    connection.execute("CHECKPOINT")

    def found(self) -> list[Hit]:
        """Every mark anywhere: files of the home with the databases' own, dumps, the broker, what was printed."""
        search = Search()
        hits = list(search.folder(self.up.home))
        for name in DATABASES:
            hits += search.file(self._dump(name), f"dump of {name}")
        hits += self._broker(search)
        hits += search.through("\n".join(self.up.lines).encode(), "what was printed")
        return hits

    def wrong(self, hits: list[Hit]) -> list[str]:
        """Hits that should not be: any of the erased but in the letter that told them so, and any in clear elsewhere
        than the security page says.
        """
        ends = self.process.ask("last_letters")
        return sorted({f"{hit.place}: {hit.mark} {hit.shape}" for hit in hits if not self._may_be(hit, ends)})

    def _may_be(self, hit: Hit, ends: list[str]) -> bool:
        if hit.place.startswith("mail/"):
            whose = {road.decode() for road, _number in _WHOSE.findall((self.up.home / hit.place).read_bytes())}
            return whose == {"living"} or any(end in hit.place for end in ends)
        in_database = hit.place.startswith(("postgres/", "dump of "))
        return hit.mark == BROWSER and in_database and f"{BROWSER}-living".encode() in hit.around

    def _visit(self, person: dict[str, Any]) -> None:
        """Sign in with a browser of its own and look at the account."""
        visitor = Visitor(self.up.url)
        visitor._opener.addheaders = [("User-Agent", f"{BROWSER}-{person['road']}")]
        visitor.sign_in(person["address"], person["password"])
        for page in PAGES:
            visitor.get(f"/vi/{page}")

    def _dump(self, name: str) -> Path:
        """A dump as the runbook makes it, but not packed."""
        dsn = embedded.superuser_dsn(self.up.home, dbname=name)
        path = self.folder / f"{name}.dump"
        subprocess.run(
            [postgres._binaries() / "pg_dump", "--format=plain", f"--file={path}", name],
            env={
                "PGHOST": dsn["host"],
                "PGPORT": str(dsn["port"]),
                "PGUSER": dsn["user"],
                "PGPASSWORD": dsn["password"],
            },
            check=True,
        )
        return path

    def _broker(self, search: Search) -> list[Hit]:
        """What Valkey holds, written out without packing, and its memory where it may be read."""
        socket = embedded.valkey_socket(self.up.home)
        with redis.Redis(unix_socket_path=str(socket)) as client:
            client.config_set("rdbcompression", "no")
            client.save()
        written = socket.with_name("dump.rdb")
        hits = list(search.file(written, "dump of the broker"))
        assert written.stat().st_size, "the broker wrote nothing"
        written.unlink()
        with contextlib.suppress(PermissionError):
            hits += search.memory(int(socket.with_name("valkey.pid").read_text()))
        return hits


@contextlib.contextmanager
def canaries(folder: Path) -> Iterator[Canaries]:
    """An installation in `folder` whose policy has every kind of field and begins deletions at once."""
    settings = {**_policy(folder), "PORTAL_RETENTION_MAX_SHARE": "100", "PORTAL_RETENTION_PAUSE": "0"}
    with running(folder / "home", **settings) as up, inside(up, "tests.ops.canary_process", **settings) as process:
        yield Canaries(up, process, folder)


def _policy(folder: Path) -> dict[str, str]:
    packs = folder / "packs"
    if packs.exists():
        shutil.rmtree(packs)
    shutil.copytree(BASE / "policies" / "packs" / POLICY, packs / POLICY)
    file = packs / POLICY / "policy.toml"
    text = file.read_text(encoding="utf-8")
    assert "cooling_off_hours = 24\n" in text and "\n# Retention ---" in text
    text = text.replace("cooling_off_hours = 24\n", "cooling_off_hours = 0\n").replace("\n# Retention ---", IMAGE, 1)
    text = re.sub(r'^(fields = \[.*"other-entry")', r'\1, "receipt-image"', text, flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    return {"PORTAL_POLICY": POLICY, "PORTAL_PACKS_DIR": str(packs)}


def wait(holds: Callable[[], bool], words: str) -> None:
    assert processes.wait_until(holds, seconds=PATIENCE, every=0.5), words
