"""A reading from a PACS: found, retrieved, opened, exported as DICOM, sent back, found there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.dicom_export.export import export_dicom
from brainviewer.app.dicom_export.request import DicomExportRequest, DicomResults
from brainviewer.app.opening.study import open_study
from brainviewer.app.report.study_figures import analysis_spec
from brainviewer.core.study import Study
from brainviewer.pacs import client
from brainviewer.pacs.query import Query
from tests import pacs_servers
from tests.dicom_results import segments_read
from tests.dicom_writer import write_study
from tests.pacs_nodes import node_of
from tests.pacs_servers import Server
from tests.phantoms import marker_finding, marker_mask, marker_study, measured


@pytest.fixture(scope="module")
def study() -> Study:
    made = marker_study()
    whole = {m: replace(v, data=np.rint(v.data).astype(np.int16)) for m, v in made.volumes.items()}
    return replace(made, volumes=whole)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, study: Study) -> Iterator[Server]:
    """Orthanc with that study alone."""
    if absent := pacs_servers.missing():
        pytest.skip(f"needs {absent} (Debian: orthanc, orthanc-dicomweb, dcmtk, openssl)")
    files = write_study(tmp_path_factory.mktemp("sent"), study).values()
    everything = [path for paths in files for path in paths]
    with pacs_servers.orthanc(tmp_path_factory.mktemp("w") / "w", files=everything) as made:
        yield made


@pytest.mark.usefixtures("closed_network")
@pytest.mark.parametrize("way", ["C-GET", "DICOMweb"])
def test_a_reading_comes_from_a_node_and_goes_back(
    server: Server, study: Study, way: str, tmp_path: Path
) -> None:
    node = node_of(server, way)
    (match,) = client.find_studies(node, Query(name="doe")).studies
    before = client.find_series(node, match.uid)
    images = [one for one in before if one.modality == "MR"]
    client.retrieve(node, match.uid, images, tmp_path / "in")

    opened = open_study([tmp_path / "in"])
    assert set(opened.volumes) == set(study.volumes)
    for modality, volume in opened.volumes.items():
        wanted = study.volumes[modality]
        assert np.array_equal(
            volume.grid.to_ras.turn(volume.data), wanted.grid.to_ras.turn(wanted.data)
        )
    source = opened.patient_source
    assert source is not None
    assert source.study.uid == match.uid

    finding = measured(marker_finding(opened), opened)
    results = DicomResults(opened, finding, None, (analysis_spec(opened, finding, None),))
    written = export_dicom(DicomExportRequest(tmp_path / "out"), results)
    assert written.study_uid == match.uid
    files = [written.folder / one.name for one in written.files if one.sop_instance_uid]
    assert client.send(node, files) == len(files)

    sent = [one for one in written.files if one.sop_instance_uid]
    there = {one.uid: one.modality for one in client.find_series(node, match.uid)}
    assert {one.series_uid for one in sent} <= there.keys()
    assert {"SEG", "SR"} <= set(there.values())
    (mask,) = segments_read(written.folder / "SEG.dcm", opened.grid).values()
    assert np.array_equal(mask, marker_mask(opened.grid))
