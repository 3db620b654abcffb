"""Where the bare address leads, which language the staff desk speaks, and what is said when the database is away."""

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from accounts.models import User
from privacy_portal import views
from privacy_portal.middleware import StaffLanguageMiddleware

VIETNAMESE, ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "vi-VN,vi"}, {"HTTP_ACCEPT_LANGUAGE": "en-GB,en"}


@pytest.mark.parametrize(("headers", "language"), [(VIETNAMESE, "vi"), (ENGLISH, "en"), ({}, "vi")])
def test_the_bare_address_leads_to_the_persons_language(
    client: Client, settings: object, headers: dict[str, str], language: str
) -> None:
    settings.PORTAL_DEMO = False  # type: ignore[attr-defined]
    answer = client.get("/", **headers)  # type: ignore[arg-type]
    assert answer.headers["Location"] == f"/{language}/"


def test_in_the_demo_it_leads_to_the_first_page(client: Client, settings: object) -> None:
    settings.PORTAL_DEMO = True  # type: ignore[attr-defined]
    assert client.get("/").headers["Location"] == "/vi/first-run/"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_staff_desk_speaks_the_language_of_the_account(rf: RequestFactory, language: str) -> None:
    request = rf.get("/staff/", **VIETNAMESE)  # type: ignore[arg-type]
    request.user = User(language=language)
    seen = StaffLanguageMiddleware(lambda request: request.LANGUAGE_CODE)(request)  # type: ignore[arg-type, return-value]
    assert seen == language


def test_a_language_chosen_at_the_desk_comes_first(rf: RequestFactory) -> None:
    request = rf.get("/staff/")
    request.user = User(language="vi")
    request.LANGUAGE_CODE = "en"
    request.COOKIES["django_language"] = "en"
    assert StaffLanguageMiddleware(lambda request: request.LANGUAGE_CODE)(request) == "en"  # type: ignore[arg-type, return-value]


def test_a_database_that_is_away_is_called_maintenance_not_an_error(rf: RequestFactory) -> None:
    try:
        raise OperationalError
    except OperationalError:
        answer = views.server_error(rf.get("/vi/"))
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    try:
        raise ValueError
    except ValueError:
        assert views.server_error(rf.get("/vi/")).status_code == 500
