"""docs/data-map.md says what the declarations say today."""

import io
import json
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from personal_data.registry import declarations


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("data_map", *arguments, stdout=out)
    return out.getvalue()


def test_the_file_is_what_the_command_prints() -> None:
    kept = (Path(settings.BASE_DIR) / "docs/data-map.md").read_text(encoding="utf-8")
    assert kept.strip() == printed().strip(), "run: manage.py data_map > docs/data-map.md"


def test_every_personal_field_of_every_table_stands_in_it() -> None:
    rows = {(row["table"], row["field"]) for row in json.loads(printed("--json"))}
    assert rows == {
        (declaration.model._meta.db_table, name) for declaration in declarations() for name in declaration.personal
    }
    assert ("personal_data_dataitem", "sealed_value") in rows
