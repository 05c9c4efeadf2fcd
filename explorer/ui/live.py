"""A render as it grows: pictures, progress, curve, and what to do with the result."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from explorer.errors import InputError
from explorer.images import Photo, data_url, jpeg_bytes
from explorer.links import link_of
from explorer.networks import device
from explorer.presets import PRESETS
from explorer.recipe import Recipe
from explorer.render import Frame
from explorer.studio import FAILED, FINISHED, LIVE, STOPPED, Ticket, View
from explorer.ui import address, messages
from explorer.ui.layout import duration
from explorer.ui.photos import own_photo
from explorer.ui.plain import literal
from explorer.ui.session import ask, studio, visitor
from explorer.wording import number

REFUSED = ":red[Not drawn: the reason stands where the picture is.]"
"""Below a button that draws; the reason itself would hide what is around the button."""
POLL_SECONDS, SLOWEST_POLL = 0.4, 2.0
"""Between two looks at a render that is alone and fast, and at one that is slow or among many."""
STEPS_A_LOOK = 2
"""A look takes the time of half a step, on two cores."""
SURE_STEPS = 4
"""After which the pace is known."""
MUCH_SLOWER = 1.5
"""Times as long between two looks, for which the whole page is run."""
CURVE_HEIGHT, LEGEND_ROW, LEGEND_WIDTH = 180, 26, 330
"""Pixels; the legend, a line for each recipe, is within the height and fits on a phone."""
POINT_SIZE = 400
"""Square pixels around each point of a curve that tell its numbers to who points there."""


def offer(page: str, bar, label: str, wanted: Sequence[Recipe], opened: bool) -> str | None:
    """Draw what is wanted if asked to, offer the button that asks, and write the address.

    The render begins before its button is drawn, so that the page need not run once more for it.

    Args:
        page: its name; a click may have asked for it, here or elsewhere; see `session.ask`.
        bar: where the button stands.
        label: the button's.
        wanted: recipes; none where nothing can be drawn.
        opened: whether a link from outside has asked for it.

    Returns:
        Why it was refused, if it was.
    """
    asked = st.session_state.pop(f"{page}:wanted", False)
    if wanted and (opened or asked) and not shows(page, wanted):
        begin(page, wanted, own_photo(), at_rest=asked == "at rest")
    bar.button(
        label,
        type="primary",
        width="stretch",
        disabled=not wanted or shows(page, wanted),
        on_click=_clicked,
        args=(page,),
    )
    refused = refusal(page, wanted)
    if refused:
        bar.markdown(REFUSED)
    if wanted:
        address.write(page, _link(page, wanted))
    return refused


def _clicked(page: str) -> None:
    if not messages.of_a_part():  # a poll that left beside the click carries a copy of it
        ask(page)


def begin(page: str, recipes: Sequence[Recipe], photo: Photo | None, at_rest: bool = False) -> None:
    """Start a render on a page, in place of the one before; that stays if it is refused.

    With `at_rest`, one that has a picture already is only shown, and goes on if that is wanted.
    """
    state = st.session_state
    try:
        held = studio().submit(visitor(), recipes, photo, ticket(page))
        if at_rest and held.view().frames:
            held.stop()
        state[f"{page}:ticket"] = held
        state[f"{page}:refused"] = state[f"{page}:stopped"] = None
        state.pop(f"{page}:look", None)
    except InputError as error:
        state[f"{page}:refused"] = tuple(recipes), str(error)


def forget() -> None:
    """Drop this visit's renders of the visitor's own photo."""
    state = st.session_state
    for key in [key for key in state if str(key).endswith(":ticket")]:
        if state[key] and state[key].job.is_private:
            state.pop(key).close()


def ticket(page: str) -> Ticket | None:
    """The render that a page shows."""
    return st.session_state.get(f"{page}:ticket")


def was_stopped(page: str, wanted: Sequence[Recipe]) -> bool:
    """Whether what is wanted was stopped on this page, or in the visit that its address is of."""
    held = ticket(page)
    if held and held.recipes == tuple(wanted):
        return held.view().status == STOPPED
    return st.session_state.get(f"{page}:stopped") == tuple(wanted)


def way_to(page: str, what: str) -> str:
    """Words of a link to a page's pictures, which say whether they are growing."""
    held = ticket(page)
    return f"Drawing: see {what} grow ↑" if held and held.view().status in LIVE else f"To {what} ↑"


def shows(page: str, wanted: Sequence[Recipe]) -> bool:
    """Whether a page shows what is wanted, or is on the way there; not where that failed."""
    held = ticket(page)
    return bool(held and held.recipes == tuple(wanted) and held.view().status != FAILED)


def _link(page: str, wanted: Sequence[Recipe]) -> dict[str, str]:
    """The address of a page that asks for what is wanted, and says whether it was stopped."""
    state = st.session_state
    if state.pop(f"{page}:arrived stopped", False):
        state[f"{page}:stopped"] = tuple(wanted)
    return link_of(wanted) | (address.STOPPED if was_stopped(page, wanted) else {})


def refusal(page: str, wanted: Sequence[Recipe]) -> str | None:
    """Why what is wanted was refused, if it was; of what a page shows, its `panel` says that."""
    held = ticket(page)
    return None if held and held.recipes == tuple(wanted) else _refused(page, wanted)


def _refused(page: str, recipes: Sequence[Recipe]) -> str | None:
    refused, sentence = st.session_state.get(f"{page}:refused") or (None, None)
    return sentence if refused == tuple(recipes) else None


def panel(page: str, captions: Sequence[str]) -> View | None:
    """Show a page's render, polling while it is live; returns how it stands, None without one.

    Args:
        page: its name.
        captions: of the pictures of the page's render.
    """
    held = ticket(page)
    if held is None:
        return None
    view = held.view()
    seconds = _poll_seconds(view) if view.status in LIVE else None
    st.fragment(_show, run_every=seconds)(page, held, captions, seconds)
    return held.view()


def _poll_seconds(view: View | None = None) -> float:
    """The slower a picture changes, the seldomer it is looked at; each look costs steps."""
    among = POLL_SECONDS * max(1, len(studio().live_jobs()))
    step = 0.0
    if view and view.done >= SURE_STEPS and view.seconds_left:
        step = view.seconds_left / (view.total - view.done)
    return min(max(among, STEPS_A_LOOK * step), SLOWEST_POLL)


def _show(page: str, held: Ticket, captions: Sequence[str], seconds: float | None) -> None:
    view = held.view()
    if (seconds is not None) != (view.status in LIVE):
        st.rerun()  # the whole page, which polls only while the render is live
    if seconds and _poll_seconds(view) > MUCH_SLOWER * seconds:
        st.rerun()  # the whole page, as it alone says how often it is looked at
    if sentence := _refused(page, held.recipes):
        st.error(literal(sentence))
    _status(page, held, view)
    look = st.session_state.get(f"{page}:look") if view.status not in LIVE else None
    in_row = _in_row(len(held.recipes))
    with st.container(key=f"pictures-{page}" if in_row > 1 else f"picture-{page}"):
        for i, recipe in enumerate(held.recipes):
            if i % in_row == 0:
                columns = st.columns(in_row)
            with columns[i % in_row]:
                _picture(recipe, held, view, i, captions[i], look)
    _looking_back(page, held, view, captions)


def _in_row(count: int) -> int:
    """How many of so many pictures stand side by side."""
    return count if count <= 3 else 2 if count == 4 else 3


def _status(page: str, held: Ticket, view: View) -> None:
    with st.container(key=f"progress-{page}"):
        _progress(page, held, view)
    words = "Drawing" if view.status in LIVE else f"{view.status.capitalize()} drawing"
    st.html(f'<div role="status" class="unseen">{words}</div>')  # read aloud when it changes


def _progress(page: str, held: Ticket, view: View) -> None:
    share = view.done / max(view.total, 1)
    if view.status in LIVE:
        if not view.frames:
            others = studio().others(held)
            text = "Getting ready: the first picture takes a few seconds …"
            if others > 0:
                text = f"Getting ready, in turn with others ({others} under way here) …"
        else:
            left = view.seconds_left
            rest = f" · about {duration(left)} left" if left is not None else ""
            text = f"Step {view.done} of {view.total}{rest}"
        bar, stop = st.columns((6, 1), vertical_alignment="center")
        bar.progress(share, text=text)
        stop.button("Stop", key=f"{page}:stop", on_click=held.stop, width="stretch")
    elif view.status == STOPPED:
        bar, more = st.columns((6, 1), vertical_alignment="center")
        several = len(held.recipes) > 1
        kept = "the pictures are kept" if several else "the picture is kept"
        if not view.done:
            kept = "this is what it starts from" if view.frames else "there was no picture yet"
        bar.progress(share, text=f"Stopped at step {view.done} of {view.total}; {kept}.")
        more.button(
            "Continue", key=f"{page}:continue", on_click=_go_on, args=(page, held), width="stretch"
        )
    elif view.status == FAILED:
        st.error(literal(view.error))
    elif view.status == FINISHED:
        before = " Steps of pictures that others start from count too." * _has_parents(held)
        text = f"Finished: {view.done} steps.{before} Computed on {device.start()}."
        st.progress(1.0, text=text)


def _has_parents(held: Ticket) -> bool:
    return any(recipe.parents for recipe in held.recipes)


def _go_on(page: str, held: Ticket) -> None:
    try:
        held.go_on()
        st.session_state[f"{page}:refused"] = None
    except InputError as error:
        st.session_state[f"{page}:refused"] = held.recipes, str(error)


def _picture(
    recipe: Recipe, held: Ticket, view: View, i: int, caption: str, look: int | None
) -> None:
    if not view.frames:
        st.html('<div class="waiting"></div>')
        st.caption(f"**{caption}**")
        return
    moments = held.moments(i)
    if look not in (None, view.done) and moments:
        moment = min(moments, key=lambda m: abs(m.done - look))
        jpeg, step, score, of = moment.jpeg, moment.step, moment.score, moment.recipe
    else:
        frame = view.frames[i] if view.status in LIVE else view.frames[i].kept
        jpeg, step, score, of = shown_jpeg(frame), frame.step, frame.score, frame.recipe
    alt = f"Picture that excites {recipe.caption} after {step} steps, score {number(score)}"
    if len(held.recipes) > 1:
        alt += f"; {caption}"
    st.image(data_url(jpeg), width="stretch", alt=alt)
    if of == recipe:
        best = (
            recipe.keep == "best" and view.status not in LIVE and step == view.frames[i].kept.step
        )
        seen = "best score: " * best + steps_in_words(recipe, step)
    else:
        seen = f"step {step} of “{_title(of)}”, from which it starts"
    st.caption(f"**{caption}**  \n{seen[0].upper()}{seen[1:]} · score {number(score)}")
    if view.frames[i].ended_early:
        st.caption(view.frames[i].ending)


def steps_in_words(recipe: Recipe, step: int) -> str:
    """How far a picture is: "step 60, after 300 of “All four regularizations”"."""
    if not recipe.steps:
        return f"a blend of {len(recipe.parents)} pictures"
    before = recipe.total_steps - recipe.steps
    alone = len(recipe.lineage) == 2
    what = f"“{_title(recipe.parents[0])}”" if alone else "what it starts from"
    return f"step {step}" + (f", after {before} of {what}" if before else "")


def _title(recipe: Recipe) -> str:
    """Of the preset that a recipe comes from."""
    return PRESETS[recipe.preset].title if recipe.preset in PRESETS else "a recipe of its own"


def shown_jpeg(frame: Frame) -> bytes:
    """A JPEG of a frame's picture, for the screen."""
    return jpeg_bytes(frame.image, 92)


def _looking_back(page: str, held: Ticket, view: View, captions: Sequence[str]) -> None:
    count = range(len(held.recipes))
    dones = sorted({moment.done for i in count for moment in held.moments(i)} | {view.done})
    if view.status not in LIVE and len(dones) > 2:
        st.select_slider(
            "Look back over the steps"
            + ", with those of pictures that others start from" * _has_parents(held),
            dones,
            value=view.done,
            key=f"{page}:look",
            format_func=lambda done: f"step {done}",
        )
        if st.session_state[f"{page}:look"] != view.done:
            st.caption(
                "You are looking back: what is saved and measured is the picture at the end."
            )
    curves = [
        {"step": step, "score": score, "recipe": caption}
        for i, caption in enumerate(captions)
        for step, score in held.curve(i)
        if held.recipes[i].steps  # a blend alone has no curve
    ]
    if len(curves) > 2 * len(captions):
        _curve(pd.DataFrame(curves), captions)


def _curve(table: pd.DataFrame, captions: Sequence[str]) -> None:
    import altair as alt

    several = len(captions) > 1
    drawn = [caption for caption in captions if caption in set(table["recipe"])]
    chart = (
        alt.Chart(table)
        .mark_line(strokeWidth=2, point={"opacity": 0, "size": POINT_SIZE})
        .encode(
            x=alt.X(
                "step:Q",
                title="step",
                axis=alt.Axis(tickMinStep=1, format="d"),
                scale=alt.Scale(nice=False),
            ),
            y=alt.Y("score:Q", title="score", scale=alt.Scale(zero=False)),
            tooltip=["recipe", "step", alt.Tooltip("score", format=",.3~f")],
        )
        .properties(height=CURVE_HEIGHT + LEGEND_ROW * len(drawn) * several)
    )
    if several:
        legend = alt.Legend(
            orient="bottom",
            title="",
            columns=1,
            labelLimit=LEGEND_WIDTH,
            symbolType="stroke",
            symbolSize=100,
        )
        scale = alt.Scale(domain=drawn, scheme="tableau10")
        chart = chart.encode(color=alt.Color("recipe:N", legend=legend, scale=scale))
    ends = table.groupby("recipe", sort=False)["score"].last()
    reached = "; ".join(f"{caption}: {number(score)}" for caption, score in ends.items())
    alt_text = f"Line chart: score against step. Last score of {reached}"
    st.altair_chart(chart, width="stretch", alt=alt_text)
