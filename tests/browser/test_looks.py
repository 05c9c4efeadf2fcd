"""What holds on every page: phone width, contrast, pictures that are links, errors in words."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import stop

ADDRESSES = (
    "/",
    "/Model_structure",
    "/Filter_activations",
    "/Feature_visualization",
    "/Compare",
    "/The_report",
    "/The_report?section=improved",
)
QUIET = '[data-testid="stApp"][data-test-script-state="notRunning"]'
LUMINANCE = """
element => {
  const channels = color => {
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = color => channels(color)
    .map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const style = getComputedStyle(element);
  return [luminance(style.color), luminance(style.backgroundColor)];
}
"""
"""Relative luminance of an element's text and background (WCAG 2)."""
SETTLED = "element => Promise.allSettled(element.getAnimations().map(a => a.finished))"
"""Waits until an element has come to its colors."""


def opened(page: Page, address: str) -> Page:
    """The page once its script has run and its style, which may come a moment later, is applied."""
    page.goto(address)
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_selector(QUIET)
    expect(page.locator(".block-container")).to_have_css("max-width", "1320px")
    return page


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_phone_shows_everything_in_its_width(server, browser, path):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = opened(context.new_page(), server + path)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth") <= 390
    widths = page.get_by_test_id("stColumn").evaluate_all(
        "columns => columns.filter(c => c.offsetParent && c.parentElement.closest("
        "'[data-testid=stColumn]') === null).map(c => c.offsetWidth)"
    )
    assert min(widths, default=358) >= 350, "columns stand one below the other, at full width"
    cut = page.get_by_test_id("stPageLink-NavLink").evaluate_all(
        "links => links.filter(l => l.scrollWidth > l.clientWidth + 1).map(l => l.innerText)"
    )
    assert cut == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_main_button_is_readable(server, browser, scheme):
    context = browser.new_context(color_scheme=scheme)
    page = opened(context.new_page(), f"{server}/Feature_visualization")
    button = page.get_by_role("button", name="Render", exact=True)
    expect(button).to_be_enabled()
    button.evaluate(SETTLED)
    light, dark = sorted(button.evaluate(LUMINANCE), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
    context.close()


def test_a_picture_on_the_home_page_is_a_link(server, page):
    opened(page, server)
    rainbows = page.locator('[class*="st-key-pick-conv4_1-403"]')
    expect(rainbows.get_by_role("link")).to_be_visible()  # They come in any order.
    rainbows.get_by_role("img").click(force=True)  # Its link lies over it.
    expect(page).to_have_url(re.compile("Feature_visualization.*channel=403"))
    expect(page.get_by_text(re.compile(r"^Step \d+ of"))).to_be_visible()
    stop(page)
    expect(page.get_by_text(re.compile("Stopped at step"))).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_stop_stands_beside_the_progress(server, browser, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    recipes = "recipe1=report/naive;steps=600&recipe2=report/1-clip;steps=600"
    page.goto(f"{server}/Compare?layer=conv4_2&channel={width % 512}&size=160&{recipes}")
    button = page.get_by_role("button", name="Stop")
    expect(button).to_have_count(1)
    progress = page.get_by_role("progressbar").first.bounding_box()
    assert button.bounding_box()["x"] > progress["x"] + progress["width"] - 1
    stop(page)
    context.close()


def test_a_photo_too_large_is_told_beside_the_uploader(server, page, tmp_path):
    opened(page, f"{server}/Filter_activations")
    path = tmp_path / "large.bmp"
    path.write_bytes(b"BM" + bytes(21_000_000))
    page.locator("input[type=file]").set_input_files(path)
    told = page.get_by_text(re.compile("File must be 20.* or smaller"))
    expect(told).to_be_visible()
    assert told.bounding_box()["height"] > 10, "it is not for screen readers alone"


def test_the_glossary_is_a_click_away_everywhere(server, page):
    for path in ADDRESSES:
        opened(page, server + path)
        page.get_by_role("button", name=re.compile("Glossary")).click()
        expect(page.get_by_text("Receptive field", exact=True)).to_be_visible()


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_picture_has_words_for_those_who_do_not_see_it(server, page, path):
    opened(page, server + path)
    without = page.locator("img:not([alt]), img[alt='']").evaluate_all(
        "images => images.filter(i => !i.closest('[aria-hidden=true]')).map(i => i.outerHTML)"
    )
    assert without == []


def test_back_leads_from_page_to_page(server, page):
    opened(page, server)
    page.get_by_role("link", name="Model structure").first.click()
    expect(page).to_have_url(re.compile("Model_structure.*layer="))
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page).to_have_url(re.compile("Compare.*recipe1="))
    for _ in range(4):
        if "Model_structure" in page.url:
            break
        page.go_back()
        page.wait_for_timeout(1000)
    expect(page.get_by_role("heading", name="Model structure")).to_be_visible()


def test_what_an_address_says_is_shown_as_it_stands(server, page):
    """No link, icon or picture of somebody else's comes into a page with an address."""
    said = {
        "layer": "[sign in](https://example.org)",
        "seed": "see www.example.org",
        "size": ":tada: a@b.org -> c",
        "recipe": "![x](http://example.org/a.png)",
    }
    opened(page, f"{server}/Feature_visualization?{urlencode(said)}&stopped=yes")
    told = page.get_by_test_id("stAlert")
    expect(told).to_have_count(len(said))
    shown = " ".join(told.all_inner_texts()).replace("\N{WORD JOINER}", "")
    for text in said.values():
        assert text in shown
    assert told.locator("a, img").count() == 0
