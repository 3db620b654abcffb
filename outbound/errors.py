"""Whether to try again is a type, not a guess. Both carry a code and never an address."""


class DeliveryFailure(Exception):
    """A message did not leave. `code` is one of `FailureCode`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class TemporaryFailure(DeliveryFailure):
    """Worth another try later."""


class PermanentFailure(DeliveryFailure):
    """No further try can help."""
