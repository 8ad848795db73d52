"""An exception without its words: what an exception says may quote a name or a path."""

from traceback import walk_tb


def kinds_and_places(error: BaseException) -> tuple[str, ...]:
    """Lines with the kinds of an exception and of those that led to it, each with its places.

    A place is a module, a line and a function: the path of an installation tells whose it is.
    """
    lines: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if lines:
            lines.append("caused by")
        lines.append(type(cause).__qualname__)
        lines += [
            f"  {frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
            for frame, line in walk_tb(cause.__traceback__)
        ]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return tuple(lines)
