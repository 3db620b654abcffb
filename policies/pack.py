"""Reads a policy pack from its folder, or refuses it with every fault at once. Pure: no database, no clock.

A pack is `policy.toml`, a text per section and language, and a logo. The same builder reads a folder and the document a
published version keeps, so that what was published is what is shown.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypedDict

from django.utils.translation import gettext as _

from policies import contrast, pack_parts
from policies.enums import LANGUAGES, PREAMBLE, Section
from policies.errors import BadPack, Fault
from policies.markdown import cited_facts, marked_gaps, problems, without_comments
from policies.pack_lines import line_numbers
from policies.pack_reader import TOML_FILE, Notes, Table
from policies.pack_rules import check_facts, check_parts
from policies.pack_types import Pack, Placeholder, Text

SECTIONS: Final = (PREAMBLE, *Section.values)
LARGEST_FILE: Final = 256 * 1024
_TOML_LINE: Final = re.compile(r"at line (\d+)")
_ACTIVE_SVG: Final = re.compile(
    r"<\s*(?:script|foreignObject|image|iframe|a|style)\b|\son[a-z]+\s*="
    r"|\bhref\s*=\s*[\"'](?!#)|url\((?![\"']?#)|<!(?:DOCTYPE|ENTITY)",
    re.IGNORECASE,
)


class Document(TypedDict):
    """The whole pack as stored with a published version."""

    toml: dict[str, object]
    texts: dict[str, dict[str, str]]
    logo_svg: str


@dataclass(frozen=True, slots=True)
class ReadPack:
    """A pack without faults: what it says, what is stored of it, and the hash over its files."""

    pack: Pack
    document: Document
    content_hash: str


def load_pack(path: Path) -> Pack:
    """The pack in the folder `path`. Raises BadPack with every fault, each with file and line."""
    return read_pack(path).pack


def read_pack(path: Path) -> ReadPack:
    """The pack in the folder `path` with its stored form and hash. Raises BadPack with every fault."""
    files: dict[str, str] = {}
    faults: list[Fault] = []
    for name in (TOML_FILE, *(f"{language}/{section}.md" for language in LANGUAGES for section in SECTIONS)):
        text = _read_file(path, name, faults)
        if text is not None:
            files[name] = text
    faults += _strays(path)
    toml = _parse(files.get(TOML_FILE), faults)
    texts = {
        language: {section: files.get(f"{language}/{section}.md", "") for section in SECTIONS} for language in LANGUAGES
    }
    for name in files:
        if name != TOML_FILE:
            faults += [Fault(name, line, message) for line, message in problems(files[name])]
    if toml is None:
        raise BadPack(faults)
    logo = _logo_name(toml)
    logo_svg = _read_file(path, logo, faults) if logo else None
    if logo_svg is not None:
        files[logo] = logo_svg
        faults += _logo_faults(logo, logo_svg)
    document: Document = {"toml": toml, "texts": texts, "logo_svg": logo_svg or ""}
    notes = Notes(line_numbers(files[TOML_FILE]))
    pack = build(document, notes)
    check_parts(pack, notes)
    check_facts(notes, [fact for name in files if name != TOML_FILE for fact in cited_facts(files[name])])
    if pack.slug and pack.slug != path.resolve().name:
        message = _("The slug must be the name of the pack's folder, “%(name)s”.")
        notes.fault(("pack", "slug"), message % {"name": path.resolve().name})
    faults += notes.faults
    if faults:
        raise BadPack(faults)
    return ReadPack(pack=pack, document=document, content_hash=content_hash(files))


def pack_from_document(document: Document) -> Pack:
    """The pack a published version holds. It was checked when it was published, so nothing is refused here."""
    return build(document, Notes())


def content_hash(files: Mapping[str, str]) -> str:
    """SHA-256 over all files of a pack, as hexadecimal text: name and content, each after its length in bytes."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name].encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def build(document: Document, notes: Notes) -> Pack:
    """Build the pack out of its stored form; what is wrong goes to `notes`, and harmless values stand in for it."""
    root = Table(document["toml"], (), notes)
    pack = root.table("pack")
    slug = pack.code("slug")
    format_number = pack_parts.check_format(pack)
    title, summary = pack.text("title"), pack.text("summary")
    accent = pack_parts.read_colour(pack, "accent", contrast.WHITE)
    accent_dark = pack_parts.read_colour(pack, "accent_dark", contrast.DARK_PAGE)
    logo = pack.string("logo")
    evidence_years = pack.number("evidence_years") or 1
    facts = pack.facts()
    pack.refuse_unknown()
    built = Pack(
        slug=slug,
        format=format_number,
        title=title,
        summary=summary,
        accent=accent,
        accent_dark=accent_dark,
        logo=logo,
        evidence_years=evidence_years,
        controller=pack_parts.read_controller(root.table("controller")),
        channels=tuple(map(pack_parts.read_channel, root.tables("channels"))),
        purposes=tuple(map(pack_parts.read_purpose, root.tables("purposes"))),
        fields=tuple(map(pack_parts.read_field, root.tables("fields"))),
        recipients=tuple(map(pack_parts.read_recipient, root.tables("recipients"))),
        retention=tuple(map(pack_parts.read_retention, root.tables("retention"))),
        complaints=pack_parts.read_complaints(root.table("complaints")),
        requests=pack_parts.read_requests(root.table("requests")),
        security_data=pack_parts.read_security_data(root.table("security_data")),
        own_records=pack_parts.read_own_records(root.table("own_records")),
        findings=tuple(map(pack_parts.read_finding, root.tables("findings", required=False))),
        placeholders=(),
        texts=document["texts"],
        logo_svg=document["logo_svg"],
        facts=facts,
    )
    root.refuse_unknown()
    gaps = [
        Placeholder(name, Text(words, words, placeholder=True), name, line)
        for language, sections in document["texts"].items()
        for name, text in ((f"{language}/{section}.md", source) for section, source in sections.items())
        for line, words in marked_gaps(text)
    ]
    return replace(built, placeholders=(*notes.placeholders, *gaps))


def placeholder_faults(pack: Pack) -> list[Fault]:
    """The gaps only the owner can fill, as faults with their lines, of a pack read from its folder."""
    return [
        Fault(placeholder.file, placeholder.line, _("Waits for the owner: %(what)s") % {"what": placeholder.text})
        for placeholder in pack.placeholders
    ]


def _read_file(path: Path, name: str, faults: list[Fault]) -> str | None:
    """The file's text in one form (NFC, line feeds), or None after noting why it cannot be read."""
    try:
        content = (path / name).read_bytes()
        if len(content) > LARGEST_FILE:
            faults.append(Fault(name, 1, _("The file is larger than %(kb)d KB.") % {"kb": LARGEST_FILE // 1024}))
            return None
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        faults.append(Fault(name, line, _("The file is not UTF-8.")))
        return None
    except OSError:
        faults.append(Fault(name, 1, _("The file is missing or cannot be read.")))
        return None
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    if not without_comments(text).strip():
        faults.append(Fault(name, 1, _("The file is empty.")))
    return text


def _strays(path: Path) -> list[Fault]:
    known = {f"{section}.md" for section in SECTIONS}
    names = {"known": ", ".join(SECTIONS)}
    return [
        Fault(f"{language}/{found.name}", 1, _("No section has this name; known are %(known)s.") % names)
        for language in LANGUAGES
        for found in sorted((path / language).glob("*.md"))
        if found.name not in known
    ]


def _parse(source: str | None, faults: list[Fault]) -> dict[str, object] | None:
    if source is None:
        return None
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as wrong:
        found = _TOML_LINE.search(str(wrong))
        line = int(found[1]) if found else source.count("\n") + 1
        faults.append(Fault(TOML_FILE, line, _("This is not valid TOML: %(reason)s") % {"reason": wrong}))
        return None


def _logo_name(toml: Mapping[str, object]) -> str:
    pack = toml.get("pack")
    name = pack.get("logo") if isinstance(pack, dict) else None
    return name if isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_-]+\.svg", name) else ""


def _logo_faults(name: str, svg: str) -> list[Fault]:
    faults = []
    if "<svg" not in svg:
        faults.append(Fault(name, 1, _("The logo must be an SVG picture.")))
    active = _ACTIVE_SVG.search(svg)
    if active is not None:
        line = svg.count("\n", 0, active.start()) + 1
        faults.append(Fault(name, line, _("The logo may hold shapes only: no script, style, link or embedded file.")))
    return faults
