"""One filter: how it responds to the photo, and the picture that it looks for."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from explorer.activations import Statistics, is_about_border, means, silence, statistics
from explorer.images import data_url, jpeg_bytes
from explorer.links import link_of
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.presets import DEFAULT_PRESET
from explorer.receptive_fields import Square, framed, receptive_square
from explorer.recipe import preset
from explorer.sheets import enlarged
from explorer.studio import STOPPED
from explorer.targets import Target
from explorer.ui import live
from explorer.ui.activation_maps import legend, picture
from explorer.ui.activations import ANCHOR, LARGE, PAGE
from explorer.ui.fields import number_field
from explorer.ui.plain import literal
from explorer.ui.session import largest_side, settings
from explorer.wording import number

CHOOSE = "Or choose one of the maps, or a bar, above."
SIDE, STEPS = 160, 60
"""What a filter looks for is drawn small and short here, as somebody waits for it."""


def show(
    model: Network,
    layer: Layer,
    answer: np.ndarray,
    image: np.ndarray,
    ends: Mapping[tuple[str, int], float],
    lay_over: bool,
) -> None:
    """A filter's activation, where the photo excites it most, and what it looks for."""
    last = layer.channels - 1
    channel = st.session_state[f"{PAGE}:filter"]
    values, top = answer[..., channel], ends[layer.name, channel]
    numbers = statistics(values)
    head, choice = st.columns((7, 5), vertical_alignment="bottom")
    head.subheader(f"{layer.paper_name}, filter {channel}", anchor=ANCHOR)
    with choice:
        number_field(f"Filter, 0 to {last}", 0, last, f"{PAGE}:filter", help=CHOOSE)
    with st.container(key="stacked-one-filter"):
        left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**How it responds to the photo**")
        square = receptive_square(model, layer, numbers.row, numbers.column)
        with st.container(horizontal=True, key="parts"):
            _part(
                picture(image, values, top, lay_over, LARGE),
                "Activation" + " over the photo" * lay_over,
                f"Activation of {layer.paper_name}, filter {channel}, large",
            )
            if numbers.highest > 0:
                _part(
                    data_url(jpeg_bytes(framed(image, square, LARGE, dim=True), 90)),
                    "Where the photo excites it most",
                    f"The photo with a frame at rows {square.top} to {square.bottom} and columns "
                    f"{square.left} to {square.right}, in pixels",
                )
                _part(
                    data_url(jpeg_bytes(enlarged(square.cut(image), LARGE), 92)),
                    "What it sees there, enlarged",
                    f"The patch of the photo that excites filter {channel} most",
                )
        legend(top, lay_over)
        _describe(layer, answer, channel, numbers, square, image.shape[:2])
    with right, st.container(key="looks-for"):
        _looks_for(model, layer, channel)


def _part(url: str, caption: str, alt: str) -> None:
    with st.container():
        st.image(url, width="stretch", alt=alt)
        st.caption(caption)


def _describe(
    layer: Layer,
    answer: np.ndarray,
    channel: int,
    numbers: Statistics,
    square: Square,
    size: tuple[int, int],
) -> None:
    height, width = answer.shape[:2]
    if numbers.highest <= 0:
        best = int(means(answer).argmax())
        linear = layer.activation == "linear"
        why = "; the next layers use what is below it too" if linear else ", as nothing is above 0"
        st.info(
            f"This filter is {silence(layer)} on the photo{why}. Try another photo, or filter "
            f"{best}, which responds to this one most."
        )
        return
    strengths = means(answer)
    rank = 1 + int((strengths > strengths[channel]).sum())
    tied = f", and at {numbers.places - 1} other positions" if numbers.places > 1 else ""
    lines = [
        f"Highest activation **{number(numbers.highest)}**, at row {numbers.row}, column "
        f"{numbers.column} of the {height} × {width} map, counted from 0{tied}",
        f"Mean activation **{number(numbers.mean)}**: rank {rank} among {layer.channels} filters",
        f"Active at **{100 * numbers.active_share:.0f} %** of the positions",
        f"One value sees **{_pixels(square.size)}** of the photo",
    ]
    inside = square.within(size)
    if inside != square:
        lines[-1] += (
            f"; here it reaches beyond the border, so the patch is clipped to "
            f"{_pixels(inside.size)}"
        )
    if layer.kernel and layer.kernel != (1, 1) and is_about_border(answer[..., channel]):
        lines.append(
            "Bright along the border: the network puts zeros around each map, and this filter "
            "responds to that edge"
        )
    st.markdown("\n".join(f"- {line}" for line in lines))


def _looks_for(model: Network, layer: Layer, channel: int) -> None:
    state = st.session_state
    target = Target(layer.name, channel)
    steps, side = min(STEPS, settings().steps), min(SIDE, largest_side())
    recipe = preset(DEFAULT_PRESET, target, network=model.name, steps=steps, size=side)
    held, asked = live.ticket(PAGE), state.setdefault(f"{PAGE}:asked", {})
    if held and held.recipes != (recipe,):
        asked[held.recipes] = held.view().status
        state.pop(f"{PAGE}:ticket").close()
    if (recipe,) in asked:  # looked at once more: it goes on where it was left
        live.begin(PAGE, [recipe], None, at_rest=asked.pop((recipe,)) == STOPPED)
    st.markdown("**The picture that it looks for**")
    if not live.shows(PAGE, [recipe]):
        if st.button(f"Draw what filter {channel} looks for", type="primary"):
            live.begin(PAGE, [recipe], None)
            st.rerun()
        st.caption(
            "The network starts from noise and climbs until this filter answers as strongly as "
            "it can; the photo plays no part. It takes a quarter of a minute to a minute, the "
            "longer the deeper its layer."
        )
    if sentence := live.refusal(PAGE, [recipe]):
        st.error(literal(sentence))
    live.panel(PAGE, [f"{layer.paper_name}, filter {channel}"])
    st.page_link(
        "pages/3_Feature_visualization.py",
        label="Go on with it in Feature visualization",
        icon=":material/arrow_forward:",
        query_params=link_of([recipe]),
    )


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]} px"
