"""A network from input to softmax: its layers, what they cost, and what they see."""

from functools import partial

import streamlit as st

from explorer import graph
from explorer.errors import InputError
from explorer.images import SAMPLES
from explorer.networks import load_network
from explorer.ui import address, charts, diagram, layer_table, layout, networks, structure
from explorer.ui.session import visitor, warm_up_later

PAGE = "structure"
ABOUT = "about-the-layer"
ACTIVATIONS = "pages/2_Filter_activations.py"
VISUALIZATION = "pages/3_Feature_visualization.py"
CODE = """from explorer import load_network

network = load_network("{network}")
for layer in network.layers:
    print(layer.paper_name, layer.output_shape, layer.parameters, layer.multiply_adds)
layer = network.layer("{layer}")
print(layer.receptive_field, "px wide, every", layer.receptive_stride, "px")"""

state = st.session_state


def fill(link):
    """Set network, layer and photo from an address."""
    complaints = []
    model = networks.of_link(PAGE, link, complaints)
    state[f"{PAGE}:layer"], state[f"{PAGE}:photo"] = model.first_layer, "cat"
    try:
        state[f"{PAGE}:layer"] = model.layer(link.get("layer", model.first_layer)[:40]).paper_name
    except InputError as error:
        complaints.append(str(error))
    photo = link.get("photo", "cat")
    if photo in SAMPLES:
        state[f"{PAGE}:photo"] = photo
    else:
        complaints.append(f"There is no sample photo '{photo[:40]}'.")
    return complaints


def choose(name):
    """Choose a layer by its name, unless the network is changed at the same moment."""
    if name in names and state[f"{PAGE}:network"] == model.name:
        state[f"{PAGE}:layer"] = name


complaints, _ = address.enter(PAGE, fill)
model = load_network(state[f"{PAGE}:network"])
names = [layer.paper_name for layer in model.layers]
layout.begin(
    "Model structure",
    f"{model.title}, from the photo to {len(model.classes):,} probabilities: "
    f"**{charts.total(model, 'parameters'):,} parameters**, "
    f"{charts.amount(charts.total(model, 'multiply_adds'))} multiply-adds for one picture. "
    "Choose a layer to see what it is.",
)
visitor()
networks.choose(PAGE, fill)
layout.complain(complaints)
layer = model.layer(state[f"{PAGE}:layer"])
diagram.draw(model, layer, f"{PAGE}:graph {model.name}", choose)
st.caption(structure.legend(model))
layout.point(f"About {layer.paper_name} ↓", ABOUT)

left, right = st.columns((5, 7), gap="large")
with left:
    layout.landmark(ABOUT)
    st.selectbox("Layer", names, key=f"{PAGE}:layer")
    st.markdown(structure.in_words(model, layer))
    st.selectbox("Photo", SAMPLES, key=f"{PAGE}:photo")
    photo = state[f"{PAGE}:photo"]
    st.markdown(structure.field_in_words(model, layer))
    if layer.spatial and layer.kind != "input":
        link = networks.as_link(model) | {"layer": layer.paper_name, "photo": photo}
        label = f"How {layer.paper_name} responds to the {photo}"
        st.page_link(ACTIVATIONS, label=label, icon=":material/blur_on:", query_params=link)
    if excite := structure.excitable(model, layer):
        label, link = excite[0], networks.as_link(model) | excite[1]
        st.page_link(VISUALIZATION, label=label, icon=":material/palette:", query_params=link)
with right:
    structure.field_on_photo(model, layer, photo)

st.subheader("Every layer")
st.markdown(structure.shares_in_words(model))
layer_table.draw(model, layer, f"{PAGE}:table {model.name}", choose)
st.caption(
    "A multiply-add is one multiplication and one addition; the sums of all layers are "
    f"{charts.total(model, 'parameters'):,} parameters and "
    f"{charts.total(model, 'multiply_adds'):,} multiply-adds for one picture. A bar is as long as "
    "the layer's share of the largest number in its column. *Field* is the side of the square of "
    "the photo that one value can see, its receptive field; *step* is how many pixels apart the "
    "squares of two neighboring values lie. A table wider than its page slides sideways."
)

left, right = st.columns(2, gap="large")
with left:
    structure.show_kernels(model)
with right:
    structure.show_weights(model, layer)

st.subheader("The same graph in TensorBoard")
st.markdown(
    "The event file holds the TensorFlow graph of one picture's way through the network. "
    "Save it in a folder of its own; `pip install tensorboard` gets TensorBoard, and "
    "`tensorboard --logdir FOLDER` opens that folder."
)
st.download_button(
    "Make and download the event file",
    partial(graph.event_file, model),
    graph.file_name(model),
    "application/octet-stream",
    on_click="ignore",
    icon=":material/account_tree:",
)
st.caption("Or let `python -m explorer tensorboard -o FOLDER` make the file.")
with st.expander("Show code", key=f"{PAGE}:code", on_change="rerun") as code:
    if code.open:  # else the browser would load what colors code, which takes longer than the page
        st.code(CODE.format(network=model.name, layer=layer.paper_name), "python")
address.write(PAGE, networks.as_link(model) | {"layer": layer.paper_name, "photo": photo})
warm_up_later(model.name)
