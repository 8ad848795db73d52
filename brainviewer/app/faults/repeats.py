"""How often something was said, and when that is worth a line: no storm fills the log."""

from collections import Counter
from collections.abc import Hashable
from threading import Lock

_MOST = 1000


class Repeats:
    """Counts what is the same; from any thread."""

    def __init__(self) -> None:
        self._times: Counter[Hashable] = Counter()
        self._lock = Lock()

    def again(self, what: Hashable) -> int:
        """Count it; how often it was there by now. What is new after 1,000 others counts as one."""
        with self._lock:
            if what not in self._times and len(self._times) >= _MOST:
                what = None
            self._times[what] += 1
            return self._times[what]


def worth_a_line(times: int) -> bool:
    """Whether something that was there so often is logged again: at 1, 10, 100, 1,000…"""
    while times > 1 and times % 10 == 0:
        times //= 10
    return times == 1
