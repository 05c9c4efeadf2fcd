"""The photos that excite a target most, beside the picture that is drawn of it."""

from collections.abc import Iterable

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from explorer.errors import InputError
from explorer.exemplars import exemplar, has_exemplars
from explorer.images import SAMPLES, Photo, data_url, jpeg_bytes
from explorer.links import YOURS
from explorer.measures import number
from explorer.networks import load_network
from explorer.networks.network import Network
from explorer.sheets import enlarged
from explorer.targets import Target, is_class
from explorer.ui import networks
from explorer.ui.photos import sample
from explorer.ui.plain import literal

SHOWN = 4
"""Photos, at most."""
SIDE = 224
"""Pixels of a patch's longer side."""
KEPT = "16MB"
"""Of patches that are remembered, for all; and as many of each visitor's own photo."""
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
            found, mine = _of_samples(model.name, target.layer, target.channel), []
            if own:
                mine = _of_own(model.name, target.layer, target.channel, own.name, own)
                found = _best([*found, *mine])
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
        for name, score, patch in found:
            _card(model, target, name, score, patch)
    layer = model.layer(target.layer)
    part = (
        f"Of each photo the part that one value of {layer.paper_name} sees, where it is highest"
        if layer.spatial
        else "Each with its score"
    )
    st.caption(f"{part}; the best of {asked}.{_about_own(own, mine, found)}")


def _about_own(own: Photo | None, mine: list[Found], shown: list[Found]) -> str:
    """What is to be said of the visitor's own photo, where it is not among those shown."""
    if own is None:
        return " Bring your own on the page Filter activations."
    if not mine:
        return " On yours the filter is silent."
    return "" if mine[0] in shown else f" Yours has {number(mine[0][1])}."


def _card(model: Network, target: Target, name: str, score: float, patch: str) -> None:
    whose = name if name in SAMPLES else "yours"
    with st.container(key=f"pick-exemplar-{whose}"):
        st.image(patch, width="stretch", alt=f"What excites it in the photo: {whose}")
        label = f"{whose.capitalize()} · {number(score)}"
        try:
            st.page_link(
                "pages/2_Filter_activations.py",
                label=label,
                help="See all that this filter finds in the photo",
                query_params=_link(model, target, name),
            )
        except StreamlitPageNotFoundError:  # where this page runs alone there is no other
            st.caption(label)


def _link(model: Network, target: Target, name: str) -> dict[str, str]:
    """The address of the page that shows a photo's activations, with the filter if it has a map."""
    link = networks.as_link(model) | ({"photo": name} if name in SAMPLES else {"own": YOURS})
    layer = model.layer(target.layer)
    of_filter = {"layer": layer.paper_name, "filter": str(target.channel)}
    return link | (of_filter if layer.spatial else {})


@st.cache_data(max_size=KEPT, show_spinner=False)
def _of_samples(model: str, layer: str, channel: int) -> list[Found]:
    return _best(_found(model, Target(layer, channel), map(sample, SAMPLES)))


@st.cache_data(max_size=KEPT, show_spinner=False, scope="session")
def _of_own(model: str, layer: str, channel: int, name: str, _photo: Photo) -> list[Found]:
    return _found(model, Target(layer, channel), [_photo])


def _found(model: str, target: Target, photos: Iterable[Photo]) -> list[Found]:
    exemplars = (exemplar(load_network(model), target, photo) for photo in photos)
    return [
        (found.photo, found.score, data_url(jpeg_bytes(enlarged(found.patch, SIDE), 90)))
        for found in exemplars
        if found
    ]


def _best(found: Iterable[Found]) -> list[Found]:
    return sorted(found, key=lambda entry: -entry[1])[:SHOWN]


def forget() -> None:
    """Forget what was found in this visitor's own photo."""
    _of_own.clear()
