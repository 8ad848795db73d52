"""Work in threads whose results come in the order of what was asked."""

import threading

import pytest

from brainviewer.cli.in_order import in_order


def test_results_come_in_order_though_the_first_is_the_last_to_be_done():
    second = threading.Event()

    def work(number):
        if number == 0:
            assert second.wait(60)  # in another thread meanwhile
        if number == 1:
            second.set()
        return 10 * number

    assert list(in_order(work, range(5), 2)) == [0, 10, 20, 30, 40]
    assert list(in_order(work, [], 2)) == []


def test_no_more_is_begun_than_is_soon_asked_for():
    begun = []
    results = in_order(lambda number: begun.append(number) or number, range(1000), 2)
    assert next(results) == 0
    results.close()
    assert len(begun) <= 6


def test_what_goes_wrong_is_raised_in_its_turn_and_ends_the_work():
    begun = []

    def work(number):
        begun.append(number)
        if number == 2:
            raise ValueError(number)
        return number

    results = in_order(work, range(1000), 2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="2"):
        next(results)
    assert len(begun) < 10
