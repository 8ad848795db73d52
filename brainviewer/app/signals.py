"""Signals of the state: who listens, and what becomes of a listener that fails."""

import logging
import sys
import weakref
from collections.abc import Callable
from types import BuiltinMethodType, MethodType
from typing import Any, Protocol, overload

log = logging.getLogger(__name__)
Listener = Callable[..., object]


class Emitting(Protocol):
    """What has signals; ``crashed`` is told of an exception that a listener let through."""

    crashed: Callable[[BaseException], None]


def log_failure(error: BaseException) -> None:
    """What ``crashed`` does until somebody is told."""
    log.error("A listener failed", exc_info=error)


class Emitter:
    """One signal of one object; for the main thread."""

    def __init__(self, owner: Emitting) -> None:
        self._owner = weakref.ref(owner)
        self._listeners: list[Callable[[], Listener | None]] = []

    def connect(self, listener: Listener) -> None:
        """Call ``listener`` at every emission.

        A method goes when its object does, and that of a widget when the widget is deleted.
        """
        self._listeners.append(_reference(listener))

    def disconnect(self, listener: Listener) -> None:
        """Call it no more; one that is not connected changes nothing."""
        self._listeners = [held for held in self._listeners if held() not in (None, listener)]

    def emit(self, *values: object) -> None:
        """Call all listeners in the order in which they were connected.

        An exception in one of them goes to the owner's ``crashed``; the others still have their
        turn, and the emitter goes on.
        """
        for held in tuple(self._listeners):
            listener = held()
            if listener is None or _is_deleted(getattr(listener, "__self__", None)):
                self._listeners = [other for other in self._listeners if other is not held]
                continue
            try:
                listener(*values)
            except Exception as error:
                if owner := self._owner():
                    owner.crashed(error)


class Signal:
    """Declares a signal in a class; every object of it has its own ``Emitter``."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}_emitter"

    @overload
    def __get__(self, instance: None, owner: type) -> "Signal": ...
    @overload
    def __get__(self, instance: Any, owner: type) -> Emitter: ...
    def __get__(self, instance: Any, owner: type) -> "Signal | Emitter":
        if instance is None:
            return self
        emitter: Emitter | None = instance.__dict__.get(self._name)
        if emitter is None:
            emitter = instance.__dict__[self._name] = Emitter(instance)
        return emitter


def _is_deleted(owner: object) -> bool:
    """Whether an object is a widget that was deleted, but is still held, by a cycle perhaps.

    The toolkit is asked only where there is one.
    """
    toolkit = None if owner is None else sys.modules.get("shiboken6")
    return toolkit is not None and not toolkit.isValid(owner)


def _reference(listener: Listener) -> Callable[[], Listener | None]:
    """Weak for a method, so that listening keeps no widget alive; strong for a function."""
    if isinstance(listener, MethodType):
        return weakref.WeakMethod(listener)
    if isinstance(listener, BuiltinMethodType):
        try:
            owner, name = weakref.ref(listener.__self__), listener.__name__
        except TypeError:  # a list, say
            return lambda: listener
        return lambda: getattr(owner(), name, None)
    return lambda: listener
