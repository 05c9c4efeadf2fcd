"""Make the student report's figures again, measure them, and write it all as one page."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from tqdm import tqdm

from explorer.commands.options import add_json, print_json, ready
from explorer.files import check_folder, check_writable, made_folder, write_whole
from explorer.report import making
from explorer.report.document import APP, as_html
from explorer.report.figures import NETWORK, class_network, figures
from explorer.report.results import FILE
from explorer.report.words import about_classes, mark_of, verdicts

PAGE = "index.html"
BAR = "{desc} {percentage:3.0f}%|{bar}| {elapsed}, {remaining} left"


def add(parser: ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        help="the folder to write to; pictures that are finished there are kept",
    )
    parser.add_argument("--app", default=APP, help="address of a running app, for the page's links")
    add_json(parser)


def run(arguments: Namespace) -> int | None:
    """Draw what is missing, measure, and write page and numbers."""
    folder = check_folder(arguments.output)
    classes = class_network()
    for name in (NETWORK, classes):
        ready(name)
    made_folder(folder)
    for name in (PAGE, FILE):
        check_writable(folder / name, (Path(name).suffix,))
    missing = making.left_to_do(folder, classes)
    with tqdm(
        total=sum(making.work(figure.recipe) for figure in missing),
        bar_format=BAR,
        smoothing=0,
        file=sys.stderr,
        dynamic_ncols=True,
    ) as bar:

        def follow(what, done):
            bar.set_description(what, refresh=False)
            bar.update(done)

        try:
            results = making.make(folder, classes, follow)
        except KeyboardInterrupt:
            bar.close()
            done = len(figures(classes)) - len(making.left_to_do(folder, classes))
            print(
                f"Stopped; {done} of {len(figures(classes))} pictures are finished, and the same "
                "command goes on from there.",
                file=sys.stderr,
            )
            return 130
    told = results.as_json() | {"statements": verdicts(results)}
    page = folder / PAGE
    write_whole(page, as_html(results, folder, arguments.app).encode())
    write_whole(folder / FILE, (json.dumps(told, indent=1) + "\n").encode())
    if arguments.json:
        return print_json(told | {"output": str(page)})
    print(about_classes(results))
    for row in told["statements"]:
        held = f"{row['held']:>2} of {len(row['checks'])}"
        print(f"{mark_of(row):>4} {row['verdict']:15} {held}  {row['said']}")
    print(f"The page is {page}.")
