"""Keys that the user has given to actions, as the settings keep them."""

from collections.abc import Sequence

Changed = Sequence[tuple[str, ...]]
"""For each action that has other keys than its own: its id and its keys, which may be none."""


def keys_of(changed: Changed, action_id: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of an action. own : those it has where the user has not changed them."""
    return next((tuple(keys) for name, *keys in changed if name == action_id), own)


def with_keys(
    changed: Changed, action_id: str, keys: tuple[str, ...] | None
) -> tuple[tuple[str, ...], ...]:
    """The changes with other keys for one action; None for its own."""
    others = tuple(tuple(entry) for entry in changed if entry[0] != action_id)
    return others if keys is None else (*others, (action_id, *keys))
