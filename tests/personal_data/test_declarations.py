"""Every field of every table has a privacy decision; a forgotten one stops the start."""

import pytest
from django.apps import apps

from personal_data.checks import check_declarations
from personal_data.models import DataItem
from personal_data.registry import declaration_of


def test_every_table_is_decided() -> None:
    assert check_declarations(None) == []
    assert all(declaration_of(model) for model in apps.get_models(include_auto_created=True))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda plain: plain.pop("source"), "personal_data.E002"),
        (lambda plain: plain.update(source=""), "personal_data.E003"),
        (lambda plain: plain.update(subject=""), "personal_data.E003"),
        (lambda plain: plain.update(sealed_value="also here"), "personal_data.E002"),
        (lambda plain: plain.update(gone="no such field"), "personal_data.E002"),
    ],
)
def test_a_forgotten_or_doubled_field_is_found(change, code: str, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    plain = dict(DataItem.PersonalData.plain)
    change(plain)
    monkeypatch.setattr(DataItem.PersonalData, "plain", plain)
    assert [message.id for message in check_declarations(None)] == [code]


def test_a_table_nobody_decided_on_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(DataItem, "PersonalData")
    assert "personal_data.E001" in [message.id for message in check_declarations(None)]
