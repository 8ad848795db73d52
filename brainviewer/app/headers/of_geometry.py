"""What headers say of places: both affines of NIfTI, obliquity, voxel sizes, slices."""

from collections.abc import Iterator

from brainviewer.app.headers.said import Check, Level, Said
from brainviewer.core.counting import listed
from brainviewer.core.headers.source_header import Forms, obliquity, squareness
from brainviewer.core.study import Volume
from brainviewer.files.nifti.volume_limits import size_notice

_APART_MM = 0.5
"""From here on the reader tells that both affines disagree; see ``files.nifti.affine``."""
_TURNED = 0.5
_OBLIQUE = 0.5
"""Degrees that rounding does not make."""
_SKEW = 0.5
_ELONGATED = 1.5
_GAP = 0.1
"""Of the distance of slices, by which they are thicker or thinner."""


def forms_of(volume: Volume) -> Iterator[Said]:
    """The qform against the sform."""
    header = volume.header
    if header is None or header.forms is None:
        return
    forms = header.forms
    if forms.apart_mm is not None and forms.turned_degrees is not None:
        yield _compared(forms, forms.apart_mm, forms.turned_degrees)
        return
    yield _alone(forms)


def _compared(forms: Forms, apart: float, turned: float) -> Said:
    values = {"apart_mm": round(apart, 2), "turned_degrees": round(turned, 2)}
    if apart <= _APART_MM and turned <= _TURNED:
        found = f"qform and sform agree to {apart:.2f} mm and {turned:.2f}°."
        return Said(Check.FORMS, Level.FINE, found, "The sform is used.", values)
    found = f"qform and sform differ by up to {apart:.1f} mm and {turned:.1f}°"
    found += ", and in orientation." if forms.flipped else "."
    done = "The sform is used."
    if forms.flipped:
        done += " Check the sides."
    return Said(Check.FORMS, Level.CAUTION, found, done, values)


def _alone(forms: Forms) -> Said:
    there = [n for n, has in (("sform", forms.sform), ("qform", forms.qform)) if has]
    invalid = [name for name in there if name not in forms.sound]
    if forms.sound:
        used = forms.sound[0]
        done = f"The {used} is used."
        if invalid:
            return Said(Check.FORMS, Level.CAUTION, f"The {invalid[0]} is invalid.", done)
        other = "qform" if used == "sform" else "sform"
        return Said(Check.FORMS, Level.FINE, f"There is a {used} and no {other}.", done)
    done = (
        "Its voxel sizes are used. No sides and positions are told in the whole study, and its "
        "voxels are laid over those of other sequences in their order."
    )
    if invalid:
        verb = "is" if len(invalid) == 1 else "are"
        return Said(Check.FORMS, Level.CAUTION, f"{listed(invalid)} {verb} invalid.", done)
    found = "There is no sform and no qform: it is not said how the patient lay."
    return Said(Check.FORMS, Level.CAUTION, found, done)


def obliquity_of(volume: Volume, onto: str) -> Iterator[Said]:
    """How far slices are tilted. onto : whose grid resampled sequences are on."""
    grid = volume.file_grid
    if not grid.oriented:
        return
    angle = obliquity(grid)
    values = {"obliquity_degrees": round(angle, 2)}
    if angle <= _OBLIQUE:
        yield Said(
            Check.OBLIQUITY, Level.FINE, "Its slices are straight in the scanner.", "", values
        )
        return
    found = f"Its voxel axes are tilted by {angle:.1f}° against the scanner's."
    done = (
        f"It was resampled onto the grid of {onto}."
        if volume.resampled
        else "It is cut along its own voxel axes; letters name the nearest side."
    )
    yield Said(Check.OBLIQUITY, Level.NOTE, found, done, values)


def voxels_of(volume: Volume, onto: str) -> Iterator[Said]:
    """Sizes, right angles, and slices that are thicker or thinner than they are apart."""
    grid, header = volume.file_grid, volume.header
    yield _anisotropy(volume, onto)
    if notice := size_notice(grid):
        yield Said(Check.VOXELS, Level.CAUTION, notice, "It is opened all the same.")
    skew = squareness(grid)
    if abs(skew - 90) > _SKEW:
        found = f"Two of its voxel axes meet at {skew:.1f}°."
        done = "Positions and volumes follow them; slices are drawn as if it were a right angle."
        if volume.resampled:
            done = f"It was resampled onto the grid of {onto} by its positions."
        values = {"angle_degrees": round(skew, 2)}
        yield Said(Check.VOXELS, Level.CAUTION, found, done, values)
    if header is None:
        return
    if header.sizes_mm is not None:
        said = _sizes(header.sizes_mm), _sizes(grid.spacing)
        found = f"pixdim says voxels of {said[0]} mm, the sform {said[1]} mm."
        yield Said(Check.VOXELS, Level.CAUTION, found, "The sizes of the sform are used.")
    if header.unit != "mm":
        found, done = "No unit of length is named.", "Lengths were taken for millimetres."
        if header.unit:
            found, done = f"Its lengths are in {header.unit}.", "They were converted to mm."
        yield Said(Check.VOXELS, Level.NOTE, found, done)
    yield from _thickness(volume)


def _anisotropy(volume: Volume, onto: str) -> Said:
    sizes = volume.file_grid.spacing
    ratio = max(sizes) / min(sizes)
    values = {"anisotropy": round(ratio, 2)}
    if ratio < _ELONGATED:
        found = f"Its voxels are {_sizes(sizes)} mm."
        return Said(Check.VOXELS, Level.FINE, found, "", values)
    found = f"Its voxels are {_sizes(sizes)} mm, {ratio:.1f} times as long as they are wide."
    if volume.resampled:
        done = f"It was resampled onto the grid of {onto}, linearly between its voxels."
    else:
        done = "They are drawn in their true proportions; lengths and volumes count in mm."
    return Said(Check.VOXELS, Level.NOTE, found, done, values)


def _thickness(volume: Volume) -> Iterator[Said]:
    header = volume.header
    if header is None or header.thickness_mm is None:
        return
    apart, thick = volume.file_grid.spacing[2], header.thickness_mm
    if abs(apart - thick) <= _GAP * apart:
        return
    what = f"{apart - thick:.2g} mm between them were not imaged"
    if thick > apart:
        what = f"they overlap by {thick - apart:.2g} mm"
    found = f"Its slices are {thick:.3g} mm thick and {apart:.3g} mm apart: {what}."
    done = "Voxels are as high as slices are apart."
    values = {"thickness_mm": round(thick, 3), "apart_mm": round(apart, 3)}
    yield Said(Check.VOXELS, Level.NOTE, found, done, values)


def _sizes(sizes: tuple[float, float, float]) -> str:
    return " × ".join(f"{mm:.3g}" for mm in sizes)
