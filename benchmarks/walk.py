"""A person and an agent use the portal over HTTP, so that memory is measured after work and not before it."""

import json
from pathlib import Path

from tests.ops.visitor import Visitor

ROUNDS = 12
PERSON = ("account/", "account/data/", "account/consents/", "account/devices/", "account/access-log/")
EVERYBODY = ("", "policy/", "policy/versions/", "procedure/", "complaints/new/", "requests/new/", "track/")
STAFF = ("/staff/", "/staff/complaints/complaint/", "/staff/dsr_requests/request/")


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
