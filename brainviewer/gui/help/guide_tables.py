"""The tables in the guide: between ``<!-- NAME -->`` and ``<!-- end of NAME -->``."""

from collections.abc import Iterable, Mapping


def table(
    rows: Iterable[tuple[str, ...]], head: tuple[str, ...] = ("hand or key", "what it does")
) -> str:
    """Rows as a table in Markdown."""
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_tables(page: str, tables: Mapping[str, str]) -> str:
    """A page with its tables as they should be, by name; those it does not have are left out."""
    for name, made in tables.items():
        before, begin, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        if end:
            page = f"{before}{begin}\n{made}\n\n{end}{after}"
    return page
