"""A network's layers as a table with bars; a row can be clicked, a heading sorts.

Streamlit's own table and charts take a second to load in the browser; this page is to be there at
once.
"""

from collections.abc import Callable
from html import escape

from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.palette import KINDS
from explorer.ui import clickable
from explorer.ui.diagram import shape

COLUMNS = {
    "layer": ("layer", "text", ""),
    "keras": ("name in Keras", "text", ""),
    "kind": ("kind", "text", ""),
    "output": ("output", "text", "Height × width × channels, or units."),
    "field": (
        "field (px)",
        "number",
        "Receptive field: side of the square of the photo that one value can see.",
    ),
    "step": ("step (px)", "number", "How far apart the squares of two neighboring values lie."),
    "kernel": ("kernel", "text", ""),
    "stride": ("stride (px)", "number", "In pixels of the layer's own input."),
    "parameters": ("parameters", "bar", "Weights and biases."),
    "multiply_adds": ("multiply-adds", "bar", "Multiplications with addition for one picture."),
}
"""Key: heading, how it is shown, and what it means."""
NOTHING = "–"

_CSS = """
figure { margin: 0; overflow: auto; max-height: 920px; color: var(--st-text-color);
  font-family: var(--st-font); font-size: 13.5px; border-radius: 9px;
  border: 1px solid color-mix(in srgb, var(--st-text-color) 16%, transparent); }
table { border-collapse: collapse; width: 100%; white-space: nowrap; }
th, td { padding: 5px 7px; text-align: left; font-weight: 400;
  border-bottom: 1px solid color-mix(in srgb, var(--st-text-color) 9%, transparent); }
tbody tr:last-child > * { border-bottom: none; }
thead th { position: sticky; top: 0; z-index: 1; font-size: 12.5px;
  background: var(--st-secondary-background-color); }
.number, .bar { text-align: right; font-variant-numeric: tabular-nums; }
button { all: unset; cursor: pointer; }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
thead button::after { content: ""; display: inline-block; width: 1em; text-align: center; }
thead [aria-sort="ascending"] button::after { content: "↑"; }
thead [aria-sort="descending"] button::after { content: "↓"; }
tbody tr { cursor: pointer; }
tbody th { font-weight: 600; }
tr > :first-child { position: sticky; left: 0; background: inherit; }
tbody tr { background: var(--st-background-color); }
thead th:first-child { z-index: 2; background: var(--st-secondary-background-color); }
tbody tr:hover {
  background: color-mix(in srgb, var(--st-text-color) 5%, var(--st-background-color)); }
tr[aria-selected="true"] {
  background: color-mix(in srgb, var(--st-primary-color) 14%, var(--st-background-color));
  box-shadow: inset 3px 0 var(--st-primary-color); }
.bar { min-width: 105px; }
.bar i { display: block; height: 4px; border-radius: 2px; background: var(--tint); }
"""

_SORT = """
  const body = figure.querySelector("tbody");
  for (const heading of figure.querySelectorAll("thead th")) {
    heading.querySelector("button").onclick = () => {
      const falls = heading.getAttribute("aria-sort") === "descending";
      const sorted = falls ? "ascending" : "descending";
      for (const other of figure.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", sorted);
      const key = (row) => row.cells[heading.cellIndex].dataset.value;
      const numbers = { numeric: true };
      const rows = [...body.rows].sort((a, b) => key(a).localeCompare(key(b), "en", numbers));
      body.append(...(sorted === "ascending" ? rows : rows.reverse()));
    };
  }
"""

_show = clickable.figure("layer_table", _CSS, mark="aria-selected", more=_SORT)


def draw(network: Network, chosen: Layer, key: str, choose: Callable[[str], None]) -> None:
    """Draw the table; a click on a row chooses its layer."""
    title = f"{network.title}'s layers, one in each row"
    _show(as_html(network), title, chosen, key, choose)


def as_html(network: Network) -> str:
    """The table: a row for each layer, bars as long as its share of the largest."""
    headings = "".join(
        f'<th scope="col" class="{how}" title="{escape(meaning)}">'
        f'<button type="button">{escape(heading)}</button></th>'
        for heading, how, meaning in COLUMNS.values()
    )
    largest = {
        key: max(getattr(layer, key) for layer in network.layers)
        for key, (_, how, _) in COLUMNS.items()
        if how == "bar"
    }
    rows = "".join(_row(layer, largest) for layer in network.layers)
    return f"<table><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>"


def values(layer: Layer) -> dict[str, str | int | None]:
    """What the table says of a layer, by column."""
    return {
        "layer": layer.paper_name,
        "keras": layer.name,
        "kind": layer.kind,
        "output": shape(layer.output_shape),
        "kernel": shape(layer.kernel) if layer.kernel else None,
        "stride": layer.stride,
        "parameters": layer.parameters,
        "multiply_adds": layer.multiply_adds,
        "field": layer.receptive_field,
        "step": layer.receptive_stride if layer.spatial else None,
    }


def _row(layer: Layer, largest: dict[str, int]) -> str:
    cells, found = [], values(layer)
    for key, (_, how, _) in COLUMNS.items():
        value = found[key]
        text = NOTHING if value is None else f"{value:,}" if how == "bar" else str(value)
        if key == "layer":
            text = f'<button type="button">{escape(text)}</button>'
        if how == "bar" and value:
            tint = f"--tint: {KINDS[layer.kind]}"
            text += f'<i style="{tint}; width: {100 * value / largest[key]:.2f}%"></i>'
        tag = 'th scope="row"' if key == "layer" else "td"
        data = "" if value is None else escape(str(value))
        cells.append(f'<{tag} class="{how}" data-value="{data}">{text}</{tag.split()[0]}>')
    return f'<tr data-layer="{escape(layer.paper_name)}">{"".join(cells)}</tr>'
