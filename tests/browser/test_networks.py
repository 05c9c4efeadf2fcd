"""People change the network and see what is in a photo."""

import re

from playwright.sync_api import expect

from tests.browser.actions import stop


def test_the_network_is_chosen_and_its_graph_is_clicked(server, page):
    page.goto(f"{server}/Model_structure?photo=temple")
    expect(page.get_by_text("138,357,544 parameters").first).to_be_visible()
    page.get_by_role("radio", name="EfficientNet-Lite0").click()
    expect(page.get_by_text("4,631,000 parameters").first).to_be_visible()
    expect(page).to_have_url(re.compile("network=efficientnet-lite0.*photo=temple"))
    expect(page.get_by_role("button", name="conv4_2, convolution")).to_have_count(0)
    addition = page.get_by_role("button", name="block4b_add, addition")
    addition.click()
    expect(page).to_have_url(re.compile("layer=block4b_add"))
    expect(addition).to_have_attribute("aria-pressed", "true")
    expect(
        page.get_by_text("Adds what entered the block to what block4b_project").first
    ).to_be_visible()


def test_the_graph_of_parts_fits_a_phone(server, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{server}/Model_structure?network=efficientnet-lite0")
    last = page.get_by_role("button", name="block6d_add, addition")
    expect(last).to_be_visible()
    box = last.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    names = ("expand, conv", "depthwise, depth", "project, conv")
    boxes = [page.get_by_role("button", name=f"block6d_{n}").bounding_box() for n in names]
    assert len({round(found["y"]) for found in boxes}) == 1, "a part is broken into lines"
    assert all(found["width"] > 50 for found in boxes)
    context.close()


def test_classes_of_a_photo_and_on_to_a_picture_of_one(server, page):
    page.goto(f"{server}/Filter_activations?photo=cat")
    page.get_by_role("button", name="Ask EfficientNet-Lite0").click()
    expect(page.get_by_text("Egyptian cat · 36.8%")).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="Coffee", exact=True).click()
    expect(page.get_by_text("espresso · 93.6%")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Draw what espresso looks like to it").click()
    expect(page).to_have_url(re.compile("Feature_visualization.*network=efficientnet-lite0"))
    expect(page.get_by_text("class 967 (espresso)").first).to_be_visible(timeout=90_000)
    stop(page)
