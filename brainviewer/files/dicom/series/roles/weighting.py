"""Which MR sequence a stack is, by its tags: pulse sequence, times, contrast agent, image type.

Limits of the times hold for 1 to 3 tesla; what lies between them is told as unknown.
"""

from dataclasses import dataclass

from brainviewer.core.study import Modality
from brainviewer.files.dicom.series.frames import Tags
from brainviewer.files.dicom.series.roles.contrast_agent import Agent, contrast_agent

_KINDS = {
    "LOCALIZER": "localiser",
    "DIFFUSION": "diffusion",
    "TRACEW": "diffusion",
    "ADC": "diffusion",
    "FA": "diffusion",
    "TENSOR": "diffusion",
    "DWI": "diffusion",
    "PERFUSION": "perfusion",
    "ASL": "perfusion",
    "CBF": "perfusion",
    "CBV": "perfusion",
    "MTT": "perfusion",
    "TTP": "perfusion",
    "RCBV": "perfusion",
    "RCBF": "perfusion",
    "FMRI": "functional imaging",
    "MOCO": "functional imaging",
    "SUBTRACTION": "subtraction",
    "SUBTRACT": "subtraction",
    "SUB": "subtraction",
    "PROJECTION IMAGE": "projection",
    "MIP": "projection",
    "MINIP": "projection",
    "MNIP": "projection",
    "TOF": "angiography",
    "VELOCITY": "angiography",
    "SWI": "susceptibility imaging",
    "P": "phase image",
    "PHASE": "phase image",
    "PHASE MAP": "phase image",
    "R": "real or imaginary part",
    "I": "real or imaginary part",
    "REAL": "real or imaginary part",
    "IMAGINARY": "real or imaginary part",
    "FAT": "fat image",
    "F": "fat image",
    "OUT_PHASE": "image out of phase",
    "OPP_PHASE": "image out of phase",
    "T1 MAP": "map",
    "T2 MAP": "map",
    "R2 MAP": "map",
    "SCREEN SAVE": "screenshot",
    "SCREENSHOT": "screenshot",
    "SPECTROSCOPY": "spectroscopy",
    "MOSAIC": "mosaic",
}
"""Values of ImageType, and what they say that a series is."""
_CONTRASTS = {
    "T1": Modality.T1,
    "T2": Modality.T2,
    "FLUID_ATTENUATED": Modality.FLAIR,
    "FLUID ATTENUATED": Modality.FLAIR,
    "DIFFUSION": "diffusion",
    "PERFUSION": "perfusion",
    "FLOW_ENCODED": "angiography",
    "TOF": "angiography",
    "T2_STAR": "susceptibility imaging",
    "PROTON_DENSITY": "proton density",
    "STIR": "STIR",
    "TAGGING": "tagging",
}
"""Values of AcquisitionContrast (PS3.3, C.8.13.3)."""
MOSAIC = "mosaic"
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


@dataclass(frozen=True)
class Weighting:
    """What tags say.

    sequence : one of the four; None where they do not tell.
    unused : what it is instead, such as ``diffusion``; empty otherwise.
    """

    sequence: Modality | None = None
    unused: str = ""


def weighting(tags: Tags) -> Weighting:
    """What the tags of a stack say that it is."""
    if kind := _kind(tags):
        return Weighting(unused=kind)
    said = next((_CONTRASTS[w] for w in tags.words("AcquisitionContrast") if w in _CONTRASTS), None)
    if isinstance(said, str) and not isinstance(said, Modality):
        return Weighting(unused=said)
    found = _by_times(tags)
    if found.unused:
        return found
    sequence = found.sequence or (said if isinstance(said, Modality) else None)
    if sequence is Modality.T1 and contrast_agent(tags) is Agent.GIVEN:
        sequence = Modality.T1CE
    return Weighting(sequence)


def _kind(tags: Tags) -> str:
    """What it is besides the four sequences; empty where nothing says so."""
    modality = tags.text("Modality").upper()
    if tags.text("SOPClassUID").startswith(_SECONDARY_CAPTURE):
        return "secondary capture"
    if modality != "MR":
        return modality or "series of unknown kind"
    if tags.text("SamplesPerPixel") not in ("", "1") or "PALETTE" in tags.text(
        "PhotometricInterpretation"
    ):
        return "series in colour"
    for word in tags.words("ImageType"):
        if word in _KINDS:
            return _KINDS[word]
        if word.startswith(("DIFFUSION", "PERFUSION")):
            return word.split("_")[0].lower()
    if "Y" in tags.words("AngioFlag"):
        return "angiography"
    if (tags.number("DiffusionBValue") or 0) > 0:
        return "diffusion"
    if "EP" in tags.words("ScanningSequence"):
        return "echo-planar series"
    return ""


def _by_times(tags: Tags) -> Weighting:
    scanning = {*tags.words("ScanningSequence"), *tags.words("EchoPulseSequence")}
    gradient = bool(scanning & {"GR", "GRADIENT"}) and "SE" not in scanning
    echo, repetition = tags.number("EchoTime"), tags.number("RepetitionTime")
    inversion = tags.number("InversionTime") or 0.0
    if not echo or not repetition:  # a 0 stands for what is not known
        return Weighting()
    if gradient:
        return _gradient(tags, echo, repetition, inversion)
    inverted = "IR" in scanning or "YES" in tags.words("InversionRecovery") or inversion > 0
    if inverted and 80 <= inversion <= 350:
        return Weighting(unused="STIR")
    if inverted and inversion >= 1400 and echo >= 60:
        return Weighting(Modality.FLAIR)
    if inverted and 350 < inversion < 1400 and echo <= 40:
        return Weighting(Modality.T1)
    if inverted:
        return Weighting()
    if echo <= 40 and repetition <= 1200:
        return Weighting(Modality.T1)
    if echo >= 70 and repetition >= 1800:
        return Weighting(Modality.T2)
    if echo <= 40 and repetition >= 1800:
        return Weighting(unused="proton density")
    return Weighting()


def _gradient(tags: Tags, echo: float, repetition: float, inversion: float) -> Weighting:
    variant = set(tags.words("SequenceVariant"))
    if echo >= 12:
        return Weighting(unused="susceptibility imaging")
    if inversion >= 300 or "MP" in variant:
        return Weighting(Modality.T1)
    if "SS" in variant and "SP" not in variant:
        return Weighting(unused="steady-state series")
    return Weighting(Modality.T1) if echo <= 10 else Weighting()
