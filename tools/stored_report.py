"""Make explorer/data/report and the README's table from a folder that `report` made.

python -m explorer report -o FOLDER && python -m tools.stored_report FOLDER
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.files import write_whole
from explorer.images import jpeg_bytes
from explorer.report.results import FILE, STORED, read
from explorer.report.words import table
from explorer.tables import replaced

README = Path(__file__).parents[1] / "README.md"
QUALITY = 90
"""Of the JPEGs."""


def main() -> None:
    """Convert the pictures, copy the numbers, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    results = read(folder)
    STORED.mkdir(exist_ok=True)
    for path in sorted(folder.glob("*.png")):
        with Image.open(path) as image:
            data = jpeg_bytes(np.asarray(image.convert("RGB")), QUALITY)
        write_whole(STORED / f"{path.stem}.jpg", data)
    write_whole(STORED / FILE, (json.dumps(results.as_json(), indent=1) + "\n").encode())
    README.write_text(replaced(README.read_text(), "report", table(results)))


if __name__ == "__main__":
    main()
