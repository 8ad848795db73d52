"""Guessing: nothing is accepted, and no trick makes it faster than the delays allow.

The long form, with its figures: ``python -m tests.benchmarks.guesses``.
"""

import pytest
from signing_in import first_administrator

from tests.benchmarks.guesses import ATTACKS, HOUR, Attack, guess, most_in_an_hour


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.said)
def test_no_guess_is_accepted_and_the_rate_holds(attack: Attack) -> None:
    first_administrator()
    outcome = guess(attack, 40)
    assert outcome.accepted == 0
    assert outcome.looked_at
    assert outcome.most_in_any_hour() <= most_in_an_hour(attack.schedule, 0)
    assert outcome.most_in_any_hour(after=HOUR) <= most_in_an_hour(attack.schedule, 1) + 1
