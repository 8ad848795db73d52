"""What stands over the 3D view, and which of its controls can be used."""

from brainviewer.app.state import ViewState
from brainviewer.gui.volume.controls import VolumeControls
from brainviewer.gui.volume.image import VolumeImage
from brainviewer.painting.text.volume_words import volume_title
from brainviewer.painting.volume.render_request import RenderRequest


def show_words(
    image: VolumeImage,
    controls: VolumeControls,
    state: ViewState,
    shown: RenderRequest,
    failure: str,
) -> None:
    """The sequence that is seen, or why there is no 3D view.

    shown : what the image shows that is there, not what is still being drawn.
    """
    study = state.solid_study
    # Without a known orientation nothing may be called a side.
    oriented = study is not None and study.grid.oriented
    controls.enable(study is not None and not failure, oriented)
    if failure:
        image.show_words(message=f"No 3D view.\n{failure}")
    elif study is None:
        image.show_words()
    else:
        name = state.active if state.active in study.volumes else study.modalities[0]
        seen = shown.study is study and shown.modality is not None
        what = volume_title(shown) if seen else f"{name} 3D"
        image.show_words(what, "SYNTHETIC" if study.synthetic else "", sides=oriented)
