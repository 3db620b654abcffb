"""Fixtures shared by the tests of requests."""

from tests.cases.fixtures import (  # noqa: F401
    agent,
    complain,
    complaint,
    dpo,
    member,
    other_agent,
    policy_in_force,
    request_case,
    staff,
)
