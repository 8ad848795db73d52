"""Pictures a second of a volume that plain VTK draws by its mapper for graphics cards.

python in_vtk.py VOLUME.npy SIDE SECONDS

Off screen, with VTK's defaults and nothing of BrainViewer. Prints one line of JSON.
"""

import json
import sys
import time

import numpy as np
import vtk
from vtk.util.numpy_support import numpy_to_vtk


def main() -> None:
    """Turn the camera by a degree for each picture."""
    volume, side, seconds = np.load(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    image = vtk.vtkImageData()
    image.SetDimensions(*volume.shape)
    values = np.ascontiguousarray(volume.ravel(order="F"))
    image.GetPointData().SetScalars(numpy_to_vtk(values, deep=True))
    top = float(np.percentile(volume, 99.5))
    opacity, colour = vtk.vtkPiecewiseFunction(), vtk.vtkColorTransferFunction()
    for place, height in ((0.0, 0.0), (0.1 * top, 0.0), (top, 0.4)):
        opacity.AddPoint(place, height)
    colour.AddRGBPoint(0, 0, 0, 0)
    colour.AddRGBPoint(top, 1, 1, 1)
    look = vtk.vtkVolumeProperty()
    look.SetScalarOpacity(opacity)
    look.SetColor(colour)
    look.SetInterpolationTypeToLinear()
    look.ShadeOn()
    mapper = vtk.vtkGPUVolumeRayCastMapper()
    mapper.SetInputData(image)
    actor = vtk.vtkVolume()
    actor.SetMapper(mapper)
    actor.SetProperty(look)
    renderer, window = vtk.vtkRenderer(), vtk.vtkRenderWindow()
    renderer.AddVolume(actor)
    window.AddRenderer(renderer)
    window.SetOffScreenRendering(1)
    window.SetSize(side, side)
    renderer.ResetCamera()
    for _ in range(3):
        window.Render()
    drawn, begun = 0, time.perf_counter()
    while time.perf_counter() < begun + seconds:
        renderer.GetActiveCamera().Azimuth(1.0)
        window.Render()
        drawn += 1
    passed = time.perf_counter() - begun
    print(json.dumps({"pictures_a_second": round(drawn / passed, 1), "size": [side, side]}))


if __name__ == "__main__":
    main()
