"""The copy to take along: everything the account shows, only after the password, and recorded."""

import json

import pytest
from django.test import Client

from audit.models import AuditEntry
from tests.accounts.pages.conftest import ADDRESS, NAME, PASSWORD, Hold

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
EXPORT = "/en/account/export/"


def test_everything_shown_stands_in_the_file(browser: Client, hold: Hold) -> None:
    hold()
    hold("payment-reference", "FT26061998877")
    response = browser.post(EXPORT, {"password": PASSWORD})
    assert response["Content-Disposition"].startswith("attachment") and "no-store" in response["Cache-Control"]
    document = json.loads(response.content)
    values = {field["field"]: field["value"] for field in document["data"]}
    assert values["full-name"] == NAME and values["email"] == ADDRESS
    assert values["payment-reference"] == "FT26061998877"
    assert document["consents"] == [] and document["complaints"] == [] and document["requests"] == []
    assert any(line["what"] == "A value was entered" for line in document["record"])
    assert AuditEntry.objects.filter(event="subject.exported").count() == 1


def test_without_the_right_password_nothing_leaves(browser: Client, hold: Hold) -> None:
    hold()
    for password in ("", "wrong"):
        response = browser.post(EXPORT, {"password": password})
        assert response["Content-Type"].startswith("text/html") and NAME not in response.content.decode()
    assert not AuditEntry.objects.filter(event="subject.exported").exists()
