"""The photos that excite a target most, beside the picture that is drawn of it."""

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from explorer.errors import InputError
from explorer.exemplars import exemplar, has_exemplars
from explorer.images import SAMPLES, Photo, data_url, jpeg_bytes
from explorer.links import YOURS
from explorer.networks import load_network
from explorer.networks.network import Network
from explorer.sheets import enlarged
from explorer.targets import Target, is_class
from explorer.ui import networks
from explorer.ui.photo_cache import remembered
from explorer.ui.photos import sample
from explorer.ui.plain import literal
from explorer.wording import number

SHOWN = 4
"""Photos, at most."""
SIDE = 224
"""Pixels of a patch's longer side."""
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
    found, place = [], st.empty()
    try:
        with st.spinner("Looking for it in the photos …"):
            for photo in [*map(sample, SAMPLES), *([own] if own else [])]:
                place.empty()  # whenever the browser is told something, Streamlit hears a click
                found.append(_found(photo, model.name, target.layer, target.channel))
    except InputError as error:
        st.info(literal(error))
        return
    layer = model.layer(target.layer)
    st.markdown(f"**Photos that excite it most{', at one place' * layer.spatial}**")
    asked = f"the {len(SAMPLES)} sample photos" + " and your own" * bool(own)
    mine = found[-1] if own else None
    shown = sorted(filter(None, found), key=lambda entry: -entry[1])[:SHOWN]
    if not shown:
        st.caption(f"It is silent on {asked}.")
        return
    st.html(STYLE)
    with st.container(horizontal=True, key="exemplars"):
        for name, score, patch in shown:
            _card(model, target, name, score, patch)
    part = (
        f"Of each photo the part that one value of {layer.paper_name} sees, where it is highest, "
        "and that value (a score is a mean over all places)"
        if layer.spatial
        else "Each with its score"
    )
    st.caption(f"{part}; the best of {asked}.{_about_own(own, mine, shown)}")


def _about_own(own: Photo | None, mine: Found | None, shown: list[Found]) -> str:
    """What is to be said of the visitor's own photo, where it is not among those shown."""
    if own is None:
        return " Bring your own on the page Filter activations."
    if not mine:
        return " On yours the filter is silent."
    return "" if mine in shown else f" Yours has {number(mine[1])}."


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


@remembered(max_size="16MB")
def _found(photo: Photo, network: str, layer: str, channel: int) -> Found | None:
    found = exemplar(load_network(network), Target(layer, channel), photo)
    if found is None:
        return None
    return found.photo, found.score, data_url(jpeg_bytes(enlarged(found.patch, SIDE), 90))
