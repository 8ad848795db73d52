"""Pages of audits, runs and leaderboards and tables of READMEs, from ``resources/pages``."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from brainviewer import __version__
from brainviewer.assets import resources
from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.files.writing import write_whole

START = "<!-- figures: written by brainviewer.training -->"
END = "<!-- end of figures -->"


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


def put_tables(readme: Path, made: str) -> None:
    """Put what was made between the two marks of the README; raises FileError without them."""
    text = readme.read_text(encoding="utf-8")
    if START not in text or END not in text:
        raise FileError(f"{readme.name} has no place for the figures.", f"Add a line {START}.")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    write_whole(readme, f"{before}{START}\n\n{made}\n\n{END}{after}".encode())


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
