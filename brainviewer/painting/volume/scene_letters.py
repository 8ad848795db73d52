"""The patient's directions in a corner of the 3D image: three axes with R L A P S I."""

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import VTK_UNSIGNED_CHAR, vtkPoints
from vtkmodules.vtkRenderingCore import (
    vtkActor2D,
    vtkPolyDataMapper2D,
    vtkRenderer,
    vtkTextActor,
)

from brainviewer.painting.volume.scene_parts import lines_between
from brainviewer.painting.volume.view import LOOKS, Rotation

_LETTERS = "RLASPI"
_NEAR = np.array((0.94, 0.96, 0.98))
_FAR = np.array((0.30, 0.35, 0.40))
_SHADES = 24
"""Steps from far to near, too small to be seen."""


class OrientationLetters:
    """Letters around a small cross of axes; what is nearer to the viewer is brighter."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._points = vtkPoints(number_of_points=7)
        self._cross = lines_between(self._points, [(0, end) for end in range(1, 7)])
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(self._cross)
        self._lines = vtkActor2D(mapper=mapper)
        renderer.AddViewProp(self._lines)
        self._texts = {}
        for letter in _LETTERS:
            text = vtkTextActor(input=letter)
            style = text.GetTextProperty()
            style.SetFontFamilyToArial()
            style.BoldOn()
            style.SetJustificationToCentered()
            style.SetVerticalJustificationToCentered()
            renderer.AddViewProp(text)
            self._texts[letter] = text
        self.show(False)

    def show(self, shown: bool) -> None:
        """Show or hide all of it."""
        self._lines.SetVisibility(shown)
        for text in self._texts.values():
            text.SetVisibility(shown)

    def place(self, rotation: Rotation, size: tuple[int, int], ratio: float = 1.0) -> None:
        """Put the axes in the lower left corner.

        rotation : as in ``VolumeView``.
        size : width and height of the image in pixels.
        ratio : pixels a point of the screen on which the image will be seen.
        """
        scale = max(0.75 * ratio, min(size) / 450)
        radius = 25 * scale
        middle = np.array((50.0, 50.0)) * scale
        colours = np.zeros((6, 3), np.uint8)
        self._points.SetPoint(0, middle[0], middle[1], 0)
        for n, letter in enumerate(_LETTERS):
            right, up, near = rotation @ LOOKS[letter][0]
            end = middle + radius * np.array((right, up))
            self._points.SetPoint(n + 1, end[0], end[1], 0)
            # VTK keeps what it takes for letters of each colour for good, so there are not many.
            colour = _FAR + (_NEAR - _FAR) * round(_SHADES * (0.5 + 0.5 * near)) / _SHADES
            colours[n] = colour * 150
            text = self._texts[letter]
            text.SetPosition(*(middle + (radius + 10 * scale) * np.array((right, up))))
            style = text.GetTextProperty()
            style.SetFontSize(round(13 * scale))
            style.SetColor(*colour)
            # An axis that points straight at the viewer has both its letters in one place.
            style.SetOpacity(1.0 if near > -0.9 else 0.0)
        self._points.Modified()
        self._lines.GetProperty().SetLineWidth(max(1.0, 1.5 * scale))
        self._cross.GetCellData().SetScalars(
            numpy_to_vtk(colours, deep=True, array_type=VTK_UNSIGNED_CHAR)
        )
