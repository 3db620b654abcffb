"""People brought in are told once what is held and why: not at once, not twice, and only where the pack says so."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from accounts.services import telling
from accounts.services.telling import tell_imported
from core.actors import SYSTEM
from outbound.models import OutboxMessage
from personal_data.models import ImportedPerson
from personal_data.services.undoing import undo
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.accounts.conftest import Mail
from tests.personal_data.import_steps import OFFICER, taken_in, work
from tests.policies.made_up import write_pack

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

HOUR = timedelta(hours=1)
TEXT = (
    "full-name,email,phone,language\n"
    "Nguyễn Văn An,an@example.vn,0912345678,vi\n"
    "Tran Thi Binh,binh@example.vn,,en\n"
    "Không Có Thư,,0987654321,\n"
)


def test_each_with_an_address_is_told_once_without_a_value(
    policy: PolicyVersion, now: datetime, mails: Callable[[], list[Mail]]
) -> None:
    taken_in(TEXT, now)
    assert tell_imported(now=now + timedelta(minutes=59)) == 0
    assert tell_imported(now=now + HOUR) == 2
    assert tell_imported(now=now + HOUR) == 0
    told = {mail.to: mail for mail in mails()}
    assert set(told) == {"an@example.vn", "binh@example.vn"}
    assert "shop-orders; Needed for your contract; 2 March 2025" in told["binh@example.vn"].body
    assert "shop-orders" in told["an@example.vn"].body and "02/03/2025" in told["an@example.vn"].body
    for mail in told.values():
        assert "0912" not in mail.body and "912 345" not in mail.body and "Nguyễn Văn An" not in mail.body
        assert "/auth/signup/" in mail.body and "/requests/new/" in mail.body
    assert ImportedPerson.objects.filter(told_at=None).count() == 1


def test_brought_in_twice_told_once(policy: PolicyVersion, now: datetime) -> None:
    taken_in(TEXT, now)
    tell_imported(now=now + HOUR)
    first = ImportedPerson.objects.order_by("pk")[0]
    assert OutboxMessage.objects.filter(dedup=f"imported:{first.subject_id}").count() == 1


def test_a_few_at_a_time(policy: PolicyVersion, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "AT_A_TIME", 1)
    taken_in(TEXT, now)
    assert [tell_imported(now=now + HOUR) for _turn in range(3)] == [1, 1, 0]


def test_nobody_is_told_of_an_import_that_was_undone(policy: PolicyVersion, now: datetime) -> None:
    batch = taken_in(TEXT, now)
    undo(batch_id=batch.pk, by=OFFICER, now=now)
    assert tell_imported(now=now + HOUR) == 0
    work(now)
    assert tell_imported(now=now + HOUR) == 0 and not OutboxMessage.objects.exists()


def test_where_the_pack_says_no_nobody_is_told(transactional_db: None, now: datetime, tmp_path: Path) -> None:
    publish(path=write_pack(tmp_path), by=SYSTEM, now=now, demo=True)
    taken_in("email\nan@example.vn\n", now)
    assert tell_imported(now=now + HOUR) == 0
