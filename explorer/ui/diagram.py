"""A network drawn as a graph whose layers can be clicked, or reached by Tab."""

import re
from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise

from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.palette import KINDS
from explorer.ui import clickable

_BLOCK = re.compile(r"block(\d+)([a-z]?)_")


def shape(sizes: Sequence[int]) -> str:
    """Sizes as people write them: "56×56×256", "4,096"."""
    return "×".join(f"{size:,}" if len(sizes) == 1 else str(size) for size in sizes)


_ARROW = (
    '<svg viewBox="0 0 24 10" aria-hidden="true">'
    '<path d="M1 5H18"/><path d="M16 1.5 23 5 16 8.5Z"/></svg>'
)

_CSS = """
figure { margin: 0; container-type: inline-size; color: var(--st-text-color);
  font-family: var(--st-font); font-size: 12.5px; }
ol { list-style: none; margin: 0; padding: 0; }
.graph { display: flex; align-items: center; justify-content: space-between; }
.graph > li { flex: 0 0 auto; }
.group { border: 1px solid color-mix(in srgb, var(--st-text-color) 14%, transparent);
  border-radius: 14px; padding: 7px 6px 8px;
  background: color-mix(in srgb, var(--st-text-color) 3%, transparent); }
.group > p { margin: 0 0 5px; text-align: center; font-size: 13px; opacity: 0.75; }
.group ol { display: flex; flex-direction: column; align-items: stretch; }
button { --tint: #8b8f98; all: unset; box-sizing: border-box; cursor: pointer; width: 100%;
  min-width: 80px; padding: 5px 6px; border-radius: 9px; text-align: center; line-height: 1.3;
  border: 1px solid color-mix(in srgb, var(--tint) 45%, transparent);
  background: color-mix(in srgb, var(--tint) 15%, var(--st-background-color)); }
button b { display: block; font-weight: 600; font-size: 14.5px; }
button small { font-size: 12.5px; opacity: 0.8; }
button:hover { background: color-mix(in srgb, var(--tint) 30%, var(--st-background-color)); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
button[aria-pressed="true"] { border-color: var(--st-primary-color);
  box-shadow: 0 0 0 1.5px var(--st-primary-color);
  background: color-mix(in srgb, var(--tint) 34%, var(--st-background-color)); }
.arrow { display: flex; align-items: center; font-size: 12px; line-height: 1.15;
  font-variant-numeric: tabular-nums; }
.arrow span { opacity: 0.8; white-space: nowrap; }
svg { fill: currentColor; stroke: currentColor; stroke-width: 1.3; stroke-linejoin: round;
  width: 24px; height: 10px; opacity: 0.55; flex: none; }
.arrow.down { justify-content: center; gap: 1px; height: 25px; }
.arrow.down svg { transform: rotate(90deg) scale(0.85); margin: 0 -4px 0 -20px; }
.arrow.on { flex-direction: column; gap: 2px; padding: 0 3px; text-align: center; }
.arrow.on span i { display: block; }
i { font-style: normal; }
.wide { display: block; columns: 3 290px; column-gap: 24px; }
.wide > li { break-inside: avoid; }
.wide > .arrow { break-before: avoid; }
.wide .group { padding: 4px 8px 8px; }
.wide .group > p { margin: 0 0 2px; text-align: left; }
.wide .arrow.on { flex-direction: row; justify-content: center; gap: 1px; height: 22px; }
.wide .arrow.on svg { transform: rotate(90deg) scale(0.85); margin: 0 -4px 0 -20px; order: -1; }
.wide .arrow.on span i { display: inline; }
.row { display: flex; align-items: center; position: relative; padding-top: 7px; }
.row > b { width: 23px; flex: none; font-size: 11.5px; font-weight: 600; opacity: 0.75; }
.group .row ol { flex: 1; flex-direction: row; align-items: center; }
.row ol li { flex: 1 1 0; }
.row ol .then { flex: none; width: 11px; overflow: hidden; display: flex; justify-content: center; }
.row ol .sum { flex: none; width: 24px; }
.row .then svg { width: 13px; }
.row button { min-width: 0; padding: 2px 1px; display: block; }
.row button b { font-size: 12px; }
.row button small { font-size: 10.5px; white-space: nowrap; }
.row .sum button { padding: 9px 0; }
.row.adds::before { content: ""; position: absolute; top: 3px; left: 25px; right: 11px; height: 6px;
  border: 1.3px solid color-mix(in srgb, var(--st-text-color) 45%, transparent);
  border-bottom: none; border-radius: 5px 5px 0 0; }
@container (max-width: 870px) {
  .graph { flex-direction: column; align-items: stretch; max-width: 430px; margin: 0 auto; }
  .graph.wide { max-width: none; }
  .group { padding: 7px 12px 12px; }
  .graph:not(.wide) button { display: flex; justify-content: space-between; align-items: baseline;
    padding: 6px 14px; }
  button small { font-size: 12px; }
  .arrow.down, .arrow.on { flex-direction: row; justify-content: center; gap: 1px; height: 23px;
    font-size: 11.5px; }
  .arrow.on svg { transform: rotate(90deg) scale(0.85); margin: 0 -4px 0 -20px; order: -1; }
  .arrow.on span i { display: inline; }
}
"""

_show = clickable.figure("network_graph", _CSS, mark="aria-pressed")


def draw(network: Network, chosen: Layer, key: str, choose: Callable[[str], None]) -> None:
    """Draw the network, blocks from left to right; a click on a layer chooses it."""
    title = f"{network.title} from input to {network.layers[-1].paper_name}"
    _show(as_html(network), title, chosen, key, choose)


def blocks(network: Network) -> dict[str, list[list[Layer]]]:
    """Title of each block and its rows: a layer each or, where blocks have parts, a part each.

    Parts are told by a letter ("block2a_expand_conv"). What comes before the blocks is the photo's
    way in, what comes after them the classifier.
    """
    found = {layer: _BLOCK.match(layer.name) for layer in network.layers}
    parts = any(match and match[2] for match in found.values())
    title, groups = "photo", {}
    for layer, match in found.items():
        if match:
            title = f"block {match[1]}"
        elif title.startswith("block"):
            title = "classifier"
        row = (match and match[2]) if parts else layer
        groups.setdefault(title, {}).setdefault(row, []).append(layer)
    return {title: list(rows.values()) for title, rows in groups.items()}


def as_html(network: Network) -> str:
    """Blocks with a button for each layer, and arrows labeled with the tensor that flows."""
    groups = blocks(network)
    wide = any(len(row) > 1 for rows in groups.values() for row in rows)
    draw_rows = _parts if wide else _column
    items, before = [], None
    for title, rows in groups.items():
        if before:
            items.append(_arrow("on", before))
        items.append(f'<li class="group"><p>{escape(title)}</p><ol>{draw_rows(rows)}</ol></li>')
        before = rows[-1][-1]
    return f'<ol class="graph{" wide" * wide}">{"".join(items)}</ol>'


def _column(rows: list[list[Layer]]) -> str:
    """Layers below one another."""
    layers = [layer for row in rows for layer in row]
    nodes = [_node(layers[0], layers[0].paper_name)]
    for before, layer in pairwise(layers):
        nodes += [_arrow("down", before), _node(layer, layer.paper_name)]
    return "".join(nodes)


def _parts(rows: list[list[Layer]]) -> str:
    """Parts of a block below one another, the layers of each side by side."""
    drawn = []
    for row in rows:
        match = _BLOCK.match(row[0].name)
        label = f"<b>{match[1]}{match[2]}</b>" if match else ""
        nodes = f'<li class="then">{_ARROW}</li>'.join(
            _node(layer, "+" if layer.adds else layer.paper_name.rpartition("_")[2])
            for layer in row
        )
        adds = " adds" * any(layer.adds for layer in row)
        drawn.append(f'<li class="row{adds}">{label}<ol>{nodes}</ol></li>')
    return "".join(drawn)


def _arrow(way: str, before: Layer) -> str:
    """An arrow down inside a block, or on to the next one, with the shape in two pieces."""
    *sides, channels = before.output_shape
    label = f"<i>{shape(sides)}</i><i>×{channels}</i>" if sides else f"<i>{channels:,}</i>"
    return f'<li class="arrow {way}">{_ARROW}<span>{label}</span></li>'


def _node(layer: Layer, label: str) -> str:
    tint = f' style="--tint: {KINDS[layer.kind]}"' if layer.kind in KINDS else ""
    detail = "" if layer.adds else _detail(layer)
    says = f"{layer.paper_name}, {layer.kind}, output {shape(layer.output_shape)}"
    says = escape(f"{says}, {detail}" if detail else says)  # also what is seen is read aloud
    detail = f"<small>{detail}</small>" if detail else ""
    return (
        f"<li{' class=sum' if layer.adds else ''}>"
        f'<button type="button" data-layer="{escape(layer.paper_name)}" aria-label="{says}"'
        f"{tint}><b>{escape(label)}</b>{detail}</button></li>"
    )


def _detail(layer: Layer) -> str:
    if not layer.kernel:
        return "RGB" if layer.kind == "input" else f"{layer.channels:,}"
    if layer.kind == "pooling":
        return f"{shape(layer.kernel)} max"
    stride = f"/{layer.stride}" if layer.stride > 1 else ""
    return f"{shape(layer.kernel)}{stride} · {layer.channels}"
