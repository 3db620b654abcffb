"""Looking at a complaint as its sender does."""

import html
import io
from datetime import datetime

from django.test import Client
from PIL import Image

from cases.services import codes
from complaints.models import Complaint
from tests.cases.fixtures import GUEST_ADDRESS, mails_of

GUEST, MEMBER = "/en/track/case/", "/en/account/complaints/"


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(out, "PNG")
    return out.getvalue()


def look_up(complaint: Complaint, now: datetime) -> Client:
    """A browser in which a guest opened a complaint with a mailed code."""
    browser = Client()
    browser.post("/en/track/", {"reference": complaint.reference, "address": GUEST_ADDRESS})
    codes.send_pending(now=now)
    opened = browser.post("/en/track/code/", {"code": mails_of("case-code")[-1].code})
    assert opened.headers["Location"] == GUEST
    return browser


def page(browser: Client, address: str = GUEST) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return html.unescape(response.content.decode())
