"""Make docs/*.jpg: every page of a running app, at laptop and phone width, light and dark.

Start the app first; needs Chromium and requirements-dev.txt.
"""

import argparse
import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

DOCS = Path(__file__).parents[1] / "docs"
PICTURE = "layer=conv4_1&channel=403&size=160&seed=0"
PAGES = {
    "home": ("/", "Draw what a channel looks for"),
    "structure": ("/Model_structure?layer=conv3_1", "of all multiply-adds"),
    "activations": ("/Filter_activations?layer=conv3_1&photo=cat", "mean activation"),
    "feature": (f"/Feature_visualization?{PICTURE}&recipe=best;steps=64", "Finished"),
    "compare": (
        f"/Compare?{PICTURE}&recipe1=report/naive;steps=40&recipe2=report/4-small-norm;steps=40"
        "&recipe3=best;steps=40",
        "Finished",
    ),
    "report": ("/The_report?section=improved", "Mean spectral energy"),
}
SCREENS = {"laptop": (1440, 900), "phone": (390, 844)}
WIDTH = {"laptop": 1080, "phone": 390}


def shoot(page: Page, address: str, ready: str) -> Image.Image:
    """Open an address, wait until it is complete, and take a picture of it."""
    page.goto(address)
    page.get_by_text(ready).first.wait_for(timeout=180_000)
    page.wait_for_selector('[data-test-script-state="notRunning"]', timeout=60_000)
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')", timeout=60_000)
    page.wait_for_timeout(2_500)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://localhost:8501")
    parser.add_argument("--pages", default=",".join(PAGES))
    parser.add_argument("-o", "--output", type=Path, default=DOCS)
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for scheme in ("light", "dark"):
            for screen, (width, height) in SCREENS.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme
                )
                for name in arguments.pages.split(","):
                    path, ready = PAGES[name]
                    image = shoot(context.new_page(), arguments.address + path, ready)
                    side = WIDTH[screen]
                    image = image.resize((side, round(image.height * side / image.width)))
                    suffix = "" if screen == "laptop" else "-phone"
                    image.save(arguments.output / f"{name}{suffix}-{scheme}.jpg", quality=82)
                    print(name, screen, scheme)
        browser.close()


if __name__ == "__main__":
    main()
