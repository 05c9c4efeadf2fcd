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


def test_one_strength_at_several_values(server, page):
    recipes = "recipe1=report/3-blur;steps=10&recipe2=best;steps=10"
    page.goto(f"{server}/Compare?layer=conv3_1&channel=1&size=96&seed=0&{recipes}")
    expect(page.get_by_text("Finished: 10 steps.")).to_be_visible()
    page.get_by_role("button", name="One strength at several values").click()
    opened = page.get_by_test_id("stPopoverBody")
    strength = opened.get_by_role("combobox", name="Strength")
    expect(strength).to_have_value("Gaussian blur: sigma (px)")
    opened.get_by_role("textbox").fill("0, 0.5, 1, 2")
    opened.get_by_role("button", name="Draw the series").click()
    expect(page.get_by_alt_text(re.compile("Picture that excites"))).to_have_count(4)
    expect(page.get_by_text("4. Clip, decay, blur · blur.sigma 2").first).to_be_visible()
    page.wait_for_url("**recipe4=report%2F3-blur%3Bsteps%3D10%3Bblur.sigma%3D2*")
