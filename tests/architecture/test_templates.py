"""Every template compiles, holds no inline style or script, loads nothing from elsewhere, says nothing untranslated."""

import html
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from tests.architecture.texts import template_files, template_name

PAGES = [path for path in template_files() if path.suffix == ".html"]

FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style\b|\sstyle=",
    "an event handler": r"\son[a-z]+\s*=\s*[\"']",
    "a script address": r"javascript:",
    "something loaded from elsewhere": r"<(?:script|img|link|iframe|source)\b[^>]*\b(?:src|href)=\"(?:https?:)?//",
}
# The same in every language.
NAMES = {"English", "Tiếng", "Việt", "SHA", "lang"}
# Taken out before looking for words: what a person does not read, and what is translated.
NOT_WORDS = [
    r"\{% comment.*?endcomment %\}",
    r"\{#.*?#\}",
    r"\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}",
    r"\{% block (?:bodyclass|html_class|coltype) %\}.*?\{% endblock %\}",
    r"\{%.*?%\}",
    r"\{\{.*?\}\}",
    r"<!--.*?-->",
    r"<(?:script|svg|code|kbd)\b.*?</(?:script|svg|code|kbd)>",
    r"<[^>]*>",
]


def test_there_are_templates() -> None:
    assert len(PAGES) > 50


@pytest.mark.parametrize("path", template_files(), ids=template_name)
def test_it_compiles(path: Path) -> None:
    get_template(template_name(path))


@pytest.mark.parametrize("path", PAGES, ids=template_name)
def test_it_fits_the_content_security_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE)] == []


@pytest.mark.parametrize("path", PAGES, ids=template_name)
def test_every_word_goes_through_gettext(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for pattern in NOT_WORDS:
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    assert [word for word in re.findall(r"[^\W\d_]{3,}", html.unescape(text)) if word not in NAMES] == []


@pytest.mark.parametrize("path", [path for path in PAGES if path.name != "styleguide.html"], ids=template_name)
def test_forms_that_change_something_are_protected_and_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?(?:</form>|\Z)", text, re.DOTALL | re.IGNORECASE):
        assert "csrf_token" in form
        assert "<button" not in form or "data-action" in form or "{% include" in form
