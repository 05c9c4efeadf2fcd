"""The photos that excite a target most, beside the picture that is drawn of it."""

from collections.abc import Iterable

import streamlit as st

from explorer.errors import InputError
from explorer.exemplars import exemplar, has_exemplars
from explorer.images import SAMPLES, Photo, data_url, jpeg_bytes
from explorer.links import YOURS
from explorer.measures import number
from explorer.networks.network import Network
from explorer.sheets import enlarged
from explorer.targets import Target, is_class
from explorer.ui import networks
from explorer.ui.photos import sample
from explorer.ui.plain import literal
from explorer.ui.session import network

SHOWN = 4
"""Photos, at most."""
SIDE = 224
"""Pixels of a patch's longer side."""
KEPT = 256
"""Targets whose photos are remembered."""
STYLE = """
<style>
.st-key-exemplars { display: grid; gap: 0.75rem; align-items: end;
  grid-template-columns: repeat(auto-fill, minmax(min(7rem, 45%), 1fr)); }
.st-key-exemplars > div { width: auto; }
</style>
"""

Found = tuple[str, float, str]
"""A photo's name, its score, and the address of its patch."""


def show(model: Network, target: Target, own: Photo | None) -> None:
    """The best photos for a filter, each with its score and the way to all that it excites.

    For a class there are none: hardly any is in the sample photos.

    Args:
        target: resolved.
        own: the visitor's own photo, which is asked too.
    """
    if not has_exemplars(target) or is_class(model, target):
        return
    try:
        with st.spinner("Looking for it in the photos …"):
            found = _of_samples(model.name, target)
            if own:
                found = [*found, *_of_own(model.name, target, own.name, own)]
    except InputError as error:
        st.info(literal(error))
        return
    st.markdown("**Photos that excite it most**")
    asked = f"the {len(SAMPLES)} sample photos" + " and your own" * bool(own)
    if not found:
        st.caption(f"It is silent on {asked}.")
        return
    st.html(STYLE)
    with st.container(horizontal=True, key="exemplars"):
        for name, score, patch in sorted(found, key=lambda entry: -entry[1])[:SHOWN]:
            _card(model, target, name, score, patch)
    layer = model.layer(target.layer)
    part = (
        f"Of each photo the part that one value of {layer.paper_name} sees, where it is highest"
        if layer.spatial
        else "Each with its score"
    )
    bring = "" if own else " Bring your own on the page Filter activations."
    st.caption(f"{part}; the best of {asked}.{bring}")


def _card(model: Network, target: Target, name: str, score: float, patch: str) -> None:
    whose = name if name in SAMPLES else "yours"
    with st.container(key=f"pick-exemplar-{whose}"):
        st.image(patch, width="stretch", alt=f"What excites it in the photo: {whose}")
        if st.button(
            f"{whose.capitalize()} · {number(score)}",
            key=f"exemplar {whose}",
            help="See all that this filter finds in the photo",
            type="tertiary",
        ):
            link = _link(model, target, name)
            st.switch_page("pages/2_Filter_activations.py", query_params=link)


def _link(model: Network, target: Target, name: str) -> dict[str, str]:
    """The address of the page that shows a photo's activations, with the filter if it has a map."""
    link = networks.as_link(model) | ({"photo": name} if name in SAMPLES else {"own": YOURS})
    layer = model.layer(target.layer)
    of_filter = {"layer": layer.paper_name, "filter": str(target.channel)}
    return link | (of_filter if layer.spatial else {})


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _of_samples(model: str, target: Target) -> list[Found]:
    return _found(model, target, map(sample, SAMPLES))


@st.cache_data(max_entries=KEPT, show_spinner=False, scope="session")
def _of_own(model: str, target: Target, name: str, _photo: Photo) -> list[Found]:
    return _found(model, target, [_photo])


def _found(model: str, target: Target, photos: Iterable[Photo]) -> list[Found]:
    exemplars = (exemplar(network(model), target, photo) for photo in photos)
    return [
        (found.photo, found.score, data_url(jpeg_bytes(enlarged(found.patch, SIDE), 90)))
        for found in exemplars
        if found
    ]


def forget() -> None:
    """Forget what was found in this visitor's own photo."""
    _of_own.clear()
