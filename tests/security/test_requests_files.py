"""Files that come in and go out: lists of people that are no lists, and copies full of what somebody else wrote."""

import json
import re
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from cases.services.assigning import take
from core.actors import SYSTEM
from dsr_requests.enums import RequestKind, Verdict
from personal_data.errors import ImportTooLarge
from personal_data.import_table import MOST_BYTES, MOST_COLUMNS, open_table
from personal_data.models import DataItem, ImportBatch
from personal_data.services import packaging
from personal_data.services.importing import MOST_FAULTS, open_batch
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.dsr_requests.steps import WISHES, approve, by_member, hold, judge
from tests.personal_data.import_steps import COMMON, HEAD, OFFICER, brought, faults, people_of, taken_in, values_of
from tests.personal_data.package_steps import unpacked

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

HOSTILE: dict[str, bytes] = {
    "random bytes": bytes(range(256)) * 40,
    "a ZIP": b"PK\x03\x04" + bytes(200),
    "UTF-16": "full-name,email\nAn,an@example.vn\n".encode("utf-16"),
    "latin letters": "full-name,email\nĐỗ,a@example.vn\n".encode("cp1258", "replace"),
    "NUL in the heading": b"full-name\x00,email\nAn,an@example.vn\n",
    "NUL in a value": b"full-name,email\nA\x00n,an@example.vn\n",
    "ten thousand columns": b",".join([b"email"] * 10_001) + b"\n",
    "ten thousand unknown columns": b",".join(b"c%d" % n for n in range(10_001)) + b"\na\n",
    "a huge cell": b"full-name,email\n" + b"A" * 3_000_000 + b",an@example.vn\n",
    "a quote without end": b'full-name,email\n"An,an@example.vn\n' + b"x" * 100_000,
    "the same heading twice": b"email,email\na@example.vn,b@example.vn\n",
    "only line ends": b"\n" * 10_000,
    "only separators": b"full-name,email\n" + b",\n" * 2_000,
    "an address with a line break": b'full-name,email\nAn,"an@example.vn\nBcc: x@example.net"\n',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_list_of_people_is_refused_with_codes(
    name: str, policy_in_force: PolicyVersion, now: datetime
) -> None:
    batch = brought(HOSTILE[name], now)
    assert batch.state == "FAULTY" and 0 < len(batch.faults) <= MOST_FAULTS
    assert not DataItem.objects.exists()
    for _line, column, _code in faults(batch):
        assert re.fullmatch(r"[a-z0-9_-]{0,80}", column)
    assert "example" not in json.dumps(batch.faults)


def test_a_heading_without_end_costs_no_more_than_its_start(policy_in_force: PolicyVersion) -> None:
    table = open_table(b",".join([b"email"] * 200_000) + b"\n", policies.fields(policy_in_force))
    assert len(table.faults) <= MOST_COLUMNS + 1


def test_a_file_larger_than_allowed_is_not_even_kept(policy_in_force: PolicyVersion, now: datetime) -> None:
    with pytest.raises(ImportTooLarge):
        open_batch(data=bytes(MOST_BYTES + 1), label="x", common=COMMON, by=OFFICER, now=now)
    assert not ImportBatch.objects.exists()


def test_formulas_and_markup_of_a_file_are_only_words(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    evil = '=HYPERLINK("http://x.example""<script>alert(1)</script>")'
    batch = taken_in(f'{HEAD}\n"{evil.replace(chr(34), chr(34) * 2)}",an@example.vn,0912345678\n', now)
    (known,) = people_of(batch)
    assert values_of(known)["full-name"] == evil
    package = packaging.ask_package(subject_id=known, basis="request:1", language="vi", by=SYSTEM, now=now)
    packaging.make_due(now=now)
    copy = unpacked(b"".join(packaging.fetch(package_id=package.pk, by=SYSTEM, now=now).pieces))
    assert "<script" not in copy.page
    for name, data in copy.entries.items():
        if name.endswith(".csv"):
            assert not re.search(r"(^|[,;\n])\"?[=+@-]HYPERLINK", data.decode("utf-8-sig")), name


def test_a_copy_names_no_colleague_and_nothing_of_a_field_that_is_left_out(
    member: User, agent: User, dpo: User, now: datetime
) -> None:
    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    hold(member, now=now + HOUR, phone="0987654321")
    first = by_member(member, WISHES[RequestKind.RESTRICT], now=now, proved=True)
    take(kind="request", case_id=first.pk, by=agent, now=now)
    approve(judge(first, Verdict.REFUSE, by=agent, now=now), by=dpo, now=now)
    package = packaging.ask_package(
        subject_id=member.subject_id,
        basis="request:99",
        language="vi",
        left_out=packaging.leave_out_fields(["phone"], ground="R2"),
        by=SYSTEM,
        now=now,
    )
    packaging.make_due(now=now)
    data = b"".join(packaging.fetch(package_id=package.pk, by=member, now=now).pieces)
    text = "\n".join(found.decode("utf-8", "replace") for found in unpacked(data).entries.values())
    assert "Trần Thị Lan" in text and first.reference in text
    for number in (r"912.?345.?678", r"987.?654.?321"):
        assert not re.search(number, text)
    for colleague in (agent, dpo):
        for said in (str(colleague.pk), str(colleague.subject_id), colleague.staff_name, colleague.email):
            assert not said or not re.search(rf"(?<![\w-]){re.escape(said)}(?![\w-])", text), said
