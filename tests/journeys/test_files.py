"""A file: its limits said beforehand, wrong ones refused by name, seen, downloaded and deleted."""

import pytest

from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation
from tests.journeys.pictures import picture

WAYS = [
    pytest.param({"language": "vi", "phone": True}, id="vi-phone"),
    pytest.param({"language": "en", "script": False}, id="en-no-script"),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_picture_is_added_seen_downloaded_and_deleted(
    walk_on: OpenWalk, acros: Installation, way: dict[str, object]
) -> None:
    walk = walk_on(acros, **way)
    walk.sign_up(walk.new_address("khach-acros"))
    walk.go("account/data/payment-image/files/add/")
    walk.sees("5 MB")
    walk.attach("file", "khong-phai-anh.png", b"not a picture at all")
    walk.act("file-add")
    walk.is_refused("file")
    walk.attach("file", "bien-lai.png", picture())
    walk.act("file-add")
    walk.is_told("success")
    held = walk.page.locator("#field-payment-image")
    assert "bien-lai" in held.inner_text()

    walk.press(held.get_by_role("link").nth(0))
    with walk.page.expect_download() as download:
        walk.page.locator('main a[href$="/download/"]').click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    walk.press(walk.page.locator('main a[href$="/delete/"]'))
    walk.act("file-delete")
    walk.is_told("success")
    assert "bien-lai" not in walk.page.locator("#field-payment-image").inner_text()
