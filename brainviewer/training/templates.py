"""Pages of audits, runs and leaderboards and tables of READMEs, from ``resources/pages``."""

import re
from functools import cache
from typing import Any

from brainviewer import __version__
from brainviewer.assets import resources
from brainviewer.core.counting import counted


def render_page(template: str, title: str, **values: Any) -> bytes:
    """A whole page in UTF-8 that needs no other file.

    template : name of the page without ``.html``; title : plain words; values : what the template
        names. Everything is escaped on the way into the page.
    """
    page = (
        _environment()
        .get_template(f"{template}.html")
        .render(title=title, version=__version__, **values)
    )
    head, body = page.split("<body>", 1)
    body, end = body.rsplit("</main>", 1)
    # Line breaks of the template are no part of the page.
    body = re.sub(r"\s*\n\s*", " ", re.sub(r"(?<=>)\s*\n\s*(?=<)", "", body))
    # Names of files may be no UTF-8.
    return f"{head}<body>{body}</main>{end}".encode(errors="replace")


def render_markdown(template: str, **values: Any) -> str:
    """Paragraphs and tables; lines of a paragraph are joined.

    template : name without ``.md``; values : what it names.
    """
    text = _environment().get_template(f"{template}.md").render(**values)
    # Loops leave empty lines between rows: a table ends before other text or the next head.
    blocks = re.split(r"\n\s*\n(?!\|)|\n\n(?=\|[^\n]*\n\| ---)", text.replace("|  |", "| |"))
    return "\n\n".join(
        re.sub(r"\n+", "\n" if block.startswith("|") else " ", block)
        for block in map(str.strip, blocks)
        if block
    )


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=FileSystemLoader(resources() / "pages"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["counted"] = counted
    return made
