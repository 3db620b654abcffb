"""People the organisation knew before: brought in from its records, without an account."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

from tests.journeys.installation import BASE, Installation, environment


def bring_in(portal: Installation, rows: Sequence[Mapping[str, str]]) -> None:
    """Take people in from a file, one to a row; the columns are codes of the policy's fields."""
    columns = list(rows[0])
    file = portal.home / "customers.csv"
    lines = [",".join(columns), *(",".join(row[column] for column in columns) for row in rows)]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    said = ("--source", "crm", "--basis", "contract", "--date", "2025-03-02", "--apply")
    command = [sys.executable, "manage.py", "import_people", str(file), *said]
    subprocess.run(command, cwd=BASE, env=environment(portal), check=True, capture_output=True, timeout=120)
