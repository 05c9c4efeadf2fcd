"""The filter activations page: its address, maps to click on, the chart, and one filter."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from explorer.activations import (
    MODES,
    MOST_FILTERS,
    REPORT_FILTERS,
    SCALES,
    Statistics,
    border_share,
    has_maps,
    map_layer,
    means,
    numbers_in,
    overlay,
    statistics,
    strongest,
)
from explorer.errors import InputError
from explorer.images import SAMPLES, Photo, data_url, jpeg_bytes
from explorer.links import YOURS, link_of, photo_in, whole
from explorer.measures import number
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.presets import DEFAULT_PRESET
from explorer.receptive_fields import Square, framed, receptive_square
from explorer.recipe import preset
from explorer.sheets import enlarged, heat_map
from explorer.targets import Target
from explorer.ui import live, networks, steady
from explorer.ui.photos import FIRST_SAMPLE, own_photo
from explorer.ui.plain import literal
from explorer.ui.session import largest_side, network, settings, warm_up

PAGE = "activations"
VIEWS = ("layer", "row")
SWITCHES = ("overlay", "pixels")
MODE_WORDS = {"first": "First", "strongest": "Strongest", "numbers": "By number"}
SCALE_WORDS = {"filter": "Per filter", "layer": "Per layer", "global": "Global"}
LIMITS = {
    "linear": " · values below zero are drawn like zero",
    "relu6": " · 6 is the most that ReLU6 lets through",
}
"""What is to be known of the values of a layer's maps, by its activation function."""
DEFAULTS = {"view": "layer", "mode": MODES[0], "scale": SCALES[0]}
FIRST_NUMBERS = "0-4"
MOSTLY = 0.5
"""Share of an activation in the outer ring of its map from which it is about the border."""
SMALL, LARGE = 224, 448
ANCHOR, CLASS_ANCHOR = "one-filter", "why"
SIDE, STEPS = 160, 60
"""What a filter looks for is drawn small and short here: it takes some ten seconds."""
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


# ---- The address


def fill(link: Mapping[str, str]) -> list[str]:
    """Set the page's controls from an address; returns complaints."""
    state, complaints = st.session_state, []
    model = networks.of_link(PAGE, link, complaints)

    def tried(read: Callable, otherwise):
        try:
            return read()
        except InputError as error:
            complaints.append(str(error))
            return otherwise

    for name, known in (("view", VIEWS), ("mode", MODES), ("scale", SCALES)):
        value = link.get(name, DEFAULTS[name])
        if value not in known:
            complaints.append(f"The {name} is one of {', '.join(known)}, not '{value[:40]}'.")
            value = DEFAULTS[name]
        state[f"{PAGE}:{name}"] = value
    first = model.layer(model.first_layer)
    layer = tried(lambda: map_layer(model, link.get("layer", first.name)), first)
    state[f"{PAGE}:layer"] = layer.paper_name
    state[f"{PAGE}:count"], state[f"{PAGE}:numbers"] = REPORT_FILTERS, FIRST_NUMBERS
    if text := link.get("filters"):
        if state[f"{PAGE}:mode"] == "numbers":
            valid = tried(lambda: bool(numbers_in(text, layer)), False)
            state[f"{PAGE}:numbers"] = text if valid else FIRST_NUMBERS
        else:
            state[f"{PAGE}:count"] = tried(
                lambda: whole(text, "number of filters", 1, MOST_FILTERS), REPORT_FILTERS
            )
    for name in SWITCHES:
        read = partial(whole, link.get(name, "0"), name, 0, 1)
        state[f"{PAGE}:{name}"] = bool(tried(read, 0))
    last = layer.channels - 1
    state[f"{PAGE}:filter"] = state[f"{PAGE}:found"] = None
    if "filter" in link:
        read = partial(whole, link["filter"], "filter", 0, last)
        state[f"{PAGE}:filter"] = tried(read, None)
    state[f"{PAGE}:class"] = None
    if "class" in link:
        read = partial(whole, link["class"], "class", 0, len(model.classes) - 1)
        state[f"{PAGE}:class"] = tried(read, None)
    if photo := link.get("photo", link.get("own")):
        own = own_photo() and own_photo().name
        state[f"{PAGE}:photo"] = tried(lambda: photo_in(photo, own), FIRST_SAMPLE)
    return complaints


def link() -> dict[str, str]:
    """What the page shows, as its address; of one's own photo it says only that it is that."""
    state = st.session_state
    entries = networks.as_link(network(state[f"{PAGE}:network"]))
    entries |= {name: state[f"{PAGE}:{name}"] for name in ("view", "layer", "photo", "mode")}
    if entries["photo"] not in SAMPLES:
        del entries["photo"]
        entries["own"] = YOURS
    if entries["view"] == "layer":
        of = "numbers" if entries["mode"] == "numbers" else "count"
        entries["filters"] = str(state[f"{PAGE}:{of}"])
    entries["scale"] = state[f"{PAGE}:scale"]
    entries |= {name: "1" for name in SWITCHES if state[f"{PAGE}:{name}"]}
    if state.get(f"{PAGE}:class") is not None:
        entries["class"] = str(state[f"{PAGE}:class"])
    return entries | {"filter": str(state[f"{PAGE}:filter"])}


# ---- What is computed


def answers(model: Network, photo: Photo, layers: Sequence[Layer]) -> dict[str, np.ndarray]:
    """What layers answer to a photo; computed once and remembered for a while."""
    remembered = _of_samples if photo.name in SAMPLES else _of_own
    loading = warm_up(model.name).is_alive()
    words = (
        f"Loading TensorFlow and {model.title}: this happens once and takes some ten seconds …"
        if loading
        else f"Showing the photo to {model.title} …"
    )
    with st.spinner(words):
        return remembered(model.name, photo.name, tuple(layer.name for layer in layers), photo)


@st.cache_data(max_size="48MB", show_spinner=False)
def _of_samples(model: str, name: str, layers: tuple[str, ...], _photo: Photo):
    return _computed(model, layers, _photo)


@st.cache_data(max_size="48MB", show_spinner=False, scope="session")
def _of_own(model: str, name: str, layers: tuple[str, ...], _photo: Photo):
    return _computed(model, layers, _photo)


def _computed(name: str, layers: tuple[str, ...], photo: Photo) -> dict[str, np.ndarray]:
    model = network(name)
    return model.activations(photo.fitted((model.input_size, model.input_size)), layers)


def forget() -> None:
    """Forget the answers to this visitor's own photo."""
    _of_own.clear()


# ---- Controls


def choose_layers(model: Network) -> list[Layer]:
    """Choose the view and the layer; returns the layers to show."""
    left, right = st.columns((7, 5), gap="medium", vertical_alignment="bottom")
    view = left.segmented_control(
        "View",
        VIEWS,
        format_func={"layer": "One layer", "row": model.row_title}.get,
        key=f"{PAGE}:view",
        required=True,
        help=f"{model.row_title}: {', '.join(model.row)}.",
    )
    layer = right.selectbox(
        "Layer" if view == "layer" else "Layer of the chart and of the single filter below",
        [layer.paper_name for layer in model.layers if has_maps(layer)],
        key=f"{PAGE}:layer",
        format_func=lambda name: f"{name} · {_dimensions(model.layer(name))}",
        on_change=_layer_chosen,
    )
    return [model.layer(name) for name in (model.row if view == "row" else [layer])]


def _layer_chosen() -> None:
    if not steady.overruled(f"{PAGE}:layer"):
        with steady.setting():
            st.session_state[f"{PAGE}:filter"] = None


def choose_filters(layers: Sequence[Layer]) -> tuple[Callable[[np.ndarray], list[int]], str]:
    """Choose which filters of the layers to show.

    Returns:
        A function from an answer to channels, and the same as a Python expression.
    """
    state = st.session_state
    single = state[f"{PAGE}:view"] == "layer"
    modes = [mode for mode in MODES if single or mode != "numbers"]
    if state[f"{PAGE}:mode"] not in modes:
        state[f"{PAGE}:mode"] = modes[0]
    mode = st.segmented_control(
        "Filters",
        modes,
        format_func=MODE_WORDS.get,
        key=f"{PAGE}:mode",
        required=True,
        wrap=True,
        help="The strongest are those with the highest mean activation for this photo.",
    )
    count = REPORT_FILTERS
    state.setdefault(f"{PAGE}:count", REPORT_FILTERS)
    state.setdefault(f"{PAGE}:numbers", FIRST_NUMBERS)
    if mode == "numbers":
        text = st.text_input(
            f"Their numbers, from 0 to {layers[0].channels - 1}",
            key=f"{PAGE}:numbers",
            placeholder="3, 17, 40-44",
            max_chars=300,
        )
        try:
            numbers = numbers_in(text, layers[0])
            return lambda answer: numbers, str(numbers)
        except InputError as error:
            st.error(literal(error))
    elif single:
        most = min(MOST_FILTERS, layers[0].channels)
        state[f"{PAGE}:count"] = min(state[f"{PAGE}:count"], most)
        count = st.slider("How many filters", 1, most, key=f"{PAGE}:count")
    if mode == "strongest":
        return lambda answer: strongest(answer, count), f"strongest(answer, {count})"
    return lambda answer: list(range(answer.shape[-1]))[:count], f"range({count})"


def choose_colors() -> tuple[str, bool]:
    """Choose the color scale, and whether the maps lie over the photo."""
    scale = st.segmented_control(
        "Color scale",
        SCALES,
        format_func=SCALE_WORDS.get,
        key=f"{PAGE}:scale",
        required=True,
        wrap=True,
        help="Each runs from 0 to the highest activation: of the filter, so that maps cannot be "
        "compared by their brightness, of all filters of its layer, or of all layers shown.",
    )
    return scale, st.toggle("Overlay on the photo", key=f"{PAGE}:overlay")


def settle_filter(answer: np.ndarray, shown: Sequence[int]) -> None:
    """The filter looked at; until one is chosen, the strongest of those shown, of any photo."""
    state, strengths = st.session_state, means(answer)
    if state.get(f"{PAGE}:filter") in (None, state.get(f"{PAGE}:found")):
        among = shown or range(len(strengths))
        found = int(max(among, key=lambda channel: strengths[channel]))
        state[f"{PAGE}:filter"] = state[f"{PAGE}:found"] = found


def _pick(layer: str, channel: int) -> None:
    with steady.setting():
        st.session_state[f"{PAGE}:layer"] = layer
        st.session_state[f"{PAGE}:filter"] = channel
        st.session_state[f"{PAGE}:found"] = None


# ---- Pictures


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
    st.markdown(f"**{layer.paper_name}** · {_dimensions(layer)}{note}")


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
                st.caption(f"max {highest}" if values.max() > 0 else "silent here")


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
        st.caption(f"{silent} of the {layer.channels} filters are silent on this photo.")


def _bar_clicked(key: str) -> None:
    if points := st.session_state[key]["selection"].get("bar"):
        with steady.setting():
            st.session_state[f"{PAGE}:filter"] = int(points[0]["filter"])
            st.session_state[f"{PAGE}:found"] = None


# ---- One filter


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


def one_filter(
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
    choice.number_input(
        f"Filter, 0 to {last}", 0, last, step=1, key=f"{PAGE}:filter", help="Or click a bar above."
    )
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
        st.info(
            "This filter is silent on the photo: nowhere is its activation above 0. Try another "
            f"photo, or filter {best}, which responds to this one most."
        )
        return
    strengths = means(answer)
    rank = 1 + int((strengths > strengths[channel]).sum())
    tied = f", and at {numbers.places - 1} other positions" if numbers.places > 1 else ""
    lines = [
        f"Highest activation **{number(numbers.highest)}**, at row {numbers.row}, column "
        f"{numbers.column} of the {height} × {width} map, counted from 0{tied}",
        f"Mean activation **{number(numbers.mean)}**: number {rank} of {layer.channels} filters",
        f"Active at **{100 * numbers.active_share:.0f} %** of the positions",
        f"One value sees **{_pixels(square.size)}** of the photo",
    ]
    inside = square.within(size)
    if inside != square:
        lines[-1] += (
            f"; here it reaches beyond the border, so the patch is clipped to "
            f"{_pixels(inside.size)}"
        )
    if border_share(answer[..., channel]) > MOSTLY:
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
    held = live.ticket(PAGE)
    if held and held.recipes != (recipe,):
        state.pop(f"{PAGE}:ticket").close()
    st.markdown("**The picture that it looks for**")
    if not live.shows(PAGE, [recipe]):
        if st.button(f"Draw what filter {channel} looks for", type="primary"):
            live.begin(PAGE, [recipe], None)
            st.rerun()
        st.caption(
            "The network starts from noise and climbs until this filter answers as strongly as "
            "it can; the photo plays no part. It takes some ten seconds on a laptop that is not "
            "busy."
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


def _dimensions(layer: Layer) -> str:
    height, width, channels = layer.output_shape
    return f"{height} × {width} positions, {channels} filters"


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]} px"
