"""How a policy text becomes HTML: links that leave the site are marked, wide tables scroll, gaps are shown."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from policies.markdown import GAP, is_external, portal_address


class Renderer(RendererHTML):
    """Marks links that leave the site, in words as well as by a sign."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        address = str(token.attrGet("href") or "")
        if is_external(address):
            token.attrSet("rel", "external noopener noreferrer")
            token.attrSet("class", "external")
            _closing(tokens, idx).meta["external"] = True
        elif address.startswith("portal:"):
            token.attrSet("href", portal_address(address, env["language"]) or "#")
        return self.renderToken(tokens, idx, options, env)

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        mark = ""
        if tokens[idx].meta.get("external"):
            words = _("leaves this site")
            mark = f'<span class="hidden-visually"> ({words})</span>'
        return mark + self.renderToken(tokens, idx, options, env)

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # A table wider than the screen scrolls; a region that scrolls must be reachable by keyboard and have a name.
        region = f'<div class="table-scroll" role="region" aria-label="{escapeHtml(_("Table"))}" tabindex="0">'
        return region + self.renderToken(tokens, idx, options, env)

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.renderToken(tokens, idx, options, env) + "</div>"

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return GAP.sub(lambda gap: f'<mark class="placeholder">{gap[0]}</mark>', escapeHtml(tokens[idx].content))

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return ""


def _closing(tokens: Sequence[Token], opening: int) -> Token:
    depth = 0
    for token in tokens[opening:]:
        depth += (token.type == "link_open") - (token.type == "link_close")
        if depth == 0:
            return token
    raise ValueError("a link that never closes")
