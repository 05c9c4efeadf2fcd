"""Watch the network draw what a channel or a class looks for."""

import streamlit as st

from explorer.errors import InputError
from explorer.images import gif_bytes
from explorer.links import recipes_in
from explorer.networks import load_network
from explorer.notes import about_stop, picture_png, read_picture
from explorer.snippets import code_of
from explorer.targets import describe
from explorer.ui import (
    address,
    controls,
    excite,
    exemplars,
    judgment,
    layout,
    live,
    networks,
    steady,
    strip,
)
from explorer.ui.photos import own_photo
from explorer.ui.plain import literal
from explorer.ui.session import ask, upload_mb, visitor, warm_up

PAGE = "feature"
PICTURE, SETTINGS = "the-picture", "the-settings"

layout.begin(
    "Feature visualization",
    "Start from noise and climb: what remains is what a channel, or a class, looks for.",
)
visitor()
state = st.session_state


def show(recipe):
    """Set the controls to a recipe."""
    with steady.setting():
        controls.fill_shared(PAGE, recipe)
        controls.fill_recipe(PAGE, recipe)


def fill(link):
    """Set the controls from an address."""
    (recipe, *_), complaints = recipes_in(link, own=own_photo() and own_photo().name)
    show(recipe)
    controls.keep_limits(PAGE, link)
    state[f"{PAGE}:wanted"] = False
    return complaints


def restore():
    """Set the controls from a picture that was dropped."""
    dropped = state.get(f"{PAGE}:drop")
    state[f"{PAGE}:dropped"] = state[f"{PAGE}:dropped stop"] = None
    if dropped is None:
        return
    try:
        recipe, stop = read_picture(dropped.getvalue())
        recipe = controls.shown(recipe, own_photo())
        show(recipe)
        ask(PAGE)
    except InputError as error:
        state[f"{PAGE}:dropped"] = str(error)
    else:
        state[f"{PAGE}:dropped stop"] = (recipe, about_stop(recipe, stop)) if stop else None


def again(recipe):
    """Show a picture of the strip once more."""
    try:
        show(controls.shown(recipe, own_photo()))
        ask(PAGE, at_rest=True)
    except InputError as error:
        state[f"{PAGE}:gone"] = str(error)


complaints, opened = address.enter(PAGE, fill)
model = networks.choose(PAGE, fill)
warm_up(model.name)
layout.complain(complaints)
left, right = layout.stage()
with left:
    layout.landmark(SETTINGS)
    target = excite.choose(PAGE, model, own_photo())
    controls.suit(PAGE, target, model, state[f"{PAGE}:size"], own_steps=True)
    controls.choose_preset(PAGE, own_steps=True)
    common = controls.shared(PAGE, own_photo())
    bar = layout.draw_bar()
    recipe = controls.recipe(PAGE, target, model, common)
    with st.expander("Open a saved picture with all its settings"):
        st.file_uploader(
            "A PNG saved here",
            "png",
            key=f"{PAGE}:drop",
            max_upload_size=upload_mb(),
            on_change=restore,
        )
        if state.get(f"{PAGE}:dropped"):
            st.error(literal(state[f"{PAGE}:dropped"]))
        stopped, sentence = state.get(f"{PAGE}:dropped stop") or (None, "")
        if stopped and stopped == recipe:
            st.info(sentence)
if recipe is None:
    where = "below" if target else "above"
    bar.warning(f"Nothing can be drawn yet: see the message {where}.")
wanted = [recipe] if recipe else []
refused = live.offer(PAGE, bar, "Render", wanted, opened)
with bar:
    layout.point(live.way_to(PAGE, "the picture"), PICTURE)

with right:
    layout.landmark(PICTURE)
    held = live.ticket(PAGE)
    if target and target.class_ is not None:
        networks.offer_classes(PAGE, fill, model)
    if refused:
        st.error(literal(refused))
    if held and wanted and held.recipes != tuple(wanted):
        st.info(
            "Below is still the picture before, of other settings."
            if refused
            else "The settings have changed since this picture: press Render for a new one."
        )
    view = live.panel(PAGE, [held.recipes[0].caption] if held else [])
    layout.point("To the settings ↓", SETTINGS)
    if held is None and not refused:
        with st.container(border=True):
            st.markdown(
                "**This picture was stopped.** Press *Render* to go on with it."
                if live.was_stopped(PAGE, wanted)
                else "**Nothing drawn yet.** Choose what to excite, then press *Render*. "
                "A picture takes half a minute to two minutes on a laptop, the longer the deeper "
                "its layer, and grows before your eyes."
            )
    elif view and view.drawn:
        done, frame = held.recipes[0], view.frames[0]
        name = layout.file_name(describe(load_network(done.network), done.target))
        with st.container(horizontal=True, gap="small"):
            st.download_button(
                "Download PNG with its recipe",
                picture_png(done, frame),
                f"{name}.png",
                "image/png",
                on_click="ignore",
            )
            st.download_button(
                "Download GIF of its growth",
                lambda: gif_bytes([moment.jpeg for moment in held.moments(0)]),
                f"{name}.gif",
                "image/gif",
                on_click="ignore",
            )
        strip.remember(done, frame)
    judged = st.container()
    strip.show(again)
    if gone := state.pop(f"{PAGE}:gone", None):
        st.error(literal(gone))
    if wanted:
        with st.expander("Show code"):
            st.code(code_of(wanted), "python")
    if view and view.drawn:
        with judged:
            exemplars.show(load_network(done.network), done.target, own_photo())
            judgment.show(held, view, 0)
steady.echo()
