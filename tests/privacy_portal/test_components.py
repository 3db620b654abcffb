"""The component set: every file documented and shown, labels tied to controls, nothing inline, forms protected."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from privacy_portal.styleguide import SampleForm, styleguide

TEMPLATES = Path(settings.BASE_DIR) / "templates"
COMPONENTS = sorted(path.name for path in (TEMPLATES / "_components").glob("*.html"))
INNER = {"field_notes.html"}  # a part of field.html, never used alone
FORMS = {"form.html", "confirmation.html", "button_form.html"}


class Ids(HTMLParser):
    """Collects ids, references to ids, and labels, in one pass."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.labelled: list[str] = []
        self.controls: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        for name in ("aria-describedby", "aria-labelledby"):
            self.references += (found.get(name) or "").split()
        if tag == "label" and found.get("for"):
            self.labelled.append(str(found["for"]))
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.controls.append((tag, found))


@pytest.fixture
def page(rf: RequestFactory, settings: Any) -> str:
    settings.PORTAL_STYLEGUIDE = True
    http = rf.get("/en/styleguide/")
    http.user = type("Guest", (), {"is_authenticated": False})()
    http.session = {}
    with override("en"):
        return styleguide(http).content.decode()


def test_the_readme_lists_every_component() -> None:
    text = (TEMPLATES / "_components" / "README.md").read_text()
    assert [name for name in COMPONENTS if name not in INNER and f"`{name}`" not in text] == []


def test_the_style_guide_shows_every_component() -> None:
    """Those that hold a form or a whole page are shown through the parts they are made of."""
    shown = (TEMPLATES / "styleguide.html").read_text()
    through = "".join((TEMPLATES / "_components" / name).read_text() for name in COMPONENTS)
    missing = {name for name in COMPONENTS if f"_components/{name}" not in shown + through} - FORMS
    assert missing == set()


def test_no_template_has_inline_style_or_script() -> None:
    """The content security policy would drop them."""
    wrong = []
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        if re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text):
            wrong.append(path.name)
        if any("src=" not in tag for tag in re.findall(r"<script[^>]*>", text) if "application/json" not in tag):
            wrong.append(path.name)
    assert wrong == []


@pytest.mark.django_db
def test_every_reference_on_the_style_guide_has_its_target(page: str) -> None:
    found = Ids(page)
    assert sorted(set(found.references) - set(found.ids)) == []
    assert sorted({one for one in found.ids if found.ids.count(one) > 1}) == []


@pytest.mark.django_db
def test_every_control_on_the_style_guide_has_a_label(page: str) -> None:
    found = Ids(page)
    assert [attrs.get("id") for _, attrs in found.controls if attrs.get("id") not in found.labelled] == []


def test_the_style_guide_does_not_exist_in_production(client: Any, settings: Any) -> None:
    settings.DEBUG = settings.PORTAL_STYLEGUIDE = False
    assert client.get("/vi/styleguide/").status_code == 404


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_carries_its_token_and_names_its_action(name: str, rf: RequestFactory) -> None:
    context = {
        "form": SampleForm(),
        "title": "T",
        "data_action": "item-delete",
        "confirm_label": "C",
        "cancel_url": "/",
        "url": "/x/",
        "label": "L",
        "hidden": {"back": '"><script>'},
    }
    html = render_to_string(f"_components/{name}", context, request=rf.get("/"))
    assert "csrfmiddlewaretoken" in html
    assert 'data-action="item-delete"' in html
    assert "<script>" not in html
    assert html.lower().count('method="post"') == html.count("<form")


def test_a_form_with_a_file_is_sent_as_one(rf: RequestFactory) -> None:
    html = render_to_string("_components/form.html", {"form": SampleForm(), "data_action": "x-y"}, request=rf.get("/"))
    assert 'enctype="multipart/form-data"' in html


def test_a_mistake_stands_beside_its_field_and_in_the_summary() -> None:
    form = SampleForm({"email": "minh@"})
    with override("en"):
        field = render_to_string("_components/field.html", {"field": form["email"]})
        summary = render_to_string("_components/error_summary.html", {"form": form})
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_email_helptext id_email_error"' in field
    assert 'id="id_email_error"' in field
    assert 'value="minh@"' in field
    assert 'href="#id_email"' in summary
    assert 'href="#id_answer_0"' in summary
    assert 'role="alert"' in summary


def test_a_form_without_mistakes_has_no_summary() -> None:
    assert render_to_string("_components/error_summary.html", {"form": SampleForm()}).strip() == ""


def test_a_mistake_of_the_whole_form_is_said_once() -> None:
    form = forms.Form({})
    form.add_error(None, "Both cannot be true.")
    assert render_to_string("_components/error_summary.html", {"form": form}).count("Both cannot be true.") == 1


def test_accept_and_refuse_are_alike() -> None:
    """Same control, same place, nothing chosen beforehand (law 91/2025, article 9)."""
    html = render_to_string("_components/field.html", {"field": SampleForm()["answer"], "layout": "pair"})
    choices = re.findall(r'<div class="choice">.*?</div>', html, re.DOTALL)
    assert len(choices) == 2
    assert "choices-pair" in html
    assert "checked" not in html


def test_an_optional_field_says_so() -> None:
    with override("en"):
        assert "(optional)" in render_to_string("_components/field.html", {"field": SampleForm()["born"]})
        assert "(optional)" not in render_to_string("_components/field.html", {"field": SampleForm()["name"]})


@pytest.mark.parametrize("kind", ["done", "active", "waiting", "overdue", "stopped", "neutral"])
def test_a_status_is_a_symbol_a_word_and_a_colour(kind: str) -> None:
    html = render_to_string("_components/status.html", {"kind": kind, "label": "In progress"})
    assert "<svg" in html
    assert "In progress" in html
    assert f"status-{kind}" in html


def test_a_confirmation_says_what_goes_and_what_stays(rf: RequestFactory) -> None:
    context = {"title": "Delete?", "goes": ["Name"], "stays": ["Proof, 3 years"], "confirm_label": "Delete"}
    html = render_to_string("_components/confirmation.html", {**context, "cancel_url": "/back/"}, request=rf.get("/"))
    assert html.index("Name") < html.index("Proof, 3 years") < html.index("<form")
    assert 'href="/back/"' in html


def test_what_people_typed_is_escaped() -> None:
    row = {"label": "Name", "value": "<img src=x>", "note": "<b>", "actions": [{"url": "/x/", "label": "Change"}]}
    html = render_to_string("_components/summary_row.html", {"row": row})
    assert "<img" not in html
    assert "<b>" not in html
