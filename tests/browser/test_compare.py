"""People compare recipes side by side."""

import re

from playwright.sync_api import expect


def test_three_presets_grow_together_and_end_in_a_table(server, page):
    recipes = "&".join(
        f"recipe{i}={name};steps=20"
        for i, name in enumerate(("report/naive", "report/2-decay", "yosinski/3"), 1)
    )
    page.goto(f"{server}/Compare?layer=conv3_1&channel=1&size=96&seed=0&{recipes}")
    expect(page.get_by_text("Finished: 20 steps.")).to_be_visible()
    expect(page.get_by_alt_text(re.compile("Picture that excites"))).to_have_count(3)
    expect(page.get_by_text("Step 20 · score")).to_have_count(3)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the sheet").click()
    assert download.value.suggested_filename == "comparison.png"
