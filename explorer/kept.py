"""A cache for what is dear to make and large to keep, with a limit that may change."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import update_wrapper


class Kept:
    """As `functools.lru_cache`: what was unused for longest is forgotten first.

    Args:
        make: (*key) -> value; two threads that ask at once may both call it.
        limit: how many values are kept.
    """

    def __init__(self, make: Callable, limit: int):
        self._make, self._limit = make, limit
        self._values: OrderedDict[tuple, object] = OrderedDict()
        self._lock = threading.Lock()
        update_wrapper(self, make)

    def __call__(self, *key):
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = self._make(*key)
        with self._lock:
            self._values[key] = value
            self._forget()
        return value

    def __len__(self) -> int:
        return len(self._values)

    def keep(self, limit: int) -> None:
        """Change the limit."""
        with self._lock:
            self._limit = limit
            self._forget()

    def cache_clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()

    def _forget(self) -> None:
        while len(self._values) > self._limit:
            self._values.popitem(last=False)


def kept(limit: int) -> Callable[[Callable], Kept]:
    """Decorates a function, see `Kept`."""
    return lambda make: Kept(make, limit)
