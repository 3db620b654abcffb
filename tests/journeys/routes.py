"""Every route there is, from the URL configuration, and an example of each, found by following links as each role.

Following links is safe: a GET changes nothing. What no link leads to must be visited in some other way, or be excused.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern
from django.utils.translation import override
from playwright.sync_api import APIRequestContext

LANGUAGES = ("vi", "en")
PAGES_PER_ROUTE = 3
_LINK = re.compile(r"""<(?:a|link|img|script|source|video|iframe)\b[^>]*?\s(?:href|src)=["']([^"']+)["']""")


@dataclass(frozen=True)
class Example:
    """A path that leads to a route, and who found it."""

    path: str
    role: str
    is_page: bool


def all_routes() -> list[str]:
    """The pattern of every route, without the language in front. The styleguide, which a setting adds, is one."""
    return sorted({*_walk(get_resolver().url_patterns, prefix=""), "styleguide/"})


def route_of(path: str) -> str | None:
    """The route a path leads to."""
    language = path.split("/")[1]
    with override(language if language in LANGUAGES else "vi"):
        try:
            found = get_resolver().resolve(path).route
        except Resolver404:
            return "styleguide/" if path.endswith("/styleguide/") else None
    return _plain(found.removeprefix(f"{language}/") if language in LANGUAGES else found)


def in_language(path: str, language: str) -> str:
    """The same page in another language."""
    first = path.split("/")[1]
    return path.replace(f"/{first}/", f"/{language}/", 1) if first in LANGUAGES else path


def follow_links(
    request: APIRequestContext, *, role: str, starts: list[str], found: dict[str, Example]
) -> tuple[dict[str, Example], list[str]]:
    """Follow links from some pages of one language: examples of routes met that are not in `found`; links that fail.

    A route is asked for a few times, its other pages look the same; one known already only once, for the links this
    role has there. Whoever comes later stays in the part of the site where they start.
    """
    mine: dict[str, Example] = {}
    broken: list[str] = []
    asked: Counter[str] = Counter()
    own = tuple({f"/{path.split('/')[1]}/{path.split('/')[2]}".rstrip("/") for path in starts})
    queue, seen = [(path, "") for path in starts], set(starts)
    while queue:
        path, page = queue.pop(0)
        route = route_of(urlsplit(path).path)
        if route is None:
            broken.append(f"{role}: {page} links to {path}, which no route serves")
            continue
        if asked[route] >= (1 if route in found else PAGES_PER_ROUTE):
            continue
        answer = request.get(path, max_redirects=0)
        if answer.status >= 400:
            broken.append(f"{role}: {page} links to {path}, which answers {answer.status}")
            continue
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if answer.status == 200:
            asked[route] += 1
            if route not in found:
                mine.setdefault(route, Example(path, role, is_page))
        for link in _links(answer.headers, answer.text() if is_page else "", base=path):
            if link not in seen and (not found or link.startswith(own)):
                seen.add(link)
                queue.append((link, path))
    return mine, broken


def _links(headers: dict[str, str], text: str, *, base: str) -> Iterator[str]:
    """Links of a page to pages of the same language; the other language is visited anyway."""
    targets = [unescape(target) for target in _LINK.findall(text)]
    if "location" in headers:
        targets.append(headers["location"])
    for target in targets:
        joined = urlsplit(urljoin(base, target))
        if joined.scheme or joined.netloc or not joined.path or joined.path.startswith(("/static/", "/en/")):
            continue
        yield f"{joined.path}?{joined.query}" if joined.query else joined.path


def _walk(patterns: list[URLPattern | URLResolver], *, prefix: str) -> Iterator[str]:
    for entry in patterns:
        own = "" if isinstance(entry.pattern, LocalePrefixPattern) else str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, prefix=prefix + own)
        else:
            yield _plain(prefix + own)


def _plain(pattern: str) -> str:
    return pattern.replace("\\Z", "$").replace("^", "")
