"""Arguments and options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from brainviewer.files.ordinary_file import resolved


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


def _with_a_name(paths: list[Path]) -> list[Path]:
    """The same paths; ``.`` and ``..`` as the folders that they are, for sentences name them."""
    return [path if path.name not in ("", "..") else resolved(path) for path in paths]


Study = Annotated[
    list[Path],
    typer.Argument(
        metavar="STUDY",
        help="A study's folder, or its files; a file may say its sequence: T1ce=scan.nii.gz. "
        "Or a single image.",
        show_default=False,
        readable=False,  # one that may not be read is told by whoever reads it
        callback=_with_a_name,
    ),
]
StudyOrPictures = Annotated[
    list[Path],
    typer.Argument(
        metavar="STUDY|IMAGE...",
        help="A study's folder or files; or single pictures, or a folder of them.",
        show_default=False,
        readable=False,  # the others are answered
        callback=_with_a_name,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Age = Annotated[
    float | None, typer.Option(help="Age of the patient in years; optional.", show_default=False)
]
Model = Annotated[str | None, typer.Option(help="Id of the model.", show_default=False)]
Frequency = Annotated[
    str | None,
    typer.Option(
        "--prevalence",
        metavar="NAME",
        help="How frequent the types are taken to be, such as training, equal or clinic; "
        "by default the model's own.",
        show_default=False,
    ),
]
Engine = Annotated[EngineName, typer.Option(help="What runs the network.")]
FindBy = Annotated[Method, typer.Option(help="How the tumour is looked for.")]
Threshold = Annotated[float, typer.Option(help="FLAIR value for the method 'threshold'.")]
GroupBy = Annotated[
    str | None,
    typer.Option(
        metavar="REGEX",
        help=r"Single images: finds the patient in a picture's path, such as '(P\d+)_'; "
        "pictures of one patient stay together.",
        show_default=False,
    ),
]
