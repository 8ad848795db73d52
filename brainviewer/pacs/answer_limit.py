"""Answers of DICOMweb nodes are read to a limit, unpacked; who sends without end is left."""

from collections.abc import Iterator
from typing import Any

import requests

_MOST_BYTES = 64_000_000
"""Of the answer to a search; a study takes about one thousand."""


class AnswerLimit:
    """A hook for the responses of a session.

    count : bytes that were read; whoever takes a part out of an answer may set it to 0 again.
    """

    def __init__(self, most: int = _MOST_BYTES) -> None:
        self._most = most
        self.count = 0

    def __call__(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Limit how much of a response is read; ContentDecodingError is raised beyond that."""
        whole, self.count = response.raw.stream, 0

        def limited(*how: Any, **more: Any) -> Iterator[bytes]:
            for part in whole(*how, **more):
                self.count += len(part)
                if self.count > self._most:
                    response.close()
                    raise requests.exceptions.ContentDecodingError("too much")
                yield part

        response.raw.stream = limited
