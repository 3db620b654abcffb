"""Every translatable text in the source, found without the gettext tools: a fresh machine has none."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.template import Engine, Template
from django.template.base import Node, NodeList
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "privacy_portal accounts complaints dsr_requests cases consent outbound personal_data policies audit core"
).split()
# name of the function: position of the context, of the text, of the plural.
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}


@dataclass(frozen=True)
class Text:
    """One text as it stands in the source."""

    where: str
    text: str
    context: str | None = None
    plural: str | None = None


def python_texts() -> Iterator[Text]:
    """Texts handed to gettext by a constant; a call whose text is no constant is answered with an empty text."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call):
                    yield from _from_call(call, where=str(path.relative_to(ROOT)))


def template_files() -> list[Path]:
    """Every template of the project."""
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})


def template_name(path: Path) -> str:
    """The name Django loads it by."""
    return str(path.relative_to(ROOT / "templates"))


def template_texts(path: Path) -> Iterator[Text]:
    """Texts of one template: translate, blocktranslate and `_("…")` in arguments."""
    name = template_name(path)
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    for node in _all_nodes(template.nodelist):
        context = getattr(getattr(node, "message_context", None), "var", None)
        shown = None if context is None else str(getattr(context, "literal", None) or context)
        if isinstance(node, BlockTranslateNode):
            text, _ = node.render_token_list(node.singular)
            plural = node.render_token_list(node.plural)[0] if node.plural else None
            if node.trimmed:
                text, plural = _trim(text), _trim(plural) if plural else None
            yield Text(name, text, shown, plural)
        elif isinstance(node, TranslateNode):
            literal = getattr(node.filter_expression.var, "literal", None)
            if literal is not None:
                yield Text(name, str(literal), shown)
    for found in re.finditer(r"""(?<![\w.])_\((?:"([^"]*)"|'([^']*)')\)""", path.read_text(encoding="utf-8")):
        yield Text(name, found[1] or found[2])


def engine() -> Engine:
    """The engine of the project's templates."""
    return Engine.get_default()


def _from_call(call: ast.Call, *, where: str) -> Iterator[Text]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in CALLS or not call.args:
        return
    context_at, text_at, plural_at = CALLS[name]

    def constant(position: int | None) -> str | None:
        if position is None or position >= len(call.args):
            return None
        value = call.args[position]
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None

    yield Text(f"{where}:{call.lineno}", constant(text_at) or "", constant(context_at), constant(plural_at))


def _all_nodes(nodes: NodeList) -> Iterator[Node]:
    for node in nodes:
        yield node
        for attribute in {*node.child_nodelists, "nodelist", "nodelist_loop", "nodelist_empty"}:
            yield from _all_nodes(getattr(node, attribute, None) or NodeList())
        for _, inner in getattr(node, "conditions_nodelists", ()):
            yield from _all_nodes(inner)


def _trim(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text.strip())
