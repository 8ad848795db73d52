"""Numbers of things in words: one picture, two pictures."""


def counted(count: int, one: str, many: str = "") -> str:
    """A number and what there is so many of.

    one : its name for one of it; many : for any other number, by default with an s.
    """
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
