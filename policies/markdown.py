"""Policy texts: Markdown in, safe HTML out. Pure, but for the language of two words beside links that leave the site.

Raw HTML is off, so whatever a text holds, the page holds only elements made here. Comments cite facts of the
organisation; they are for the pack's authors and are taken out before anything is shown.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import override

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererProtocol
    from markdown_it.token import Token

COMMENT: Final = re.compile(r"<!--(.*?)-->", re.DOTALL)
FACT: Final = re.compile(r"\b[A-Z]{2,4}-[0-9]{1,3}\b")
GAP: Final = re.compile(r"\[(?:Chưa có|To be supplied)\s*:[^\]\n]*\]")
FIRST_LEVEL: Final = 3

# Pages of the portal a text may link to as (portal:complaint); the address follows the language of the text.
PORTAL_PAGES: Final = {
    "policy": "policy/",
    "versions": "policy/versions/",
    "procedure": "procedure/",
    "request": "requests/new/",
    "complaint": "complaints/new/",
    "track": "track/",
    "account": "account/",
    "data": "account/data/",
    "devices": "account/devices/",
    "consents": "account/consents/",
    "access-log": "account/access-log/",
    "export": "account/export/",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What two languages of one section can be compared by."""

    headings: tuple[int, ...]
    paragraphs: int
    items: int
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry for the table of contents."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    title: str
    html: str
    headings: tuple[Heading, ...]


def _parser(*, html: bool = False, renderer: "type[RendererProtocol] | None" = None) -> "MarkdownIt":
    # Read when the first text is: texts are rendered when they are published, and most processes never do that.
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML

    return MarkdownIt("commonmark", {"html": html}, renderer_cls=renderer or RendererHTML).enable("table")


def without_comments(source: str) -> str:
    """The text without its comments, line for line where it was."""
    return COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), source)


def cited_facts(source: str) -> dict[str, int]:
    """Ids of facts in the comments of a text, each with the line that cites it first."""
    cited: dict[str, int] = {}
    for comment in COMMENT.finditer(source):
        for fact in FACT.finditer(comment[1]):
            cited.setdefault(fact[0], source.count("\n", 0, comment.start(1) + fact.start()) + 1)
    return cited


def marked_gaps(source: str) -> Iterator[tuple[int, str]]:
    """(line, words) of each gap a text marks for its owner, written as [To be supplied: …]."""
    cleaned = without_comments(source)
    for gap in GAP.finditer(cleaned):
        yield cleaned.count("\n", 0, gap.start()) + 1, gap[0]


def anchor(text: str) -> str:
    """A fragment id of a heading: Latin letters without marks, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "part"


def is_external(address: str) -> bool:
    return urlsplit(address).scheme in ("http", "https")


def portal_address(address: str, language: str) -> str | None:
    """The path of `portal:<page>[#fragment]`; None when it names no page of the portal."""
    page, _hash, fragment = address.removeprefix("portal:").partition("#")
    if page not in PORTAL_PAGES:
        return None
    return f"/{language}/{PORTAL_PAGES[page]}" + (f"#{fragment}" if fragment else "")


def title_of(source: str) -> str:
    """The heading a text opens with, or an empty string."""
    tokens = _parser().parse(without_comments(source))
    return tokens[1].content if tokens and tokens[0].type == "heading_open" else ""


def shape_of(source: str) -> Shape:
    tokens = _parser().parse(without_comments(source))
    return Shape(
        headings=tuple(int(token.tag[1]) for token in tokens if token.type == "heading_open"),
        paragraphs=sum(token.type == "paragraph_open" and not token.hidden and token.level == 0 for token in tokens),
        items=sum(token.type == "list_item_open" for token in tokens),
        facts=frozenset(cited_facts(source)),
    )


def paragraphs_of(source: str) -> list[str]:
    """The text block by block as plain words, for a comparison a person can read."""
    return [_plain(token) for token in _parser().parse(without_comments(source)) if token.type == "inline"]


def _plain(token: "Token") -> str:
    words = "".join(
        child.content if child.type in ("text", "code_inline") else " " if "break" in child.type else ""
        for child in token.children or ()
    )
    return " ".join(words.split())


def problems(source: str) -> Iterator[tuple[int, str]]:
    """(line, message) of everything in a text that would not be shown as its author meant it."""
    cleaned = without_comments(source)
    if "<!--" in cleaned:
        yield cleaned[: cleaned.index("<!--")].count("\n") + 1, _("This comment is never closed.")
    for token in _parser(html=True).parse(cleaned):
        line = (token.map or [0])[0] + 1
        if token.type == "html_block":
            yield line, _("HTML is not shown; write Markdown.")
        told = set()
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            told |= {(line, message) for message in _inline_problems(child)}
        yield from sorted(told)


def _inline_problems(token: "Token") -> Iterator[str]:
    if token.type == "html_inline":
        yield _("HTML is not shown; write Markdown.")
    elif token.type == "image":
        yield _("Images are not shown in policy texts.")
    elif token.type == "link_open":
        address = str(token.attrGet("href") or "")
        if address.startswith("portal:"):
            if portal_address(address, "vi") is None:
                yield _("“%(address)s” names no page of the portal; known are %(known)s.") % {
                    "address": address,
                    "known": ", ".join(PORTAL_PAGES),
                }
        elif not (is_external(address) or address.startswith(("mailto:", "tel:", "#"))):
            message = _("The link “%(address)s” must start with https://, mailto:, tel:, portal: or #.")
            yield message % {"address": address}


def render(source: str, *, language: str, prefix: str) -> Rendered:
    """HTML of one section. The heading it opens with is its title; others start at level 3, ids under `prefix`."""
    from policies.markdown_html import Renderer

    parser = _parser(renderer=Renderer)
    tokens = parser.parse(without_comments(source))
    title = ""
    if tokens and tokens[0].type == "heading_open":
        title, tokens = tokens[1].content, tokens[3:]
    headings = _number_headings(tokens, prefix)
    env: dict[str, Any] = {"language": language}
    with override(language):
        html = parser.renderer.render(tokens, parser.options, env)
    return Rendered(title=title, html=html, headings=headings)


def _number_headings(tokens: "list[Token]", prefix: str) -> tuple[Heading, ...]:
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = FIRST_LEVEL - min(levels, default=FIRST_LEVEL)
    found: list[Heading] = []
    used: set[str] = set()
    for place, token in enumerate(tokens):
        if token.type not in ("heading_open", "heading_close"):
            continue
        level = min(int(token.tag[1]) + shift, 6)
        token.tag = f"h{level}"
        if token.type == "heading_open":
            words = _plain(tokens[place + 1])
            unique = base = f"{prefix}-{anchor(words)}"
            while unique in used:
                unique = f"{base}-{len(used)}"
            used.add(unique)
            token.attrSet("id", unique)
            found.append(Heading(level=level, anchor=unique, text=words))
    return tuple(found)
