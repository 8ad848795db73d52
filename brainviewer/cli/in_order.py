"""Work on many things in threads, with the results in the order of the things."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2
"""So many items of each thread are begun before their results are taken: more would only fill the
memory."""


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Iterator[Result]:
    """The results of ``work`` for each item, in their order, worked on in so many threads.

    What ``work`` raises for an item is raised in its turn. Then, or where no more results are
    taken, what has not begun never does.
    """
    rest, begun = iter(items), deque[Future[Result]]()
    with ThreadPoolExecutor(threads, thread_name_prefix="in order") as pool:
        try:
            begun.extend(pool.submit(work, item) for item in islice(rest, _AHEAD * threads))
            while begun:
                result = begun.popleft().result()
                begun.extend(pool.submit(work, item) for item in islice(rest, 1))
                yield result
        finally:
            for one in begun:
                one.cancel()
