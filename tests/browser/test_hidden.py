"""Widgets that are not drawn for a while come back as they were, on screen too."""

import re

import pytest
from playwright.sync_api import Page, expect

QUIET = '[data-testid="stApp"][data-test-script-state="notRunning"]'
CHANNEL = "layer=conv4_1&channel=70&size=96&seed=0&stopped=yes"


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.get_by_role("button", name=re.compile("^Render"))).to_be_visible(timeout=60_000)
    page.wait_for_selector(QUIET)
    return page


def switch(page: Page, name: str) -> None:
    page.get_by_text(name, exact=True).first.click()
    page.wait_for_selector(QUIET)
    page.wait_for_timeout(400)


def another_seed(page: Page) -> None:
    """Any change makes the browser send what it shows of all widgets."""
    seed = page.get_by_label("Seed", exact=True)
    seed.fill("5")
    seed.press("Enter")
    expect(page).to_have_url(re.compile("seed=5"))


def test_a_method_switched_off_and_on_keeps_its_strength(server, page):
    opened(page, f"{server}/Feature_visualization?{CHANNEL}&recipe=best;steps=2;jitter.reach=11")
    page.get_by_text("On what the network sees", exact=True).click()
    for _ in (False, True):
        switch(page, "Jitter")
    reach = page.get_by_role("slider", name=re.compile("^reach"))
    expect(reach).to_have_value("11")
    another_seed(page)
    expect(page).to_have_url(re.compile(r"jitter\.reach(=|%3D)11"))


@pytest.mark.parametrize("kind", ["Class", "Layer", "Direction"])
def test_layer_and_channel_outlast_a_look_at_another_kind(server, page, kind):
    opened(page, f"{server}/Feature_visualization?{CHANNEL}&weight=0.7&also=0.3*conv4_1:9")
    for chosen in (kind, "Channel"):
        page.get_by_role("radio", name=chosen, exact=True).click()
        page.wait_for_selector(QUIET)
        page.wait_for_timeout(400)
    expect(page.get_by_label("Channel, 0 to 511")).to_have_value("70")
    another_seed(page)
    for part in ("layer=conv4_1", "channel=70", r"weight=0\.7", r"also=0\.3"):
        expect(page).to_have_url(re.compile(part))


def test_a_recipe_that_is_not_compared_for_a_while_comes_back(server, page):
    recipes = "&".join(f"recipe{i}={text}" for i, text in enumerate(("report/naive", "lucid"), 1))
    opened(page, f"{server}/Compare?{CHANNEL}&{recipes}&recipe3=best;steps=2;scale.spread=12")
    count = page.get_by_role("slider", name="Recipes")
    for key, left in (("ArrowLeft", 2), ("ArrowRight", 3)):
        count.press(key)
        expect(count).to_have_value(str(left))
        page.wait_for_selector(QUIET)
        page.wait_for_timeout(600)
    another_seed(page)
    expect(page).to_have_url(re.compile(r"recipe3=best[^&]*scale\.spread(=|%3D)12"))
    assert "fourier" not in page.url
