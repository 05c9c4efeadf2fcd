"""Two to six recipes side by side, at the same step."""

import streamlit as st

from explorer.links import recipes_in
from explorer.networks import load_network
from explorer.notes import sheet_png
from explorer.sheets import sheet
from explorer.snippets import code_of
from explorer.titles import common_title, titles_of
from explorer.ui import address, controls, excite, judgment, layout, live, networks, series, steady
from explorer.ui.photos import own_photo
from explorer.ui.plain import literal
from explorer.ui.session import settings, visitor, warm_up
from explorer.wording import number

PAGE = "compare"
PICTURES, SETTINGS = "the-pictures", "the-settings"
FIRST = ("report/naive", "best")
SHORT = 60  # steps to begin with: several pictures take several times as long as one

layout.begin(
    "Compare",
    "The same target, seed and number of steps: only the recipe differs. Some recipes go on from a "
    "picture that another has drawn.",
)
visitor()
state = st.session_state


def fill(link):
    """Set the controls from an address."""
    first = [f"{name};steps={SHORT}" for name in FIRST]
    recipes, complaints = recipes_in(link, first, own_photo() and own_photo().name)
    most, steps = settings().recipes, {recipe.steps for recipe in recipes if recipe.steps}
    if len(recipes) > most:
        complaints.append(f"At most {most} recipes are compared: the first {most} are shown.")
        recipes = recipes[:most]
    if controls.asks_for_steps(link) and len(steps) > 1:
        complaints.append(
            "Compared pictures share the number of steps: all have those of the first here."
        )
    controls.fill_shared(PAGE, recipes[0])
    controls.keep_limits(PAGE, link)
    state[f"{PAGE}:count"] = max(2, len(recipes))
    for i in range(settings().recipes):
        controls.fill_recipe(f"{PAGE}{i}", recipes[min(i, len(recipes) - 1)])
    return complaints


complaints, opened = address.enter(PAGE, fill)
model = networks.choose(PAGE, fill)
warm_up(model.name)
layout.complain(complaints)
series.offer(PAGE)
left, right = layout.stage(5, 9)
with left:
    layout.landmark(SETTINGS)
    target = excite.choose(PAGE, model, own_photo())
    common = controls.shared(PAGE, own_photo())
    bar = layout.draw_bar()
    count = state[f"{PAGE}:count"]
    if settings().recipes > 2:
        count = st.slider("Recipes", 2, settings().recipes, key=f"{PAGE}:count")
    for i in range(count, settings().recipes):
        controls.keep_hidden(f"{PAGE}{i}")
    recipes = []
    for i, tab in enumerate(st.tabs([f"Recipe {i + 1}" for i in range(count)])):
        with tab:
            controls.suit(f"{PAGE}{i}", target, model, common["size"])
            controls.choose_preset(f"{PAGE}{i}")
            recipes.append(controls.recipe(f"{PAGE}{i}", target, model, common))
if None in recipes:
    wrong = [str(i) for i, recipe in enumerate(recipes, 1) if recipe is None]
    if target:
        bar.error(f"Nothing can be drawn yet: see recipe {' and '.join(wrong)}.")
    recipes = []
refused = live.offer(PAGE, bar, "Render all", recipes, opened)
with bar:
    layout.point(live.way_to(PAGE, "the pictures"), PICTURES)

with right:
    layout.landmark(PICTURES)
    held = live.ticket(PAGE)
    if target and target.class_ is not None:
        networks.offer_classes(PAGE, fill, model)
    if refused:
        st.error(literal(refused))
    if held and held.recipes != tuple(recipes):
        st.info(
            "Below are still the pictures before, of other settings."
            if refused
            else "The settings have changed since these pictures: press Render all for new ones."
        )
    shown = held.recipes if held else ()
    titles = titles_of(shown)
    view = live.panel(PAGE, titles)
    layout.point("To the settings ↓", SETTINGS)
    if held is None and not refused:
        with st.container(border=True):
            st.markdown(
                "**These pictures were stopped.** Press *Render all* to go on with them."
                if live.was_stopped(PAGE, recipes)
                else "**Nothing drawn yet.** Press *Render all*, or choose one of the series. "
                "All pictures grow together, so you can compare them at any step, and take as long "
                "as they would one after the other."
            )
    elif view and view.drawn:
        judged = st.container()
        cells = []
        for title, frame in zip(titles, (frame.kept for frame in view.frames), strict=True):
            steps = live.steps_in_words(frame.recipe, frame.step)
            words = title.replace(" · ", "\n")
            cells.append((frame.image, f"{words}\nscore {number(frame.score)}\n{steps}"))
        drawn_by = load_network(held.recipes[0].network)
        page = sheet([cells], title=common_title(drawn_by, held.recipes[0]))
        st.download_button(
            "Download the sheet with its recipes",
            sheet_png(page, held.recipes),
            "comparison.png",
            "image/png",
            on_click="ignore",
        )
    if recipes:
        with st.expander("Show code"):
            st.code(code_of(recipes), "python")
    if view and view.drawn:
        with judged:
            judgment.table(titles, held, view)
steady.echo()
