"""What must be known to read a follow-up; ``{}`` is a study, such as "the prior"."""

from brainviewer.imaging.measure.rano import MOST_TARGETS

ONE_PRIOR = (
    "RANO judges progression against the smallest and response against the first measurement; here "
    "it is this prior alone."
)
NOT_MEASURABLE = (
    "Nothing is measurable by RANO: both diameters must be at least 10 mm, or twice the slice "
    "thickness, on two slices."
)
CUT_OFF = "The lesion reaches the edge of the images in {}, so that no response is told from it."
OTHER_METHOD = (
    "The lesion of {} was found by another method than that of the study, so that no response is "
    "told from it."
)
NOT_FOUND = "No lesion was found in {}, so that no change is told from it."
NOT_REGISTERED = (
    "{} could not be laid over the study, so that lesions are not matched and no response is told "
    "from it: check that both are of one patient and show the same part of the head."
)
NOT_ENHANCING = (
    "What enhances is not known in {}, because it has no T1ce that shows it; no response of the "
    "enhancing part is told from it."
)
NOT_SHOWN = "Not every lesion lies inside the images of {}, so that its sum is not known."
ALL_LESIONS = "Volumes are those of all lesions, with those that lie apart from the largest one."
NO_FIRST = (
    "Which study was the first is not known or it cannot be compared, so that progression alone is "
    "told."
)
NEW_LESION = "A new measurable lesion is progression by RANO, whatever the sum."
MORE_LESIONS = (
    "There are {} measurable lesions; "
    f"RANO 2.0 adds up {MOST_TARGETS}, the largest ones of the first study."
)
