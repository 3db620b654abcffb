"""Privacy decisions for tables of libraries."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.classification import Basis, Category, Erasure, Keep, Period, Personal


@dataclass(frozen=True)
class TableDecision:
    """The decision for one table we do not own."""

    retention: Keep
    subject: str | None = None
    personal: Mapping[str, Personal] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)


_ACCOUNT = Personal(Category.ACCOUNT, Basis.CONTRACT, Erasure.DELETE_ROW)
_SECURITY = Personal(Category.SECURITY, Basis.LAW, Erasure.DELETE_ROW)
_CODE = Keep.for_good("part of the program")
_SESSION = Keep.after(
    Period.SECURITY, since="the sign-in at the latest, else when it ends", by="accounts.sweep_sessions"
)

THIRD_PARTY: dict[str, TableDecision] = {
    "admin.LogEntry": TableDecision(
        retention=Keep.after(Period.DESK, since="action_time", by="accounts.desk_log"),
        plain={
            "id": "",
            "action_time": "",
            "user": "acting member of staff",
            "content_type": "table",
            "object_id": "reference",
            "object_repr": "references only: our models' texts name no person",
            "action_flag": "",
            "change_message": "names of fields",
        },
    ),
    "auth.Permission": TableDecision(
        retention=_CODE, plain={"id": "", "name": "name of a permission", "content_type": "table", "codename": "code"}
    ),
    "auth.Group": TableDecision(retention=_CODE, plain={"id": "", "name": "name of a role", "permissions": ""}),
    "auth.Group_permissions": TableDecision(
        retention=_CODE, plain={"id": "", "group": "role", "permission": "permission"}
    ),
    "accounts.User_groups": TableDecision(
        retention=Keep.with_person(),
        plain={"id": "", "user": "the member of staff; goes with the account", "group": "role"},
    ),
    "accounts.User_user_permissions": TableDecision(
        retention=Keep.with_person(),
        plain={"id": "", "user": "stays empty: rights come from roles", "permission": "permission"},
    ),
    "contenttypes.ContentType": TableDecision(retention=_CODE, plain={"id": "", "app_label": "code", "model": "code"}),
    "sessions.Session": TableDecision(
        retention=_SESSION,
        personal={"session_data": _SECURITY},
        plain={"session_key": "random", "expire_date": ""},
    ),
    "account.EmailAddress": TableDecision(
        retention=Keep.with_person(),
        subject="user__subject",
        personal={"email": _ACCOUNT},
        plain={"id": "", "user": "the account", "verified": "", "primary": ""},
    ),
    "account.EmailConfirmation": TableDecision(
        retention=Keep.with_person(),
        subject="email_address__user__subject",
        plain={"id": "", "email_address": "the sealed alias", "created": "", "sent": "", "key": "random"},
    ),
    "mfa.Authenticator": TableDecision(
        retention=Keep.with_person(),
        subject="user__subject",
        personal={"data": _SECURITY},
        plain={"id": "", "user": "the account", "type": "code", "created_at": "", "last_used_at": ""},
    ),
    "usersessions.UserSession": TableDecision(
        retention=_SESSION,
        subject="user__subject",
        personal={"ip": _SECURITY, "user_agent": _SECURITY, "last_seen_at": _SECURITY},
        plain={"id": "", "user": "the account", "created_at": "", "session_key": "random", "data": "empty"},
    ),
}
