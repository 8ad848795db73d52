"""Names of the Brain Imaging Data Structure: ``sub-01_ses-post_ce-gd_run-1_T1w``.

Specification: bids.neuroimaging.io, "Entities". What stands in an entity is no free text: the
session ``post`` is a point in time, and only ``ce`` says that a contrast agent was given.
"""

import re
from dataclasses import dataclass

ENTITIES = frozenset((
    "acq", "atlas", "ce", "chunk", "cohort", "den", "desc", "dir", "echo", "flip", "from", "hemi",
    "inv", "label", "mod", "mode", "mt", "nuc", "part", "proc", "rec", "recording", "res", "run",
    "sample", "scale", "seg", "ses", "space", "split", "stain", "sub", "suffix", "task", "template",
    "to", "tpl", "trc", "voi",
))  # fmt: skip
_SUBJECT = re.compile(r"sub-[a-z0-9+]+(?![a-z0-9+-])")
_ENTITY = re.compile(r"([a-z]+)-([a-z0-9+.]+)")
_SPACE = re.compile(r"space-(?:\w+w|mni\w*|native|orig|individual|sri\w*|sub\w*)")
_NO_AGENT = frozenset(("no", "non", "none", "without", "pre", "native", "false", "0"))


@dataclass(frozen=True)
class BidsName:
    """A name in small letters, taken apart.

    entities : key to value; empty where the name is none of BIDS.
    rest : everything that is no entity, the suffix among it.
    """

    entities: dict[str, str]
    rest: str

    @classmethod
    def of(cls, stem: str) -> "BidsName":
        """Take a name without its ending apart; one that is none of BIDS is all ``rest``."""
        parts = stem.split("_")
        if not _SUBJECT.match(stem):
            return cls({}, "_".join(part for part in parts if not _SPACE.fullmatch(part)))
        entities: dict[str, str] = {}
        rest = []
        for part in parts:
            match = _ENTITY.fullmatch(part)
            if match and match[1] in ENTITIES:
                entities[match[1]] = match[2]
            else:
                rest.append(part)
        return cls(entities, "_".join(rest))

    @property
    def contrast(self) -> bool:
        """Whether the entity ``ce`` names a contrast agent."""
        return self.entities.get("ce", "none") not in _NO_AGENT
