"""Names from outside, such as those of files, where Qt would read more than text into them."""

from html import escape

from brainviewer.core.shown_text import shown_text


def as_tip(text: str) -> str:
    """For a tool tip, which takes what looks like HTML for HTML; lines stay lines."""
    plain = "\n".join(shown_text(line) for line in text.split("\n"))
    if "<" not in plain:
        return plain
    return f"<span>{escape(plain).replace(chr(10), '<br>')}</span>"


def on_button(text: str) -> str:
    """For a button, menu or check box, where an ampersand names a key."""
    return shown_text(text).replace("&", "&&")


def in_title(text: str) -> str:
    """For the title of a window, where ``[*]`` stands for unsaved changes."""
    return shown_text(text).replace("[*]", "[*][*]")
