"""A person and an agent use the portal over HTTP, so that memory is measured after work and not before it."""

import http.cookiejar
import json
import re
import urllib.parse
import urllib.request
from pathlib import Path

ROUNDS = 12
PERSON = ("account/", "account/data/", "account/consents/", "account/devices/", "account/access-log/")
EVERYBODY = ("", "policy/", "policy/versions/", "procedure/", "complaints/new/", "requests/new/", "track/")
STAFF = ("/staff/", "/staff/complaints/complaint/", "/staff/dsr_requests/request/")


class Visitor:
    """One browser's worth of cookies."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> str:
        with self._opener.open(self.base + path, timeout=60) as answer:
            return str(answer.read().decode())

    def sign_in(self, email: str, password: str) -> None:
        page = self.get("/vi/auth/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
        sent = urllib.request.Request(self.base + "/vi/auth/login/", urllib.parse.urlencode(form).encode())
        sent.add_header("Referer", self.base + "/vi/auth/login/")
        with self._opener.open(sent, timeout=60) as answer:
            assert "/auth/login/" not in answer.url, "the demo's sign-in was refused"


def walk(base: str, home: Path) -> int:
    """Visit every kind of page in both languages, some twelve times. The number of pages."""
    people = json.loads((home / "demo-accounts.json").read_text())
    visited = 0
    person, agent = Visitor(base), Visitor(base)
    person.sign_in(**people["person"])
    agent.sign_in(**people["agent"])
    for _round in range(ROUNDS):
        for language in ("vi", "en"):
            for path in (*EVERYBODY, *PERSON):
                person.get(f"/{language}/{path}")
                visited += 1
        for path in STAFF:
            agent.get(path)
            visited += 1
    return visited
