"""The drill: impostors, each with a script of its own. None gets data, an effect, or so much as a confirmation."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import User
from tests.security import scripts_codes, scripts_mandates, scripts_strangers
from tests.security.drill import SCRIPTS, Script
from tests.security.impostors import Stage, check_nothing_gained, set_stage

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture
def stage(member: User, agent: User, dpo: User, staff: Callable[..., User], now: datetime) -> Stage:
    return set_stage(now=now, member=member, agent=agent, dpo=dpo, staff=staff)


def test_there_are_at_least_sixty_scripts_from_every_file() -> None:
    assert len(SCRIPTS) >= 60
    found = {script.__module__ for script in SCRIPTS.values()}
    assert found >= {scripts.__name__ for scripts in (scripts_codes, scripts_mandates, scripts_strangers)}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_no_impostor_gains_anything(script: Script, stage: Stage) -> None:
    script(stage)
    check_nothing_gained(stage)
