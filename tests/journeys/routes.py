"""Every route there is, from the URL configuration, and an example of each, found by following links as each role.

Following links is safe: a GET changes nothing. What no link leads to must be visited in some other way, or be excused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern
from django.utils.translation import override
from playwright.sync_api import APIRequestContext

LANGUAGES = ("vi", "en")
_HREF = re.compile(r"""<(?:a|link|img|script|source|video|iframe)\b[^>]*?\s(?:href|src)=["']([^"']+)["']""")
_ANSWERS_PER_ROUTE = 3


@dataclass(frozen=True, order=True)
class Route:
    """One entry of the URL configuration: its pattern without the language, and the name of its view."""

    pattern: str
    name: str


@dataclass(frozen=True)
class Example:
    """A path that leads to a route, and who found it."""

    path: str
    role: str


def all_routes() -> frozenset[Route]:
    """Every route of the portal."""
    return frozenset(_walk(get_resolver().url_patterns, prefix="", namespace=""))


def route_of(path: str) -> Route | None:
    """The route a path leads to."""
    language = path.split("/")[1]
    with override(language if language in LANGUAGES else "vi"):
        try:
            match = get_resolver().resolve(path)
        except Resolver404:
            return None
    pattern = match.route.removeprefix(f"{language}/") if language in LANGUAGES else match.route
    return Route(_plain(pattern), match.view_name if match.url_name else "")


def in_language(path: str, language: str) -> str:
    """The same page in the other language."""
    first = path.split("/")[1]
    return path.replace(f"/{first}/", f"/{language}/", 1) if first in LANGUAGES else path


def has_language(path: str) -> bool:
    return path.split("/")[1] in LANGUAGES


def follow_links(
    request: APIRequestContext, *, role: str, starts: list[str]
) -> tuple[dict[Route, list[Example]], list[str]]:
    """Follow links from some pages, a few for each route: an example or more of each route met, and the links that failed."""
    found: dict[Route, list[Example]] = {}
    broken: list[str] = []
    queue, seen = [(path, "") for path in starts], set(starts)
    while queue:
        path, page = queue.pop(0)
        route = route_of(urlsplit(path).path)
        if route is None:
            broken.append(f"{role}: {page} links to {path}, which no route serves")
            continue
        examples = found.setdefault(route, [])
        if len(examples) >= _ANSWERS_PER_ROUTE:
            continue
        answer = request.get(path, max_redirects=0)
        if answer.status >= 400:
            broken.append(f"{role}: {page} links to {path}, which answers {answer.status}")
            continue
        if answer.status == 200:
            examples.append(Example(path, role))
        for link in _links(answer.headers, answer.text() if _is_page(answer.headers) else "", base=path):
            if link not in seen:
                seen.add(link)
                queue.append((link, path))
    return {route: examples for route, examples in found.items() if examples}, broken


def _is_page(headers: dict[str, str]) -> bool:
    return headers.get("content-type", "").startswith("text/html")


def _links(headers: dict[str, str], text: str, *, base: str) -> Iterator[str]:
    targets = [unescape(target) for target in _HREF.findall(text)]
    if "location" in headers:
        targets.append(headers["location"])
    for target in targets:
        joined = urlsplit(urljoin(base, target))
        if joined.scheme or joined.netloc or not joined.path or joined.path.startswith("/static/"):
            continue
        yield f"{joined.path}?{joined.query}" if joined.query else joined.path


def _walk(patterns: list[URLPattern | URLResolver], *, prefix: str, namespace: str) -> Iterator[Route]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            own = "" if isinstance(entry.pattern, LocalePrefixPattern) else str(entry.pattern)
            inner = ":".join(part for part in (namespace, entry.namespace) if part)
            yield from _walk(entry.url_patterns, prefix=prefix + own, namespace=inner)
        else:
            name = entry.name or ""
            yield Route(_plain(prefix + str(entry.pattern)), f"{namespace}:{name}" if namespace and name else name)


def _plain(pattern: str) -> str:
    return pattern.replace("\\Z", "$")
