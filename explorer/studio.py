"""The studio: everybody's renders on one machine, in short fair turns of one worker.

A `Job` is the render of one or more recipes in lockstep; visitors who ask for the same share it.
A `Ticket` is one visitor's hold on a job: it sees the frames, stops, goes on, or lets go. The
worker never calls Streamlit, and no page ever computes a step.
"""

import atexit
import logging
import threading
import time
import weakref
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import isqrt

from explorer.errors import InputError
from explorer.images import Photo, jpeg_bytes
from explorer.networks import device, load_network
from explorer.recipe import Recipe
from explorer.render import Frame, Pool, check, lockstep
from explorer.settings import Settings
from explorer.step import KEPT_STEPS, compiled, memories, seen_pixels, structure, views

WAITING, RUNNING, STOPPED, FINISHED, FAILED = "waiting", "running", "stopped", "finished", "failed"
LIVE = (WAITING, RUNNING)

MOST_MOMENTS = 48
"""Moments kept of each recipe for looking back, an even number; when there are more, every other
one goes, but not the first nor the last."""
IDLE_STEPS = 1
"""Compiled steps kept beside one for each recipe that is being rendered, or was the last time."""
CROWDED = 12
"""How many times as long a turn is where more steps are in use than can be kept: each turn compiles
its own anew, for a second or two, which is to be the lesser part of it."""
EXPECTED_SECONDS = 1.0
"""For which a visitor's renders rest while another is about to be asked for; a page takes less to
come to it."""
PACE_FRAMES = 20
"""Over how many recent frames the time of a step is measured."""
LAST_SECONDS = 10
"""Seconds for which Python, when it ends, waits for the step under way."""
FLOAT_BYTES = 4
BARE_BYTES = 20_000
"""What a job takes beside pictures and tensors."""


@dataclass(frozen=True)
class Moment:
    """A frame kept for looking back: `jpeg` holds its picture."""

    recipe: Recipe
    step: int
    done: int
    score: float
    jpeg: bytes


@dataclass(frozen=True)
class View:
    """What a visitor sees of a job at one time.

    Attributes:
        status: waiting, running, stopped, finished or failed.
        frames: the latest frame of each recipe, or () before the first.
        done, total: steps of the longest recipe's lineage.
        seconds_left: an estimate from the recent pace, or None.
        error: a sentence, if it failed.
    """

    status: str
    frames: tuple[Frame, ...]
    done: int
    total: int
    seconds_left: float | None = None
    error: str | None = None

    @property
    def drawn(self) -> bool:
        """Whether it is finished or stopped, and has come further than what it started from."""
        return self.status in (STOPPED, FINISHED) and self.done > 0


class Job:
    """One render that the worker advances, and its past."""

    def __init__(self, recipes: tuple[Recipe, ...], photo: Photo | None, shared: Pool):
        self.recipes = recipes
        self.photo = photo if self.is_private else None
        self.status = WAITING
        self.error: str | None = None
        self.frames: tuple[Frame, ...] = ()
        self.curves: list[list[tuple[int, float]]] = [[] for _ in recipes]
        self.moments: list[list[Moment]] = [[] for _ in recipes]
        self.followers: defaultdict[str, list[Ticket]] = defaultdict(list)
        self.pool: Pool = {
            ancestor: shared[ancestor]
            for recipe in recipes
            for ancestor in recipe.lineage
            if ancestor in shared and ancestor not in recipes
        }
        self._rendered = None
        self._seen = [0] * len(recipes)
        self._strides = [1] * len(recipes)
        self._times: deque[tuple[float, int]] = deque(maxlen=PACE_FRAMES)

    @property
    def is_private(self) -> bool:
        """Whether a person's own photo is needed to render it."""
        return any(recipe.own_photos for recipe in self.recipes)

    @property
    def total(self) -> int:
        """Steps of the longest lineage."""
        return max(recipe.total_steps for recipe in self.recipes)

    @property
    def done(self) -> int:
        """Steps that the farthest recipe has seen."""
        return max((frame.done for frame in self.frames), default=0)

    @property
    def size(self) -> int:
        """Bytes that it holds, about: its pictures, and tensors to go on with."""
        jpegs = sum(len(moment.jpeg) for moments in self.moments for moment in moments)
        pictures = sum(3 * frame.pictures.nbytes for frame in self.frames)
        tensors = sum(
            (2 + memories(frame.recipe)) * FLOAT_BYTES * frame.pictures.nbytes
            for frame in self.frames
            if self.status not in (FINISHED, FAILED)
        )
        return BARE_BYTES + jpegs + pictures + tensors

    def advance(self) -> bool:
        """Compute one step of one recipe; False once there is none left."""
        if self._rendered is None:
            network = load_network(self.recipes[0].network)
            self._rendered = lockstep(network, self.recipes, self.photo, self.pool)
        try:
            frames = next(self._rendered)
        except StopIteration:
            return False
        if frames is None:
            return True
        for i, frame in enumerate(frames):
            if not self.frames or frame is not self.frames[i]:
                self._remember(i, frame)
        self.frames = frames
        self._times.append((time.monotonic(), self.done))
        return True

    def give_up(self) -> None:
        """Let go of what it would go on with, and of all that its error holds."""
        self._rendered, self.pool = None, {}

    def rest(self) -> None:
        """Forget the pace, as nothing was done for a while."""
        self._times.clear()

    def view(self) -> View:
        """How it stands."""
        left = None
        if self.status == RUNNING and len(self._times) > 1:
            (begin, first), (now, last) = self._times[0], self._times[-1]
            left = (now - begin) / max(last - first, 1) * (self.total - self.done)
        return View(self.status, self.frames, self.done, self.total, left, self.error)

    def _remember(self, i: int, frame: Frame) -> None:
        """Keep a frame's score, and of some the picture; once, if it is given again as the end."""
        moments, number, where = self.moments[i], self._seen[i], (frame.recipe, frame.step)
        if self.frames and where == (self.frames[i].recipe, self.frames[i].step):
            if where == (moments[-1].recipe, moments[-1].step):
                return
        else:
            self._seen[i] += 1
            if frame.recipe == self.recipes[i]:
                self.curves[i].append((frame.step, frame.score))
        last = frame.done == frame.total or frame.ending
        if number % self._strides[i] and not last:
            return
        moments.append(
            Moment(frame.recipe, frame.step, frame.done, frame.score, jpeg_bytes(frame.image))
        )
        if len(moments) > MOST_MOMENTS:
            self._strides[i] *= 2
            del moments[1::2]


class Ticket:
    """One visitor's hold on a job.

    Attributes:
        visitor: whose.
        job: what is rendered, maybe for others too.
        recipes: as this visitor asked for them; those of the job are equal, but may come from other
            presets.
    """

    def __init__(self, studio: "Studio", visitor: str, job: Job, recipes: tuple[Recipe, ...]):
        self._studio = studio
        self.visitor = visitor
        self.job = job
        self.recipes = recipes
        self._held: View | None = None

    def view(self) -> View:
        """How it stands for this visitor."""
        if self._held:
            return self._held
        view = self.job.view()
        return replace(view, frames=tuple(map(_asked_as, view.frames, self.recipes)))

    def curve(self, i: int) -> list[tuple[int, float]]:
        """(step, score) of a recipe's own frames, as far as this visitor has seen them."""
        view, recipe = self.view(), self.recipes[i]
        if not view.frames or view.frames[i].recipe != recipe:
            return []
        return [point for point in list(self.job.curves[i]) if point[0] <= view.frames[i].step]

    def moments(self, i: int) -> list[Moment]:
        """The moments kept of a recipe, as far as this visitor has seen them."""
        done = self.view().done
        return [moment for moment in list(self.job.moments[i]) if moment.done <= done]

    def stop(self) -> None:
        """Stop for this visitor, keeping the picture so far; others go on undisturbed."""
        with self._studio.lock:
            view = self.view()
            if view.status in LIVE:
                self._held = View(STOPPED, view.frames, view.done, view.total)
                self._studio.detach(self)

    def go_on(self) -> None:
        """Go on from where it stopped; `InputError` if a limit is reached."""
        with self._studio.lock:
            if self.view().status == STOPPED:
                self._studio.attach(self)
                self._held = None

    def close(self) -> None:
        """Let go of it for good."""
        with self._studio.lock:
            self._studio.detach(self)


def _asked_as(frame: Frame, recipe: Recipe) -> Frame:
    """A frame of a recipe, with the preset that this one, an equal, comes from."""
    if frame.recipe != recipe or frame.recipe.preset == recipe.preset:
        return frame
    best = frame.best and _asked_as(frame.best, recipe)
    return replace(frame, recipe=recipe, best=best)


class Studio:
    """Jobs of all visitors and the worker that advances them.

    Args:
        settings: the limits.
        clock: seconds, rising; tests may bring their own.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic):
        self.settings = settings
        self.lock = threading.RLock()
        self._wake = threading.Condition(self.lock)
        self._clock = clock
        self._queues: OrderedDict[str, deque[Job]] = OrderedDict()
        self._kept: OrderedDict[tuple[Recipe, ...], Job] = OrderedDict()
        self._private = weakref.WeakValueDictionary[tuple[Recipe, ...], Job]()
        self._ancestors: Pool = {}
        self._leaving: dict[str, float] = {}
        self._expected: dict[str, float] = {}
        self._away: weakref.WeakKeyDictionary[Ticket, str] = weakref.WeakKeyDictionary()
        self._favored = False
        self._latest_recipes = 1
        self._crowded = False
        self._worker: threading.Thread | None = None
        self._ended = False

    def submit(
        self,
        visitor: str,
        recipes: Sequence[Recipe],
        photo: Photo | None = None,
        instead_of: Ticket | None = None,
    ) -> Ticket:
        """Ask for a render; an equal one that exists is shared, a finished one is there at once.

        Args:
            visitor: who asks; turns are fair among visitors.
            recipes: of one network, rendered in lockstep.
            photo: the visitor's own photo, if a recipe starts from one.
            instead_of: a hold of theirs to let go of; if this render is refused, it stays as it is.

        Raises:
            InputError: a limit is reached, or a recipe cannot be rendered here.
        """
        recipes = tuple(recipes)
        self._check(recipes, photo)
        with self.lock:
            job = self._kept.get(recipes) or self._private.get(recipes)
            if job is None or job.status == FAILED:
                job = Job(recipes, photo, self._ancestors)
            ticket = Ticket(self, visitor, job, recipes)
            was_live = instead_of and instead_of.view().status in LIVE
            if instead_of:
                self.detach(instead_of)
            try:
                if job.status != FINISHED:
                    self.attach(ticket)
            except InputError:
                if was_live:
                    self.attach(instead_of)
                raise
            self._keep(job)
            return ticket

    def attach(self, ticket: Ticket) -> None:
        """Put a ticket's job into its visitor's queue; `InputError` if a limit is reached."""
        job, visitor = ticket.job, ticket.visitor
        if job.status in (FINISHED, FAILED):
            return
        queue = self._queues.get(visitor, deque())
        if job not in queue:
            limits = self.settings
            if len(queue) >= limits.visitor_renders:
                raise InputError(
                    f"You are at the limit of {_renders(limits.visitor_renders)} under way: stop "
                    "one or wait for one to end."
                )
            if len(self.live_jobs() | {job}) > limits.all_renders:
                raise InputError(
                    f"This machine is at its limit of {_renders(limits.all_renders)} under way: "
                    "please try again in a minute."
                )
            queue.append(job)
            self._queues[visitor] = queue
        if job.status == STOPPED:
            job.rest()
            job.status = WAITING
        if ticket not in job.followers[visitor]:
            job.followers[visitor].append(ticket)
        self._latest_recipes = len(job.recipes)
        self._leaving.pop(visitor, None)
        self._expected.pop(visitor, None)
        self._keep_steps()
        self._start_worker()
        self._wake.notify_all()

    def detach(self, ticket: Ticket) -> None:
        """Take a ticket off its job, whose work stops once nobody holds it any more."""
        job, visitor = ticket.job, ticket.visitor
        self._away.pop(ticket, None)
        if ticket not in job.followers.get(visitor, ()):
            return
        job.followers[visitor].remove(ticket)
        if job.followers[visitor]:
            return
        del job.followers[visitor]
        self._unqueue(visitor, job)
        if not job.followers and job.status in LIVE:
            job.status = STOPPED

    def expect(self, visitor: str) -> None:
        """A visitor is about to ask for a render: theirs rest, so that it waits for none of them.

        If it is not asked for, they go on by themselves.
        """
        with self.lock:
            self._expected[visitor] = self._clock() + EXPECTED_SECONDS

    def leaving(self, visitor: str) -> None:
        """A visitor's connection is gone: their work rests unless they are back in time."""
        with self.lock:
            self._leaving[visitor] = self._clock() + self.settings.grace_seconds
            self._wake.notify_all()

    def here(self, visitor: str) -> None:
        """A visitor is (again) here: what rests since they left goes on, if limits allow it."""
        with self.lock:
            self._leaving.pop(visitor, None)
            for ticket in [ticket for ticket, who in self._away.items() if who == visitor]:
                del self._away[ticket]
                with suppress(InputError):
                    ticket.go_on()

    def live_jobs(self) -> set[Job]:
        """The jobs in anybody's queue."""
        with self.lock:
            return {job for queue in self._queues.values() for job in queue}

    def others(self, ticket: Ticket) -> int:
        """How many renders are under way for other visitors, beside this one."""
        with self.lock:
            queues = [queue for who, queue in self._queues.items() if who != ticket.visitor]
            return len({job for queue in queues for job in queue} - {ticket.job})

    def _check(self, recipes: tuple[Recipe, ...], photo: Photo | None) -> None:
        limits = self.settings
        if not 1 <= len(recipes) <= limits.recipes:
            raise InputError(f"From 1 to {limits.recipes} recipes can be rendered together.")
        for recipe in recipes:
            if reason := beyond(recipe, limits):
                raise InputError(reason)
            check(load_network(recipe.network), recipe, photo)

    def _keep(self, job: Job) -> None:
        """Remember a job for those who ask for the same; forget the oldest beyond the limit.

        One with a person's own photo is remembered only as long as somebody holds it.
        """
        if job.is_private:
            self._private[job.recipes] = job
            return
        self._kept[job.recipes] = job
        self._kept.move_to_end(job.recipes)
        size = sum(kept.size for kept in self._kept.values())
        for key, kept in list(self._kept.items()):
            if size <= self.settings.kept_mb * 1e6:
                break
            if kept is not job and kept.status not in LIVE:
                size -= kept.size
                del self._kept[key]

    def _unqueue(self, visitor: str, job: Job) -> None:
        queue = self._queues.get(visitor)
        if queue and job in queue:
            queue.remove(job)
        if not queue:
            self._queues.pop(visitor, None)
        self._keep_steps()

    def _keep_steps(self) -> None:
        """Keep the compiled steps that the live jobs, or the latest, use in turn, and some more."""
        recipes = [recipe for job in self.live_jobs() for recipe in job.recipes]
        compiled.keep(min(IDLE_STEPS + (len(recipes) or self._latest_recipes), KEPT_STEPS))
        self._crowded = len({(each.network, structure(each)) for each in recipes}) > KEPT_STEPS

    def _start_worker(self) -> None:
        if self._worker is None or not self._worker.is_alive():
            self._worker = threading.Thread(target=self._work, name="studio", daemon=True)
            self._worker.start()
            atexit.register(self.end)

    def end(self) -> None:
        """Stop all renders and the worker, for good, once the step under way is done.

        Python does so before it ends, which must not happen in the midst of a step.
        """
        with self.lock:
            self._ended = True
            for job in self.live_jobs():
                job.status = STOPPED
            self._wake.notify_all()
        if self._worker:
            self._worker.join(LAST_SECONDS)
        atexit.unregister(self.end)

    def _work(self) -> None:
        while True:
            with self.lock:
                while not self._ended and (job := self._next()) is None:
                    moments = (*self._leaving.values(), *self._expected.values())
                    soonest = min(moments, default=None)
                    wait = None if soonest is None else max(soonest - self._clock(), 0.01)
                    self._wake.wait(wait)
                if self._ended:
                    return
                job.status = RUNNING
            self._turn(job)

    def _next(self) -> Job | None:
        """The job whose turn it is: the next visitor's, and of theirs the next.

        Every second turn goes to whoever has no picture yet, so that a newcomer waits for two turns
        at most, several wait for one another, and others keep half of the time.
        """
        now = self._clock()
        for visitor in [v for v, end in self._leaving.items() if end <= now]:
            del self._leaving[visitor]
            for job in list(self._queues.get(visitor, ())):
                for ticket in list(job.followers[visitor]):
                    ticket.stop()
                    self._away[ticket] = visitor
        for visitor in [v for v, end in self._expected.items() if end <= now]:
            del self._expected[visitor]
        queues = {v: queue for v, queue in self._queues.items() if v not in self._expected}
        if not queues:
            return None
        waiting = ((v, job) for v, queue in queues.items() for job in queue if not job.frames)
        newcomer = None if self._favored else next(waiting, None)
        self._favored = newcomer is not None
        visitor, job = newcomer or next((v, queue[0]) for v, queue in queues.items())
        self._queues.move_to_end(visitor)
        self._queues[visitor].remove(job)
        self._queues[visitor].append(job)
        return job

    def _turn(self, job: Job) -> None:
        """Advance a job for the length of a turn, at least by one step.

        In a crowd, one is longer as long as nobody waits for a first picture.
        """
        begin, length = self._clock(), self.settings.turn_seconds
        status, error = None, None
        try:
            while job.status == RUNNING:
                if not job.advance():
                    status = FINISHED
                    break
                past = self._clock() - begin
                if past >= CROWDED * length or (past >= length and not self._may_stay()):
                    break
        except InputError as problem:
            status, error = FAILED, str(problem)
        except Exception as problem:  # one visitor's failure is nobody else's
            logging.getLogger(__name__).exception("A render failed.")
            memory = device.out_of_memory(problem)
            why = "memory ran out; choose a smaller picture" if memory else "something broke"
            status, error = FAILED, f"The render failed: {why}."
        if status:
            with self.lock:
                for visitor in list(job.followers):
                    self._unqueue(visitor, job)
                job.followers.clear()
                if status == FINISHED:
                    self._share_ancestors(job)
                    self._keep(job)
                else:
                    job.give_up()
                    self._kept.pop(job.recipes, None)
                job.error = error
                job.status = status  # last, as pages look without asking for the lock
                idle = not self._queues
            if idle:  # it takes a moment, for which nobody is to wait
                device.settle()

    def _may_stay(self) -> bool:
        """Whether turns are longer now."""
        with self.lock:
            return self._crowded and all(job.frames for job in self.live_jobs())

    def _share_ancestors(self, job: Job) -> None:
        """Finished pictures may start other renders; the newest 32 are kept, private ones not."""
        if job.is_private:
            return
        for recipe, ascent in job.pool.items():
            if ascent.ended:
                self._ancestors.pop(recipe, None)
                self._ancestors[recipe] = ascent
        for recipe in list(self._ancestors)[:-32]:
            del self._ancestors[recipe]


def beyond(recipe: Recipe, limits: Settings) -> str | None:
    """Why a recipe takes more than may be taken here, in a sentence, or None if it does not."""
    height, width = recipe.size
    if height * width > limits.pixels:
        side = isqrt(limits.pixels)
        return (
            f"A picture of {height}×{width} pixels is too large here: {side}×{side} is the limit, "
            "so that nobody waits long for a turn."
        )
    largest = max(recipe.lineage, key=seen_pixels)
    seen, count = seen_pixels(largest), views(largest)
    if seen > limits.view_pixels and seen > height * width:
        what = f"{count} pictures of {height}×{width} pixels"
        if seen > count * height * width:
            what = f"{seen:,} pixels, with the margins of pictures and tiles"
        return (
            f"Each step would show the network {what}, which is too much here: choose fewer crops, "
            "less diversity, less padding, larger tiles with a smaller halo, or a smaller size."
        )
    longest = recipe.longest_stage
    if longest > limits.steps:
        before = longest > recipe.steps > 0
        why = f", and this one starts from a picture of {longest:,}" if before else ""
        return f"More than {limits.steps:,} steps are too many here{why}."
    return None


def _renders(count: int) -> str:
    return "1 render" if count == 1 else f"{count} renders"
