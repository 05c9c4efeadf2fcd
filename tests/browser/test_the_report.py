"""People read the report, and draw one of its figures anew."""

import re

from playwright.sync_api import expect

from tests.browser.actions import stop


def test_read_a_verdict_go_to_its_figures_and_watch_one_grow(server, page):
    page.goto(f"{server}/The_report")
    expect(page.get_by_text("hardly looks like a flamingo")).to_be_visible()
    page.get_by_role("button", name="Naive pictures").first.click()
    expect(page).to_have_url(re.compile("section=naive"))
    kept = page.get_by_alt_text("conv3_1, channel 1: stored picture", exact=False)
    expect(kept).to_be_visible()
    page.get_by_role("button", name="Draw it now").nth(3).click()
    grown = page.get_by_alt_text(re.compile("Picture that excites conv3_1, channel 1"))
    expect(grown).to_be_visible()
    first = grown.get_attribute("src")
    expect(grown).not_to_have_attribute("src", first)
    expect(kept).to_have_count(0)
    stop(page)
    expect(page.get_by_text(re.compile("Stopped at step"))).to_be_visible()
