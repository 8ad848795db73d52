"""The audit finds the copies that are known to be in a widely used collection."""

import os
from pathlib import Path

import pytest

from brainviewer.training.audit.record import as_record, audit

DATA = Path(os.environ.get("BRAINVIEWER_DATA", Path(__file__).parents[3] / "shared" / "data"))
SARTAJ = DATA / "sartaj"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not SARTAJ.is_dir(), reason=f"no collection in {SARTAJ}"),
]


def test_testing_holds_copies_of_training(tmp_path: Path) -> None:
    """Two classes of the collection, so that it takes seconds."""
    links = {
        "train/none": "Training/no_tumor",
        "train/glioma": "Testing/glioma_tumor",
        "test/none": "Testing/no_tumor",
    }
    for name, folder in links.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(SARTAJ / folder, target_is_directory=True)
    record = as_record(audit(tmp_path / "train", tmp_path / "test"))
    (leak,) = record["copies"]["across_splits"]
    assert leak["pictures"] == 92
    assert leak["with_identical"] >= 84
    assert leak["with_copy"] == 92
    assert len(record["odd"]["CT-like"]) > 10
