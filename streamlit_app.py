"""Home: what this is, pictures that make one want to click, and doors."""

import streamlit as st

from explorer.images import data_url
from explorer.networks import DEFAULT_NETWORK
from explorer.ui import address, layout
from explorer.ui.home import DOORS, FOLDER, PICTURES, STYLE
from explorer.ui.session import warm_up_later

address.leave()
layout.begin(
    "What does a network look for?",
    "VGG16 learned from a million photos to tell a thousand things apart. "
    "Ask any of its 4,224 filters what it looks for, and watch it draw the answer.",
)
st.html(STYLE)
for column, picture in zip(st.columns(len(PICTURES)), PICTURES, strict=True):
    with column, st.container(key=f"pick-{picture.file}"):
        jpeg = (FOLDER / picture.file).read_bytes()
        st.image(data_url(jpeg), width="stretch", alt=f"Drawn by VGG16: {picture.caption}")
        st.page_link(
            "pages/3_Feature_visualization.py",
            label=f"{picture.caption} – draw it",
            query_params=picture.link,
        )
st.space("small")
with st.container(horizontal=True, key="doors"):
    for i, door in enumerate(DOORS):
        with st.container(border=True, height="stretch", key=f"pick-door-{i}"):
            st.page_link(
                door.page,
                label=f"**{door.label}**",
                icon=door.icon,
                query_params=door.link or None,
            )
            st.markdown(door.words)
warm_up_later(DEFAULT_NETWORK)
