"""Going back and forward in the browser: each page once, and each choice once."""

import re

from playwright.sync_api import Page, expect


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_each_page_is_one_step_back(server, page):
    """A page completes its bare address in place, else going back would first come to itself."""
    page.goto(server)
    heading(page, "What does a network look for?")
    for name, part in (("Model structure", "layer="), ("The report", "section=")):
        page.get_by_test_id("stSidebarNavLink").get_by_text(name, exact=True).click()
        heading(page, name)
        page.wait_for_url(f"**?*{part}*")
    page.go_back()
    heading(page, "Model structure")
    page.go_back()
    heading(page, "What does a network look for?")
    page.go_forward()
    heading(page, "Model structure")
    page.wait_for_url("**/Model_structure?*layer=conv3_1*")


def test_a_link_that_leaves_out_defaults_is_one_step_back(server, page):
    page.goto(f"{server}/Model_structure?layer=conv2_1&photo=flower")
    page.get_by_role("link", name="How conv2_1 responds to the flower").click()
    heading(page, "Filter activations")
    page.wait_for_url("**/Filter_activations?*layer=conv2_1&*filter=*")
    page.go_back()
    heading(page, "Model structure")
    page.wait_for_url("**/Model_structure?layer=conv2_1&photo=flower")


def test_nonsense_in_an_address_is_put_right_in_place(server, page):
    page.goto(f"{server}/Model_structure")
    heading(page, "Model structure")
    page.goto(f"{server}/The_report?section=nowhere&embed=true")
    page.wait_for_url("**section=verdicts&embed=true")
    expect(page.get_by_text("nowhere")).to_be_visible()
    page.go_back()
    heading(page, "Model structure")


def test_each_choice_is_one_step_back(server, page):
    page.goto(f"{server}/Feature_visualization?embed=true")
    page.wait_for_url("**channel=1&*embed=true*")
    page.goto(f"{server}/The_report")
    page.wait_for_url("**section=verdicts")
    for name, key in (("Tiles", "tiles"), ("Naive pictures", "naive")):
        page.get_by_role("radiogroup").get_by_text(name, exact=True).click()
        page.wait_for_url(f"**section={key}")
    page.go_back()
    page.wait_for_url("**section=tiles")
    expect(page.get_by_role("heading", name="Tiles")).to_be_visible()
    page.go_back()
    page.wait_for_url("**section=verdicts")
    expect(page.get_by_text("four pooling layers")).to_be_visible()


def test_of_a_parameter_that_is_given_twice_the_last_counts(server, page):
    page.goto(f"{server}/Model_structure?layer=conv2_1&layer=conv4_1")
    page.wait_for_url("**/Model_structure?layer=conv4_1&photo=cat")


def test_an_address_that_comes_after_going_back_is_put_right(server, page):
    """What the server had written for a click reaches the browser when that has left it behind."""
    late, holding = [], False

    def between(browser):
        def pass_on(message):
            late.append(message) if holding else browser.send(message)

        behind = browser.connect_to_server()
        behind.on_message(pass_on)
        browser.on_message(behind.send)
        sockets.append(browser)

    sockets = []
    page.route_web_socket(re.compile("/_stcore/stream"), between)
    page.goto(f"{server}/The_report")
    page.wait_for_url("**section=verdicts")
    sections = page.get_by_role("radiogroup")
    sections.get_by_text("Tiles", exact=True).click()
    page.wait_for_url("**section=tiles")
    expect(page.get_by_role("heading", name="Tiles")).to_be_visible()
    holding = True
    sections.get_by_text("Naive pictures", exact=True).click()
    while not any(b"section=naive" in message for message in late):
        page.wait_for_timeout(50)
    page.evaluate("history.back()")
    page.wait_for_url("**section=verdicts")
    seen = []
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    holding = False
    for message in late:
        sockets[-1].send(message)
    while not any("section=naive" in address for address in seen):
        page.wait_for_timeout(50)
    page.wait_for_url("**section=verdicts")
    expect(sections.get_by_role("radio", checked=True)).to_contain_text("All statements")
    expect(page.get_by_text("four pooling layers")).to_be_visible()
