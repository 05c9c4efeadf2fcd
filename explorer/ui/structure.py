"""The structure page's words, table, charts and pictures."""

import numpy as np
import streamlit as st
from PIL import Image

from explorer.errors import InputError
from explorer.images import data_url, jpeg_bytes, png_bytes, sample_photo
from explorer.networks import load_network
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.receptive_fields import Square, framed, receptive_square
from explorer.targets import EXCITABLE
from explorer.ui import drawing
from explorer.ui.charts import amount, histogram, total
from explorer.ui.diagram import shape
from explorer.ui.plain import literal
from explorer.weight_counts import SPREAD, WeightCounts, count
from explorer.wording import signed

KERNELS_IN_A_ROW = 8
IDLE = 1e-3
"""Share of its layer's largest weight below which all of a kernel is as good as zero."""
FLAMINGO = 130
SHARPNESS = 2
"""Screen pixels for each pixel of a photo."""


# ---- Words


ACTIVATIONS = {
    "relu": ", and sets what is negative to zero (ReLU)",
    "relu6": ", and cuts the result to between 0 and 6 (ReLU6)",
    "linear": "",
}
"""What a layer with weights does to its values at the end."""


def in_words(network: Network, layer: Layer) -> str:
    """What a layer is and does, in a few sentences."""
    text = f"{_deed(network, layer)} Its output has {shape(layer.output_shape)} values."
    if layer.parameters:
        shares = [
            _percent(getattr(layer, quantity) / total(network, quantity))
            for quantity in ("parameters", "multiply_adds")
        ]
        text += (
            f" It has {layer.parameters:,} parameters ({shares[0]} of all) and takes "
            f"{amount(layer.multiply_adds)} multiply-adds a picture ({shares[1]} of all)."
        )
    else:
        text += " It has no parameters: nothing in it was learned."
    return text


def _deed(network: Network, layer: Layer) -> str:
    before = network.layers[max(0, network.layers.index(layer) - 1)]
    channels, inputs = f"{layer.channels:,}", f"{before.channels:,}"
    steps = "pixel by pixel" if layer.stride == 1 else f"in steps of {layer.stride} pixels"
    ending = ACTIVATIONS[layer.activation]
    if layer.kind == "convolution":
        if layer.kernel == (1, 1):
            return f"Mixes the {inputs} channels of each pixel into {channels}{ending}."
        kernel = shape((*layer.kernel, before.channels))
        return f"Slides {channels} filters of {kernel} weights over its input, {steps}{ending}."
    if layer.kind == "depthwise":
        kernel = shape(layer.kernel)
        return (
            f"Slides a filter of {kernel} weights over each of its {channels} channels alone, "
            f"{steps}{ending}."
        )
    return {
        "input": "The photo: red, green and blue of every pixel.",
        "addition": f"Adds what entered the block to what {before.paper_name} gives.",
        "pooling": "Keeps the strongest of every 2×2 values, so width and height are halved.",
        "global pooling": f"Averages each of the {channels} channels over the whole map.",
        "flatten": f"Puts the {shape(before.output_shape)} values of {before.paper_name} in a row.",
        "dense": f"Each of its {channels} units weighs all {inputs} values before it.",
        "softmax": f"Turns {channels} scores into probabilities that add up to 100%.",
    }[layer.kind]


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 else "under 0.1%"


def field_in_words(network: Network, layer: Layer) -> str:
    """How much of the photo one value depends on."""
    side, field = network.input_size, layer.receptive_field
    if field > side:
        return (
            f"One value of {layer.paper_name} has a receptive field of {field}×{field} px, larger "
            f"than the photo of {side}×{side} px: it can see all of it"
            f"{' from the middle of the map' * layer.spatial}."
        )
    if layer.kind == "input":
        return "One value of the input is one pixel of the photo."
    text = f"One value of {layer.paper_name} depends on {field}×{field} px of the {side}×{side} px"
    if layer.receptive_stride > 1:
        text += f"; its neighbor's square lies {layer.receptive_stride} px further"
    return text + "."


def excitable(network: Network, layer: Layer) -> tuple[str, dict[str, str]] | None:
    """Words and parameters of a link to the picture that a layer looks for, if it has channels."""
    if layer.name == network.class_layer or layer.kind == "softmax":
        return f"What it draws for the class {network.class_name(FLAMINGO)}", {
            "class": str(FLAMINGO)
        }
    if layer.kind not in EXCITABLE:
        return None
    link = {"layer": layer.paper_name, "channel": "0"}
    return f"What channel 0 of {layer.paper_name} looks for", link


def legend(network: Network) -> str:
    """How to read the drawing."""
    text = (
        "In a box: size of the kernel and number of filters, or number of units. "
        "On an arrow: height × width × channels of what flows."
    )
    kinds = {layer.kind for layer in network.layers}
    if "depthwise" in kinds:
        text += " /2: in steps of two pixels."
    if "addition" in kinds:
        text += " A bracket: what enters is added to what comes out."
    return f"{text} {network.note}".rstrip()


# ---- Where parameters and work sit

QUANTITIES = {
    "parameters": "of all parameters",
    "multiply_adds": "of all multiply-adds for one picture",
}
PLURALS = {
    "convolution": "convolutions",
    "depthwise": "depthwise convolutions",
    "dense": "dense layers",
}


def largest_share(network: Network, quantity: str) -> str:
    """Which kind of layers has most of a quantity, in words."""
    kinds = {}
    for layer in network.layers:
        kinds[layer.kind] = kinds.get(layer.kind, 0) + getattr(layer, quantity)
    kind = max(kinds, key=kinds.get)
    share = kinds[kind] / total(network, quantity)
    return f"the {PLURALS[kind]} have **{share:.0%}** {QUANTITIES[quantity]}"


def shares_in_words(network: Network) -> str:
    """Which kinds of layers have most of the parameters and of the work; one sentence."""
    parameters, work = (largest_share(network, quantity) for quantity in QUANTITIES)
    who = parameters.partition("**")[0]
    joined = f" and {work.removeprefix(who)}" if work.startswith(who) else f"; {work}"
    return f"{parameters[0].upper()}{parameters[1:]}{joined}."


# ---- The receptive field on a photo


def field_box(network: Network, layer: Layer) -> tuple[int, int]:
    """Where the square of a value begins and ends, in photo pixels.

    Of the value in the middle of the map, or else the nearest whose square is all on the photo; of
    a square that is larger, the nearest that covers it.
    """
    side = network.input_size
    places = side // layer.receptive_stride
    squares = [receptive_square(network, layer, place, place) for place in range(places)]

    def suits(place: int) -> tuple[int, int]:
        seen, _ = squares[place].within((side, side)).size
        return seen, -abs(place - places // 2)

    best = squares[max(range(places), key=suits)]
    return best.top, best.bottom


@st.cache_data(max_entries=48, show_spinner=False)
def field_pictures(begin: int, end: int, side: int, photo: str) -> tuple[bytes, bytes | None]:
    """A photo with a square on it, the rest dimmed, and what is in the square: JPEG files.

    The second is None where the square covers the photo.
    """
    size = side * SHARPNESS
    first, last = SHARPNESS * begin, SHARPNESS * end
    pixels = sample_photo(photo).fitted((size, size))
    image = framed(pixels, Square(first, first, last, last), size, dim=True)
    if end - begin >= side:
        return jpeg_bytes(image, 92), None
    seen = Image.fromarray(sample_photo(photo).fitted((side, side))).crop((begin, begin, end, end))
    seen = seen.resize((size, size), Image.Resampling.NEAREST)
    return jpeg_bytes(image, 92), jpeg_bytes(np.asarray(seen), 92)


def field_on_photo(network: Network, layer: Layer, photo: str) -> None:
    """Show the square on the photo, and what is in it, enlarged."""
    side, field = network.input_size, layer.receptive_field
    whole, seen = field_pictures(*field_box(network, layer), side, photo)
    left, right = st.columns(2)
    square = f"a square of {field}×{field} px" if seen else "all of it"
    with left:
        alt = f"The {photo} photo with {square} bright, the receptive field of {layer.paper_name}"
        st.image(data_url(whole), width="stretch", alt=alt)
        what = ", and the field of a value in the middle" if seen else ": every pixel counts"
        st.caption(f"The photo, {side}×{side} px{what}.")
    with right:
        if seen:
            alt = f"The {field}×{field} px of the {photo} photo in the square, enlarged"
            st.image(data_url(seen), width="stretch", alt=alt)
            st.caption(f"All that this value can see: {field}×{field} px, enlarged.")


# ---- Weights


def _idle(kernel: np.ndarray) -> np.ndarray:
    """Which kernels (h, w, channels, filters) are all but zero."""
    largest = np.abs(kernel).max(axis=(0, 1, 2))
    return largest < IDLE * largest.max()


@st.cache_data(max_entries=4, show_spinner=False)
def idle_kernels(network: str) -> int:
    """How many of the first layer's kernels are all but zero: drawn gray."""
    model = load_network(network)
    kernel, _ = model.embedded_weights(model.lowest)
    return int(_idle(kernel).sum())


@st.cache_data(max_entries=4, show_spinner=False)
def kernels_png(network: str) -> bytes:
    """The first layer's kernels as one picture; gray is zero, each scaled by its largest weight."""
    model = load_network(network)
    kernel, _ = model.embedded_weights(model.lowest)
    kernel = kernel[:, :, [model.input_channels.index(color) for color in "RGB"]]
    kernel = np.where(_idle(kernel), 0, kernel).transpose(3, 0, 1, 2)
    largest = np.abs(kernel).max(axis=(1, 2, 3), keepdims=True)
    shown = 0.5 + 0.5 * kernel / np.where(largest == 0, 1, largest)
    cells = np.kron((255 * shown).round().astype(np.uint8), np.ones((1, 20, 20, 1), np.uint8))
    cells = np.concatenate((cells, np.full_like(cells[..., :1], 255)), axis=-1)
    cells = np.pad(cells, ((0, 0), (4, 4), (4, 4), (0, 0)))
    count, side = cells.shape[:2]
    rows = cells.reshape(count // KERNELS_IN_A_ROW, KERNELS_IN_A_ROW, side, side, 4)
    return png_bytes(rows.swapaxes(1, 2).reshape(-1, KERNELS_IN_A_ROW * side, 4))


@st.cache_data(max_entries=16, show_spinner=False)
def weights_of(network: str, layer: str) -> WeightCounts:
    """How a layer's weights are spread; errors are those of `Network.kernel_pieces`."""
    model = load_network(network)
    return count(lambda: model.kernel_pieces(model.layer(layer)))


def show_kernels(network: Network) -> None:
    """A heading and the first layer's kernels."""
    first = network.lowest
    st.subheader(f"The first layer's {first.channels} kernels")
    st.markdown(
        f"Each looks at {shape(first.kernel)} px in red, green and blue: edges, spots and colors. "
        "Gray is a weight of zero; each kernel is scaled by its own largest weight."
    )
    alt = (
        f"{first.channels} kernels of {shape(first.kernel)} colored squares, eight in a row: "
        "edges, spots and pairs of colors"
    )
    st.image(kernels_png(network.name), width="stretch", alt=alt)
    idle = idle_kernels(network.name)
    about = f" The {idle} that are all gray have no weight to speak of." if idle else ""
    st.caption(f"Filters 0 to {first.channels - 1} of {first.paper_name}, row by row.{about}")


def show_weights(network: Network, layer: Layer) -> None:
    """A heading and the histogram of a layer's weights, or why there is none."""
    st.subheader(f"The weights of {layer.paper_name}")
    try:
        with st.spinner("Counting the weights…"):
            found = weights_of(network.name, layer.name)
    except InputError as error:
        first = network.lowest.paper_name
        with st.container(border=True):
            st.markdown(
                f"{literal(error)} Choose a convolution, such as {first}, to see its weights."
            )
        return
    said = (
        f"{found.weights:,} weights, biases apart: mean {found.mean:.2g}, "
        f"standard deviation {found.deviation:.2g}, from {found.low:.2g} to {found.high:.2g}."
    )
    st.markdown(signed(said))
    drawing.show(histogram(found.edges, found.counts, found.mean), f"histogram {layer.name}")
    st.caption(
        f"The bars reach {SPREAD} standard deviations to either side of the mean, the dashed line; "
        f"{found.beyond:.2%} of the weights lie beyond. Weights have no unit."
    )
