"""Privacy decisions for tables of libraries."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.classification import Basis, Category, Erasure, Personal


@dataclass(frozen=True)
class TableDecision:
    """The decision for one table we do not own."""

    subject: str | None = None
    personal: Mapping[str, Personal] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)


_ACCOUNT = Personal(Category.ACCOUNT, Basis.CONTRACT, Erasure.DELETE_ROW)
_SECURITY = Personal(Category.SECURITY, Basis.LAW, Erasure.DELETE_ROW)

THIRD_PARTY: dict[str, TableDecision] = {
    "admin.LogEntry": TableDecision(
        plain={
            "id": "",
            "action_time": "",
            "user": "acting member of staff",
            "content_type": "table",
            "object_id": "reference",
            "object_repr": "references only: our models' texts name no person",
            "action_flag": "",
            "change_message": "names of fields",
        }
    ),
    "auth.Permission": TableDecision(
        plain={"id": "", "name": "name of a permission", "content_type": "table", "codename": "code"}
    ),
    "auth.Group": TableDecision(plain={"id": "", "name": "name of a role", "permissions": ""}),
    "auth.Group_permissions": TableDecision(plain={"id": "", "group": "role", "permission": "permission"}),
    "accounts.User_groups": TableDecision(
        plain={"id": "", "user": "the member of staff; goes with the account", "group": "role"}
    ),
    "accounts.User_user_permissions": TableDecision(
        plain={"id": "", "user": "stays empty: rights come from roles", "permission": "permission"}
    ),
    "contenttypes.ContentType": TableDecision(plain={"id": "", "app_label": "code", "model": "code"}),
    "sessions.Session": TableDecision(
        personal={"session_data": _SECURITY},
        plain={"session_key": "random", "expire_date": ""},
    ),
    "account.EmailAddress": TableDecision(
        subject="user__subject",
        personal={"email": _ACCOUNT},
        plain={"id": "", "user": "the account", "verified": "", "primary": ""},
    ),
    "account.EmailConfirmation": TableDecision(
        subject="email_address__user__subject",
        plain={"id": "", "email_address": "the sealed alias", "created": "", "sent": "", "key": "random"},
    ),
    "mfa.Authenticator": TableDecision(
        subject="user__subject",
        personal={"data": _SECURITY},
        plain={"id": "", "user": "the account", "type": "code", "created_at": "", "last_used_at": ""},
    ),
    "usersessions.UserSession": TableDecision(
        subject="user__subject",
        personal={"ip": _SECURITY, "user_agent": _SECURITY, "last_seen_at": _SECURITY},
        plain={"id": "", "user": "the account", "created_at": "", "session_key": "random", "data": "empty"},
    ),
}
