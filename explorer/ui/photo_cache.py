"""What is found in a photo, remembered: in a sample for everybody, in one's own for the visit."""

from collections.abc import Callable
from functools import partial, wraps
from operator import attrgetter

import streamlit as st

from explorer.images import SAMPLES, Photo

_of_own = []
"""The caches of what is found in visitors' own photos; each keeps their visits apart."""


def remembered(max_size: str) -> Callable[[Callable], Callable]:
    """Remember what a function of a photo, and of hashable arguments by position, has found.

    A photo is known by its name; its pixels are never looked at.

    Args:
        max_size: of what is remembered for everybody, and as much for each visit.
    """

    def decorated(find: Callable) -> Callable:
        kept = partial(
            st.cache_data,
            max_size=max_size,
            show_spinner=False,
            hash_funcs={Photo: attrgetter("name")},
        )
        in_sample, in_own = kept(find), kept(find, scope="session")
        _of_own.append(in_own)

        @wraps(find)
        def found(photo: Photo, *key):
            return (in_sample if photo.name in SAMPLES else in_own)(photo, *key)

        return found

    return decorated


def forget_own() -> None:
    """Forget whatever was found in this visitor's own photos."""
    for cache in _of_own:
        cache.clear()
