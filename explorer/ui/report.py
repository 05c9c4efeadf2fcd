"""The report page's parts: verdicts, figures, and what is measured."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from explorer.images import data_url, jpeg_bytes, sample_photo
from explorer.links import link_of
from explorer.networks import load_network
from explorer.networks.layers import Layer
from explorer.report import plots
from explorer.report.drawing import as_svg
from explorer.report.figures import NETWORK, PHOTO, SIZE, Figure, class_network, sections
from explorer.report.results import STORED, Results, map_key
from explorer.report.statements import FAILS, HOLDS, IN_PART, SECTIONS
from explorer.report.words import (
    EXPLAINED,
    about_classes,
    mark_of,
    name_of,
    numbers_of,
    of_maps,
    shape_of,
    steps_of,
    title_of,
    verdicts,
)
from explorer.snippets import command_of
from explorer.studio import beyond
from explorer.ui import drawing, live, steady
from explorer.ui.plain import literal
from explorer.ui.session import settings

PAGE = "report"
FIRST = "verdicts"
VIEWS = {FIRST: "All statements"} | {key: title for key, (title, _) in SECTIONS.items()}
"""What the page shows, one at a time."""
WITH_CLASS = (FIRST, "naive", "regularized", "improved")
"""Views that are about the class too."""
VISUALIZATION = "pages/3_Feature_visualization.py"
COLORS = {HOLDS: "green", IN_PART: "orange", FAILS: "red"}
COLUMNS = 3
PLOT_HEIGHT = 330
"""Pixels, with a plot's legend."""
STYLE = """
<style>
.numbers, .numbers * { margin: 0 !important; padding: 0 !important; }
.numbers { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(9.2rem, 100%), 1fr));
  gap: 0 1rem; font-size: 0.82rem; }
.numbers div { display: flex; justify-content: space-between; gap: 0.5rem; }
.numbers dt { opacity: 0.75; font-weight: 400; }
.numbers dd { white-space: nowrap; font-variant-numeric: tabular-nums; }
[class*="st-key-maps-"] { display: grid; gap: 0.75rem;
  grid-template-columns: repeat(auto-fill, minmax(min(8rem, 45%), 1fr)); }
[class*="st-key-maps-"] > div { width: auto; }
[class*="st-key-maps-"] img { image-rendering: pixelated; }
@media (min-width: 641px) {
  [class*="st-key-statement-"] { flex-wrap: nowrap; }
  [class*="st-key-statement-"] > div:first-child { min-width: 0; flex: 1 1 0; }
  [class*="st-key-statement-"] > div:last-child { flex: none; }
}
</style>
"""


def fill(link: Mapping[str, str]) -> list[str]:
    """Set what is shown from an address."""
    view = link.get("section", FIRST)
    known = view in VIEWS
    st.session_state[f"{PAGE}:view"] = view if known else FIRST
    return [] if known else [f"The report has no section '{view[:40]}'."]


def badge(verdict: str) -> str:
    """A verdict in its color, as Markdown."""
    return f":{COLORS[verdict]}-badge[{verdict}]"


# ---- Statements


def all_statements(results: Results) -> None:
    """Every statement with its verdict, and a door to the section that shows it."""
    for row in verdicts(results):
        key = f"statement-{row['number']}"
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=key):
            st.markdown(f"{_numbered(row)} {badge(row['verdict'])}{_held(row)}", width="stretch")
            st.button(
                VIEWS[row["section"]],
                key=f"{PAGE}:to {row['number']}",
                on_click=_go,
                args=(row["section"],),
                icon=":material/arrow_forward:",
                type="tertiary",
            )


def count(results: Results) -> str:
    """How many statements hold, hold in part, and do not: "**3** hold, **7** hold in part …"."""
    found = Counter(row["verdict"] for row in verdicts(results))
    total, words = found.total(), {HOLDS: "hold", IN_PART: "hold in part", FAILS: "do not hold"}
    parts = [f"**{found[verdict]}** {word}" for verdict, word in words.items()]
    return f"Of its {total} statements, {', '.join(parts[:-1])}, and {parts[-1]}."


def _go(section: str) -> None:
    with steady.setting():
        st.session_state[f"{PAGE}:view"] = section


def statements(section: str, results: Results) -> None:
    """The statements that a section shows, with every check."""
    for row in verdicts(results):
        if row["section"] == section:
            with st.container(border=True):
                st.markdown(f"**{_numbered(row)}** {badge(row['verdict'])}{_held(row)}")
                st.caption(f"What would show it: {row['shown_by']}")
                if row["checks"]:
                    st.table(
                        {
                            "expected": [check["expected"] for check in row["checks"]],
                            "measured": [check["found"] for check in row["checks"]],
                            "as expected": [
                                "✓ yes" if check["holds"] else "✗ no" for check in row["checks"]
                            ],
                        },
                        border="horizontal",
                        hide_index=True,
                        alt=f"Checks of the statement: {row['said']}",
                    )


def _numbered(row: Mapping) -> str:
    return f"{mark_of(row)} {row['said']}".lstrip()


def _held(row: Mapping) -> str:
    held = f"{row['held']} of {len(row['checks'])} checks".replace(" ", "\N{NO-BREAK SPACE}")
    return f" :gray[{held}]"


# ---- Figures


def section(key: str, results: Results | None) -> None:
    """A section's figures and statements; without results, what can be drawn."""
    title, words = SECTIONS[key]
    st.subheader(title)
    st.markdown(words)
    if results:
        statements(key, results)
    if key == "structure":
        drawing.show(as_svg(load_network(NETWORK)), "network")
        st.page_link(
            "pages/1_Model_structure.py",
            label="Every layer, and the graph for TensorBoard",
            icon=":material/account_tree:",
        )
    if key == "activations":
        _activations(results)
    kept = results.classes if results else class_network()
    now = sections(class_network()).get(key, ())
    if results and (key == "activations" or now):
        _explain_numbers()
    for row, newer in zip(sections(kept).get(key, ()), now, strict=True):
        _row(row, newer, results)


def _explain_numbers() -> None:
    with st.expander("What the numbers mean"):
        st.markdown(
            "\n".join(
                [
                    "- **score**: What the steps raise, before ReLU; of a class, before softmax.",
                    *(f"- **{measure.title}**: {measure.help}" for measure in EXPLAINED),
                ]
            )
        )


def _row(row: Sequence[Figure], newer: Sequence[Figure], results: Results | None) -> None:
    """Figures side by side; `newer` are those that this machine would draw."""
    st.markdown(f"**{title_of(row)}**")
    alone = len(row) > COLUMNS and len(row) % COLUMNS == 1  # the last one, in a row of its own
    across = COLUMNS + alone
    for first in range(0, len(row), across):
        columns = st.columns(across, gap="medium")
        pairs = zip(row[first : first + across], newer[first : first + across], strict=True)
        for column, (figure, to_draw) in zip(columns, pairs, strict=False):
            with column:
                _figure(figure, to_draw, results)
    if results:
        names = {figure.key: name_of(figure) for figure in row}
        st.vega_lite_chart(
            spec=plots.spectra(row, results, names) | {"height": PLOT_HEIGHT},
            width="stretch",
            alt="Line chart: spectral energy against cycles per pixel of "
            + ", ".join(names.values()),
        )
        st.caption(f"{plots.READING} An even picture has no spectrum.")


def _figure(figure: Figure, to_draw: Figure, results: Results | None) -> None:
    held = live.ticket(PAGE)
    drawn_anew = held is not None and held.recipes == (to_draw.recipe,)
    if drawn_anew:
        live.panel(PAGE, [name_of(figure)])
    else:
        if results:
            jpeg = (STORED / f"{figure.key}.jpg").read_bytes()
            alt = f"{name_of(figure)}: stored picture that excites {figure.about}"
            st.image(data_url(jpeg), width="stretch", alt=alt)
        else:
            st.html('<div class="waiting"></div>')
        st.caption(f"**{name_of(figure)}** · {steps_of(figure.recipe)}")
        if sentence := live.refusal(PAGE, [to_draw.recipe]):
            st.error(literal(sentence))
    if results:
        if drawn_anew:
            st.caption(f"Of the stored picture ({steps_of(figure.recipe)}):")
        _numbers(numbers_of(figure, results))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        refused = hint = beyond(to_draw.recipe, settings())
        if not refused and to_draw.recipe.network != figure.recipe.network:
            hint = f"With {load_network(to_draw.recipe.network).title}, whose weights are here."
        st.button(
            "Draw it now",
            key=f"{PAGE}:draw {figure.key}",
            on_click=_draw,
            args=(to_draw,),
            disabled=bool(refused) or live.shows(PAGE, [to_draw.recipe]),
            icon=":material/brush:",
            help=hint,
        )
        if drawn_anew and results:
            st.button(
                "Back to the stored picture",
                key=f"{PAGE}:stored {figure.key}",
                on_click=_drop,
                icon=":material/undo:",
            )
        st.page_link(
            VISUALIZATION,
            label="Open its recipe",
            icon=":material/palette:",
            query_params=link_of([to_draw.recipe]),
            help="In Feature visualization, with every setting.",
        )
        with st.popover("Command", icon=":material/terminal:"):
            st.code(command_of(to_draw.recipe, f"{to_draw.key}.png"), "bash", wrap_lines=True)


def _draw(figure: Figure) -> None:
    live.begin(PAGE, [figure.recipe], None)


def _drop() -> None:
    st.session_state.pop(f"{PAGE}:ticket").close()


def _numbers(values: Mapping[str, str]) -> None:
    rows = (
        f"<div><dt>{escape(title)}</dt><dd>{escape(value)}</dd></div>"
        for title, value in values.items()
    )
    st.html(f'<dl class="numbers">{"".join(rows)}</dl>')


def _activations(results: Results | None) -> None:
    network = load_network(NETWORK)
    photo = jpeg_bytes(sample_photo(PHOTO).fitted((SIZE, SIZE)))
    st.image(data_url(photo), width=SIZE, alt=f"The photo: {PHOTO}")
    for entry in results.layers if results else ():
        layer = network.layer(entry["layer"])
        st.markdown(f"**{layer.paper_name}**, {shape_of(layer)}. Means over all filters:")
        _numbers(of_maps(entry["measures"]))
        with st.container(horizontal=True, key=f"maps-{layer.paper_name}"):
            for each in entry["filters"]:
                _map(layer, each)
    st.page_link(
        "pages/2_Filter_activations.py",
        label="Compute them here, with this photo or your own",
        icon=":material/blur_on:",
        query_params={"view": "row", "photo": PHOTO},
    )
    if results:
        st.vega_lite_chart(
            spec=plots.activations(results) | {"height": PLOT_HEIGHT},
            width="stretch",
            alt="Line chart: likeness with the photo, detail and active share by layer",
        )


def _map(layer: Layer, each: Mapping) -> None:
    name = f"{layer.paper_name}, filter {each['channel']}"
    jpeg = (STORED / f"{map_key(layer.paper_name, each['channel'])}.jpg").read_bytes()
    with st.container():
        st.image(data_url(jpeg), width="stretch", alt=f"Activation of {name}")
        st.caption(f"filter {each['channel']}")
        _numbers(of_maps(each["measures"]))


def about(results: Results) -> str:
    """Whose class is drawn, and what would be drawn now where that is another's."""
    now = class_network()
    if now == results.classes:
        return about_classes(results)
    return (
        f"The stored flamingo is {load_network(results.classes).title}'s; "
        f"{load_network(now).title}'s full weights are here, so *Draw it now* draws its own."
    )
