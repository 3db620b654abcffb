"""Words of a notice in the person's language. Subjects hold no personal data; bodies, what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template import Context, Engine, engines
from django.template.backends.django import DjangoTemplates
from django.template.exceptions import TemplateDoesNotExist
from django.utils.translation import override

from policies import selectors as policies


@dataclass(frozen=True)
class Rendered:
    """A notice as it leaves: a one-line subject and a plain text."""

    subject: str
    body: str


def template_names(notice: str) -> tuple[str, str]:
    """The files of a notice: subject and body."""
    return f"notices/{notice}/subject.txt", f"notices/{notice}/body.txt"


def check_exists(notice: str) -> None:
    """Raises TemplateDoesNotExist: a notice nobody wrote must fail where it is queued, not hours later."""
    for name in template_names(notice):
        _engine().get_template(name)


def render(*, notice: str, language: str, context: Mapping[str, str], at: datetime) -> Rendered:
    """A notice in one language. Values are text and are never read as markup. Raises TemplateDoesNotExist."""
    with override(language):
        values = {
            **context,
            "controller": _controller_name(at),
            "portal_url": settings.PORTAL_URL,
            "language": language,
        }
        subject, body = (
            _engine().get_template(name).render(Context(values, autoescape=False)) for name in template_names(notice)
        )
    return Rendered(subject=" ".join(subject.split()), body=_tidy(body))


def subject_of(notice: str) -> str:
    """The subject of a notice in the language of the moment, or its code once nobody writes it any more."""
    subject, _body = template_names(notice)
    try:
        return " ".join(_engine().get_template(subject).render(Context({})).split())
    except TemplateDoesNotExist:
        return notice


def _controller_name(at: datetime) -> str:
    version = policies.version_in_force(at)
    return str(policies.document(version).controller.name) if version else ""


def _tidy(body: str) -> str:
    """Outer white space removed, and never more than one empty line in a row."""
    lines: list[str] = []
    for line in body.strip().splitlines():
        line = line.rstrip()
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"


def _engine() -> Engine:
    backend = engines["django"]
    if not isinstance(backend, DjangoTemplates):
        raise TemplateDoesNotExist("notices")
    return backend.engine
