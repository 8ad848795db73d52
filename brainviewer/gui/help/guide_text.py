"""The guide as chapters and sections that can be searched; Markdown, without a window.

Headings are found as GitHub finds them, and have its anchors, so that the links of the documents
lead to the same places here as there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from brainviewer.assets import guide
from brainviewer.gui.help.guide_tables import with_tables

_DOCUMENTS = ("user-guide.md", "image-results.md")
"""What is shipped, in the order of the contents."""
_HEADING = re.compile(r"(#{1,3}) +(.+?)\s*#*")
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*`|]|^#+ |^ *- ", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, up to the next heading.

    level : 1 to 3. place : the file and the anchor, such as ``user-guide.md#see``.
    """

    level: int
    title: str
    place: str
    markdown: str

    @cached_property
    def words(self) -> str:
        """What can be read, in small letters, without the marks of Markdown."""
        return " ".join(_MARKS.sub("", _LINK.sub(r"\1", self.markdown)).split()).casefold()

    def has(self, wanted: Sequence[str]) -> bool:
        """Whether every one of the words, in small letters, stands in it."""
        return all(word in self.words for word in wanted)


@dataclass(frozen=True)
class Chapter:
    """What is shown as one page: a section and those below it."""

    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """The title of its first section."""
        return self.sections[0].title

    @property
    def markdown(self) -> str:
        """The whole chapter."""
        return "\n".join(section.markdown for section in self.sections)

    def has(self, wanted: Sequence[str]) -> bool:
        """Whether one of its sections has every one of the words, in small letters."""
        return any(section.has(wanted) for section in self.sections)

    def number(self, place: str) -> int:
        """Which of its sections stands at a place; −1 if none does."""
        places = [section.place for section in self.sections]
        return places.index(place) if place in places else -1


def read_chapters(tables: Mapping[str, str]) -> list[Chapter]:
    """The chapters of all documents that came with the application.

    tables : what takes the place of the tables in them, by name; see ``guide_tables``.

    Raises FileError if the guide is missing, or OSError if it cannot be read.
    """
    chapters: list[Chapter] = []
    for name in _DOCUMENTS:
        path = guide().parent / name
        if path.is_file() or name == _DOCUMENTS[0]:
            chapters += chapters_of(with_tables(path.read_text("utf-8"), tables), name)
    return chapters


def chapters_of(text: str, name: str) -> list[Chapter]:
    """The chapters of a document: headings of the second level, and its beginning.

    name : of its file, for the places of its sections.
    """
    found: list[list[Section]] = []
    for section in _sections(_COMMENT.sub("", text), name):
        if section.level < 3 or not found:
            found.append([section])
        else:
            found[-1].append(section)
    return [Chapter(tuple(sections)) for sections in found]


def chapter_at(chapters: Sequence[Chapter], place: str) -> Chapter | None:
    """The chapter that a place is in; a file without an anchor is its first one."""
    for chapter in chapters:
        if chapter.number(place) >= 0 or chapter.sections[0].place.partition("#")[0] == place:
            return chapter
    return None


def link_place(link: str, current: str) -> str:
    """The place that a link leads to. link : as it is written; current : where it stands."""
    path, _, anchor = link.partition("#")
    name = Path(path).name if path else current.partition("#")[0]
    return f"{name}#{anchor}" if anchor else name


def _sections(text: str, name: str) -> list[Section]:
    heads: list[tuple[int, int, str]] = []
    lines, fenced = text.splitlines(), False
    for number, line in enumerate(lines):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and (head := _HEADING.fullmatch(line)):
            heads.append((number, len(head[1]), head[2]))
    ends = [number for number, _, _ in heads[1:]] + [len(lines)]
    made, seen = [], dict[str, int]()
    for (number, level, title), end in zip(heads, ends, strict=True):
        anchor = _anchor(title)
        again = seen[anchor] = seen.get(anchor, -1) + 1
        place = f"{name}#{anchor}-{again}" if again else f"{name}#{anchor}"
        made.append(Section(level, title, place, "\n".join(lines[number:end]) + "\n"))
    return made


def _anchor(title: str) -> str:
    """As GitHub makes one: small letters and digits, a hyphen for each space."""
    return re.sub(r"[^\w\- ]", "", title.casefold()).replace(" ", "-")
