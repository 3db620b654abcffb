"""The mails of a demo installation: one file each."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from tests.journeys.waiting import eventually

SECONDS = 90
_CODE = re.compile(r"^\s*([0-9A-Z]{6,10})\s*$", re.MULTILINE)
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Mail:
    """One mail as the person reads it."""

    name: str
    to: str
    subject: str
    body: str

    @property
    def code(self) -> str | None:
        """The one-time code, which stands alone on its line."""
        found = _CODE.search(self.body)
        return found[1] if found else None

    @property
    def links(self) -> list[str]:
        return [link.rstrip(".,)") for link in _LINK.findall(self.body)]


@dataclass(frozen=True)
class Mailbox:
    """A folder of mails."""

    folder: Path

    def all(self, to: str) -> list[Mail]:
        """Every mail to an address, oldest first."""
        paths = sorted(self.folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        return [mail for mail in map(read, paths) if to in mail.to]

    def names(self, to: str) -> frozenset[str]:
        """What is there already, to be told from what comes next."""
        return frozenset(mail.name for mail in self.all(to))

    def next(self, to: str, *, after: Collection[str] = (), having: str = "") -> Mail:
        """The newest mail to an address that was not there before and holds a text. Raises NothingCame."""

        def look() -> Mail | None:
            found = [mail for mail in self.all(to) if mail.name not in after and having in mail.body]
            return found[-1] if found else None

        return eventually(look, seconds=SECONDS, what=f"mail to {to}")

    def next_code(self, to: str, *, after: Collection[str] = ()) -> str:
        """The newest code sent to an address. Raises NothingCame."""

        def look() -> str | None:
            found = [mail.code for mail in self.all(to) if mail.name not in after and mail.code]
            return found[-1] if found else None

        return eventually(look, seconds=SECONDS, what=f"code to {to}")


def read(path: Path) -> Mail:
    """One file as a mail."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return Mail(
        name=path.name,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        body=str(body.get_content()) if body is not None else "",
    )
