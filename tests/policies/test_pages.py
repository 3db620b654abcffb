"""The public pages: both languages, nothing but what the version says, no script and no sign-in needed."""

import html
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from core.actors import SYSTEM
from core.rules import request_kinds, request_rule
from policies.enums import Section
from policies.request_words import KINDS
from policies.services.publishing import publish
from tests.policies.made_up import change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

LANGUAGES = ("vi", "en")
PAGES = (
    "policy/",
    "policy/?lists=open",
    "policy/versions/",
    "policy/versions/1/",
    "policy/versions/compare/",
    "procedure/",
)


@pytest.fixture
def two_versions(fifth: Path, now: datetime) -> Path:
    """Version 1 long ago, version 2 in force, with words, a period and a field changed."""
    publish(path=fifth, by=SYSTEM, now=now - timedelta(days=30), demo=True)
    change(fifth, "months = 3", "months = 5")
    change(
        fifth, 'phone = "+84 900 000 000"', 'phone = { placeholder = true, vi = "[Chưa có số]", en = "[No number]" }'
    )
    change(fifth, "Vegetables of use come on time.", "Vegetables of use come early.", file="en/use.md")
    publish(path=fifth, by=SYSTEM, now=now, demo=True)
    return fifth


def shown(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_in_both_languages(client: Client, two_versions: Path, language: str, page: str) -> None:
    text = shown(client, f"/{language}/{page}")

    assert f'<html lang="{language}"' in text
    assert text.count("<h1") == 1
    assert "style=" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_without_a_policy_a_page_says_so(client: Client, language: str, page: str) -> None:
    shown(client, f"/{language}/{page}", status=404)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_shows_its_sections_owner_and_edition(client: Client, two_versions: Path, language: str) -> None:
    text = shown(client, f"/{language}/policy/")

    with override(language):
        for number, section in enumerate(Section, start=1):
            assert f'id="{section.value}"' in text
            assert f"{number}.</span> {section.label}" in text
            assert f'href="#{section.value}"' in text
    assert "0101010101" in text
    assert 'href="#fingerprint"' in text
    assert "VR-1" not in text


def test_what_the_pack_declares_stands_beside_the_texts(client: Client, two_versions: Path) -> None:
    text = shown(client, "/en/policy/?lists=open")

    for words in (
        "Picture of the gate",
        "Sending recipes",
        "twice a month",
        "Rider",
        "3 months after delivery",
        "No delivery.",
    ):
        assert words in text
    assert "Sensitive personal data" in text
    assert "What the portal writes itself" in text and "Records of messages, after they left: 60 days" in text
    assert "Article 19.1(d) of Law 91/2025/QH15" in text
    assert "Backups of the data: 35 days" in text and "kept apart: 7 days" in text
    assert "Article 14.4 of Law 91/2025/QH15" in text


def test_a_placeholder_is_visibly_one(client: Client, two_versions: Path) -> None:
    assert '<span class="placeholder">[No number]</span>' in shown(client, "/en/policy/")


def test_zalo_is_a_plain_link_that_says_it_leaves(client: Client, two_versions: Path) -> None:
    for page in ("policy/", "procedure/"):
        link = re.search(r'<a [^>]*href="https://zalo\.me/0900000000"[^>]*>.*?</a>', shown(client, f"/en/{page}"))
        assert link is not None
        assert 'rel="external noopener noreferrer"' in link[0]
        assert "leaves this site" in link[0]


def test_no_page_asks_another_site_for_anything(client: Client, two_versions: Path) -> None:
    for page in PAGES:
        loaded = re.findall(r'(?:src|<link[^>]*href)="(https?://[^"]+)"', shown(client, f"/vi/{page}"))
        assert loaded == []


def test_an_old_version_stays_and_says_it_is_no_longer_in_force(client: Client, two_versions: Path) -> None:
    assert "no longer in force" in shown(client, "/en/policy/versions/1/")
    assert "no longer in force" not in shown(client, "/en/policy/versions/2/")
    shown(client, "/en/policy/versions/3/", status=404)


def test_a_coming_version_is_announced(client: Client, two_versions: Path, now: datetime) -> None:
    change(two_versions, "retention_days = 30", "retention_days = 20")
    publish(path=two_versions, by=SYSTEM, now=now, effective_at=now + timedelta(days=9), demo=True)

    assert "A new version takes effect on 11 March 2026." in shown(client, "/en/policy/")
    assert "This version is not in force yet." in shown(client, "/en/policy/versions/3/")
    assert "Not in force yet" in shown(client, "/en/policy/versions/")


def test_all_versions_are_listed_with_what_changed(client: Client, two_versions: Path) -> None:
    text = shown(client, "/en/policy/versions/")

    assert "First version" in text
    assert "Text changed: Scope of use" in text
    assert "Who is responsible: changed" in text
    assert "Retention periods: 1 changed" in text


def test_a_difference_is_marked_for_eyes_and_for_ears(client: Client, two_versions: Path) -> None:
    text = shown(client, "/en/policy/versions/compare/?from=1&to=2")

    assert (
        '<ins><span class="hidden-visually">[added: </span>early.<span class="hidden-visually">]</span></ins>' in text
    )
    assert '<del><span class="hidden-visually">[taken out: </span>on time.<span' in text
    assert "[No number]" in text
    unchanged = text[text.index("Unchanged:") :]
    assert "How data is protected" in unchanged
    assert "Scope of use" not in unchanged


@pytest.mark.parametrize("query", ["from=1&to=99", "from=x&to=2", "from=-1", "from=99999999999999999999", "to=٣"])
def test_an_odd_question_gets_an_answer_in_words(client: Client, two_versions: Path, query: str) -> None:
    assert "There is no version with that number." in shown(client, f"/en/policy/versions/compare/?{query}")


def test_a_version_is_not_compared_with_itself(client: Client, two_versions: Path) -> None:
    assert "Choose two different versions." in shown(client, "/en/policy/versions/compare/?from=2&to=2")


def test_the_words_of_a_pack_cannot_become_elements(client: Client, fifth: Path, now: datetime) -> None:
    change(fifth, 'en = "Delivery address" }', 'en = "<img src=x onerror=alert(1)>" }')
    publish(path=fifth, by=SYSTEM, now=now, demo=True)

    assert "<img src=x" not in client.get("/en/policy/?lists=open").content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_procedure_tells_every_kind_of_request_with_the_times_of_law(
    client: Client, two_versions: Path, language: str, now: datetime
) -> None:
    text = shown(client, f"/{language}/procedure/")

    on = now.date()
    with override(language):
        for kind in request_kinds(on=on):
            assert str(KINDS[kind].name) in text
            days = request_rule(kind, on=on).own_days
            assert (f"{days} days" if language == "en" else f"{days:02} ngày") in text
    assert ("2 working days" if language == "en" else "02 ngày làm việc") in text


def test_the_procedure_tells_the_packs_own_promises(client: Client, two_versions: Path) -> None:
    text = shown(client, "/en/procedure/")

    assert "aim to settle it within 3 days, and take 9 days at most" in text
    for words in (
        "free of charge",
        "Chị Lan",
        "Misuse",
        "within 7 working days",
        "Ministry of Public Security",
        "Go to court",
    ):
        assert words in text


def test_every_kind_of_request_the_law_names_has_words(now: datetime) -> None:
    assert set(request_kinds(on=now.date())) == set(KINDS)


def test_pages_change_nothing_and_take_no_form(client: Client, two_versions: Path) -> None:
    for page in ("policy/", "policy/versions/", "policy/versions/compare/", "procedure/"):
        assert client.post(f"/vi/{page}").status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_policy(
    client: Client, two_versions: Path, django_assert_max_num_queries: Any
) -> None:
    client.get("/vi/policy/")
    with django_assert_max_num_queries(6):
        client.get("/vi/policy/")
    with django_assert_max_num_queries(3):
        client.get("/vi/procedure/")
