"""A recipe becomes frames: the ascent loop over one compiled step; no threads, no Streamlit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from explorer.catalogue import METHODS, TABLES
from explorer.errors import InputError
from explorer.images import SAMPLES, Photo, sample_photo
from explorer.methods import Moment
from explorer.networks.network import Network
from explorer.recipe import Blend, PhotoStart, Recipe
from explorer.targets import Target, describe, excitation, place

KEPT_STEPS = 24
"""How many compiled steps are kept; the one unused for longest is forgotten."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One moment of a render.

    Attributes:
        recipe: the recipe that this moment belongs to: the rendered one, or one it starts from.
        step: how many of that recipe's steps the picture has seen, from 0.
        score: of exactly this picture.
        image: uint8 RGB (height, width, 3).
        done, total: steps of the whole lineage so far, and in all.
        best: the frame of this recipe with the highest score so far, or None for itself.
    """

    recipe: Recipe
    step: int
    score: float
    image: np.ndarray
    done: int
    total: int
    best: "Frame | None" = field(default=None, repr=False)

    @property
    def kept(self) -> "Frame":
        """The frame whose picture the recipe keeps, were it to end now."""
        return self.best if self.recipe.keep == "best" and self.best else self


class Ascent:
    """One recipe's frames, computed as they are asked for and shared by all who follow."""

    def __init__(self, frames: Iterator[Frame]):
        self._frames = frames
        self._count = 0
        self.latest: Frame | None = None
        self.ended = False

    def follow(self) -> Iterator[Frame]:
        """Frames newer than the last one seen; a late follower begins with the latest."""
        seen = 0
        while True:
            if seen == self._count and not self.ended:
                try:
                    self.latest = next(self._frames)
                    self._count += 1
                except StopIteration:
                    self.ended = True
            if seen == self._count:
                return
            seen = self._count
            yield self.latest


Pool = dict[Recipe, Ascent]
"""Ascents under way or finished, by recipe; who passes the same pool shares them."""


def render(
    network: Network, recipe: Recipe, photo: Photo | None = None, pool: Pool | None = None
) -> Iterator[Frame]:
    """Render a recipe: one frame for the start and one after each step.

    The recipes that it starts from come first, with frames of their own. The picture to keep is
    `frame.kept` of the last frame. Whoever stops asking for frames has canceled the render.

    Args:
        network: the network that the recipe names.
        recipe: what to render.
        photo: the person's own photo, if the recipe starts from one.
        pool: ascents to share with other renders.

    Raises:
        InputError: weights or photo are missing, the size does not fit the target, or the
            numbers overflowed.
    """
    pool = {} if pool is None else pool
    check(network, recipe, photo)
    done, total = 0, recipe.total_steps
    for part in recipe.lineage:
        if part not in pool:
            pool[part] = Ascent(_ascend(network, part, photo, pool))
        for frame in pool[part].follow():
            yield replace(frame, recipe=part, done=done + frame.step, total=total)
        done += part.steps


def render_together(
    network: Network,
    recipes: Sequence[Recipe],
    photo: Photo | None = None,
    pool: Pool | None = None,
) -> Iterator[tuple[Frame, ...]]:
    """Render several recipes in lockstep: a tuple of their latest frames after each step.

    What several of them start from is computed once. A recipe that ends before the others keeps
    its last frame.
    """
    return filter(None, lockstep(network, recipes, photo, pool))


def lockstep(
    network: Network,
    recipes: Sequence[Recipe],
    photo: Photo | None = None,
    pool: Pool | None = None,
) -> Iterator[tuple[Frame, ...] | None]:
    """As `render_together`, with a None after each single recipe's step, as a point to pause."""
    pool = {} if pool is None else pool
    renders = [render(network, recipe, photo, pool) for recipe in recipes]
    frames: list[Frame | None] = [None] * len(recipes)
    while True:
        newer = []
        for frames_of in renders:
            newer.append(next(frames_of, None))
            yield None
        if not any(newer):
            return
        frames = [new or old for new, old in zip(newer, frames, strict=True)]
        yield tuple(frames)


def check(network: Network, recipe: Recipe, photo: Photo | None = None) -> None:
    """Refuse what cannot be rendered here, before anything is computed.

    Raises:
        InputError: as `render`.
    """
    layer = network.layer(recipe.target.layer)
    what = describe(network, recipe.target)
    network.require(layer, recipe.size, what[0].upper() + what[1:])
    if layer.spatial and min(network.output_size(layer, recipe.size)) < 1:
        raise InputError(f"{what} needs a larger picture than {recipe.size[0]}×{recipe.size[1]}.")
    for wanted in recipe.photos:
        if wanted not in SAMPLES and (photo is None or photo.name != wanted):
            given = "another photo was given" if photo else "it was not given"
            raise InputError(
                f"The recipe starts from a person's own photo ({wanted[:15]}…), and {given}: "
                "please give that file."
            )


def _ascend(network: Network, recipe: Recipe, photo: Photo | None, pool: Pool) -> Iterator[Frame]:
    import tensorflow as tf

    x = tf.constant(_start(network, recipe, photo, pool))
    target, methods = recipe.target, recipe.methods
    advance, finish = _compiled(
        network,
        replace(target, channel=0, position=target.position and "center"),
        recipe.size,
        tuple((name, _structure(name, methods[name])) for name in methods),
    )
    unit = (tf.constant(target.channel), tf.constant(place(network, target, recipe.size)))
    rounds = tf.constant(methods.get("recursion", {}).get("rounds", 1))
    strengths = {
        name: {
            parameter.name: tf.constant(
                values[parameter.name], tf.int32 if parameter.whole else tf.float32
            )
            for parameter in METHODS[name].parameters
            if not parameter.structural
        }
        for name, values in methods.items()
        if METHODS[name].acts_on != "start"
    }
    steps, best = tf.constant(recipe.steps), None
    for step in range(recipe.steps + 1):
        if step < recipe.steps:
            x, score, picture = advance(x, unit, tf.constant(step), steps, rounds, strengths)
        else:
            score, picture = finish(x, unit)
        score = float(score)
        if not np.isfinite(score):
            raise InputError(
                f"The numbers overflowed at step {step}: choose a smaller step, or switch on clip."
            )
        frame = Frame(recipe, step, score, picture.numpy(), step, recipe.steps, best)
        if best is None or score > best.score:
            best = frame
            frame = replace(frame, best=None)
        yield frame


def _start(network: Network, recipe: Recipe, photo: Photo | None, pool: Pool) -> np.ndarray:
    """The picture to start from, centered on the mean color: float32 (h, w, 3)."""
    mean = np.float32(network.mean_color)
    x = np.zeros((*recipe.size, 3), np.float32)
    if isinstance(recipe.start, PhotoStart):
        own = recipe.start.photo not in SAMPLES
        source = photo if own else sample_photo(recipe.start.photo)
        x = source.fitted(recipe.size) - mean
    elif isinstance(recipe.start, Blend):
        whole = sum(weight for weight, _ in recipe.start.parts)
        for weight, parent in recipe.start.parts:
            x += np.float32(weight / whole) * (pool[parent].latest.kept.image - mean)
    for name, strengths in recipe.methods.items():
        if METHODS[name].acts_on == "start":
            x = x + METHODS[name].apply(recipe.seed, recipe.size, **strengths)
    return x


def _structure(name: str, strengths) -> tuple[tuple[str, float], ...]:
    """The strengths that make another computation, not only other numbers."""
    structural = [p.name for p in METHODS[name].parameters if p.structural]
    return tuple((parameter, strengths[parameter]) for parameter in structural)


@lru_cache(KEPT_STEPS)
def _compiled(
    network: Network,
    target: Target,
    size: tuple[int, int],
    structure: tuple[tuple[str, tuple], ...],
):
    """The step and the final look of all recipes that differ in numbers only."""
    import tensorflow as tf

    network.tensors  # noqa: B018 - loaded outside the trace
    mean = tf.constant(network.mean_color, tf.float32)
    fixed = {name: dict(values) for name, values in structure}
    clips = "clip" in fixed

    def chosen(table: str) -> list:
        return [method for method in TABLES[table] if method.name in fixed]

    def score_of(image, unit):
        return excitation(network, target, image[None], *unit)

    def shown(x):
        return tf.round(tf.clip_by_value(x + mean, 0.0, 255.0))

    @tf.function(autograph=False)
    def advance(x, unit, step, steps, rounds, strengths):
        def apply(method, value, *moment):
            return method.apply(value, *moment, **fixed[method.name], **strengths[method.name])

        moment = Moment(step, steps, None, mean, rounds)
        for schedule in chosen("schedule"):
            x = apply(schedule, x, moment)
        picture = shown(x)
        seen = picture if clips else x + mean
        with tf.GradientTape() as tape:
            tape.watch(seen)
            score = score_of(seen, unit)
        gradient = tape.gradient(score, seen)
        if not clips:
            score = score_of(picture, unit)
        moment = moment._replace(gradient=gradient)
        for gradient_filter in chosen("gradient filter"):
            gradient = apply(gradient_filter, gradient, moment)
        for rule in chosen("step rule"):
            x += apply(rule, gradient)
        for regularizer in chosen("regularizer"):
            x = apply(regularizer, x, moment)
        return x, score, tf.cast(picture, tf.uint8)

    @tf.function(autograph=False)
    def finish(x, unit):
        picture = shown(x)
        return score_of(picture, unit), tf.cast(picture, tf.uint8)

    return advance, finish
