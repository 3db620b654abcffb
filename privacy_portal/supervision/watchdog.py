"""Noticing a worker that lives and does nothing: after a lost connection one may wait for ever without an error."""

LOOK_SECONDS = 15.0
LOOKS = 4  # in a row; a machine that slept needs one or two to catch up


class Watchdog:
    """Counts looks at /readyz in which nothing but the worker was missing."""

    def __init__(self) -> None:
        self._silent = 0

    def is_stuck(self, missing: str | None) -> bool:
        """One look; True when the worker was silent long enough to be started anew; counting then begins again."""
        self._silent = self._silent + 1 if missing == "worker" else 0
        if self._silent < LOOKS:
            return False
        self._silent = 0
        return True
