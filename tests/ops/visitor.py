"""A browser's worth of cookies, and forms filled in as a person does, over HTTP."""

import http.cookiejar
import re
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
SECONDS = 60


class Visitor:
    """Somebody at a running installation."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> str:
        """A page."""
        with self._opener.open(self.base + path, timeout=SECONDS) as answer:
            return str(answer.read().decode())

    def hidden(self, path: str) -> dict[str, str]:
        """What the forms of a page carry along; of several of one name, the first."""
        found: dict[str, str] = {}
        for name, value in _HIDDEN.findall(self.get(path)):
            found.setdefault(name, value)
        return found

    def send(
        self, page: str, form: Mapping[str, str], *, to: str = "", files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> str:
        """Fill in a form of a page and send it; where that led to. `files` are name and content by field."""
        carried = {name: value for name, value in self.hidden(page).items() if name.endswith("token")}
        body, kind = _multipart({**carried, **form}, files or {})
        sent = urllib.request.Request(
            self.base + (to or page), body, {"Content-Type": kind, "Referer": self.base + page}
        )
        with self._opener.open(sent, timeout=SECONDS) as answer:
            return str(answer.url.removeprefix(self.base))

    def sign_in(self, email: str, password: str) -> None:
        """With e-mail address and password."""
        page = "/vi/auth/login/"
        assert page not in self.send(page, {"login": email, "password": password}), "the sign-in was refused"


def _multipart(form: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    if not files:
        return urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded"
    edge = uuid.uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form.items()
    ]
    for field, (name, content) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
