"""Memory in mixed use, in some minutes what an hour may bring: print how it grows, and the peak.

Pages, and for both networks renders of every layer with every preset at several sizes, each with
its measures, and activations of all layers; all in one process. Fails beyond `MOST_MB`.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from streamlit.testing.v1 import AppTest

from explorer.bench import answers
from explorer.bench.memory import peak_mb, resident_mb
from explorer.bench.pages import PAGES, ROOT
from explorer.bench.together import rendered
from explorer.measures import judged
from explorer.networks import NETWORKS, load_network
from explorer.presets import PRESETS
from explorer.recipe import Recipe, preset
from explorer.settings import Settings
from explorer.studio import Studio
from explorer.targets import Target

MOST_MB = 1200
SIZES = (96, 128, (97, 131), 160, 192, 224, 112)
STEPS = 4
RENDERS = {"vgg16": 96, "efficientnet-lite0": 24}
PAGE_RUNS = 200
EVERY = 12
"""Renders between two lines."""


def page_runs(count: int) -> None:
    """Run all pages in turn, each for one visitor who stays."""
    apps = [AppTest.from_file(str(ROOT / PAGES[0]), default_timeout=120).run() for _ in PAGES]
    for app, page in zip(apps[1:], PAGES[1:], strict=True):
        app.switch_page(page)
    for app in itertools.islice(itertools.cycle(apps), count):
        app.run()
        assert not app.exception, app.exception


def recipes(name: str) -> Iterator[Recipe]:
    """Recipes without end: the next layer, preset and size each time, and another channel."""
    network = load_network(name)
    layers = [layer for layer in network.layers if layer.parameters and layer.spatial]
    mixed = zip(
        itertools.cycle(layers), itertools.cycle(PRESETS), itertools.cycle(SIZES), strict=True
    )
    for i, (layer, named, size) in enumerate(mixed):
        target = Target(layer.name, i % layer.channels)
        yield preset(named, target, network=name, steps=STEPS, size=size, seed=i)


def draw(studio: Studio, recipe: Recipe) -> None:
    """Render a recipe as a page does, and judge its picture in a thread of its own."""
    network, frame = load_network(recipe.network), rendered(studio, [recipe]).frames[0].kept
    with ThreadPoolExecutor(1) as thread:
        thread.submit(judged, network, recipe.target, frame.pictures[0]).result()


def main() -> int:
    """Soak and print; 1 if more memory was used than there may be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of all that is done, 0 to 1")
    share, start, studio = parser.parse_args().share, time.monotonic(), Studio(Settings())

    def tell(what: str) -> None:
        minutes = (time.monotonic() - start) / 60
        print(f"{minutes:4.1f} min  {resident_mb():5.0f} MB  {what}", flush=True)

    page_runs(len(PAGES))
    tell("every page once")
    for name in NETWORKS:
        answers.measure(load_network(name), 1)
        tell(f"activations of all layers of {name}")
    for name, count in RENDERS.items():
        for i, recipe in enumerate(itertools.islice(recipes(name), round(share * count)), 1):
            draw(studio, recipe)
            if i % EVERY == 0:
                tell(f"{i} renders of {name}")
    before = resident_mb()
    page_runs(round(share * PAGE_RUNS))
    tell(f"{round(share * PAGE_RUNS)} page runs more, {resident_mb() - before:+.0f} MB")
    print(f"at most {peak_mb():.0f} MB, of {MOST_MB} MB")
    return int(peak_mb() > MOST_MB)


if __name__ == "__main__":
    sys.exit(main())
