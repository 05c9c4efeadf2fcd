"""A recipe becomes frames: the ascent loop over one compiled step; no threads, no Streamlit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from explorer.catalogue import check_pictures_differ
from explorer.errors import InputError
from explorer.excitation import check_target, numbers_of
from explorer.images import Photo, photo_named, tiled
from explorer.networks.network import Network
from explorer.recipe import Recipe
from explorer.step import memories, start_of, step_of, strengths_of, views_of
from explorer.stopping import STOPPINGS
from explorer.targets import describe

SCORED_EVERY = 8
"""Where the network sees a picture moved or small, showing it costs a further pass: only every
so many steps have a frame."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One moment of a render.

    Attributes:
        recipe: the recipe that this moment belongs to: the rendered one, or one it starts from.
        step: how many of that recipe's steps the picture has seen, from 0.
        scores: of exactly each of the pictures.
        pictures: uint8 RGB (number, height, width, 3), read-only; several where a recipe asks for
            diversity.
        done, total: steps of the whole lineage so far, and in all.
        ending: why the recipe ends here, a sentence; None while it goes on.
        best: the frame of this recipe with the highest score so far, or None for itself.
    """

    recipe: Recipe
    step: int
    scores: tuple[float, ...]
    pictures: np.ndarray = field(repr=False)
    done: int
    total: int
    ending: str | None = None
    best: "Frame | None" = field(default=None, repr=False)

    @property
    def score(self) -> float:
        """Of the picture, or the mean of several."""
        return sum(self.scores) / len(self.scores)

    @property
    def image(self) -> np.ndarray:
        """The picture, or several side by side: uint8 RGB (height, width, 3)."""
        return self.pictures[0] if len(self.pictures) == 1 else tiled(self.pictures)

    @property
    def ended_early(self) -> bool:
        """Whether the recipe ends here, before its last step."""
        return self.ending is not None and self.step < self.recipe.steps

    @property
    def kept(self) -> "Frame":
        """The frame whose picture the recipe keeps, were it to end now."""
        return self.best if self.recipe.keep == "best" and self.best else self


class Ascent:
    """One recipe's frames, computed as they are asked for and shared by all who follow."""

    def __init__(self, frames: Iterator[Frame | None]):
        self._frames = frames
        self._count = 0
        self.latest: Frame | None = None
        self.ended = False
        self._failure: Exception | None = None

    @classmethod
    def of(cls, frame: Frame) -> "Ascent":
        """One that has ended, with this last frame."""
        ascent = cls(iter(()))
        ascent.latest, ascent._count, ascent.ended = frame, 1, True
        return ascent

    def follow(self) -> Iterator[Frame | None]:
        """Frames newer than the last one seen; a late follower begins with the latest.

        After a step that has no frame there is a None. An error of a step is raised for everybody.
        """
        seen = 0
        while True:
            frame = self.latest
            if self._failure:
                raise self._failure
            if seen == self._count and not self.ended:
                try:
                    frame = next(self._frames)
                except StopIteration:
                    self.ended = True
                except Exception as error:
                    self._failure = error
                    raise
                if frame and not self.ended:
                    self.latest = frame
                    self._count += 1
            if self.ended and seen == self._count:
                return
            seen = self._count
            yield frame


Pool = dict[Recipe, Ascent]
"""Ascents under way or finished, by recipe; who passes the same pool shares them."""


def render(
    network: Network, recipe: Recipe, photo: Photo | None = None, pool: Pool | None = None
) -> Iterator[Frame]:
    """Render a recipe: a frame for the start and one after each step, or each few steps.

    The recipes that it starts from come first, with frames of their own. The picture to keep is
    `frame.kept` of the last frame. Whoever stops asking for frames has canceled the render.

    Args:
        network: the network that the recipe names.
        recipe: what to render.
        photo: the person's own photo, if the recipe is about one.
        pool: ascents to share with other renders.

    Raises:
        InputError: the recipe is for another network, weights or photo are missing, the size does
            not fit the target, or the numbers overflowed at the start.
    """
    yield from filter(None, moments(network, recipe, photo, pool))


def moments(
    network: Network, recipe: Recipe, photo: Photo | None = None, pool: Pool | None = None
) -> Iterator[Frame | None]:
    """As `render`, with a None after each step that has no frame."""
    pool = {} if pool is None else pool
    check(network, recipe, photo)
    done, total = 0, recipe.total_steps
    for part in recipe.lineage:
        if part not in pool:
            pool[part] = Ascent(_ascend(network, part, photo, pool))
        for frame in pool[part].follow():
            yield frame and _placed(frame, part, done, total)
        done += part.steps


def _placed(frame: Frame, recipe: Recipe, before: int, total: int) -> Frame:
    """A frame, and the best before it, within the lineage of a recipe, whose preset they get."""
    best = frame.best and _placed(frame.best, recipe, before, total)
    done = before + frame.step
    return replace(frame, recipe=recipe, done=done, total=total, best=best)


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
    running = dict(enumerate(moments(network, recipe, photo, pool) for recipe in recipes))
    frames: list[Frame | None] = [None] * len(recipes)
    while running:
        newer = False
        for i, steps in list(running.items()):
            try:
                frame = next(steps)
            except StopIteration:
                del running[i]
                continue
            except InputError as error:
                which = f"Recipe {i + 1}, {recipes[i].caption}: " if len(recipes) > 1 else ""
                raise InputError(f"{which}{error}") from error
            if frame:
                frames[i], newer = frame, True
            yield None
        if newer:
            yield tuple(frames)


def check(network: Network, recipe: Recipe, photo: Photo | None = None) -> None:
    """Refuse what cannot be rendered here, before anything is computed.

    Raises:
        InputError: as `render`.
    """
    if not (isinstance(network, Network) and isinstance(recipe, Recipe)):
        raise InputError("A render needs a network, from load_network, and a Recipe.")
    if not isinstance(photo, Photo | None):
        raise InputError("The photo must be one that read_photo gives.")
    if recipe.network != network.name:
        raise InputError(f"The recipe is one for {recipe.network}, not for {network.name}.")
    check_target(network, recipe.target, recipe.size)
    for view in sorted(views_of(recipe) - {recipe.size}):
        try:
            check_target(network, recipe.target, view)
        except InputError:
            raise InputError(
                f"With recursion, coarse-to-fine or pad the network sees {view[0]}×{view[1]} "
                f"pixels, a size at which {describe(network, recipe.target)} cannot be computed: "
                "leave them out."
            ) from None
    for each in recipe.lineage:
        check_pictures_differ(each.methods, from_noise=each.start is None)
    for wanted in recipe.photos:
        photo_named(wanted, photo)


def _ascend(
    network: Network, recipe: Recipe, photo: Photo | None, pool: Pool
) -> Iterator[Frame | None]:
    import tensorflow as tf

    parents = {parent: pool[parent].latest.kept.pictures[0] for parent in recipe.parents}
    x = start = tf.constant(start_of(network, recipe, photo, parents))
    numbers = cache(lambda view: numbers_of(network, recipe.target, recipe.size, view, photo))
    memory = tuple(tf.zeros_like(x) for _ in range(memories(recipe)))
    rounds = tf.constant(recipe.methods.get("recursion", {}).get("rounds", 1))
    seed, steps = tf.constant(recipe.seed, tf.int64), tf.constant(recipe.steps)
    strengths, history, best = strengths_of(recipe), [], None
    shown = None
    for step in range(recipe.steps + 1):
        last, look = step == recipe.steps, None
        work = step_of(network, recipe, max(0, step - last))
        now = tf.constant(step)
        state = (x, memory, start, numbers(work.view), seed, now, steps, rounds, strengths)
        if last or not (work.shows or step % SCORED_EVERY):
            look = work.finish(x, numbers(recipe.size))
        elif work.shows:
            x, memory, *look = work.advance(*state)
        frame = look and _frame(recipe, step, *look)
        if frame and not np.isfinite(frame.scores).all():
            yield _last_before_overflow(shown, step)
            return
        if frame:
            history.append((step, frame.score))
            why = None if last else _reason_to_stop(recipe, history)
            done = "The pictures are blended."
            if recipe.steps:
                done = f"All {recipe.steps} steps are done."
            ending = f"Stopped at step {step} of {recipe.steps}: {why}." if why else last and done
            frame = replace(frame, best=best, ending=ending or None)
            if best is None or frame.score > best.score:
                best = frame = replace(frame, best=None)
            shown = frame
        yield frame
        if frame and frame.ending:
            return
        if not work.shows:
            x, memory = work.advance(*state)


def _frame(recipe: Recipe, step: int, scores, images) -> Frame:
    scores = tuple(float(score) for score in scores.numpy())
    pictures = images.numpy()
    pictures.setflags(write=False)  # what starts from them, and the best, have the same
    return Frame(recipe, step, scores, pictures, step, recipe.steps)


def _last_before_overflow(frame: Frame | None, step: int) -> Frame:
    """The recipe's end at the last frame that had finite scores; `InputError` if none had."""
    why = (
        f"the numbers overflowed at step {step}: choose a smaller step, or switch on what bounds "
        "the picture, such as clip."
    )
    if frame is None:
        raise InputError(why[0].upper() + why[1:])
    return replace(frame, ending=f"Stopped at step {frame.step} of {frame.total}: {why}")


def _reason_to_stop(recipe: Recipe, history: list[tuple[int, float]]) -> str | None:
    reasons = (
        method.apply(history, **recipe.methods[method.name])
        for method in STOPPINGS
        if method.name in recipe.methods
    )
    return next(filter(None, reasons), None)
