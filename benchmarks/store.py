"""What was measured: one JSON file, and pictures beside it."""

import json
import os
import platform
import re
from pathlib import Path

from explorer.files import write_whole

RESULTS = Path(__file__).parent / "results"


class Store:
    """The results in a folder: part -> {"machine", "versions", what was measured}."""

    def __init__(self, folder: Path = RESULTS):
        self.folder = folder
        self.file = folder / "results.json"

    def read(self) -> dict:
        """All that is stored."""
        return json.loads(self.file.read_text("utf-8")) if self.file.is_file() else {}

    def part(self, name: str) -> dict:
        """What is stored under this name, {} if nothing is."""
        return self.read().get(name, {})

    def channels(self, name: str) -> dict:
        """What a part has stored of each channel, by `key`."""
        return self.part(name).get("channels", {})

    def drawn(self, name: str, layer: str, channel: int) -> bool:
        """Whether a part has stored its picture of a channel."""
        entry = self.channels(name).get(key(layer, channel), {})
        return "picture" in entry and (self.folder / entry["picture"]).is_file()

    def put(self, name: str, versions: dict, **measured: object) -> None:
        """Replace some of what a part has measured, and write."""
        part = self.part(name) | {"machine": machine(), "versions": versions} | measured
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.read() | {name: part}, indent=1, ensure_ascii=False)
        rows = re.sub(r"\[[^][{}]*\]", lambda row: " ".join(row[0].split()), text)
        write_whole(self.file, (rows + "\n").encode())

    def put_channel(self, name: str, versions: dict, key: str, entry: dict) -> None:
        """Replace what a part has stored of one channel, and write."""
        self.put(name, versions, channels=self.channels(name) | {key: entry})


def key(layer: str, channel: int) -> str:
    """A channel's name in the file, and of its picture."""
    return f"{layer}-{channel}"


def machine() -> dict:
    """Processor and cores that this process may use."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    processor = next(models, platform.machine())
    return {"processor": processor, "cores": len(os.sched_getaffinity(0))}
