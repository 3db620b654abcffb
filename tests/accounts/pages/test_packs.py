"""The data pages work for every shipped policy and every kind of field in it."""

import html
from datetime import datetime

import pytest
from django.test import Client

from accounts.services.registering import register_person
from core.actors import SYSTEM
from personal_data.models import DataItem
from policies import selectors as policies
from policies.services.publishing import publish
from tests.accounts.pages.conftest import ADDRESS, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
TYPED = {"text": "Mai Hoa", "email": "mai@example.vn", "phone": "0912345678", "address": "12 Lý Thường Kiệt\nHà Nội"}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("slug", ["clever-group", "shop", "lowendviet", "acros"])
def test_every_field_can_be_seen_entered_declined_and_looked_back_at(
    transactional_db: None, slug: str, language: str, now: datetime
) -> None:
    version = publish(slug=slug, by=SYSTEM, now=now, demo=True).version
    user = register_person(address=ADDRESS, password=PASSWORD, language=language, by=SYSTEM, now=now)
    browser = Client()
    browser.force_login(user)
    root = f"/{language}/account/data/"
    fields = policies.fields(version)
    page = html.unescape(browser.get(root).content.decode())
    sign_in = next(spec.code for spec in fields if spec.kind == "email")
    for spec in fields:
        assert spec.label.in_language(language) in page and spec.storage.in_language(language) in page
        assert browser.get(f"{root}{spec.code}/history/").status_code == 200
        if spec.kind in ("image", "video"):
            assert browser.get(f"{root}{spec.code}/files/add/").status_code == 200
        elif spec.kind != "device" and spec.code != sign_in:
            value = spec.choices[0].code if spec.kind == "choice" else TYPED[spec.kind]
            assert browser.get(f"{root}{spec.code}/").status_code == 200
            browser.post(f"{root}{spec.code}/", {"value": value, "seen": ""})
            assert DataItem.objects.filter(field=spec.code).exists(), spec.code
            assert html.unescape(browser.get(f"{root}{spec.code}/").content.decode()).count("checked") <= 1
            decline = html.unescape(browser.get(f"{root}{spec.code}/decline/").content.decode())
            assert spec.consequence.in_language(language) in decline
    assert browser.get(f"/{language}/account/").status_code == 200
    assert browser.get(f"/{language}/account/erase/").status_code == 200
