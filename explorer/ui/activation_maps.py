"""Maps of filters to click on, their color scale, and the chart of all."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from explorer.activations import means, overlay, silence, strongest
from explorer.images import SAMPLES, Photo, data_url, jpeg_bytes
from explorer.links import link_of
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.recipe import preset
from explorer.sheets import enlarged, heat_map
from explorer.targets import Target
from explorer.ui import steady
from explorer.ui.activations import ANCHOR, PAGE, dimensions
from explorer.wording import number

LIMITS = {
    "linear": " · values below zero are drawn like zero",
    "relu6": " · 6 is the most that ReLU6 lets through",
}
"""What is to be known of the values of a layer's maps, by its activation function."""
SMALL = 224
"""Pixels of a side of a map to click on."""
SHOWN, CHOSEN, OTHERS = "#a8481a", "#1f77d0", "#9aa0a8"
RAMP = np.linspace(0, 1, 9)[None]
GRAY_RAMP = np.full((1, 9, 3), 128, np.uint8)


def _stops(pixels: np.ndarray) -> str:
    """A row of pixels (1, n, 3) as the colors of a gradient in CSS."""
    return ", ".join(f"rgb({red} {green} {blue})" for red, green, blue in pixels[0])


STYLE = f"""
<style>
[class*="st-key-maps-"] {{ display: grid; gap: 0.75rem 0.6rem;
  grid-template-columns: repeat(auto-fill, minmax(6.4rem, 1fr)); }}
.st-key-guesses {{ gap: 0.4rem; }}
.st-key-photo-given [data-testid="stImage"] {{ max-width: 14rem; }}
.st-key-parts {{ display: grid; gap: 0.75rem; grid-template-columns: 5fr 3fr; }}
.st-key-parts > div {{ width: auto; }}
.st-key-parts > div:first-child {{ grid-row: span 2; }}
.st-key-looks-for :is([data-testid="stImage"], .waiting) {{ max-width: 22rem; }}
.legend {{ display: flex; align-items: center; gap: 0.5rem; font-size: 0.875rem; opacity: 0.85;
  flex-wrap: wrap; }}
.legend i {{ display: inline-block; width: 8rem; height: 0.7rem; border-radius: 3px;
  background: linear-gradient(to right, {_stops(heat_map(RAMP, 0, 1))}); }}
.legend.over i {{ background: linear-gradient(to right, {_stops(overlay(GRAY_RAMP, RAMP, 1))}); }}
</style>
"""


def _pick(layer: str, channel: int) -> None:
    with steady.setting():
        st.session_state[f"{PAGE}:layer"] = layer
        st.session_state[f"{PAGE}:filter"] = channel
        st.session_state[f"{PAGE}:found"] = None


def picture(image: np.ndarray, values: np.ndarray, top: float, lay_over: bool, side: int) -> str:
    """A map as an address that holds its picture."""
    pixels = overlay(image, values, top) if lay_over else heat_map(values, 0, top)
    return data_url(jpeg_bytes(enlarged(pixels, side), 90))


def legend(top: float | None, lay_over: bool) -> None:
    """The color scale with its numbers; without a top, each picture has its own."""
    end = "its own highest" if top is None else number(top)
    begin = "activation 0" + ", the gray photo" * lay_over
    text = f"Color scale: from {begin}, to {end}"
    st.html(
        f'<div class="legend{" over" * lay_over}" role="img" aria-label="{escape(text)}">'
        f"<span>{begin}</span><i></i><span>{end}</span></div>"
    )


def heading(layer: Layer) -> None:
    """The name of a layer above its maps."""
    note = LIMITS.get(layer.activation, "")
    st.markdown(f"**{layer.paper_name}** · {dimensions(layer)}{note}")


def maps(
    layer: Layer,
    answer: np.ndarray,
    channels: Sequence[int],
    ends: Mapping[tuple[str, int], float],
    image: np.ndarray,
    lay_over: bool,
) -> None:
    """Maps of some filters of a layer, each to click on."""
    state = st.session_state
    looked_at = (state[f"{PAGE}:layer"], state[f"{PAGE}:filter"])
    with st.container(horizontal=True, key=f"maps-{layer.paper_name}"):
        for channel in channels:
            values = answer[..., channel]
            with st.container(key=f"pick-{layer.paper_name}-{channel}"):
                highest = number(float(values.max()))
                st.image(
                    picture(image, values, ends[layer.name, channel], lay_over, SMALL),
                    width="stretch",
                    alt=f"Activation of {layer.paper_name}, filter {channel}, highest {highest}",
                )
                st.button(
                    f"Filter {channel}",
                    key=f"{PAGE}:pick {layer.paper_name} {channel}",
                    on_click=_pick,
                    args=(layer.paper_name, channel),
                    width="stretch",
                    type="primary" if looked_at == (layer.paper_name, channel) else "secondary",
                )
                st.caption(f"max {highest}" if values.max() > 0 else f"{silence(layer)} here")


def point_below() -> None:
    """Say where the chosen filter is to be seen; on a phone that is far below."""
    state = st.session_state
    words = f"{state[f'{PAGE}:layer']}, filter {state[f'{PAGE}:filter']}"
    st.markdown(f"[{words}, in large and with the picture that it looks for ↓](#{ANCHOR})")


def chart(layer: Layer, answer: np.ndarray, shown: Sequence[int], photo: str) -> None:
    """Every filter's mean activation as a bar to click on."""
    import altair as alt

    strengths, chosen = means(answer), st.session_state[f"{PAGE}:filter"]
    kinds = np.full(layer.channels, "others", object)
    kinds[list(shown)] = "shown above"
    kinds[chosen] = "chosen"
    table = pd.DataFrame(
        {"filter": range(layer.channels), "mean activation": strengths, "which": kinds}
    )
    colors = alt.Scale(domain=["chosen", "shown above", "others"], range=[CHOSEN, SHOWN, OTHERS])
    bars = (
        alt.Chart(table)
        .mark_bar(binSpacing=0)
        .encode(
            x=alt.X(
                "filter:O",
                axis=alt.Axis(
                    values=list(range(0, layer.channels, layer.channels // 8)), labelAngle=0
                ),
                scale=alt.Scale(paddingInner=0.15 if layer.channels < 256 else 0),
            ),
            y="mean activation:Q",
            color=alt.Color("which:N", scale=colors, legend=alt.Legend(orient="top", title=None)),
            tooltip=["filter", alt.Tooltip("mean activation", format=",.3~f")],
        )
        .add_params(alt.selection_point("bar", fields=["filter"], nearest=True, toggle=False))
    )
    shape, off = ("triangle-up", 7) if strengths[chosen] < 0 else ("triangle-down", -7)
    mark = (
        alt.Chart(table[table["filter"] == chosen])
        .mark_point(shape=shape, size=70, filled=True, opacity=1, yOffset=off)
        .encode(x="filter:O", y="mean activation:Q", color=alt.Color("which:N", scale=colors))
    )
    # with the filter, as a chart does not tell of a bar that was its last one already
    key = f"{PAGE}:chart {layer.paper_name} {photo} {chosen}"
    st.altair_chart(
        (bars + mark).properties(height=270),
        key=key,
        width="stretch",
        on_select=lambda: _bar_clicked(key),
        selection_mode="bar",
        alt=f"Bar chart: mean activation of the {layer.channels} filters of {layer.paper_name}; "
        f"the strongest is filter {strongest(answer, 1)[0]}",
    )
    if silent := int((answer.max(axis=(0, 1)) <= 0).sum()):
        are = "is" if silent == 1 else "are"
        st.caption(
            f"{silent} of the {layer.channels} filters {are} {silence(layer)} on this photo."
        )


def _bar_clicked(key: str) -> None:
    if points := st.session_state[key]["selection"].get("bar"):
        with steady.setting():
            st.session_state[f"{PAGE}:filter"] = int(points[0]["filter"])
            st.session_state[f"{PAGE}:found"] = None


def offer_dream(model: Network, layer: Layer, photo: Photo) -> None:
    """A way to the picture in which a layer makes more of what it sees in the photo."""
    recipe = preset("deepdream", Target(layer.name), network=model.name, photo=photo.name)
    whose = f"the {photo.name}" if photo.name in SAMPLES else "your photo"
    st.page_link(
        "pages/3_Feature_visualization.py",
        label=f"Let all of {layer.paper_name} dream on {whose}",
        icon=":material/bedtime:",
        query_params=link_of([recipe]),
    )
