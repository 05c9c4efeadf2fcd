"""The strip of a visit's finished pictures, each a click away."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from PIL import Image

from explorer.images import data_url, jpeg_bytes
from explorer.recipe import Recipe
from explorer.render import Frame

MOST = 12
SIDE = 112


def remember(recipe: Recipe, frame: Frame) -> None:
    """Put a recipe's picture at the head of the strip, in place of an earlier one."""
    thumbnail = Image.fromarray(frame.kept.image)
    thumbnail.thumbnail((SIDE, SIDE))
    kept = st.session_state.get("strip", {}).items()
    others = [(known, jpeg) for known, jpeg in kept if known != recipe]
    entries = [(recipe, jpeg_bytes(np.asarray(thumbnail))), *others]
    st.session_state["strip"] = dict(entries[:MOST])


def forget() -> None:
    """Drop what was drawn of the visitor's own photo."""
    kept = st.session_state.get("strip", {}).items()
    st.session_state["strip"] = {k: jpeg for k, jpeg in kept if not k.own_photos}


def show(choose: Callable[[Recipe], None]) -> None:
    """Show the strip; a click on a picture's button calls `choose` with its recipe."""
    strip = st.session_state.get("strip")
    if not strip:
        return
    st.markdown("**Drawn in this visit**")
    with st.container(horizontal=True, gap="small", key="strip"):
        for i, (recipe, jpeg) in enumerate(strip.items()):
            with st.container(width=SIDE + 8, key=f"pick-drawn-{i}"):
                st.image(data_url(jpeg), width=SIDE, alt=recipe.caption)
                short = recipe.caption.split(" · ")[0].replace(", channel ", " · ")
                st.button(
                    short,
                    key=f"strip {i}",
                    help=recipe.caption,
                    on_click=choose,
                    args=(recipe,),
                    type="tertiary",
                )
