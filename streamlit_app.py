"""Home: what this is, and where to begin."""

import streamlit as st

from explorer.ui import layout

layout.begin(
    "What does a network look for?",
    "VGG16 learned from a million photos to tell a thousand things apart. "
    "Ask any of its 4,224 filters what it looks for, and watch it draw the answer.",
)
DOORS = (
    ("pages/3_Feature_visualization.py", "Draw what a channel looks for", ":material/palette:"),
    ("pages/4_Compare.py", "Compare recipes side by side", ":material/view_column:"),
)
for path, label, icon in DOORS:
    st.page_link(path, label=label, icon=icon)
