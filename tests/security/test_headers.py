"""Headers that every answer carries, also those the middlewares give before a view is asked."""

import pytest
from django.conf import settings
from django.test import Client

from policies.models import PolicyVersion

EVERYWHERE = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def check(answer: object) -> None:
    headers = answer.headers  # type: ignore[attr-defined]
    missing = [name for name, value in EVERYWHERE.items() if value not in headers.get(name, "")]
    assert missing == []


@pytest.mark.parametrize(
    "address", ["/en/", "/xx", "/en/xx", "/", "/en/auth/login/", "/en/account/", "/staff/", "/healthz", "/en/%00/"]
)
def test_every_answer_carries_the_headers(client: Client, policy: PolicyVersion, address: str) -> None:
    check(client.get(address))


def test_a_static_file_carries_the_headers(client: Client, policy: PolicyVersion) -> None:
    page = client.get("/en/").content.decode()
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0] or settings.STATIC_URL + "css/none.css"
    answer = client.get(address)
    check(answer)
    answer.close()  # or the file it streams stays open


def test_a_refusal_before_any_view_is_asked_carries_the_headers_and_is_not_stored(policy: PolicyVersion) -> None:
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post("/en/account/data/full-name/", {"value": "x"})
    assert answer.status_code == 403
    check(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    stranger.get("/en/complaints/new/")
    too_large = stranger.post(
        "/en/complaints/new/", "text=" + "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE, "application/x-www-form-urlencoded"
    )
    assert too_large.status_code == 400
    check(too_large)
    assert "no-store" in too_large.headers["Cache-Control"]


def test_a_foreign_host_gets_nothing_of_ours(client: Client, policy: PolicyVersion) -> None:
    answer = client.get("/en/auth/login/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    check(answer)
    assert "evil.example" not in answer.content.decode()
