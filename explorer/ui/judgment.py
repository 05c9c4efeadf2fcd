"""What a finished picture does to its network: in numbers, in a chart, and what to change."""

import re
import threading
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from explorer.catalogue import METHODS
from explorer.diagnosis import diagnosed_of_all, through_all_steps
from explorer.errors import InputError
from explorer.images import Photo
from explorer.measures import (
    MEASURES,
    combined,
    in_words,
    judged,
    radial_spectrum,
    standings,
)
from explorer.networks import load_network
from explorer.render import Frame
from explorer.report import plots
from explorer.studio import STOPPED, Ticket, View
from explorer.targets import is_class
from explorer.ui import controls
from explorer.ui.plain import literal
from explorer.wording import rounded

KEPT = 256
"""Pictures whose measures are remembered."""
STANDINGS = {
    "shown": "As it is",
    "saved": "Saved as a PNG",
    "mirrored": "Mirrored",
    "larger": "5 % larger",
    "smaller": "5 % smaller",
}
MOST_TITLES = 2
"""Recipes whose titles fit above their columns; of more, their numbers stand there."""
MEASURE_WIDTH, SPECTRUM_HEIGHT = 150, 150
"""Pixels."""

_one_at_a_time = threading.Lock()
"""Visitors whose renders end together are measured in turn, so that live renders keep going."""


def show(held: Ticket, view: View, i: int) -> None:
    """The measures of a render's picture, and what is wrong with it."""
    frame = view.frames[i].kept
    try:
        with st.spinner("Measuring what the picture does to the network …"):
            values = _judged(frame.recipe.to_json(), frame.step, frame, held.job.photo)
            classes = _standings_of(frame)
    except InputError as error:
        return st.info(literal(error))
    if view.status != STOPPED:  # else more steps are what it needs
        _advise(frame, values, held.curve(i))
    with st.container(horizontal=True, key="measures"):
        for name, value in combined(values).items():
            measure = MEASURES[name]
            title = measure.title.capitalize()
            st.metric(title, in_words(name, value), help=measure.help, width=MEASURE_WIDTH)
    if classes is not None:
        st.dataframe(
            classes,
            hide_index=True,
            width="stretch",
            alt="How the picture stands with its class, as it is and changed a little",
        )
    _spectrum(frame)


def _advise(
    frame: Frame, values: list[dict[str, float]], curve: Sequence[tuple[int, float]]
) -> None:
    """What is wrong with a picture, and which setting to change, as the page calls it."""
    recipe = frame.recipe
    curve = through_all_steps(recipe, curve)
    for sentence in diagnosed_of_all(recipe, frame.pictures, values, curve).values():
        st.warning(_as_the_page_says(sentence), icon=":material/lightbulb:")


def _as_the_page_says(sentence: str) -> str:
    """A sentence with the settings that it names, such as adam.rate, as the page has them."""

    def place(found: re.Match) -> str:
        method, parameter = METHODS[found[1]], found[2]
        name = method.parameter(parameter).label
        return f"*{name}* of {method.title} (under *{controls.GROUPS[method.acts_on]}*)"

    return re.sub(rf"\b({'|'.join(METHODS)})\.([a-z_]+)", place, sentence)


def table(titles: list[str], held: Ticket, view: View) -> None:
    """The measures of a comparison's pictures, a recipe in each column."""
    frames, rows = [frame.kept for frame in view.frames], []
    try:
        for i, (title, frame) in enumerate(zip(titles, frames, strict=True), 1):
            with st.spinner(f"Measuring picture {i} of {len(frames)} …"):
                rows.append((title, frame, measures_of(frame, held.job.photo)))
    except InputError as error:
        return st.info(literal(error))
    shown = [name for name in MEASURES if any(name in values for *_, values in rows)]
    st.dataframe(
        pd.DataFrame(
            {
                "measure": ["score", *map(_heading, shown)],
                **{
                    title: [rounded(frame.score), *(_cell(n, values.get(n)) for n in shown)]
                    for title, frame, values in rows
                },
            }
        ),
        hide_index=True,
        width="stretch",
        column_config={"measure": st.column_config.TextColumn(pinned=True)}
        | {
            title: st.column_config.NumberColumn(
                str(i) if len(rows) > MOST_TITLES else title, format="localized", help=title
            )
            for i, (title, *_) in enumerate(rows, 1)
        },
        alt="Measures of the pictures, a recipe in each column",
    )
    with st.expander("What the numbers mean"):
        st.markdown("\n".join(f"- **{MEASURES[n].title}**: {MEASURES[n].help}" for n in shown))


def measures_of(frame: Frame, photo: Photo | None) -> dict[str, float]:
    """Every measure of a frame's picture, or of its several pictures together."""
    return combined(_judged(frame.recipe.to_json(), frame.step, frame, photo))


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _judged(recipe: str, step: int, _frame: Frame, _photo: Photo | None) -> list[dict[str, float]]:
    """The measures of each of a frame's pictures."""
    network, target = load_network(_frame.recipe.network), _frame.recipe.target
    with _one_at_a_time:
        return [judged(network, target, picture, _photo) for picture in _frame.pictures]


def _standings_of(frame: Frame) -> pd.DataFrame | None:
    """How a class's first picture stands, as it is and changed a little; None without a class."""
    target, network = frame.recipe.target, load_network(frame.recipe.network)
    if not is_class(network, target):
        return None
    return _stands(frame.recipe.to_json(), frame.step, frame)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _stands(recipe: str, step: int, _frame: Frame) -> pd.DataFrame:
    network, target = load_network(_frame.recipe.network), _frame.recipe.target
    with _one_at_a_time:
        found = standings(network, target.channel, _frame.pictures[0])
    return pd.DataFrame(
        {
            "picture": STANDINGS[name],
            "rank": standing.rank,
            "margin": rounded(standing.margin),
            "probability (%)": round(100 * standing.probability, 1),
        }
        for name, standing in found.items()
    )


def _heading(name: str) -> str:
    measure = MEASURES[name]
    return measure.title + f" ({measure.unit})" * bool(measure.unit)


def _cell(name: str, value: float | None) -> float | None:
    if value is None:
        return None
    return round(100 * value, 1) if MEASURES[name].unit == "%" else rounded(value)


def _spectrum(frame: Frame) -> None:
    """The radial spectrum as a line, with a quarter cycle marked."""
    frequency, energy = radial_spectrum(frame.pictures[0])
    plot = plots.of_spectra({"picture": zip(frequency, energy, strict=True)})
    st.vega_lite_chart(
        spec=plot | {"height": SPECTRUM_HEIGHT},
        width="stretch",
        alt="Line chart: spectral energy of the picture against cycles per pixel, falling from "
        f"{energy[0]:.2g} at the coarsest to {energy[-1]:.2g} at the finest",
    )
    st.caption(plots.READING)
