"""What a histology means for the classes of a model."""

import pytest

from brainviewer.core.monitoring.histology import truth_for

SUBTYPES, IMAGES = ("A", "O", "G"), ("glioma", "meningioma", "pituitary", "none")


@pytest.mark.parametrize(
    ("entered", "classes", "truth"),
    [
        ("G", SUBTYPES, "G"),
        ("G", IMAGES, "glioma"),
        ("glioma", IMAGES, "glioma"),
        ("glioma", SUBTYPES, None),
        ("meningioma", SUBTYPES, "other"),
        ("metastasis", IMAGES, "other"),
        ("none", IMAGES, "none"),
        ("none", SUBTYPES, "other"),
        ("low", ("low", "high"), "low"),
    ],
)
def test_a_histology_is_a_class_or_none_of_them(entered, classes, truth) -> None:
    assert truth_for(entered, classes) == truth
