"""The types that a reader can enter when the histology is there, and what they mean for a model."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from brainviewer.core.findings.classification import NO_TUMOUR
from brainviewer.core.findings.feedback import OTHER

GLIOMA = "glioma"
ADULT_DIFFUSE_GLIOMAS = ("A", "O", "G")
HISTOLOGY_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "A": "Astrocytoma, IDH-mutant",
        "O": "Oligodendroglioma, IDH-mutant and 1p/19q-codeleted",
        "G": "Glioblastoma, IDH-wildtype",
        GLIOMA: "Another glioma, or its type is not known",
        "meningioma": "Meningioma",
        "pituitary": "Pituitary tumour",
        "metastasis": "Metastasis",
        "lymphoma": "Lymphoma of the central nervous system",
        NO_TUMOUR: "No tumour",
        OTHER: "Another tumour or lesion",
    }
)
"""Types of the WHO classification of 2021, as far as models tell them, and what else it may be."""


def truth_for(entered: str, classes: Collection[str]) -> str | None:
    """Which class of a model a histology is: its code, ``other`` for none of them.

    entered : a key of ``HISTOLOGY_TYPES``, or a class code of the model.
    None where it does not tell the model's classes apart: a glioma of unknown type, for a model
    of subtypes.
    """
    if entered in classes:
        return entered
    if entered in ADULT_DIFFUSE_GLIOMAS and GLIOMA in classes:
        return GLIOMA
    if entered == GLIOMA and set(classes) & set(ADULT_DIFFUSE_GLIOMAS):
        return None
    return OTHER
