"""Intensities without a unit: the brain, its bias field and its robust normalisation."""

import numpy as np

from brainviewer.imaging.preprocess.working_grid import Field, Mask, Spacing
from brainviewer.imaging.robust_spread import robust_spread


def normalise(image: Field, inside: Mask) -> Field:
    """(image - median) / (1.4826 MAD) inside the mask; zeros if it is constant there."""
    values = image[inside]
    if values.size == 0:
        return np.zeros_like(image)
    middle = float(np.median(values))
    spread = robust_spread(values, middle)
    if spread <= 1e-6 * max(1e-30, abs(middle)):
        return np.zeros_like(image)
    return np.asarray((image - middle) / spread, dtype=np.float32)


def flatten_bias(image: Field, inside: Mask, spacing: Spacing) -> Field:
    """Divide out a slowly varying gain: a second-order polynomial of the logarithm.

    Fitted to the voxels near the median only, so that fluid and lesions do not bend it. N4 before
    it takes fifteen seconds of a core for a raw head and does not help: the lesion found has
    20.2 instead of 20.5 mL, of 22.4 in the same head brought together and stripped by others
    (``packaging/measure/measure_raw_head.py --n4``).
    """
    steps = [max(1, round(4.0 / s)) for s in spacing]
    sparse = tuple(slice(None, None, step) for step in steps)
    centre = float(np.median(image[inside])) if inside.any() else 0.0
    if centre <= 0:
        return image
    axes = [np.linspace(-1, 1, n, dtype=np.float32) for n in image.shape]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    terms = [x, y, z, x * x, y * y, z * z, x * y, x * z, y * z]
    where = inside[sparse] & (image[sparse] > 0.3 * centre)
    if where.sum() < 200:
        return image
    logs = np.log(image[sparse][where] / centre)
    basis = np.stack(
        [np.ones_like(logs), *(np.broadcast_to(t, image.shape)[sparse][where] for t in terms)], 1
    )
    # A touch of ridge keeps the field flat where a large lesion leaves nothing to fit.
    ridge = 0.01 * len(logs) * np.diag([0.0] + [1.0] * len(terms)).astype(np.float32)
    weights = np.zeros(basis.shape[1], np.float32)
    for limit in (0.3, 0.2, 0.2):
        near = np.abs(logs - basis @ weights) < limit
        if near.sum() < 200:
            break
        some = basis[near]
        weights = np.linalg.solve(some.T @ some + ridge, some.T @ logs[near])
    gain = sum((w * t for w, t in zip(weights[1:], terms, strict=True)), np.float32(weights[0]))
    return np.asarray(image / np.exp(np.clip(gain, -0.7, 0.7)), dtype=np.float32)
