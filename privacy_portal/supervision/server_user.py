"""As whom the portal's own servers run.

PostgreSQL refuses to run as root. Started by an ordinary user it runs as that user. Started by root it runs as an
unprivileged account when that account can reach the binaries and the data; in a folder closed to others (a clone under
/root, say) it runs in a user namespace of its own, where root's files belong to it and it is not root.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privacy_portal.supervision import CannotStart

ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class ServerUser:
    """How to start a server process, and who must own its files (None: whoever makes them)."""

    owner: tuple[int, int] | None
    prefix: tuple[str, ...]
    popen: dict[str, Any]

    def own(self, folder: Path) -> None:
        """Give a folder and everything in it to the server; nothing to do when it is the server's already."""
        if self.owner is None or folder.stat().st_uid == self.owner[0]:
            return
        for path in (folder, *folder.rglob("*")):
            os.lchown(path, *self.owner)


def choose(*reached: Path) -> ServerUser:
    """The account for the servers, given the folders it has to reach."""
    if os.geteuid() != 0:
        return ServerUser(owner=None, prefix=(), popen={})
    account = _account()
    if all(_can_reach(path, account) for path in reached):
        return ServerUser(
            owner=(account.pw_uid, account.pw_gid),
            prefix=(),
            popen={"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []},
        )
    prefix = _namespace_prefix(account)
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode == 0:
        return ServerUser(owner=(0, 0), prefix=prefix, popen={})
    closed = next(path for path in reached if not _can_reach(path, account))
    raise CannotStart(
        f"PostgreSQL does not run as root, and the account “{account.pw_name}” cannot enter {closed}. "
        "Start the portal as an ordinary user, or from a folder that others may enter."
    )


def _account() -> pwd.struct_passwd:
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotStart(
        "PostgreSQL does not run as root, and there is no account “nobody”. Start the portal as an ordinary user."
    )


def _namespace_prefix(account: pwd.struct_passwd) -> tuple[str, ...]:
    tool = shutil.which("unshare") or "unshare"
    return (tool, "--user", f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}", "--")


def _can_reach(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether the account may enter every folder on the way to `path`; the last one may be its own."""
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        status = folder.stat()
        if status.st_uid == account.pw_uid and status.st_mode & 0o100:
            continue
        if status.st_gid == account.pw_gid and status.st_mode & 0o010:
            continue
        if not status.st_mode & 0o001:
            return False
    return True
