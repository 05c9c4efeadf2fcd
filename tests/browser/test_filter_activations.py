"""People bring a photo, choose a filter, and see what it looks for."""

import re

import numpy as np
from PIL import Image
from playwright.sync_api import expect

PATH = "/Filter_activations?layer=conv3_1"


def own_photo(folder):
    path = folder / "mine.png"
    pixels = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_upload_choose_a_filter_and_watch_its_picture_grow(server, page, tmp_path):
    page.goto(server + PATH)
    expect(page.get_by_role("button", name="Filter 3", exact=True)).to_be_visible()
    page.locator("input[type=file]").set_input_files(own_photo(tmp_path))
    expect(page.get_by_text("Your own photo cannot travel in a link")).to_be_visible()
    page.get_by_role("button", name="Filter 3", exact=True).click()
    expect(page.get_by_role("heading", name="conv3_1, filter 3")).to_be_visible()
    page.get_by_role("button", name="Draw what filter 3 looks for", exact=True).click()
    drawn = page.get_by_alt_text(re.compile("Picture that excites conv3_1, channel 3"))
    expect(drawn).to_be_visible()
    first = drawn.get_attribute("src")
    expect(drawn).not_to_have_attribute("src", first)
    expect(page.get_by_text(re.compile("Finished: "))).to_be_visible()


def test_a_file_that_is_no_photo_is_told(server, page, tmp_path):
    page.goto(server + PATH)
    expect(page.get_by_role("button", name="Filter 3", exact=True)).to_be_visible()
    path = tmp_path / "photo.png"
    path.write_bytes(b"not a picture")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text(re.compile("is not a picture that can be read"))).to_be_visible()


def test_one_visitor_does_not_see_the_others_photo(server, browser, tmp_path):
    contexts = [browser.new_context(), browser.new_context()]
    mine, yours = (context.new_page() for context in contexts)
    mine.goto(server + PATH)
    expect(mine.get_by_role("button", name="Filter 3", exact=True)).to_be_visible()
    mine.locator("input[type=file]").set_input_files(own_photo(tmp_path))
    note = "Your own photo cannot travel in a link"
    expect(mine.get_by_text(note)).to_be_visible()
    yours.goto(mine.url)
    expect(yours.get_by_role("button", name="Filter 3", exact=True)).to_be_visible()
    expect(yours.get_by_text(note)).to_have_count(0)
    given = re.compile("photo as the network gets it")
    pictures = [
        page.get_by_alt_text(given, exact=True).get_attribute("src") for page in (mine, yours)
    ]
    assert pictures[0] != pictures[1]
    for context in contexts:
        context.close()


def test_a_switch_shows_which_pixels_excite_a_filter_and_stays_in_the_address(server, page):
    page.goto(f"{server}/Filter_activations?layer=conv5_3&photo=cat&filter=286")
    page.get_by_text("Which pixels excite it", exact=True).click()
    expect(page).to_have_url(re.compile("pixels=1"))
    for method in ("Gradient", "Deconvnet", "Guided backpropagation"):
        alt = f"{method}: which pixels excite conv5_3, filter 286"
        expect(page.get_by_alt_text(alt, exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_alt_text(alt, exact=True)).to_be_visible()


def test_a_click_on_a_bar_chooses_its_filter(server, page):
    page.goto(f"{server}/Filter_activations?layer=conv2_1&photo=cat&filter=0")
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart).to_be_visible()
    expect(page.get_by_role("heading", name="conv2_1, filter 0")).to_be_visible()
    for _ in range(2):  # the same bar again, after another filter was chosen elsewhere
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        page.wait_for_timeout(1000)
        page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.66 * box["height"])
        expect(page).to_have_url(re.compile("filter=[5-9][0-9]$"))
        heading = page.get_by_role("heading", name=re.compile(r"conv2_1, filter [5-9]\d"))
        expect(heading).to_be_visible()
        page.get_by_role("button", name="Filter 3", exact=True).click()
        expect(page.get_by_role("heading", name="conv2_1, filter 3")).to_be_visible()
