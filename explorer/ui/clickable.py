"""Figures in HTML whose layers can be clicked, or reached by Tab; the chosen one is marked."""

from collections.abc import Callable

import streamlit as st

from explorer.networks.layers import Layer

_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const figure = parentElement.querySelector("figure");
  if (figure.drawn !== data.html) {
    figure.innerHTML = data.html;
    figure.drawn = data.html;
  }
  figure.setAttribute("aria-label", data.title);
  for (const element of figure.querySelectorAll("[data-layer]")) {
    element.setAttribute("%s", element.dataset.layer === data.chosen);
    element.onclick = () => setTriggerValue("layer", element.dataset.layer);
  }
  %s
}
"""


def figure(name: str, css: str, mark: str, more: str = "") -> Callable:
    """A kind of figure, in which elements with `data-layer` can be clicked.

    Args:
        name: of the component, one of its own.
        css: of the figure; the page's colors are `--st-…`.
        mark: ARIA attribute that is true of the chosen layer's element, false of others.
        more: JavaScript that finds the element `figure` when it is drawn.

    Returns:
        A function that shows one: HTML, title, chosen layer, key, and a function that is called
        with the paper name of a layer that is clicked.
    """
    component = st.components.v2.component(
        name, html='<figure role="group"></figure>', css=css, js=_JS % (mark, more)
    )

    def show(html: str, title: str, chosen: Layer, key: str, choose: Callable[[str], None]) -> None:
        data = {"html": html, "title": title, "chosen": chosen.paper_name}
        component(data=data, key=key, on_layer_change=lambda: choose(st.session_state[key].layer))

    return show
