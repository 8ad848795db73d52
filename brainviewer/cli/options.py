"""Arguments and options that several commands share."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from brainviewer.files.ordinary_file import resolved

option = partial(typer.Option, show_default=False)
argument = partial(typer.Argument, show_default=False)


class Method(StrEnum):
    """How the tumour is looked for."""

    LESION = "lesion"
    MODEL_FREE = "model-free"
    THRESHOLD = "threshold"


class EngineName(StrEnum):
    """What runs the network."""

    AUTO = "auto"
    ONNX = "onnx"
    TENSORFLOW = "tensorflow"


def with_a_name(paths: list[Path]) -> list[Path]:
    """The same paths; ``.`` and ``..`` as the folders that they are, for sentences name them."""
    return [path if path.name not in ("", "..") else resolved(path) for path in paths]


def _of_images(paths: list[Path]) -> list[Path]:
    """The same, but in place of a session what its study is opened from."""
    if any(path.suffix.lower() == ".brainviewer" for path in paths):
        from brainviewer.app.saved_session.places import images_of_sessions

        paths = images_of_sessions(paths)
    return with_a_name(paths)


Study = Annotated[
    list[Path],
    argument(
        metavar="STUDY",
        help="A study's folder, or its files; a file may say its sequence: T1ce=scan.nii.gz. "
        "Or a single image.",
        readable=False,  # a file without permission is reported when it is read
        callback=_of_images,
    ),
]
StudyOrSession = Annotated[
    list[Path],
    argument(
        metavar="STUDY|SESSION",
        help="A study's folder, or its files; or a session, with all that it says of them.",
        readable=False,
        callback=with_a_name,
    ),
]
StudyOrImages = Annotated[
    list[Path],
    argument(
        metavar="STUDY|IMAGE...",
        help="A study's folder or files; or single images, or a folder of them.",
        readable=False,  # the others are answered
        callback=_of_images,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Age = Annotated[float | None, option(help="Age of the patient in years; optional.")]
Model = Annotated[str | None, option(help="Id of the model.")]
Frequency = Annotated[
    str | None,
    option(
        "--prevalence",
        metavar="NAME",
        help="How frequent the types are taken to be, such as training, equal or clinic; "
        "by default the model's own.",
    ),
]
Engine = Annotated[EngineName, typer.Option(help="What runs the network.")]
FindBy = Annotated[Method, typer.Option(help="How the tumour is looked for.")]
Threshold = Annotated[float, typer.Option(help="FLAIR value for the method 'threshold'.")]
GroupBy = Annotated[
    str | None,
    option(
        metavar="REGEX",
        help=r"Single images: finds the patient in an image's path, such as '(P\d+)_'; "
        "images of one patient stay together.",
    ),
]
