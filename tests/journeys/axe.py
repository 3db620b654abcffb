"""axe-core on the page at hand, for WCAG 2.2 AA."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FOLDER = Path(__file__).parent / "vendor" / "axe-core"
RUN = """
async options => {
  const found = await axe.run(document, options);
  return found.violations.map(one => ({
    rule: one.id, help: one.help,
    nodes: one.nodes.map(node =>
      node.target.join(" ") + " — " + (node.failureSummary || "").split("\\n").slice(1).join(";"))
  }));
}
"""


@cache
def source() -> str:
    return (FOLDER / "axe.min.js").read_text(encoding="utf-8")


def prepare(context: BrowserContext) -> None:
    """Have axe in every page of a window, past the content security policy, which rightly refuses a script of ours."""
    context.add_init_script(source())


def violations(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What axe finds, one line each; all rules of WCAG 2.2 AA, or those named."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    options: dict[str, Any] = {"runOnly": only, "preload": False, "resultTypes": ["violations"], "elementRef": False}
    found = page.evaluate(RUN, options)
    return [f"{one['rule']} ({one['help']}): {node}" for one in found for node in one["nodes"]]
