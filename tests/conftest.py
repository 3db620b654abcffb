"""What every test stands on: real servers, real roles, no network, and a clock that can be stopped."""

pytest_plugins = [
    "tests.harness.databases",
    "tests.harness.isolation",
    "tests.harness.clock",
    "tests.harness.people",
    "tests.harness.register",
]
