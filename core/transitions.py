"""Tables of allowed moves: which may follow, and the diagram drawn from them. Pure."""

from collections.abc import Mapping

Table = Mapping[str, tuple[str, ...]]


def may_follow(table: Table, *, current: str, target: str) -> bool:
    """Whether `target` may follow `current`. Raises KeyError for a state the table does not know."""
    return target in table[current]


def diagram(table: Table) -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {next(iter(table))}"]
    for state, following in table.items():
        lines += [f"    {state} --> {target}" for target in following]
        if not following:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines) + "\n"
