"""The home page's pictures and doors; plain data."""

from dataclasses import dataclass, field
from pathlib import Path

STYLE = """
<style>
.st-key-doors { display: grid; gap: 1rem; grid-template-columns: repeat(3, minmax(0, 1fr)); }
@media (max-width: 1000px) { .st-key-doors { grid-template-columns: 1fr 1fr; } }
@media (max-width: 560px) { .st-key-doors { grid-template-columns: 1fr; } }
.st-key-doors > div { width: auto; }
</style>
"""
FOLDER = Path(__file__).parents[1] / "data" / "home"


@dataclass(frozen=True)
class Picture:
    """A picture drawn by VGG16, its caption, and the address that draws it again."""

    file: str
    caption: str
    link: dict[str, str]


@dataclass(frozen=True)
class Door:
    """A page, what one does there, and its address."""

    page: str
    label: str
    icon: str
    words: str
    link: dict[str, str] = field(default_factory=dict)


PICTURES = (
    Picture(
        "conv4_1-403.jpg",
        "conv4_1, channel 403: rainbows",
        {"layer": "conv4_1", "channel": "403"},
    ),
    Picture(
        "conv5_1-352.jpg",
        "conv5_1, channel 352: heads with eyes",
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
    Door(
        "pages/4_Compare.py",
        "Compare recipes side by side",
        ":material/view_column:",
        "The same target, seed and step: what each regularization does, at a glance.",
    ),
    Door(
        "pages/5_The_report.py",
        "Check a report's claims",
        ":material/fact_check:",
        "“Feature Visualization on VGG-16”: its figures made again, and measured.",
    ),
    Door(
        "pages/3_Feature_visualization.py",
        "Draw a class with EfficientNet-Lite0",
        ":material/category:",
        "One of its 1,000, such as the flamingo: what must a picture have to be one?",
        {"network": "efficientnet-lite0", "class": "130"},
    ),
)
