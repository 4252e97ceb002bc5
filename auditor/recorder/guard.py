"""Keep the proxy going when an addon fails: hooks count their exceptions and tell of the first."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

_LOG = logging.getLogger(__name__)


class Guarded:
    """An addon whose hooks may fail without harm to the traffic."""

    errors: int = 0
    """Exceptions in hooks so far."""

    def failed(self, hook: str, error: Exception) -> None:
        """Count an exception; only the first one is logged, or a busy proxy would drown in them."""
        self.errors += 1
        if self.errors == 1:
            told = f"{type(error).__name__}: {error}"[:300]
            name = type(self).__name__
            _LOG.warning("%s: %s failed (%s). More failures are only counted.", name, hook, told)


_S = TypeVar("_S", bound=Guarded)
_P = ParamSpec("_P")


def guarded(hook: Callable[Concatenate[_S, _P], None]) -> Callable[Concatenate[_S, _P], None]:
    """Let a hook of a `Guarded` addon fail in silence."""

    @functools.wraps(hook)
    def run(self: _S, /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            hook(self, *args, **kwargs)
        except Exception as error:
            self.failed(hook.__name__, error)

    return run
