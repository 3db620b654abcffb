"""Vietnamese is complete: every text of the source has its translation, and every translation fits its text."""

import re
from pathlib import Path

import polib
import pytest
from django.utils.translation import trans_real

from tests.architecture.texts import ROOT, Text, python_texts, template_files, template_name, template_texts

CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
# Names that stand in a text: %(name)s, %s, {name}.
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def translated(text: Text) -> bool:
    """Whether Vietnamese has it, in the project's catalogue or in one of the libraries'."""
    catalogue = trans_real.translation("vi")._catalog  # type: ignore[attr-defined]
    key = text.text if text.context is None else f"{text.context}\x04{text.text}"
    keys = (key,) if text.plural is None else ((key, 0), key)
    return any(key in catalogue for key in keys)


def test_every_text_of_the_code_is_translated() -> None:
    texts = list(python_texts())
    assert len(texts) > 100
    assert sorted({f"{text.where}: {text.text}" for text in texts if text.text and not translated(text)}) == []


@pytest.mark.parametrize("path", template_files(), ids=template_name)
def test_every_text_of_a_template_is_translated(path: Path) -> None:
    assert [text for text in template_texts(path) if text.text.strip() and not translated(text)] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_nothing_is_fuzzy_empty_or_left_over(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_placeholders_of_text_and_translation_are_the_same(path: Path) -> None:
    wrong = []
    for entry in polib.pofile(str(path)):
        allowed = set(PLACEHOLDERS.findall(entry.msgid)) | set(PLACEHOLDERS.findall(entry.msgid_plural))
        for text in filter(None, [entry.msgstr, *entry.msgstr_plural.values()]):
            found = set(PLACEHOLDERS.findall(text))
            if found - allowed or (not entry.msgid_plural and found != allowed):
                wrong.append(entry.msgid)
    assert wrong == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_what_the_catalogue_holds_is_still_used(path: Path) -> None:
    used = {(text.context, text.text) for text in python_texts()}
    for template in template_files():
        used |= {(text.context, text.text) for text in template_texts(template)}
    held = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(path))}
    assert sorted(str(text) for _, text in held - used) == []
