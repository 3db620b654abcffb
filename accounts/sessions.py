"""Sessions in the database, sealed.

Django signs session data but does not encrypt it. Codes on their way, the secret of an authenticator app being set up
and the marks of sign-in stand in it, so the whole is sealed under the keyring before it reaches the table.
"""

import base64
import binascii
import json
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

from core.encryption import CannotOpen, unwrap, wrap

_CONTEXT = "sessions.Session:session_data"


class SessionStore(DatabaseSessions):
    """Django's database sessions with sealed contents. What cannot be opened counts as an empty session."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        plaintext = json.dumps(session_dict, separators=(",", ":")).encode()
        return base64.b64encode(wrap(plaintext, context=_CONTEXT)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        try:
            found = json.loads(unwrap(base64.b64decode(session_data), context=_CONTEXT))
        except (CannotOpen, binascii.Error, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
