"""One step of ascent, compiled: picture, view, score, gradient, step, regularizers."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from explorer.catalogue import METHODS, TABLES
from explorer.excitation import deepest, excitation, structure_of
from explorer.images import Photo, photo_named
from explorer.kept import kept
from explorer.methods import Method, Moment
from explorer.networks import load_network
from explorer.networks.network import Network
from explorer.parametrizations import COLORS, SPECTRA, bounded, colored, unbounded
from explorer.penalties import Sight
from explorer.recipe import Blend, PhotoStart, Recipe
from explorer.schedules import view_of
from explorer.step_rules import rule_of
from explorer.targets import Target
from explorer.tiles import in_turn, lines
from explorer.transformations import Draw

KEPT_STEPS = 24
"""How many compiled steps are kept; the one unused for longest is forgotten. One that is traced
takes up to 25 MB, so the studio keeps fewer where it can."""
MOST_AT_ONCE = 2
"""Views that the network sees at once; more, it sees in turn, in a fraction of the memory."""
GRAY = 127.5
"""What a spectrum of zeros shows."""


@dataclass(frozen=True)
class Step:
    """The compiled step and the final look of all recipes that differ in numbers only.

    Attributes:
        advance: what is optimized, memory, what was optimized at the start, numbers, seed, step,
            steps, rounds and strengths -> what is optimized and memory after the step; if `shows`,
            also scores (b,) and pictures uint8 (b, h, w, 3) of before the step.
        finish: what is optimized and numbers -> scores and pictures. A score is NaN where numbers
            have overflowed.
        view: the (height, width) at which the network sees a picture.
        shows: whether the network sees exactly the pictures that are shown.
    """

    advance: Callable
    finish: Callable
    view: tuple[int, int]
    shows: bool


def step_of(network: Network, recipe: Recipe, step: int) -> Step:
    """The compiled step for this step of a recipe; few differ."""
    view = view_of(recipe.size, step, recipe.steps, recipe.methods)
    target, size, methods = structure(recipe)
    return compiled(network, target, size, view, methods)


def structure(recipe: Recipe) -> tuple:
    """What recipes of a network share that need the same compiled steps: hashable."""
    methods = tuple((name, structural(name, recipe.methods[name])) for name in recipe.methods)
    return structure_of(recipe.target), recipe.size, methods


def views_of(recipe: Recipe) -> set[tuple[int, int]]:
    """Every (height, width) at which the network sees a recipe's pictures."""
    size, steps, methods = recipe.size, recipe.steps, recipe.methods
    views = {size} | {view_of(size, step, steps, methods) for step in range(steps)}
    if margin := methods.get("pad", {}).get("width"):
        views |= {(height + 2 * margin, width + 2 * margin) for height, width in views}
    return views


def structural(name: str, strengths: Mapping) -> tuple[tuple[str, float], ...]:
    """The strengths that make another computation, not only other numbers."""
    names = [p.name for p in METHODS[name].parameters if p.structural]
    return tuple((parameter, strengths[parameter]) for parameter in names)


def strengths_of(recipe: Recipe) -> dict[str, dict]:
    """The other strengths, as tensors, of what is called within a step."""
    import tensorflow as tf

    return {
        name: {
            parameter.name: tf.constant(
                values[parameter.name], tf.int32 if parameter.whole else tf.float32
            )
            for parameter in METHODS[name].parameters
            if not parameter.structural
        }
        for name, values in recipe.methods.items()
        if METHODS[name].called
    }


def memories(recipe: Recipe) -> int:
    """How many tensors its step rule remembers."""
    return rule_of(recipe.methods).memory


def pictures(recipe: Recipe) -> int:
    """How many pictures a recipe draws at once."""
    return recipe.methods.get("diversity", {}).get("pictures", 1)


def views(recipe: Recipe) -> int:
    """How many views of its pictures the network gets at each step."""
    return pictures(recipe) * recipe.methods.get("crops", {}).get("count", 1)


def seen_pixels(recipe: Recipe) -> int:
    """Pixels that the network sees at each step, with margins, and where tiles overlap."""
    network, methods = load_network(recipe.network), recipe.methods
    margin = 2 * methods.get("pad", {}).get("width", 0)
    size = (recipe.size[0] + margin, recipe.size[1] + margin)
    pixels = size[0] * size[1]
    if "tiles" in methods:
        layers = {network.layer(term.layer) for term in recipe.target.terms}
        down, across = lines(network, layers, size, **methods["tiles"])
        pixels = down.count * down.window * across.count * across.window
    return views(recipe) * pixels


def _spectrum_in(methods: Container[str]) -> Method | None:
    """What makes pixels of what is optimized, if one of the methods does."""
    return next((METHODS[name] for name in SPECTRA if name in methods), None)


def start_of(network: Network, recipe: Recipe, photo: Photo | None, parents: Mapping) -> np.ndarray:
    """What is optimized, at the start: float32, the first axis counts pictures.

    Args:
        photo: the person's own, if the recipe starts from one.
        parents: recipe -> the picture that it came to, uint8 (h, w, 3).
    """
    mean = np.float32(network.mean_color)
    spectrum = _spectrum_in(recipe.methods)
    base = np.zeros((*recipe.size, 3), np.float32)
    if isinstance(recipe.start, PhotoStart):
        base = photo_named(recipe.start.photo, photo).fitted(recipe.size) - mean
    elif isinstance(recipe.start, Blend):
        whole = sum(weight for weight, _ in recipe.start.parts)
        for weight, parent in recipe.start.parts:
            base += np.float32(weight / whole) * (parents[parent] - mean)
    elif spectrum:
        base += GRAY - mean
    starts = []
    for number in range(pictures(recipe)):
        x, seed = base, (recipe.seed + number) % 2**32
        for method in TABLES["start"]:
            if method.name in recipe.methods:
                x = x + method.apply(seed, recipe.size, **recipe.methods[method.name])
        decorrelated = "decorrelated-color" in recipe.methods
        if spectrum:
            values = unbounded(x + mean, decorrelated)
            x = spectrum.begin(values, seed, **recipe.methods[spectrum.name])
        elif decorrelated:
            x = x @ np.linalg.inv(COLORS)
        starts.append(x)
    return np.stack(starts).astype(np.float32)


@dataclass(frozen=True)
class _Canvas:
    """From what is optimized to the picture that it stands for.

    Attributes:
        size: (height, width) of the picture.
        mean: (3,) the network's neutral color, RGB 0–255.
        spectrum: what makes pixels of what is optimized, where that is a spectrum.
        decorrelated: whether its colors are.
        bounded: whether its values are always within 0–255.
    """

    size: tuple[int, int]
    mean: object
    spectrum: Callable | None
    decorrelated: bool
    bounded: bool

    def picture(self, x, at: tuple[int, int]):
        """What is optimized -> the picture at this size, (b, h, w, 3), RGB 0–255 or beyond."""
        import tensorflow as tf

        if self.spectrum:
            return bounded(
                colored(
                    self.spectrum(x, self.size, at, decorrelated=self.decorrelated),
                    self.decorrelated,
                )
            )
        picture = colored(x, self.decorrelated) + self.mean
        return picture if at == self.size else tf.image.resize(picture, at, antialias=True)

    def shown(self, x):
        """The picture as it is shown."""
        return _rounded(self.picture(x, self.size))


def _rounded(picture):
    import tensorflow as tf

    return tf.round(tf.clip_by_value(picture, 0.0, 255.0))


def _of_pictures(shown, scores):
    """Scores (b,), NaN for what is no picture any more: a ReLU would take its NaN for darkness."""
    import tensorflow as tf

    return tf.where(tf.reduce_any(tf.math.is_nan(shown), axis=(1, 2, 3)), np.nan, scores)


class _Plan:
    """The methods of a structure: those of each table, and how they are applied."""

    def __init__(self, structure: tuple[tuple[str, tuple], ...]):
        self._fixed = {name: dict(values) for name, values in structure}

    def __contains__(self, name: str) -> bool:
        return name in self._fixed

    def of(self, table: str) -> list[Method]:
        """Those of a table that a step calls, in its order."""
        return [method for method in TABLES[table] if method.name in self and method.called]

    def bound(self, method: Method) -> Callable:
        """A method with its structural strengths."""
        return partial(method.apply, **self._fixed[method.name])

    def apply(self, method: Method, strengths: Mapping, *values):
        """A method with all of its strengths, to whatever it takes."""
        return self.bound(method)(*values, **strengths[method.name])

    def each(self, method: Method, strengths: Mapping, x, moment: Moment):
        """A method to each of several pictures, (b, h, w, 3) or their spectra."""
        import tensorflow as tf

        raw = x if moment.gradient is None else moment.gradient
        results = []
        for i in range(x.shape[0]):
            own = moment._replace(gradient=raw[i], start=moment.start[i])
            results.append(self.apply(method, strengths, x[i], own))
        return tf.stack(results)


@kept(KEPT_STEPS)
def compiled(
    network: Network,
    target: Target,
    size: tuple[int, int],
    view: tuple[int, int],
    structure: tuple[tuple[str, tuple], ...],
) -> Step:
    """The step for a target's structure, pictures of this size seen at that size, and methods."""
    import tensorflow as tf

    network.load()
    plan = _Plan(structure)
    spectrum = _spectrum_in(plan)
    canvas = _Canvas(
        size,
        tf.constant(network.mean_color, tf.float32),
        spectrum and plan.bound(spectrum),
        "decorrelated-color" in plan,
        bounded=bool(spectrum) or "clip" in plan,
    )
    shows = view == size and not plan.of("transformation") and not plan.of("tiling")
    (rule,) = plan.of("step rule")

    @tf.function(autograph=False)
    def advance(x, memory, start, numbers, seed, step, steps, rounds, strengths):
        moment = Moment(step, steps, None, canvas.mean, rounds, start)
        for schedule in plan.of("schedule"):
            x = plan.each(schedule, strengths, x, moment)
        with tf.GradientTape(persistent=True) as down:
            down.watch(x)
            picture = canvas.picture(x, view)
        seen = _rounded(picture) if shows and canvas.bounded else picture
        draw = Draw(seed, step)
        scores, gradient = _climb(network, target, plan, strengths, seen, numbers, draw, moment)
        moment = moment._replace(gradient=down.gradient(picture, x, gradient))
        for gradient_filter in plan.of("gradient filter"):
            gradient = plan.each(gradient_filter, strengths, gradient, moment)
        uphill = down.gradient(picture, x, gradient)
        before = x
        if rule.memory:
            change, memory = plan.apply(rule, strengths, uphill, memory, step)
        else:
            changes = [plan.apply(rule, strengths, uphill[i]) for i in range(x.shape[0])]
            change = tf.stack(changes)
        x += change
        for regularizer in plan.of("regularizer"):
            x = plan.each(regularizer, strengths, x, moment)
        if not shows:
            return x, memory
        shown = canvas.shown(before)
        if not canvas.bounded:
            scores = excitation(network, target, shown, numbers)
        return x, memory, _of_pictures(shown, scores), tf.cast(shown, tf.uint8)

    @tf.function(autograph=False)
    def finish(x, numbers):
        shown = canvas.shown(x)
        scores = excitation(network, target, shown, numbers)
        return _of_pictures(shown, scores), tf.cast(shown, tf.uint8)

    return Step(advance, finish, view, shows)


def _climb(
    network: Network,
    target: Target,
    plan: _Plan,
    strengths: Mapping,
    seen,
    numbers,
    draw: Draw,
    moment: Moment,
) -> tuple:
    """Scores (b,) of pictures as they are seen (b, h, w, 3), and the gradient of what is climbed.

    What is climbed are the scores less the penalties.
    """
    import tensorflow as tf

    count = seen.shape[0]
    with tf.GradientTape() as tape:
        tape.watch(seen)
        image = seen
        for transformation in plan.of("transformation"):
            image = plan.apply(transformation, strengths, image, draw, moment)
        outputs = None
        if "diversity" in plan:
            outputs = network.outputs(image, deepest(network, target))
        scores = _scores(network, target, plan, image, numbers, draw, outputs)
        scores = tf.reduce_mean(tf.reshape(scores, (count, -1)), axis=1)
        climbed = tf.reduce_sum(scores)
        layer = network.layer(deepest(network, target))

        def features():
            answers = network.activate(layer, outputs[layer.name])
            return tf.reshape(answers, (count, -1, layer.channels))

        sight = Sight(seen - moment.mean, features, scores)
        for penalty in plan.of("penalty"):
            climbed -= tf.reduce_sum(plan.apply(penalty, strengths, sight))
    return scores, tape.gradient(climbed, seen)


def _scores(network: Network, target: Target, plan: _Plan, image, numbers, draw: Draw, outputs):
    """Scores of all views (b, h, w, 3) of the pictures: (b,).

    Args:
        outputs: of the network's layers, where they are computed already.
    """

    def score_of(view, outputs=None, weights=None):
        return excitation(network, target, view, numbers, outputs, weights)

    if tiling := plan.of("tiling"):
        layers = {network.layer(term.layer) for term in target.terms}

        def of_window(window, weights):
            return score_of(window, weights=weights)

        return plan.bound(tiling[0])(image, draw, of_window, network, layers)
    if outputs is None and image.shape[0] > MOST_AT_ONCE:
        return in_turn(image, score_of)
    return score_of(image, outputs)
