"""Letters in the folder that stands for a mail server go with the person they were written to."""

from datetime import datetime
from pathlib import Path

import pytest

from accounts.models import User
from outbound.services.delivering import deliver_due
from outbound.services.forgetting import remove_letters
from outbound.services.queueing import queue_notice

pytestmark = pytest.mark.usefixtures("policy_in_force")


def test_the_letters_of_one_person_go_and_those_of_others_stay(
    now: datetime, member: User, agent: User, settings: object, tmp_path: Path
) -> None:
    settings.PORTAL_HOME = tmp_path  # type: ignore[attr-defined]
    for user in (member, agent):
        queue_notice(
            notice="case-code",
            to=f"{user.pk.hex}@example.com",
            language="en",
            context={"code": "123456"},
            now=now,
            subject_id=user.subject_id,
        )
    assert deliver_due(now=now) == 2
    for _ in range(2):
        remove_letters(member.subject_id)
        (left,) = (tmp_path / "mail").glob("*.eml")
        assert agent.pk.hex in left.read_text(encoding="utf-8")
