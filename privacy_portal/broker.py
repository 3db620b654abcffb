"""The broker's transport, with one weakness of the library mended.

A worker takes a new message only while fewer than its limit wait for their acknowledgement. Where the broker dies and
the acknowledgement cannot be given, the library never counts that message as done; after as many of them as there are
processes, the worker stops listening on the very connection whose end would tell it to connect anew, and waits for
ever. Here a message whose acknowledgement failed is counted as done. The broker gives it out once more after its
visibility timeout, which is harmless: a message is a doorbell.
"""

from kombu import transport
from kombu.transport import redis, virtual

CONNECTION_ERRORS: tuple[type[Exception], ...] = redis.get_redis_error_classes().connection_errors


class QoS(redis.QoS):
    """What was delivered and is not acknowledged; a failed acknowledgement frees its place."""

    def ack(self, delivery_tag: str) -> None:
        """Raises what the connection raises."""
        try:
            super().ack(delivery_tag)
        except CONNECTION_ERRORS:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Raises what the connection raises."""
        try:
            super().reject(delivery_tag, requeue=requeue)
        except CONNECTION_ERRORS:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel


def use() -> None:
    """Answer to the library's own names, since the scheme of the address chooses the transport."""
    for scheme in ("redis", "rediss"):
        transport.TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
