"""See how the filters of a layer respond to a photo."""

import streamlit as st

from explorer.activations import tops
from explorer.errors import InputError, MissingWeights
from explorer.images import SAMPLES, data_url, jpeg_bytes
from explorer.snippets import code_of_maps
from explorer.ui import (
    activation_maps,
    activations,
    address,
    attribution,
    layout,
    live,
    networks,
    one_filter,
    recognition,
    steady,
    strip,
)
from explorer.ui.activations import PAGE
from explorer.ui.photos import choose_photo
from explorer.ui.plain import literal
from explorer.ui.session import visitor, warm_up

layout.begin(
    "Filter activations",
    "Show a photo to a network and see where each filter responds: bright is where it responds "
    "most, dark is where it is silent.",
)
st.html(activation_maps.STYLE)
visitor()
state = st.session_state

complaints, _ = address.enter(PAGE, activations.fill)
model = networks.choose(PAGE, activations.fill)
warm_up(model.name)
layout.complain(complaints)
photo = choose_photo(PAGE, live.forget, strip.forget)
layers = activations.choose_layers(model)
looked_at = model.layer(state[f"{PAGE}:layer"])
left, right = layout.stage(4, 8)
with left:
    choice, expression = activations.choose_filters(layers)
    scale, lay_over = activations.choose_colors()
    image = photo.fitted((model.input_size, model.input_size))
    with st.container(key="photo-given"):
        url = data_url(jpeg_bytes(image))
        which = f"The {photo.name} photo" if photo.name in SAMPLES else "Your photo"
        st.image(url, width="stretch", alt=f"{which} as the network gets it")
    st.caption(f"What {model.title} gets: {model.input_size} × {model.input_size} px")
    guesses = recognition.show(model, photo)
    if photo.name not in SAMPLES:
        st.caption("Your own photo cannot travel in a link; everything else on this page does.")

with right:
    try:
        found = activations.answers(model, photo, layers)
        if looked_at not in layers:
            found = found | activations.answers(model, photo, [looked_at])
    except MissingWeights as error:
        st.info(literal(error))
        st.stop()
    except InputError as error:
        st.error(literal(error))
        st.stop()
    chosen = {layer.name: choice(found[layer.name]) for layer in layers}
    answer = found[looked_at.name]
    shown = chosen.get(looked_at.name, [])
    activations.settle_filter(answer, shown)
    ends = tops(found, chosen, scale)
    for layer in layers:
        activation_maps.heading(layer)
        activation_maps.maps(layer, found[layer.name], chosen[layer.name], ends, image, lay_over)
        if scale == "layer" and len(layers) > 1:
            activation_maps.legend(ends[layer.name, chosen[layer.name][0]], lay_over)
    if scale != "layer" or len(layers) == 1:
        activation_maps.legend(None if scale == "filter" else max(ends.values()), lay_over)
    activation_maps.point_below()
    activation_maps.chart(looked_at, answer, shown, photo.name)
    activation_maps.offer_dream(model, looked_at, photo)

looked_at_too = chosen | {looked_at.name: [state[f"{PAGE}:filter"]]}
one_filter.show(model, looked_at, answer, image, tops(found, looked_at_too, scale), lay_over)
excited, room = attribution.offer(looked_at, answer)
class_, class_room = attribution.offer_classes(model, guesses)
address.write(PAGE, activations.link())
with st.expander("Show code"):
    names = [layer.paper_name for layer in layers]
    code = code_of_maps(model, photo.name, names, expression, scale, lay_over, excited, class_)
    st.code(code, "python")
steady.echo()
for target, place in ((excited, room), (class_, class_room)):
    if target:  # after all the rest, which need not wait for it
        attribution.show(place, model, photo, target)
