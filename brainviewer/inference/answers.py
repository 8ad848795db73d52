"""From the network's output to an answer: probabilities, a class and a heatmap. NumPy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.inference.card import ModelCard
from brainviewer.inference.pipeline import Prepared
from brainviewer.inference.saliency import class_activation, map_on_slice

YOUNGEST, OLDEST = 0.0, 120.0


@dataclass(frozen=True)
class Answer:
    """What the model says about one slice.

    probabilities : by class code, adding up to 1.
    predicted : code of the most probable class.
    heatmap : (rows, columns) float32 in 0..1 on the slice, 0 outside the crop.
    age_used : whether the age took part.
    """

    probabilities: dict[str, float]
    predicted: str
    heatmap: NDArray[np.float32]
    age_used: bool


def classify_outputs(
    card: ModelCard,
    logits: NDArray[np.float32],
    features: NDArray[np.float32],
    dense: NDArray[np.float32],
    prepared: Prepared,
    age_years: float | None = None,
) -> Answer:
    """Turn the network's outputs into probabilities, a class and a heatmap.

    logits : (1, classes) float32
    features : (1, h, w, c) float32, the last feature map
    dense : (c, classes) float32, the weights of the dense layer after it
    age_years : age of the patient, if known; 0 to 120.

    Raises ModelError if the age cannot be one or the outputs are not those of the model.
    """
    if logits.shape != (1, len(card.classes)) or not np.isfinite(logits).all():
        raise ModelError("The model gave no usable answer.", "Install the model again.")
    probabilities = class_probabilities(card, logits[0], age_years)
    index = int(np.argmax(probabilities))
    activation = class_activation(features, dense, index)
    return Answer(
        probabilities=dict(zip(card.codes, (float(p) for p in probabilities), strict=True)),
        predicted=card.codes[index],
        heatmap=map_on_slice(activation, prepared.box, prepared.shape),
        age_used=age_years is not None and bool(card.age),
    )


def class_probabilities(
    card: ModelCard, logits: NDArray[np.floating], age_years: float | None = None
) -> NDArray[np.float64]:
    """Calibrated probability of each class, in the order of the card.

    The network learned from equally frequent classes. Its softmax at the card's temperature is
    therefore a likelihood: the class's prior and, where the age is known, the normal density of
    the class's age are multiplied on (naive Bayes), and the product is scaled to 1.

    logits : (classes,) float
    """
    priors = np.array([item.prior for item in card.classes])
    ages = [card.age[code] for code in card.codes] if card.age else []
    return combine(
        np.asarray(logits, np.float64),
        card.temperature,
        priors,
        np.array([[age.mean_years, age.sd_years] for age in ages]),
        age_years,
    )


def combine(
    logits: NDArray[np.float64],
    temperature: float,
    priors: NDArray[np.float64],
    ages: NDArray[np.float64],
    age_years: float | None,
) -> NDArray[np.float64]:
    """The arithmetic of ``class_probabilities``, on bare numbers.

    logits, priors : (classes,); ages : (classes, 2), mean and standard deviation in years, or
    empty.
    """
    score = logits / temperature + np.log(priors)
    if age_years is not None:
        if not YOUNGEST <= age_years <= OLDEST:
            raise ModelError(
                f"An age of {age_years:g} years cannot be right.",
                "Give the age in years, 0 to 120.",
            )
        if len(ages):
            mean, deviation = ages[:, 0], ages[:, 1]
            score = score - 0.5 * ((age_years - mean) / deviation) ** 2 - np.log(deviation)
    weight = np.exp(score - score.max())
    return np.asarray(weight / weight.sum(), np.float64)
