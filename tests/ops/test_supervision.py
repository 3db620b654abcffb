"""The small parts of the supervisor."""

import subprocess
import sys
import time
from typing import IO

import pytest

from privacy_portal.supervision import children, processes
from privacy_portal.supervision.children import Child, Family
from privacy_portal.supervision.commands import needs_servers
from privacy_portal.supervision.watchdog import LOOKS, Watchdog


def python(program: str) -> children.Start:
    def start(log: IO[bytes] | int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-c", program], stdout=log, stderr=log, start_new_session=True)

    return start


def turn_until(family: Family, said: list[tuple[str, str]], words: str) -> None:
    end = time.monotonic() + 20
    while not any(words in line for _, line in said):
        assert time.monotonic() < end, said
        family.turn(seconds=0.05)


def test_lines_are_passed_on_with_who_said_them() -> None:
    said: list[tuple[str, str]] = []
    family = Family(lambda who, line: said.append((who, line)))
    family.start(Child(name="one", start=python("print('xin chào'); print('no line break', end='')"), once=True))
    turn_until(family, said, "no line break")
    family.end("one", seconds=5)
    assert said == [("one", "xin chào"), ("one", "no line break")]


def test_what_dies_again_and_again_is_started_with_growing_pauses() -> None:
    said: list[tuple[str, str]] = []
    family = Family(lambda who, line: said.append((who, line)))
    child = family.start(Child(name="one", start=python("raise SystemExit(3)")))
    turn_until(family, said, "in 1 s")
    family.end("one", seconds=5)
    assert [line for who, line in said if who == "up"] == [
        "one ended (exit code 3); starting it again in 0.5 s",
        "one ended (exit code 3); starting it again in 1 s",
    ]
    assert child.deaths == 2


def test_a_child_that_does_not_listen_is_ended_with_all_it_started() -> None:
    said: list[tuple[str, str]] = []
    family = Family(lambda who, line: said.append((who, line)))
    deaf = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork();"
        "print('here', flush=True); time.sleep(60)"
    )
    child = family.start(Child(name="deaf", start=python(deaf)))
    turn_until(family, said, "here")
    assert child.process is not None
    group = child.process.pid
    family.end("deaf", seconds=0.5)
    shown = subprocess.run(["ps", "-o", "pid=", "-g", str(group)], capture_output=True, text=True, check=False).stdout
    assert processes.wait_until(lambda: not any(processes.is_alive(int(pid)) for pid in shown.split()), seconds=5)


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        (["worker"] * LOOKS, [False] * (LOOKS - 1) + [True]),
        (["worker"] * (LOOKS - 1) + [None] + ["worker"], [False] * (LOOKS + 1)),
        (["broker, worker"] * (LOOKS * 2), [False] * (LOOKS * 2)),
        (["worker"] * (LOOKS * 2), ([False] * (LOOKS - 1) + [True]) * 2),
    ],
)
def test_a_worker_is_stuck_when_it_alone_is_silent_for_long(looks: list[str | None], expected: list[bool]) -> None:
    watchdog = Watchdog()
    assert [watchdog.is_stuck(missing) for missing in looks] == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("", False),
        ("help", False),
        ("--help", False),
        ("migrate --help", False),
        ("up", False),
        ("makemessages --locale vi", False),
        ("collectstatic --no-input", False),
        ("check", False),
        ("check --deploy", False),
        ("check --database default", True),
        ("migrate", True),
        ("shell", True),
        ("create_admin --email a@example.vn", True),
    ],
)
def test_servers_are_started_for_commands_that_use_them(command: str, expected: bool) -> None:
    assert needs_servers(["manage.py", *command.split()]) is expected
