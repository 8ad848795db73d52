"""Two simple classifiers of scikit-learn, cross-validated in given folds."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float64]
_PARTS = 40  # principal components


def unseen(
    values: Features, truth: NDArray[np.int64], fold_of: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """(n, classes) probabilities by classifier, each from the folds that an image is not in."""
    classes = int(truth.max()) + 1
    answers = {name: np.zeros((len(truth), classes)) for name in _CLASSIFIERS}
    for fold in np.unique(fold_of):
        own = fold_of == fold
        for name, make in _CLASSIFIERS.items():
            model = make(values.shape[1])
            model.fit(values[~own], truth[~own])
            answers[name][own] = model.predict_proba(values[own])
    return answers


def _logistic(numbers: int) -> Any:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(
        StandardScaler(),
        PCA(min(_PARTS, numbers), random_state=0),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=1000),
    )


def _boosting(numbers: int) -> Any:
    from sklearn.decomposition import PCA
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    # Trees ask one number at a time: few numbers are better left as they are.
    reduce = PCA(_PARTS, random_state=0) if numbers > _PARTS else FunctionTransformer()
    boosting = HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.1, max_leaf_nodes=8, l2_regularization=5.0, random_state=0
    )
    return make_pipeline(reduce, boosting)


_CLASSIFIERS: Mapping[str, Callable[[int], Any]] = {
    "logistic regression": _logistic,
    "gradient boosting": _boosting,
}
