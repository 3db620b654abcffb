"""What the log holds: ids, codes, names of errors. The text of an error may quote what a person wrote, so it is left
out.
"""

import logging
import traceback
from types import TracebackType


class NotAboutReadiness(logging.Filter):
    """`/readyz` answering 503 is an answer, not a fault; whoever asks every second would fill the log with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(getattr(record, "request", None), "path", "") != "/readyz"


class RoutesNotAddresses(logging.Filter):
    """The framework's lines name the address as typed; a typed address may hold a reference, a token or anything else.
    This one names the route it led to, or that it led nowhere.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path is None or not isinstance(record.args, tuple):
            return True
        match = getattr(request, "resolver_match", None)
        route = f"<{match.route}>" if match is not None else "<no such page>"
        record.args = tuple(route if isinstance(part, str) and part and part in path else part for part in record.args)
        return True


class TaskFailures(logging.Filter):
    """Celery's report of a failed task quotes its arguments and error; this one names the task."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "celery.app.trace" and isinstance(record.args, dict):
            record.msg, record.args = f"task {record.args.get('name')} {record.args.get('description', '')}", None
        return True


class Reticent(logging.Formatter):
    """Prints where an error happened and of which type it and its causes are, never its text."""

    def formatException(  # noqa: N802  the name is logging's
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"{type(error).__module__}.{type(error).__qualname__}"]
            lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)
