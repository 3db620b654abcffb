"""Where the scripts of the drill are entered: one function each, named by what the impostor does."""

from collections.abc import Callable

import pytest
from django.db import transaction

from core.errors import NotAllowed
from tests.security.impostors import Stage

Script = Callable[[Stage], None]
SCRIPTS: dict[str, Script] = {}


def impostor(script: Script) -> Script:
    """One script of the drill, named by its function."""
    SCRIPTS[script.__name__.replace("_", " ")] = script
    return script


def refused(call: Callable[..., object], **said: object) -> None:
    """Whatever is tried, a rule of ours says no."""
    with pytest.raises(NotAllowed), transaction.atomic():
        call(**said)
