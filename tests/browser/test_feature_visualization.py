"""People watch pictures grow."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from explorer.notes import read_picture
from tests.browser.actions import stop

PATH = "/Feature_visualization"
QUICK = f"{PATH}?layer=conv3_1&channel=1&size=96&seed=0&recipe=report/naive;steps=40"
LONG = f"{PATH}?layer=conv5_1&channel=7&size=224&seed=0&recipe=report/1-clip;steps=500"


def picture(page: Page):
    return page.get_by_alt_text(re.compile("Picture that excites"))


def test_the_home_page_leads_to_a_picture_that_grows(server, page):
    page.goto(server)
    page.get_by_role("link", name=re.compile("Draw what a channel looks for")).click()
    expect(page.get_by_text("Nothing drawn yet.")).to_be_visible()
    page.get_by_role("button", name="Render", exact=True).click()
    expect(page.get_by_text(re.compile(r"Step \d+ of 128"))).to_be_visible()
    first = picture(page).get_attribute("src")
    expect(picture(page)).not_to_have_attribute("src", first)
    expect(page.get_by_text(re.compile("about .* left"))).to_be_visible()
    stop(page)
    expect(page.get_by_text(re.compile("Stopped at step"))).to_be_visible()
    expect(picture(page)).to_be_visible()


def test_a_link_opens_the_same_view_and_the_png_carries_its_recipe(server, page, tmp_path):
    page.goto(server + QUICK)
    expect(page.get_by_text("Finished: 40 steps.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download PNG").click()
    file = tmp_path / "picture.png"
    download.value.save_as(file)
    recipe, stop = read_picture(file)
    assert (recipe.target.layer, recipe.target.channel) == ("block3_conv1", 1)
    assert (recipe.steps, recipe.size, recipe.preset) == (40, (96, 96), "report/naive")
    assert stop is None


def test_stop_keeps_the_picture_and_continue_goes_on(server, page):
    page.goto(server + LONG)
    expect(page.get_by_text(re.compile(r"Step ([3-9]|\d\d+) of 500"))).to_be_visible()
    stop(page)
    stopped = page.get_by_text(re.compile(r"Stopped at step \d+ of 500"))
    expect(stopped).to_be_visible()
    page.wait_for_url("**&stopped=yes")
    step = int(re.search(r"step (\d+)", stopped.inner_text())[1])
    label = page.get_by_role("button", name="Continue").get_by_text("Continue")
    assert label.evaluate("text => text.scrollWidth <= text.clientWidth"), "it is not cut short"
    page.get_by_role("button", name="Continue").click()
    going = page.get_by_text(re.compile(r"^Step \d+ of 500"))
    expect(going).to_be_visible()
    page.wait_for_url(lambda address: "stopped" not in address)
    first = int(re.search(r"Step (\d+)", going.inner_text())[1])
    assert first >= step
    expect(going).not_to_have_text(re.compile(rf"^Step ({step}|{first}) of 500"))
    stop(page)
    expect(stopped).to_be_visible()


def test_a_stop_is_nothing_to_go_back_from(server, page):
    page.goto(server)
    page.get_by_role("link", name=re.compile("channel 403")).click()
    expect(page.get_by_text(re.compile(r"^Step \d+ of"))).to_be_visible()
    stop(page)
    page.wait_for_url("**&stopped=yes")
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="What does a network")).to_be_visible()


def test_nonsense_in_the_address_is_named_and_replaced(server, page):
    page.goto(server + f"{PATH}?layer=conv9_9&channel=1&size=7&seed=-3&recipe=nothing;a;b")
    expect(page.get_by_text("VGG16 has no layer 'conv9_9'")).to_be_visible()
    expect(page.get_by_text("The size must be a whole number")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_a_slider_moved_during_a_render_leaves_it_alone(server, page):
    page.goto(server + QUICK.replace("steps=40", "steps=120"))
    expect(page.get_by_text(re.compile(r"^Step \d+ of 120"))).to_be_visible()
    seed = page.get_by_role("spinbutton", name="Seed")
    seed.fill("5")
    seed.press("Enter")
    expect(page.get_by_text("The settings have changed since this picture")).to_be_visible()
    expect(page.get_by_text("Finished: 120 steps.")).to_be_visible()
    expect(page).to_have_url(re.compile("seed=5"))


def test_a_picture_dropped_back_restores_its_settings(server, page, tmp_path):
    page.goto(server + QUICK.replace("channel=1", "channel=7").replace("seed=0", "seed=3"))
    expect(page.get_by_text("Finished: 40 steps.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download PNG").click()
    file = tmp_path / "kept.png"
    download.value.save_as(file)
    page.goto(server + PATH)
    page.get_by_text("Open a saved picture").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page).to_have_url(re.compile("channel=7.*seed=3"))
    expect(page.get_by_text("Finished: 40 steps.")).to_be_visible()


def test_finished_pictures_stay_a_click_away(server, page):
    page.goto(server + QUICK)
    expect(page.get_by_text("Finished: 40 steps.")).to_be_visible()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("channel=2"))
    expect(page.get_by_role("button", name="conv3_1 · 2")).to_be_visible()
    expect(page.get_by_text("robust score").first).to_be_visible()  # The strip moves down for it.
    page.locator(".st-key-strip img").last.click(force=True)  # Its button lies over it.
    expect(page).to_have_url(re.compile("channel=1&"))
    expect(page.get_by_alt_text(re.compile("excites conv3_1, channel 1 "))).to_be_visible()


@pytest.mark.parametrize(
    ("widget", "channel"), [("Slider", 41), ("NumberInput", 43), ("Checkbox", 45)]
)
def test_settings_stay_where_the_code_of_a_widget_comes_late(server, page, widget, channel):
    """It would show its lowest value, and the next click would draw by that."""
    held = []
    page.route(re.compile(rf"/{widget}\.[^/]*\.js"), lambda route: held.append(route))
    page.goto(server + QUICK.replace("channel=1", f"channel={channel}").replace("seed=0", "seed=9"))
    expect(page.get_by_text("Finished: 40 steps.")).to_be_visible()
    assert held, "the page has asked for the code"
    for route in held:
        route.continue_()
    expect(page.get_by_test_id(f"st{widget}").first).to_be_attached()
    page.keyboard.press("n")
    settings = "size=96&seed=9&recipe=report%2Fnaive%3Bsteps%3D40"
    expect(page).to_have_url(re.compile(f"channel={channel + 1}&{settings}$"))


def test_no_key_is_lost_while_a_picture_grows(server, page):
    """A page that polls sends old values, and they must not undo what a key has set."""
    page.goto(server + QUICK.replace("steps=40", "steps=300").replace("seed=0", "seed=8"))
    for channel in range(2, 14):
        expect(page.get_by_text(re.compile(r"^(Step \d+ of|Getting ready)"))).to_be_visible()
        page.wait_for_timeout(37 * channel % 400)
        page.keyboard.press("n")
        expect(page).to_have_url(re.compile(f"channel={channel}&"), timeout=30_000)
    expect(page.get_by_alt_text(re.compile("excites conv3_1, channel 13 "))).to_be_visible()


def test_two_visitors_both_progress_and_a_closed_tab_stops_its_work(server, browser):
    contexts = [browser.new_context(), browser.new_context()]
    pages = [context.new_page() for context in contexts]
    for channel, opened in zip((11, 12), pages, strict=True):
        opened.goto(server + LONG.replace("channel=7", f"channel={channel}"))
    for opened in pages:
        expect(opened.get_by_text(re.compile(r"^Step ([3-9]|\d\d+) of 500"))).to_be_visible()
    busy = server.load()
    assert busy > 0.1
    for context in contexts:
        context.close()
    deadline = time.monotonic() + 40
    while server.load() > 0.4 * busy:
        assert time.monotonic() < deadline, "the work goes on"


def test_a_photo_that_excites_the_filter_leads_to_all_that_it_finds_there(server, page):
    page.goto(server + QUICK.replace("steps=40", "steps=4"))
    expect(page.get_by_text("Photos that excite it most")).to_be_visible()
    photos = page.get_by_alt_text(re.compile("What excites it in the photo"))
    expect(photos).to_have_count(4)
    expect(page.locator(".st-key-exemplars").get_by_role("link")).to_have_count(4)  # a bit later
    photos.first.click(force=True)  # its link lies over it
    expect(page.get_by_role("heading", level=1, name="Filter activations")).to_be_visible()
    page.wait_for_url("**/Filter_activations?*layer=conv3_1&*filter=1")
    page.go_back()
    page.wait_for_url(re.compile("Feature_visualization.*channel=1.*report.*naive"))
    expect(page.get_by_text("Finished: 4 steps.")).to_be_visible()
