"""The page of a copy: opens without a network, prints, runs nothing, and reaches for nothing outside the folder."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

_STYLE = (Path(__file__).parent / "package_page.css").read_text()
# The page may use its own style sheet and nothing else.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Cover:
    """What stands above everything."""

    organisation: str
    language: str
    reference: str
    made: str
    policy_version: int | None


@dataclass(frozen=True)
class Line:
    """One entry: its values in words, and where its files stand."""

    cells: Sequence[str]
    paths: Sequence[str]


@dataclass(frozen=True)
class Block:
    """One section. An entry is a row of a table, or with `as_cards` a list of its values."""

    code: str
    title: str
    about: str
    headings: Sequence[str]
    lines: Sequence[Line]
    left_out: Sequence[str]
    as_cards: bool = False


def page(cover: Cover, blocks: Iterable[Block]) -> Iterator[str]:
    """The text of `index.html`, part by part."""
    found = list(blocks)
    filled = [block for block in found if block.lines or block.left_out]
    empty = [block for block in found if not (block.lines or block.left_out)]
    yield from _head(cover)
    yield from _contents(filled)
    for block in filled:
        yield from _block(block)
    yield from _nothing(empty)
    yield "</main>\n</body>\n</html>\n"


def _head(cover: Cover) -> Iterator[str]:
    title = _("Copy of my data")
    yield (
        f'<!doctype html>\n<html lang="{escape(cover.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)} – {escape(cover.organisation)}</title>\n<style>\n{_STYLE}</style>\n</head>\n"
        f'<body>\n<main>\n<h1>{escape(title)}</h1>\n<dl class="cover">\n'
    )
    facts = [
        (_("From"), cover.organisation),
        (_("Made"), cover.made),
        (pgettext("of a person", "Your reference"), cover.reference),
    ]
    if cover.policy_version is not None:
        facts.append((_("Policy version in force"), str(cover.policy_version)))
    for label, value in facts:
        yield f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>\n"
    yield "</dl>\n"
    words = (
        _("This is everything we hold on you: values, files, consents with their exact wording, requests, complaints, and the record of who did what."),  # noqa: E501  one sentence to translate
        _("It holds your values in clear. Keep it in a safe place, and delete it when you no longer need it."),
        _("The same content stands in data.json for programs, and as one table for each section below in the folder csv. Your files stand in the folder files. With manifest.json anyone can check that nothing was changed."),  # noqa: E501  one paragraph to translate
        _("Names of our staff and data on other people are not in it."),
    )  # fmt: skip
    yield "".join(f"<p>{escape(sentence)}</p>\n" for sentence in words)


def _contents(blocks: Sequence[Block]) -> Iterator[str]:
    label = pgettext("of a copy", "Contents")
    yield f'<nav aria-label="{escape(label)}">\n<ul class="short">\n'
    for block in blocks:
        link = f'<a href="#{escape(block.code)}">{escape(block.title)}</a>'
        yield f"<li>{link} <span>{escape(_count(block))}</span></li>\n"
    yield "</ul>\n</nav>\n"


def _block(block: Block) -> Iterator[str]:
    code = escape(block.code)
    yield f'<section aria-labelledby="{code}">\n<h2 id="{code}">{escape(block.title)}</h2>\n'
    if block.about:
        yield f"<p>{escape(block.about)}</p>\n"
    for words in block.left_out:
        yield f'<p class="out">{escape(words)}</p>\n'
    if block.lines:
        yield from _cards(block) if block.as_cards else _table(block)
    yield "</section>\n"


def _table(block: Block) -> Iterator[str]:
    has_files = any(line.paths for line in block.lines)
    headings = [*block.headings, *([capfirst(_("file in this copy"))] if has_files else [])]
    cells = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    yield f'<div class="wide" tabindex="0"><table>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n'
    for line in block.lines:
        told = [_text(cell) for cell in line.cells] + ([_links(line.paths)] if has_files else [])
        cells = "".join(_table_cell(heading, text) for heading, text in zip(headings, told, strict=True))
        yield f"<tr>{cells}</tr>\n"
    yield "</tbody>\n</table></div>\n"


def _table_cell(heading: str, text: str) -> str:
    """On a narrow screen a row is a list: its cell says the heading itself, and one with nothing goes."""
    inside = f"<span>{text}</span>" if text else ""
    return f'<td data-label="{escape(heading)}">{inside}</td>'


def _cards(block: Block) -> Iterator[str]:
    for line in block.lines:
        yield "<dl>\n"
        for heading, cell in zip(block.headings, line.cells, strict=True):
            if cell:
                yield f"<div><dt>{escape(heading)}</dt><dd>{_text(cell)}</dd></div>\n"
        if line.paths:
            yield f"<div><dt>{escape(capfirst(_('file in this copy')))}</dt><dd>{_links(line.paths)}</dd></div>\n"
        yield "</dl>\n"


def _nothing(blocks: Sequence[Block]) -> Iterator[str]:
    if not blocks:
        return
    title = _("Nothing is held here")
    yield f'<section aria-labelledby="nothing">\n<h2 id="nothing">{escape(title)}</h2>\n<ul class="short">\n'
    yield "".join(f"<li>{escape(block.title)}</li>\n" for block in blocks)
    yield "</ul>\n</section>\n"


def _links(paths: Sequence[str]) -> str:
    return "<br>".join(f'<a href="{escape(quote(path))}">{escape(path.rsplit("/", 1)[-1])}</a>' for path in paths)


def _text(words: str) -> str:
    return str(escape(words)).replace("\n", "<br>")


def _count(block: Block) -> str:
    count = len(block.lines)
    return ngettext("%(count)s entry", "%(count)s entries", count) % {"count": count}
