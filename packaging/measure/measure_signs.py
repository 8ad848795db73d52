"""How many patients with a glioma a sign of another tumour would turn away.

    python packaging/measure/measure_signs.py DATA [--found]

DATA holds labelled heads: ``lgg``, ``brats18`` or both. The lesions are those of the experts, what
enhances of them too where it was marked; with ``--found`` the detector finds both. Prints a line
for each patient who would be turned away, and how many there are of each collection.
"""

import argparse
from collections import Counter
from functools import partial
from pathlib import Path

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Modality
from brainviewer.imaging.measure.descriptors import describe
from brainviewer.imaging.measure.lesion import measured
from brainviewer.imaging.preprocess.head_volume import prepare
from brainviewer.models.engine.inline import InlineEngine
from brainviewer.models.registry import segmentation_model
from brainviewer.models.segmentation.detection import find_tumour
from brainviewer.models.segmentation.network import segmentation_network
from brainviewer.models.subtype.other_tumours import why_no_glioma
from brainviewer.training.labelled_data.collection import LabelledStudy
from brainviewer.training.segmentation.data import segmentation_cases


def by_expert(labelled: LabelledStudy) -> TumourFinding:
    """The lesion that an expert marked, measured in the brain that the detector sees."""
    study, lesion = labelled.study, labelled.lesion
    head = prepare(study, Modality.FLAIR)
    if lesion is None or head is None:
        return TumourFinding("expert", False)
    brain = head.working.refine(head.inside)
    index = int(lesion.sum(axis=(0, 1)).argmax())
    marked = TumourFinding(
        "expert", True, index=index, mask=lesion, brain=brain, parts=labelled.labels
    )
    return measured(study, marked)


def main() -> None:
    """Print who would be turned away."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--found", action="store_true", help="lesions as the detector finds them")
    asked = parser.parse_args()
    card = segmentation_model()
    patients: Counter[str] = Counter()
    turned_away: Counter[str] = Counter()
    with InlineEngine(*([] if card is None else [card.network])) as engine:
        find = partial(find_tumour, network=segmentation_network(engine))
        for case in segmentation_cases(asked.data).cases:
            labelled = case.load()
            finding = find(labelled.study) if asked.found else by_expert(labelled)
            sign = why_no_glioma(describe(labelled.study, finding))
            patients[case.collection] += 1
            turned_away[case.collection] += bool(sign)
            if sign:
                print(f"{case.case_id}: {sign}")
    for collection, count in patients.items():
        print(f"{collection}: {turned_away[collection]} of {count} turned away")


if __name__ == "__main__":
    main()
