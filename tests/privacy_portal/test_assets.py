"""Styles, scripts and typefaces: within their budget, licensed, speaking only in tokens, asking nobody else."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from policies import contrast

STATIC = Path(settings.BASE_DIR) / "privacy_portal" / "static"
STYLES = sorted((STATIC / "css").glob("*.css"))
FIRST_VIEW_FONT_BYTES = 36 * 1024
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
_TOKEN = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
ACCENT = {"light": "#0b5f79", "dark": "#7fc6dc"}


def tokens(theme: str) -> dict[str, str]:
    """Colours of one theme, by token name."""
    text = (STATIC / "css" / "tokens.css").read_text()
    marker = ':root[data-theme="light"] {' if theme == "light" else '\n:root[data-theme="dark"] {'
    block = text[text.index(marker) :]
    return dict(_TOKEN.findall(block[: block.index("}")]))


@pytest.mark.parametrize("path", [path for path in STYLES if path.name != "tokens.css"], ids=lambda path: path.name)
def test_colours_come_from_tokens(path: Path) -> None:
    text = re.sub(r"@media print \{.*", "", path.read_text(), flags=re.DOTALL)
    assert COLOUR.findall(text) == []


@pytest.mark.parametrize("path", [*STYLES, *(STATIC / "js").glob("*.js")], ids=lambda path: path.name)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    assert "//" not in re.sub(r"^\s*//.*$|/\*.*?\*/|\s//\s.*$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("folder", sorted((STATIC / "vendor").iterdir()), ids=lambda folder: folder.name)
def test_vendored_files_name_their_version_and_licence(folder: Path) -> None:
    version = (folder / "VERSION").read_text()
    assert re.search(r"^version: \d+\.\d+\.\d+$", version, re.MULTILINE)
    assert re.search(r"^package: \S+$", version, re.MULTILINE)
    assert [path for path in folder.iterdir() if path.name.upper().startswith("LICENSE")]


def test_the_first_view_loads_one_weight_of_the_typeface() -> None:
    fonts = STATIC / "vendor" / "be-vietnam-pro"
    size = sum((fonts / name).stat().st_size for name in ("latin-400.woff2", "vietnamese-400.woff2"))
    assert size <= FIRST_VIEW_FONT_BYTES


def test_the_two_ways_to_the_dark_theme_are_one() -> None:
    """The device's wish and the style guide's switch give the same colours."""
    text = (STATIC / "css" / "tokens.css").read_text()
    media = text[text.index("@media (prefers-color-scheme: dark)") :]
    assert dict(_TOKEN.findall(media[: media.index("\n}\n")])) == tokens("dark")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "page"),
        ("ink", "surface"),
        ("ink-soft", "page"),
        ("ink-soft", "surface"),
        ("danger", "page"),
        ("danger", "danger-soft"),
        ("ok", "ok-soft"),
        ("wait", "wait-soft"),
        ("quiet", "quiet-soft"),
        ("on-danger", "danger"),
        ("on-danger", "danger-strong"),
    ],
)
def test_text_can_be_read_on_its_ground(theme: str, text: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast.ratio(colours[text], colours[ground]) >= contrast.MINIMUM


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_edge_of_a_control_can_be_seen(theme: str) -> None:
    """WCAG 1.4.11: three to one."""
    colours = tokens(theme)
    assert contrast.ratio(colours["line-strong"], colours["page"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_button_without_a_pack_can_be_read(theme: str) -> None:
    assert contrast.ratio(tokens(theme)["on-accent"], ACCENT[theme]) >= contrast.MINIMUM
