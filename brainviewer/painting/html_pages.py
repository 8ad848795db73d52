"""Pages as HTML, from templates in ``resources/pages``."""

from typing import Any

from brainviewer.assets import resources


def page_html(template: str, **values: Any) -> str:
    """A page from the template of this name, without ending. values : what it writes."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(resources() / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return pages.get_template(f"{template}.html").render(**values)
