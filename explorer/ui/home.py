"""The home page's pictures and doors; plain data."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "home"


@dataclass(frozen=True)
class Picture:
    """A picture drawn by VGG16, its caption, and the address that draws it again."""

    file: str
    caption: str
    link: dict[str, str]


@dataclass(frozen=True)
class Door:
    """A page, and what one does there."""

    page: str
    label: str
    icon: str
    words: str


PICTURES = (
    Picture(
        "conv4_1-403.jpg",
        "conv4_1, channel 403: rainbows",
        {"layer": "conv4_1", "channel": "403"},
    ),
    Picture(
        "conv5_1-352.jpg",
        "conv5_1, channel 352: puppies",
        {"layer": "conv5_1", "channel": "352"},
    ),
    Picture(
        "conv4_3-cat.jpg",
        "all of conv4_3, dreaming of a cat",
        {"layer": "conv4_3", "photo": "cat", "recipe": "deepdream"},
    ),
)

DOORS = (
    Door(
        "pages/1_Model_structure.py",
        "See how it is built",
        ":material/account_tree:",
        "Every layer with its shape, its parameters, its work, and the part of a photo it sees.",
    ),
    Door(
        "pages/2_Filter_activations.py",
        "See what it finds in a photo",
        ":material/image_search:",
        "Your photo or one of ours: which filters fire, where, and at what.",
    ),
    Door(
        "pages/3_Feature_visualization.py",
        "Draw what a channel looks for",
        ":material/palette:",
        "Begin with noise and climb, with every regularization at hand.",
    ),
)
