"""How a process inside an installation answers the tests: one JSON object a line in, one out."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.db import DatabaseError, InterfaceError, connections

PATIENCE = 60.0


def answer(actions: Mapping[str, Callable[..., Any]]) -> None:
    """Answer until the input ends: a line names an action and its argument."""
    for line in sys.stdin:
        name, argument = json.loads(line)
        print(json.dumps(patiently(actions[name], argument)), flush=True)


def patiently(action: Callable[..., Any], *arguments: Any) -> Any:
    """The database may be starting again."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return action(*arguments)
        except (DatabaseError, InterfaceError):
            connections.close_all()
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
