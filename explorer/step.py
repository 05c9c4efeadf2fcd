"""One step of ascent, compiled: picture, view, score, gradient, step, regularizers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from explorer.catalogue import METHODS, TABLES
from explorer.excitation import deepest, excitation, structure_of
from explorer.images import Photo, photo_named
from explorer.kept import kept
from explorer.methods import Moment
from explorer.networks.network import Network
from explorer.parametrizations import COLORS, SPECTRA, bounded, colored, unbounded
from explorer.penalties import Sight
from explorer.recipe import Blend, PhotoStart, Recipe
from explorer.schedules import coarse_to_fine, view_of
from explorer.step_rules import rule_of
from explorer.targets import Target
from explorer.tiles import in_turn
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
        finish: what is optimized and numbers -> scores and pictures.
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
        if METHODS[name] in _called()
    }


def _called() -> tuple:
    tables = ("schedule", "transformation", "penalty", "gradient filter", "step rule")
    methods = [m for table in (*tables, "regularizer") for m in TABLES[table]]
    return tuple(method for method in methods if method.apply is not coarse_to_fine)


def memories(recipe: Recipe) -> int:
    """How many tensors its step rule remembers."""
    return rule_of(recipe.methods).memory


def pictures(recipe: Recipe) -> int:
    """How many pictures a recipe draws at once."""
    return recipe.methods.get("diversity", {}).get("pictures", 1)


def views(recipe: Recipe) -> int:
    """How many views of its pictures the network gets at each step."""
    return pictures(recipe) * recipe.methods.get("crops", {}).get("count", 1)


def start_of(network: Network, recipe: Recipe, photo: Photo | None, parents: Mapping) -> np.ndarray:
    """What is optimized, at the start: float32, the first axis counts pictures.

    Args:
        photo: the person's own, if the recipe starts from one.
        parents: recipe -> the picture that it came to, uint8 (h, w, 3).
    """
    mean = np.float32(network.mean_color)
    spectrum = next((METHODS[name] for name in SPECTRA if name in recipe.methods), None)
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

    network.tensors  # noqa: B018 - loaded outside the trace
    mean = tf.constant(network.mean_color, tf.float32)
    fixed = {name: dict(values) for name, values in structure}

    def chosen(table: str) -> list:
        return [m for m in TABLES[table] if m.name in fixed and m.apply is not coarse_to_fine]

    spectrum = next((METHODS[name] for name in SPECTRA if name in fixed), None)
    decorrelated = "decorrelated-color" in fixed
    bounds = bool(spectrum) or "clip" in fixed
    tiling = chosen("tiling")
    shows = view == size and not chosen("transformation") and not tiling

    def picture_of(x, at):
        if spectrum:
            values = spectrum.apply(x, size, at, **fixed[spectrum.name])
            return bounded(colored(values, decorrelated))
        picture = colored(x, decorrelated) + mean
        return picture if at == size else tf.image.resize(picture, at, antialias=True)

    def rounded(picture):
        return tf.round(tf.clip_by_value(picture, 0.0, 255.0))

    def score_of(image, numbers, outputs=None, weights=None):
        return excitation(network, target, image, numbers, outputs, weights)

    def each(method, x, moment, strengths):
        raw = x if moment.gradient is None else moment.gradient
        return tf.stack(
            [
                method.apply(
                    x[i],
                    moment._replace(gradient=raw[i], start=moment.start[i]),
                    **fixed[method.name],
                    **strengths[method.name],
                )
                for i in range(x.shape[0])
            ]
        )

    @tf.function(autograph=False)
    def advance(x, memory, start, numbers, seed, step, steps, rounds, strengths):
        def apply(method, *values):
            return method.apply(*values, **fixed[method.name], **strengths[method.name])

        moment = Moment(step, steps, None, mean, rounds, start)
        draw = Draw(seed, step)
        for schedule in chosen("schedule"):
            x = each(schedule, x, moment, strengths)
        with tf.GradientTape(persistent=True) as whole:
            whole.watch(x)
            picture = picture_of(x, view)
        seen = rounded(picture) if shows and bounds else picture
        with tf.GradientTape() as tape:
            tape.watch(seen)
            image = seen
            for transformation in chosen("transformation"):
                image = apply(transformation, image, draw, moment)
            outputs = None
            if "diversity" in fixed:
                outputs = network.outputs(image, deepest(network, target))
            if tiling:
                layers = {network.layer(term.layer) for term in target.terms}
                scores = tiling[0].apply(
                    image,
                    draw,
                    lambda window, weights: score_of(window, numbers, weights=weights),
                    network,
                    layers,
                    **fixed["tiles"],
                )
            elif outputs is None and image.shape[0] > MOST_AT_ONCE:
                scores = in_turn(image, lambda picture: score_of(picture, numbers))
            else:
                scores = score_of(image, numbers, outputs)
            scores = tf.reduce_mean(tf.reshape(scores, (x.shape[0], -1)), axis=1)
            climbed = tf.reduce_sum(scores)
            layer = network.layer(deepest(network, target))

            def features():
                answers = network.activate(layer, outputs[layer.name])
                return tf.reshape(answers, (x.shape[0], -1, layer.channels))

            sight = Sight(seen - mean, features, scores)
            for penalty in chosen("penalty"):
                climbed -= tf.reduce_sum(apply(penalty, sight))
        gradient = tape.gradient(climbed, seen)
        moment = moment._replace(gradient=whole.gradient(picture, x, gradient))
        for gradient_filter in chosen("gradient filter"):
            gradient = each(gradient_filter, gradient, moment, strengths)
        uphill = whole.gradient(picture, x, gradient)
        (rule,) = chosen("step rule")
        before = x
        if rule.memory:
            change, memory = apply(rule, uphill, memory, step)
        else:
            change = tf.stack([apply(rule, uphill[i]) for i in range(x.shape[0])])
        x += change
        for regularizer in chosen("regularizer"):
            x = each(regularizer, x, moment, strengths)
        if not shows:
            return x, memory
        shown = rounded(picture_of(before, size))
        if not bounds:
            scores = score_of(shown, numbers)
        return x, memory, scores, tf.cast(shown, tf.uint8)

    @tf.function(autograph=False)
    def finish(x, numbers):
        shown = rounded(picture_of(x, size))
        return score_of(shown, numbers), tf.cast(shown, tf.uint8)

    return Step(advance, finish, view, shows)
