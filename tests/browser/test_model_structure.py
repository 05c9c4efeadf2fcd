"""People look at the structure and go on from a layer."""

import re

from playwright.sync_api import expect

PATH = "/Model_structure"


def test_a_click_on_the_graph_leads_to_what_a_filter_looks_for(server, page):
    page.goto(server + PATH)
    expect(page.get_by_text("138,357,544 parameters").first).to_be_visible()
    page.get_by_role("button", name="conv4_2, convolution").click()
    expect(page.get_by_role("heading", name="The weights of conv4_2")).to_be_visible()
    expect(page).to_have_url(re.compile("layer=conv4_2"))
    chosen = page.get_by_role("button", name="conv4_2, convolution")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_alt_text(re.compile("receptive field of conv4_2"))).to_be_visible()
    page.get_by_role("link", name=re.compile("What channel 0 of conv4_2")).click()
    expect(page).to_have_url(re.compile("Feature_visualization.*layer=conv4_2"))
    expect(page.get_by_text("conv4_2, channel 0").first).to_be_visible()


def test_the_graph_is_reached_by_keys(server, page):
    page.goto(f"{server}{PATH}?layer=conv2_1&photo=flower")
    expect(page.get_by_role("heading", name="The weights of conv2_1")).to_be_visible()
    page.get_by_role("button", name="conv2_1, convolution").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The weights of conv2_2")).to_be_visible()
    expect(page).to_have_url(re.compile("layer=conv2_2&photo=flower"))


def test_a_row_of_the_table_chooses_its_layer(server, page):
    page.goto(server + PATH)
    row = page.get_by_role("row", name="conv1_1 block1_conv1")
    row.click()
    expect(row).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="The weights of conv1_1")).to_be_visible()
    expect(page).to_have_url(re.compile("layer=conv1_1"))


def test_a_heading_of_the_table_sorts_its_rows(server, page):
    page.goto(server + PATH)
    heading = page.get_by_role("columnheader", name="parameters")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    rows = page.locator("tbody tr[data-layer]")
    expect(rows.first).to_have_attribute("data-layer", "fc_1")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(rows.last).to_have_attribute("data-layer", "fc_1")


def test_the_histogram_is_drawn(server, page):
    page.goto(f"{server}{PATH}?layer=conv2_1")
    expect(page.get_by_role("img", name="Histogram of the weights")).to_be_visible()


def test_the_event_file_is_made_on_the_click(server, page):
    page.goto(server + PATH)
    with page.expect_download(timeout=150_000) as download:
        page.get_by_role("button", name="Make and download the event file").click()
    assert download.value.suggested_filename == "events.out.tfevents.vgg16"
