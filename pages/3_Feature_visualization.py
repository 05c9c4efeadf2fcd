"""Watch the network draw what a channel or a class looks for."""

import streamlit as st

from explorer.errors import InputError
from explorer.links import link_of, recipes_in
from explorer.notes import picture_png
from explorer.snippets import code_of
from explorer.studio import LIVE
from explorer.ui import address, controls, layout, live
from explorer.ui.photos import own_photo
from explorer.ui.session import network, visitor, warm_up

PAGE = "feature"

layout.begin(
    "Feature visualization",
    "Start from noise and climb: what remains is what a channel, or a class, looks for.",
)
visitor()
warm_up("vgg16")
state, model = st.session_state, network("vgg16")


def fill(link):
    """Set the controls from an address."""
    (recipe, *_), complaints = recipes_in(link)
    controls.fill_shared(PAGE, recipe, model)
    controls.fill_recipe(PAGE, recipe)
    return complaints


complaints, opened = address.enter(PAGE, fill)
layout.complain(complaints)
left, right = layout.stage()
recipe = None
with left:
    try:
        target = controls.target(PAGE, model)
        common = controls.shared(PAGE, own_photo())
        button = st.container()
        recipe = controls.recipe(PAGE, target, model, common)
    except InputError as error:
        st.error(str(error))
if recipe:
    address.write(PAGE, link_of([recipe]))
    held = live.ticket(PAGE)
    same = held is not None and held.recipes == (recipe,)
    clicked = button.button("Render", type="primary", width="stretch", disabled=same)
    if clicked or (opened and not same) or state.pop(f"{PAGE}:wanted", False):
        live.begin(PAGE, [recipe], own_photo())
        st.rerun()

with right:
    held = live.ticket(PAGE)
    if held and recipe and held.recipes != (recipe,):
        st.info("The settings have changed since this picture: press Render for a new one.")
    view = live.panel(PAGE, [held.recipes[0].caption] if held else [])
    if held is None:
        with st.container(border=True):
            st.markdown(
                "**Nothing drawn yet.** Choose a layer and a channel, then press *Render*. "
                "A picture takes about half a minute on a laptop and grows before your eyes."
            )
    elif view.status not in LIVE and view.frames:
        done = held.recipes[0]
        st.download_button(
            "Download PNG with its recipe",
            picture_png(done, view.frames[0]),
            f"{model.layer(done.target.layer).paper_name}-{done.target.channel}.png",
            "image/png",
            on_click="ignore",
        )
    if recipe:
        with st.expander("Show code"):
            st.code(code_of([recipe]), "python")
