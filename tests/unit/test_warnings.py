"""Which warnings fail a test: all of our own, none that a library says of the machine."""

import warnings

import pytest

CORES = "Could not find the number of physical cores for the following reason:\nno lscpu"


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("joblib.externals.loky.backend.context", CORES),
        ("joblib._multiprocessing_helpers", "[Errno 2] /dev/shm.  joblib will operate serially"),
        ("threadpoolctl", "Cannot look at /proc"),
        # Said on behalf of whoever called.
        ("sklearn.ensemble._hist_gradient_boosting.gradient_boosting", CORES),
    ],
)
def test_a_library_may_wonder_about_the_machine(module: str, words: str) -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.warn_explicit(words, UserWarning, f"{module}.py", 1, module)
    assert [str(one.message) for one in heard] == [words]


@pytest.mark.parametrize("module", ["brainviewer.training.subtype.fit", "sklearn.linear_model"])
def test_any_other_warning_fails(module: str) -> None:
    with pytest.raises(UserWarning, match="does not converge"):
        warnings.warn_explicit("It does not converge.", UserWarning, f"{module}.py", 1, module)
