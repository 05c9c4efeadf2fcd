"""Drawings in SVG, which Streamlit's own HTML element leaves out."""

import streamlit as st

_CSS = """
.frame { container-type: inline-size; color: var(--st-text-color); font-family: var(--st-font); }
figure { margin: 0; overflow-x: auto; }
.slide { display: none; margin: 0.25rem 0 0; font-size: 0.875rem; opacity: 0.8; }
svg { display: block; width: 100%; height: auto; fill: currentColor; }
.network { min-width: 720px; font-size: 9.5px; }
@container (max-width: 719px) { figure:has(.network) + .slide { display: block; } }
.network tspan { opacity: 0.65; }
.histogram { font-size: 13px; }
@container (max-width: 480px) { .histogram { font-size: 19px; } }
.histogram .grid { stroke: currentColor; opacity: 0.12; }
.histogram .mean { stroke: #c2622b; stroke-width: 2; stroke-dasharray: 6 4; }
.histogram .end { text-anchor: end; }
.histogram .middle { text-anchor: middle; }
"""
_JS = """
export default function ({ data, parentElement }) {
  parentElement.querySelector("figure").innerHTML = data.svg;
}
"""

_HTML = (
    '<div class="frame"><figure></figure>'
    '<p class="slide">The drawing slides sideways, to the last layer. →</p></div>'
)

_component = st.components.v2.component("drawing", html=_HTML, css=_CSS, js=_JS)


def show(svg: str, key: str) -> None:
    """Show a drawing as wide as there is room; its text takes the page's color and font."""
    _component(data={"svg": svg}, key=key)  # a bare text would make Streamlit import pandas
