"""What the demo's first page lists: the roles, in the order a visitor should try them, with their sign-ins."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

ROLES = {
    "person": (
        _("A person, in Vietnamese"),
        _("Sees, changes and deletes their own data; gives and takes back consent; complains."),
    ),
    "person_en": (_("A person, in English"), _("The same, in English.")),
    "agent": (_("Agent"), _("Takes cases from the queue, writes the answers.")),
    "dpo": (_("Data protection officer"), _("Decides hard cases, gives out cases, closes them.")),
    "auditor": (_("Auditor"), _("Reads the evidence, changes nothing.")),
    "admin": (_("Administrator"), _("Invites staff, publishes policies, sees that everything runs.")),
}
STAFF = frozenset({"agent", "dpo", "auditor", "admin"})


@dataclass(frozen=True, slots=True)
class SignIn:
    """One role of the demo. Address and password are random per installation and made up."""

    role: str
    name: str
    what: str
    email: str
    password: str
    is_staff: bool


def sign_ins(home: Path) -> list[SignIn]:
    """The demo's sign-ins from `demo-accounts.json`; none while the file is not written yet."""
    try:
        accounts: Mapping[str, Mapping[str, str]] = json.loads((home / "demo-accounts.json").read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return [
        SignIn(
            role=role,
            name=str(name),
            what=str(what),
            email=accounts[role]["email"],
            password=accounts[role]["password"],
            is_staff=role in STAFF,
        )
        for role, (name, what) in ROLES.items()
        if role in accounts
    ]
