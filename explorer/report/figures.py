"""The report's figures as a table: sections, and the recipe of every picture; no TensorFlow."""

from dataclasses import dataclass

from explorer.networks import NETWORKS, load_network
from explorer.presets import IMPROVED, PRESETS, REGULARIZED
from explorer.recipe import Recipe, preset
from explorer.recognition import who_recognizes
from explorer.targets import Target, describe

NETWORK = "vgg16"
STEPS, SIZE = 200, 224
"""The report's; in pixels."""
NAIVE_LAYERS = ("conv1_1", "conv2_1", "conv2_2", "conv3_1", "conv4_1", "conv5_1")
CHANNEL = 1
"""The report's, of each layer."""
DEEP = ("conv5_2", 189)
"""Layer and channel, for heads of dogs: stands in for VGG16's classes where they are missing."""
FLAMINGO = 130
PHOTO = "cat"
"""A sample photo, for the activations."""
TILED = ("conv3_1", CHANNEL)
TILED_SIZE = 512
"""In pixels; a picture of one tile would have nothing to gain."""


UNFILTERED = "report/unfiltered"
"""In place of a preset: what the improved methods have in common, without any filter of the
gradient. They are held against it, as they also take smaller steps than the four regularizations
and leave two of these out."""


@dataclass(frozen=True)
class Figure:
    """A picture to draw.

    Attributes:
        key: short, and the name of its file; see `key_of`.
        subject: "layers", "channel" or "class".
        recipe: what draws it.
        title: of what draws it, for people.
    """

    key: str
    subject: str
    recipe: Recipe
    title: str = ""

    @property
    def about(self) -> str:
        """What it excites, for people."""
        return describe(load_network(self.recipe.network), self.recipe.target)


def class_network() -> str:
    """The network whose classes are drawn: VGG16 where its full weights are, or the next best."""
    return who_recognizes(load_network(name) for name in NETWORKS).name


def targets(classes: str) -> dict[str, tuple[str, Target]]:
    """What the regularizations are shown on: subject -> network and target.

    Args:
        classes: name of the network whose class is drawn.
    """
    return {
        "channel": (NETWORK, Target(*DEEP)),
        "class": (classes, Target(class_=FLAMINGO)),
    }


def title_of(name: str) -> str:
    """A preset's title, for people."""
    return "No filter, to compare" if name == UNFILTERED else PRESETS[name].title


def key_of(subject: str, name: str, classes: str) -> str:
    """Key of the picture of a subject, "channel", "class" or a layer, by a preset."""
    place = {"channel": DEEP[0], "class": f"flamingo-{classes}"}.get(subject, subject)
    return f"{place}-{name.removeprefix('report/')}"


def naive(layer: str) -> Figure:
    """The naive picture of a layer's channel."""
    name = REGULARIZED[0]
    recipe = _recipe(name, NETWORK, Target(layer, CHANNEL))
    return Figure(key_of(layer, name, NETWORK), "layers", recipe, title_of(name))


def drawn(subject: str, name: str, classes: str) -> Figure:
    """The picture of a subject, "channel" or "class", by a preset."""
    network, target = targets(classes)[subject]
    if name == UNFILTERED:
        filtered = _recipe(IMPROVED[0], network, target)
        kept = {m: values for m, values in filtered.methods.items() if m != "blurred-gradient"}
        recipe = filtered.changed(methods=kept)
    else:
        recipe = _recipe(name, network, target)
    return Figure(key_of(subject, name, classes), subject, recipe, title_of(name))


def _recipe(name: str, network: str, target: Target) -> Recipe:
    """A preset with the report's number of steps where it starts from noise, and twice its own."""
    own = PRESETS[name].steps
    factor = STEPS / PRESETS[REGULARIZED[0]].steps
    steps = round(own * factor) if own else STEPS
    return preset(name, target, network=network, steps=steps, size=SIZE)


def sections(classes: str) -> dict[str, tuple[tuple[Figure, ...], ...]]:
    """Section -> rows of figures; see `explorer.report.statements.SECTIONS` for their words.

    Args:
        classes: name of the network whose class is drawn.
    """
    layers = tuple(naive(layer) for layer in NAIVE_LAYERS)
    return {
        "naive": (layers, (drawn("class", REGULARIZED[0], classes),)),
        "regularized": tuple(
            tuple(drawn(subject, name, classes) for name in REGULARIZED)
            for subject in targets(classes)
        ),
        "improved": tuple(
            tuple(drawn(subject, name, classes) for name in (UNFILTERED, *IMPROVED))
            for subject in targets(classes)
        ),
    }


def figures(classes: str) -> tuple[Figure, ...]:
    """Every picture to draw once, those that others start from before them."""
    rows = (row for section in sections(classes).values() for row in section)
    return tuple({figure.key: figure for row in rows for figure in row}.values())


def tiled() -> tuple[Recipe, Recipe]:
    """The recipe whose steps are timed, without and with tiles."""
    target = Target(*TILED)
    plain = preset("report/naive", target, size=TILED_SIZE)
    with_tiles = preset("report/naive", target, size=TILED_SIZE, methods={"tiles": {}})
    return plain, with_tiles
