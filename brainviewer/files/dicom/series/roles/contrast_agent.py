"""Whether a contrast agent was given before a scan, by the elements of the module Contrast/Bolus.

The agent is free text that people type (PS3.3, C.7.6.4): brand names, doses, and "no" in every
language. What is neither an agent nor a "no" is told as doubtful.
"""

import re
from enum import Enum, auto

from brainviewer.files.dicom.series.frames import Tags
from brainviewer.files.study.sequence_mention import names_agent
from brainviewer.files.study.sequence_names import without_accents
from brainviewer.files.study.sequence_words import NOT, WITHOUT_AGENT, each


class Agent(Enum):
    """What the elements say; UNSAID where there are none."""

    GIVEN = auto()
    NOT_GIVEN = auto()
    DOUBTFUL = auto()
    UNSAID = auto()


_NO = (NOT - each("v o un")) | each(
    without_accents("""
    none null nil na false nein nee nao nie nej nei nessun nessuno nessuna aucun aucune ninguno
    ninguna nenhum nenhuma geen ingen intet brak zadny zadna hayir yok ei нет не なし 無し
    無 无 無造影 没有 없음 아니오 off
    """)
)
_LONE_NO = re.compile(r"[\W_]*(?:n|n/a|0*(?:[.,]0+)?\s*(?:ml|cc|mmol)?)[\W_]*")
_YES = each(
    "yes y ja oui si sim tak true given iv gd gad gado km kl mdc pdc pc contrast kontrast"
    " contraste contrasto kontrastmittel medium media agent да 造影 造影剤 造影剂 有 あり 조영제"
)
_FILLERS = each("a an any de di du the was is of not given used applied applicable administered iv")
_NAME = re.compile(
    r"(?<![^\W_])(?:gado\w*|gd\w*|dota\w*|magne?v\w*|magnograf|magnescope|pro ?hance"
    r"|multi ?hance|omnis[ck]an|clariscan|vueway|elucirem|primovist|eovist|vasovist|ablavar|gada\w+"
    r"|optimark|artirem|cyclolux|feraheme|ferumoxytol|gbca|гадо\w*|магневист|омнискан|дотарем)|カト|钆|釓|가도"
)
"""Of agents for MR, their brands and short forms."""
_DOSE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:ml|cc|mmol|мл)")
_GIVEN = ("ContrastBolusVolume", "ContrastBolusTotalDose", "ContrastBolusStartTime")
"""Numbers that are told of an agent that was given; zero where the protocol has a place for it."""


def contrast_agent(tags: Tags) -> Agent:
    """What the elements say together; what contradicts is doubtful."""
    administered = tags.words("ContrastBolusAgentAdministered")
    if "NO" in administered:
        return Agent.NOT_GIVEN
    texts = (tags.text("ContrastBolusAgent"), tags.text("ContrastBolusIngredient"))
    said = {agent_named(text) for text in texts} - {Agent.UNSAID}
    if "YES" in administered or any((tags.number(word) or 0) > 0 for word in _GIVEN):
        said.add(Agent.GIVEN)
    if Agent.NOT_GIVEN in said:
        return Agent.NOT_GIVEN if len(said) == 1 else Agent.DOUBTFUL
    if Agent.GIVEN in said:
        return Agent.GIVEN
    # A route alone may stand in the protocol of every scan.
    return Agent.DOUBTFUL if said or tags.text("ContrastBolusRoute") else Agent.UNSAID


def agent_named(text: str) -> Agent:
    """What the text of an agent says."""
    plain = without_accents(text.lower()).strip().replace("w/o", "without")
    plain = re.sub(r"\bi\.\s?v\b", " iv", plain)
    if not plain:
        return Agent.UNSAID
    if _LONE_NO.fullmatch(plain) or WITHOUT_AGENT.fullmatch(plain):
        return Agent.NOT_GIVEN
    words = re.findall(r"[^\W_]+", plain)
    denied = not _NO.isdisjoint(words)
    agents = [word for word in words if _NAME.fullmatch(word) or names_agent(word)]
    if denied:
        others = {*words} - _NO - _YES - _FILLERS
        return Agent.DOUBTFUL if others - {*(agents if words[0] in _NO else ())} else _not(words)
    if "n" in words:
        return Agent.DOUBTFUL
    doses = [float(dose.replace(",", ".")) for dose in _DOSE.findall(plain)]
    known = agents or not _YES.isdisjoint(words) or _NAME.search(plain) or any(doses)
    return Agent.GIVEN if known else Agent.DOUBTFUL


def _not(words: list[str]) -> Agent:
    """A "no" stands first or last: in "KM nativ KM" nobody knows."""
    return Agent.NOT_GIVEN if {words[0], words[-1], *words[:2]} & _NO else Agent.DOUBTFUL
