"""What the recipes of all networks share."""

import pytest

from brainviewer.training.recipes import SCHEDULES, rate_factor


def test_the_learning_rate_follows_its_schedule() -> None:
    def all_of(schedule: str, warm_up: float, steps: int = 40) -> list[float]:
        return [rate_factor(schedule, warm_up, step, steps) for step in range(steps)]

    assert set(all_of("constant", 0.0)) == {1.0}
    assert all_of("step", 0.0) == pytest.approx([1.0] * 20 + [0.1] * 10 + [0.01] * 10)
    cosine = all_of("cosine", 0.0)
    assert cosine == sorted(cosine, reverse=True)
    assert (cosine[0], cosine[-1]) == pytest.approx((1.0, 0.0))
    assert all_of("constant", 0.25)[:12] == pytest.approx([*(n / 10 for n in range(1, 11)), 1, 1])
    cycle = all_of("one-cycle", 0.25)
    assert cycle[0] == pytest.approx(1 / 25)
    assert cycle.index(max(cycle)) == 10
    assert cycle[-1] == pytest.approx(1 / 250_000)
    for schedule in SCHEDULES:
        for steps in (1, 2, 3):
            assert all(0 <= one <= 1 for one in all_of(schedule, 0.5, steps))
