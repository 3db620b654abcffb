"""Home, the demo's first page, the organisation's look, and the pages for mishaps."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override

from policies import selectors
from policies.models import PolicyVersion
from privacy_portal import first_run_content, views

LANGUAGES = ("vi", "en")


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_before_a_policy_is_published_home_asks_nothing(client: Client, language: str) -> None:
    answer = client.get(f"/{language}/")
    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_says_what_is_held_why_and_opens_four_doors(client: Client, policy: PolicyVersion, language: str) -> None:
    pack = selectors.document(policy)
    html = client.get(f"/{language}/").content.decode()
    with override(language):
        assert str(pack.summary) in html
        assert [str(field.label) for field in pack.fields if str(field.label) not in html] == []
        assert [str(purpose.name) for purpose in pack.purposes if str(purpose.name) not in html] == []
    assert html.count('class="door"') == 4
    for place in ("account/data/", "account/consents/", "requests/new/", "complaints/new/"):
        assert f'href="/{language}/{place}"' in html


def test_home_says_how_long_a_complaint_takes(client: Client, policy: PolicyVersion) -> None:
    promise = selectors.document(policy).complaints
    html = client.get("/en/").content.decode()
    assert f"settled in {promise.target_days} days, at the latest {promise.limit_days} days" in html


def test_home_says_how_long_a_request_takes(client: Client, policy: PolicyVersion) -> None:
    """Decree 356 article 5: two working days to reply, 10 to 20 days to fulfil."""
    assert "First reply within 2 working days, done within 10 to 20 days" in client.get("/en/").content.decode()


def test_every_purpose_stands_under_its_ground(policy: PolicyVersion) -> None:
    pack = selectors.document(policy)
    listed = [purpose for _, purposes in views.grounds(pack) for purpose in purposes]
    assert sorted(purpose.code for purpose in listed) == sorted(purpose.code for purpose in pack.purposes)


def test_the_accent_may_be_kept_for_a_year(client: Client, policy: PolicyVersion) -> None:
    answer = client.get(f"/accent-{policy.content_hash[:16]}.css")
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert selectors.document(policy).accent in answer.content.decode()


def test_the_logo_is_the_packs(client: Client, policy: PolicyVersion) -> None:
    answer = client.get(f"/logo-{policy.content_hash[:16]}.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.content.decode() == selectors.document(policy).logo_svg


@pytest.mark.parametrize("address", ["/accent-0000000000000000.css", "/logo-0000000000000000.svg", "/accent-a.css"])
def test_an_unknown_look_is_not_found(client: Client, policy: PolicyVersion, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.fixture
def accounts_file(tmp_path: Path) -> Path:
    accounts = {role: {"email": f"{role}@example.net", "password": f"pass-{role}"} for role in first_run_content.ROLES}
    (tmp_path / "demo-accounts.json").write_text(json.dumps(accounts))
    return tmp_path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_of_the_demo_lists_every_role(
    client: Client, policy: PolicyVersion, settings: Any, accounts_file: Path, language: str
) -> None:
    settings.PORTAL_DEMO, settings.PORTAL_HOME = True, accounts_file
    answer = client.get(f"/{language}/first-run/")
    html = answer.content.decode()
    for role in first_run_content.ROLES:
        assert f"{role}@example.net" in html
        assert f"pass-{role}" in html
    assert html.count('<p class="name">') == 5
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_first_page_waits_for_the_sign_ins(
    client: Client, policy: PolicyVersion, settings: Any, tmp_path: Path
) -> None:
    settings.PORTAL_DEMO, settings.PORTAL_HOME = True, tmp_path
    answer = client.get("/en/first-run/")
    assert answer.status_code == 200
    assert "Reload this page in a moment" in answer.content.decode()


def test_half_a_file_of_sign_ins_is_none_yet(tmp_path: Path) -> None:
    (tmp_path / "demo-accounts.json").write_text('{"person": {"em')
    assert first_run_content.sign_ins(tmp_path) == []


@pytest.mark.django_db
def test_outside_the_demo_there_is_no_first_page(client: Client, settings: Any) -> None:
    settings.PORTAL_DEMO = False
    assert client.get("/vi/first-run/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_page_says_so_in_the_persons_language(client: Client, language: str) -> None:
    answer = client.get(f"/{language}/no-such-page/")
    assert answer.status_code == 404
    assert f'<html lang="{language}"' in answer.content.decode()


def test_the_page_for_a_breakdown_needs_no_database(rf: RequestFactory) -> None:
    """No database fixture here: a query would fail the test."""
    answer = views.server_error(rf.get("/vi/"))
    assert answer.status_code == 500
    assert b"<h1>" in answer.content


@pytest.mark.django_db
def test_a_refusal_says_its_reason(rf: RequestFactory) -> None:
    class Refused(Exception):
        message = "Only the person themselves may do this."

    http = rf.get("/en/")
    http.user = type("Guest", (), {"is_authenticated": False})()
    assert b"Only the person themselves may do this." in views.forbidden(http, Refused()).content
    assert b"secret path" not in views.forbidden(http, PermissionError("secret path")).content


@pytest.mark.django_db
def test_a_form_with_a_stale_token_gets_a_page_of_ours(policy: PolicyVersion) -> None:
    answer = Client(enforce_csrf_checks=True).post("/en/auth/login/", {})
    assert answer.status_code == 403
    assert "Please send the form again" in answer.content.decode()
