"""How to come to pages that no link leads to, and which routes are no pages.

A route belongs to one of these lists or is reached by a link. Whatever is in none of them fails `test_routes`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tests.journeys.walk import Walk

# Routes that answer only a form: GET is refused.
BY_POST_ONLY = {
    "account/consents/withdraw/",
    "account/data/<slug:field>/confirm/",
    "account/data/<slug:field>/show/",
    "account/devices/<uuid:device_id>/delete/",
    "account/devices/delete/",
    "account/devices/note/",
    "auth/security/sessions/<int:session_id>/end/",
    "staff/logout/",
    "track/case/close/",
    "track/received/resend/",
}
