"""Everybody's renders on one machine: shared, fair, stoppable."""

import gc
import itertools
import time
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

from explorer import studio as module
from explorer.errors import InputError
from explorer.images import Photo
from explorer.recipe import Blend, PhotoStart, Recipe, preset
from explorer.render import Frame, lockstep, render
from explorer.settings import Settings
from explorer.studio import FAILED, FINISHED, LIVE, RUNNING, STOPPED, Studio, View
from explorer.targets import Target


def recipe_of(channel=0, steps=6, seed=0):
    methods = {"noise": {}, "rms": {}, "clip": {}}
    return Recipe(Target("second", channel), "tiny", steps, 32, seed, methods=methods)


def seen_four_times(recipe):
    methods = {"crops": {"count": 2}, "diversity": {"pictures": 2}}
    return recipe.changed(methods={"noise": {}, "rms": {}, "clip": {}} | methods)


def until(condition, seconds=30):
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


def ended(ticket):
    until(lambda: ticket.view().status not in LIVE)
    return ticket.view()


@pytest.fixture
def studio(tiny):
    return Studio(Settings(turn_seconds=0.01))


class SlowRenders:
    """Stands in for the ascent: frames of a set pace, and a record of whose step came when."""

    def __init__(self, pace=0.002):
        self.pace, self.order = pace, []

    def __call__(self, network, recipes, photo=None, pool=None):
        pictures = np.zeros((1, 32, 32, 3), np.uint8)
        for step in range(recipes[0].steps + 1):
            time.sleep(self.pace)
            self.order.append(recipes[0].seed)
            yield tuple(Frame(r, step, (step,), pictures, step, r.steps) for r in recipes)


@pytest.fixture
def slow(monkeypatch):
    renders = SlowRenders()
    monkeypatch.setattr(module, "lockstep", renders)
    return renders


def test_a_finished_render_is_what_render_gives(studio, tiny):
    recipe = recipe_of()
    view = ended(studio.submit("ann", [recipe]))
    *_, last = render(tiny, recipe)
    assert view.status == FINISHED
    assert (view.done, view.total) == (6, 6)
    assert np.array_equal(view.frames[0].image, last.image)
    assert view.frames[0].score == last.score


def test_a_comparison_is_one_job_in_lockstep(studio):
    recipes = [recipe_of(0), recipe_of(1)]
    ticket = studio.submit("ann", recipes)
    ended(ticket)
    steps = [[step for step, _ in curve] for curve in ticket.job.curves]
    assert steps == [list(range(7))] * 2


def test_a_turn_can_end_between_the_recipes_of_a_comparison(tiny):
    """However many recipes are compared, nobody waits for more than one step of one of them."""
    recipes = [recipe_of(channel) for channel in range(4)]
    job = module.Job(tuple(recipes), None, {})
    for _ in range(4):
        assert job.advance()
        assert job.frames == ()
    assert job.advance()
    assert [frame.recipe for frame in job.frames] == recipes


def test_who_shares_a_render_sees_their_own_preset(studio):
    """Recipes are equal whatever preset they come from."""
    target = Target("second", 1)
    clip = preset("report/1-clip", target, network="tiny", size=32, steps=4)
    naive = preset("report/naive", target, network="tiny", size=32, steps=4, methods={"clip": {}})
    assert clip == naive and clip.preset != naive.preset
    one, other = studio.submit("one", [clip]), studio.submit("other", [naive])
    assert one.job is other.job
    ended(one)
    for ticket, recipe in ((one, clip), (other, naive)):
        (frame,) = ticket.view().frames
        assert ticket.recipes[0].preset == frame.recipe.preset == recipe.preset
        assert frame.kept.recipe.preset == recipe.preset
        assert ticket.curve(0)[-1][0] == 4
    best = [recipe.changed(keep="best") for recipe in (clip, naive)]
    tickets = [studio.submit(f"{i}", [recipe]) for i, recipe in enumerate(best)]
    ended(tickets[0])
    for ticket, recipe in zip(tickets, best, strict=True):
        (frame,) = ticket.view().frames
        assert frame.kept.recipe.preset == recipe.preset


def test_equal_recipes_share_one_job_and_a_finished_one_is_there_at_once(studio):
    first = studio.submit("ann", [recipe_of()])
    second = studio.submit("bob", [recipe_of()])
    assert first.job is second.job
    ended(first)
    assert studio.submit("cat", [recipe_of()]).view().status == FINISHED


def test_the_end_stops_all_renders_and_the_worker(studio, slow):
    tickets = [studio.submit(name, [recipe_of(i)]) for i, name in enumerate(("ann", "bob"))]
    slow.pace = 0.2
    until(lambda: slow.order)
    studio.end()
    assert [ticket.view().status for ticket in tickets] == [STOPPED, STOPPED]
    steps = len(slow.order)
    time.sleep(3 * slow.pace)
    assert len(slow.order) == steps and not studio._worker.is_alive()


def test_a_studio_without_work_ends_too(studio):
    studio.end()


class ByHand(Studio):
    """A studio without a worker: turns are taken by hand, on a clock that only steps move."""

    def __init__(self, **limits):
        self.now, self.order = 0, []
        limits = Settings(turn_seconds=5, steps=9000, **limits)
        super().__init__(limits, clock=lambda: self.now)

    def _start_worker(self):
        pass

    def turns(self, count=1):
        for _ in range(count):
            job = self._next()
            job.status = RUNNING
            self._turn(job)


@pytest.fixture
def by_hand(tiny, monkeypatch):
    """Turns are of five steps; `order` says whose step came when."""
    studio = ByHand(all_renders=20)

    def lockstep(network, recipes, photo=None, pool=None):
        pictures = np.zeros((1, 32, 32, 3), np.uint8)
        for step in range(recipes[0].steps + 1):
            studio.now += 1
            studio.order.append(recipes[0].seed)
            yield tuple(Frame(r, step, (step,), pictures, step, r.steps) for r in recipes)

    monkeypatch.setattr(module, "lockstep", lockstep)
    return studio


def test_turns_are_fair_by_visitor_and_then_by_render(by_hand):
    for seed in (1, 2, 3):
        by_hand.submit("ann", [recipe_of(steps=2000, seed=seed)])
    by_hand.turns(6)
    by_hand.submit("bob", [recipe_of(steps=2000, seed=9)])
    by_hand.order.clear()
    by_hand.turns(24)
    assert [by_hand.order.count(seed) for seed in (9, 1, 2, 3)] == [60, 20, 20, 20]


def test_while_another_render_is_expected_only_its_visitor_rests(by_hand):
    by_hand.submit("ann", [recipe_of(steps=2000, seed=1)])
    by_hand.submit("bob", [recipe_of(steps=2000, seed=2)])
    by_hand.turns(4)
    by_hand.expect("ann")
    assert by_hand._next().recipes[0].seed == by_hand._next().recipes[0].seed == 2
    by_hand.submit("ann", [recipe_of(steps=2000, seed=3)])
    assert by_hand._next().recipes[0].seed == 3
    by_hand.order.clear()
    by_hand.turns(8)
    assert set(by_hand.order) == {1, 2, 3}


def test_what_rests_for_a_render_that_never_comes_goes_on(tiny, slow, monkeypatch):
    monkeypatch.setattr(module, "EXPECTED_SECONDS", 0.3)
    studio = Studio(Settings(turn_seconds=0.01))
    ticket = studio.submit("ann", [recipe_of(steps=2000)])
    until(lambda: ticket.view().done > 3)
    begin = time.monotonic()
    studio.expect("ann")
    time.sleep(0.05)  # for the turn under way
    done = ticket.view().done
    until(lambda: ticket.view().done > done)
    assert time.monotonic() - begin >= 0.3


@pytest.mark.parametrize("before", range(16, 33))
def test_a_newcomer_waits_for_two_turns_at_most_however_many_there_are(by_hand, before):
    """Whoever's turn it is when they come."""
    others = [
        by_hand.submit(visitor, [recipe_of(steps=9000, seed=ord(visitor))])
        for visitor in "abcdefgh"
    ]
    by_hand.turns(before)
    assert all(ticket.view().frames for ticket in others)
    late = by_hand.submit("late", [recipe_of(steps=50, seed=1)])
    by_hand.turns(3)
    assert late.view().frames


@pytest.mark.parametrize("layers", [("second",) * 4, ("first", "second", "pool", "second")])
def test_turns_are_longer_where_each_compiles_anew(by_hand, monkeypatch, layers):
    """Else a crowd spends its time on that alone. First pictures come no later."""
    monkeypatch.setattr(module, "KEPT_STEPS", 2)
    crowded = len(set(layers)) > 2
    for seed, layer in enumerate(layers):
        recipe = recipe_of(channel=seed, steps=9000, seed=seed)
        by_hand.submit(str(seed), [recipe.changed(target=Target(layer, seed))])
    by_hand.turns(12)
    turns = [len(list(turn)) for _, turn in itertools.groupby(by_hand.order)]
    longer = module.CROWDED if crowded else 1
    assert set(turns) == {5, 5 * longer}
    by_hand.order.clear()
    by_hand.turns(8)
    assert [by_hand.order.count(seed) for seed in range(4)] == [10 * longer] * 4
    by_hand.submit("late", [recipe_of(steps=9000, seed=9)])
    by_hand._favored = True  # so that the next turn is another's
    by_hand.order.clear()
    by_hand.turns(1)
    assert len(by_hand.order) == 5 and 9 not in by_hand.order, "they do not wait for a long turn"


def test_newcomers_leave_half_of_the_time_to_those_before_them(by_hand):
    by_hand.submit("ann", [recipe_of(steps=9000, seed=1)])
    by_hand.turns(2)
    by_hand.order.clear()
    for seed in range(10, 60):
        late = by_hand.submit("bob", [recipe_of(steps=2, seed=seed)])
        while late.view().status != FINISHED:
            by_hand.turns()
    assert by_hand.order.count(1) >= 0.5 * len(by_hand.order)


def test_stop_detaches_one_visitor_and_the_work_ends_with_the_last(by_hand):
    recipe = recipe_of(steps=2000)
    ann, bob = (by_hand.submit(visitor, [recipe]) for visitor in ("ann", "bob"))
    by_hand.turns()
    ann.stop()
    done = bob.view().done
    by_hand.turns()
    assert bob.view().done == done + 5 and bob.view().status == RUNNING
    bob.stop()
    assert ann.job.status == STOPPED and by_hand._next() is None


def test_stop_keeps_the_picture_and_go_on_reaches_the_same_end(studio, tiny):
    recipe = recipe_of(steps=400)
    ticket = studio.submit("ann", [recipe])
    until(lambda: ticket.view().done >= 3)
    ticket.stop()
    held = ticket.view()
    assert held.status == STOPPED
    assert held.frames
    until(lambda: ticket.job.status == STOPPED)
    time.sleep(0.1)
    assert ticket.view() is held
    assert ticket.job.done < 400
    ticket.go_on()
    *_, last = render(tiny, recipe)
    assert np.array_equal(ended(ticket).frames[0].image, last.image)


@pytest.mark.parametrize(
    ("status", "done", "drawn"),
    [
        (FINISHED, 6, True),
        (STOPPED, 3, True),
        (STOPPED, 0, False),
        (RUNNING, 3, False),
        (FAILED, 3, False),
    ],
)
def test_what_ended_after_a_step_is_drawn(status, done, drawn):
    assert View(status, (), done, 6).drawn is drawn


def test_what_goes_on_is_live_at_once(studio, slow):
    """Also before the worker comes to it, as pages stop looking at what is not live."""
    ticket = studio.submit("ann", [recipe_of(steps=2000)])
    ticket.stop()
    with studio.lock:
        assert ticket.view().status == STOPPED
        ticket.go_on()
        assert ticket.view().status in LIVE
        ticket.close()


def test_a_visitor_who_lets_go_of_one_hold_keeps_the_other(studio, slow):
    """As when two pages of a tab show the same render."""
    first, second = (studio.submit("ann", [recipe_of(steps=2000)]) for _ in range(2))
    until(lambda: first.view().done > 3)
    second.close()
    done = first.view().done
    until(lambda: first.view().done > done + 5)
    first.stop()
    assert first.job.status == STOPPED and not studio.live_jobs()


def test_whoever_sees_a_stopped_render_can_go_on(studio, slow):
    first = studio.submit("ann", [recipe_of(steps=2000)])
    first.stop()
    second = studio.submit("ann", [recipe_of(steps=2000)])
    second.close()
    assert first.view().status == STOPPED
    first.go_on()
    until(lambda: first.view().done > 3)
    third = studio.submit("bob", [recipe_of(steps=2000)])
    third.go_on()
    assert len(studio.live_jobs()) == 1


def test_a_refused_render_leaves_the_one_before_as_it_is(tiny, slow, refused):
    studio = Studio(Settings(turn_seconds=0.01, visitor_renders=1))
    running = studio.submit("ann", [recipe_of(steps=2000)])
    elsewhere = studio.submit("bob", [recipe_of(steps=2000, seed=1)])
    held = studio.submit("bob", [recipe_of(steps=2000, seed=2)], instead_of=elsewhere)
    assert elsewhere.job.status == STOPPED and held.view().status in LIVE
    with refused("More than 2,000 steps"):
        studio.submit("ann", [recipe_of(steps=2001)], instead_of=running)
    with refused("at the limit of 1 render under way"):
        studio.submit("bob", [recipe_of(steps=2000, seed=3)], instead_of=elsewhere)
    for ticket in (running, held):
        done = ticket.view().done
        until(lambda ticket=ticket, done=done: ticket.view().done > done + 3)
    assert studio.submit("ann", [recipe_of(seed=4)], instead_of=running).view().status in LIVE


def test_a_refused_render_takes_nobody_off_the_one_they_share(tiny, slow, refused):
    studio = Studio(Settings(turn_seconds=0.01, all_renders=1))
    ann, bob = (studio.submit(visitor, [recipe_of(steps=2000)]) for visitor in ("ann", "bob"))
    with refused("This machine is at its limit of 1"):
        studio.submit("bob", [recipe_of(steps=2000, seed=1)], instead_of=bob)
    ann.close()
    assert bob.view().status in LIVE
    done = bob.view().done
    until(lambda: bob.view().done > done + 3)


def test_who_leaves_with_two_holds_frees_the_work(tiny, slow):
    clock = [0.0]
    studio = Studio(Settings(turn_seconds=0.01, grace_seconds=5), clock=lambda: clock[0])
    first, second = (studio.submit("ann", [recipe_of(steps=2000)]) for _ in range(2))
    until(lambda: first.view().done > 3)
    studio.leaving("ann")
    clock[0] = 6.0
    until(lambda: first.job.status == STOPPED)
    assert first.view().status == second.view().status == STOPPED
    assert not studio.live_jobs()


def test_who_leaves_frees_the_work_after_a_grace_period(tiny, slow):
    clock = [0.0]
    studio = Studio(Settings(turn_seconds=0.01, grace_seconds=5), clock=lambda: clock[0])
    ticket = studio.submit("ann", [recipe_of(steps=2000)])
    until(lambda: ticket.view().done > 3)
    studio.leaving("ann")
    clock[0] = 4.0
    done = ticket.view().done
    until(lambda: ticket.view().done > done + 5)
    clock[0] = 6.0
    until(lambda: ticket.job.status == STOPPED)
    assert studio.live_jobs() == set()


def test_what_rests_while_its_visitor_is_away_goes_on_when_they_are_back(tiny, slow):
    """As after a phone was locked; what they stopped themselves, or let go of, does not."""
    clock = [0.0]
    studio = Studio(Settings(turn_seconds=0.01, grace_seconds=5), clock=lambda: clock[0])
    going, stopped, closed = (
        studio.submit("ann", [recipe_of(steps=2000, seed=seed)]) for seed in (1, 2, 3)
    )
    until(lambda: going.view().done > 3)
    stopped.stop()
    studio.leaving("ann")
    clock[0] = 6.0
    until(lambda: going.view().status == STOPPED)
    closed.close()
    rested = going.view().done
    studio.here("bob")
    assert not studio.live_jobs()
    studio.here("ann")
    assert studio.live_jobs() == {going.job}
    until(lambda: going.view().done > rested + 5)
    assert stopped.view().status == STOPPED
    going.stop()
    studio.here("ann")
    assert not studio.live_jobs(), "what they stop after they came back stays stopped"


def test_who_comes_back_in_time_loses_nothing(tiny, slow):
    clock = [0.0]
    studio = Studio(Settings(turn_seconds=0.01, grace_seconds=5), clock=lambda: clock[0])
    ticket = studio.submit("ann", [recipe_of(steps=2000)])
    studio.leaving("ann")
    studio.here("ann")
    clock[0] = 60.0
    done = ticket.view().done
    until(lambda: ticket.view().done > done + 20)
    assert ticket.view().status == RUNNING


def test_a_failure_tells_its_visitor_and_disturbs_nobody(studio, monkeypatch, sentence):
    def failing(network, recipes, photo=None, pool=None):
        if recipes[0].seed == 13:
            raise RuntimeError("internal detail")
        return SlowRenders()(network, recipes)

    monkeypatch.setattr(module, "lockstep", failing)
    good = studio.submit("ann", [recipe_of(steps=50)])
    bad = ended(studio.submit("bob", [recipe_of(seed=13)]))
    assert bad.status == FAILED
    sentence(bad.error)
    assert "internal detail" not in bad.error
    assert ended(good).status == FINISHED
    assert studio.submit("bob", [recipe_of(seed=13)]).view().status != FAILED, "tried anew"


def test_a_failure_leaves_nothing_behind(tiny, monkeypatch):
    """Its error would else hold all that the step had in hand, for as long as the job is kept."""
    ascents = weakref.WeakSet()

    def overflowing(network, recipes, photo, pool):
        for frames in lockstep(network, recipes, photo, pool):
            ascents.update(pool.values())
            yield frames
            if frames and frames[0].step == 3:
                raise InputError("The numbers overflowed.")

    monkeypatch.setattr(module, "lockstep", overflowing)
    tiny.load()  # before, as what is there then is not searched any more
    recipe = Recipe(
        target=Target("second", 1), network="tiny", size=32, methods={"noise": {}, "rms": {}}
    )
    studio = Studio(Settings())
    ticket = studio.submit("ann", [recipe])
    until(lambda: ticket.view().status == FAILED)
    assert ticket.view().frames[0].step == 3
    assert (recipe,) not in studio._kept

    def gone():
        gc.collect()
        return not ascents

    until(gone)


@pytest.mark.parametrize("python", [True, False])
def test_running_out_of_memory_is_told_with_a_way_out(studio, monkeypatch, python):
    import tensorflow as tf

    def failing(*values, **options):
        raise MemoryError if python else tf.errors.ResourceExhaustedError(None, None, "OOM")

    monkeypatch.setattr(module, "lockstep", failing)
    failed = ended(studio.submit("ann", [recipe_of()]))
    assert failed.error == "The render failed: memory ran out; choose a smaller picture."


def test_a_refusal_while_rendering_is_told_in_its_own_words(studio, monkeypatch):
    def refusing(network, recipes, photo=None, pool=None):
        yield from itertools.islice(SlowRenders()(network, recipes), 3)
        raise InputError("The numbers overflowed at step 3: choose a smaller step.")

    monkeypatch.setattr(module, "lockstep", refusing)
    view = ended(studio.submit("ann", [recipe_of(steps=50)]))
    assert view.status == FAILED
    assert view.error.startswith("The numbers overflowed")
    assert view.done == 2, "what was reached stays"


@pytest.mark.parametrize(
    ("limits", "earlier", "count", "words"),
    [
        ({"visitor_renders": 1}, "ann", 1, "You are at the limit of 1"),
        ({"all_renders": 1}, "bob", 1, "This machine is at its limit of 1"),
        ({"steps": 100}, None, 1, "steps are too many"),
        ({"pixels": 1000}, None, 1, "too large"),
        ({"view_pixels": 1000}, None, 1, "show the network 4 pictures of 32×32"),
        ({"recipes": 1}, None, 2, "recipes can be rendered together"),
    ],
)
def test_limits_refuse_in_a_sentence(tiny, slow, limits, earlier, count, words, refused):
    studio = Studio(Settings(turn_seconds=0.01, **limits))
    if earlier:
        studio.submit(earlier, [recipe_of(steps=2000, seed=1)])
    recipes = [recipe_of(channel, steps=2000) for channel in range(count)]
    if "view_pixels" in limits:
        recipes = [seen_four_times(recipes[0])]
    with refused(words):
        studio.submit("ann", recipes)
    if earlier:
        assert studio.live_jobs(), "the refusal disturbs nobody"
        until(lambda: studio.submit(earlier, [recipe_of(steps=2000, seed=1)]).view().done > 3)


def deep(methods, size=384):
    network_methods = {"noise": {}, "rms": {}, "clip": {}} | methods
    return Recipe(Target("conv5_3", 1), "vgg16", 5, size, methods=network_methods)


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        ({}, None),
        ({"tiles": {}}, None),
        ({"pad": {"width": 16}}, None),
        ({"crops": {"count": 4}}, None),
        ({"tiles": {"side": 64, "halo": 100}}, "pixels, with the margins of pictures and tiles"),
        ({"crops": {"count": 4}, "pad": {"width": 64}}, "with the margins"),
        ({"crops": {"count": 5}}, "5 pictures of 384×384 pixels"),
        ({"tiles": {}, "crops": {"count": 2}}, "with the margins"),
    ],
)
def test_a_step_may_not_keep_everybody_waiting(methods, words):
    """It cannot be interrupted, so what the network sees at a step is limited."""
    told = module.beyond(deep(methods), Settings())
    assert told is None if words is None else words in told


def test_views_of_what_a_recipe_starts_from_count_too(tiny, refused):
    parent = seen_four_times(recipe_of()).changed(
        methods={"noise": {}, "rms": {}, "clip": {}, "crops": {"count": 4}}
    )
    child = recipe_of().changed(start=Blend(((1.0, parent),)))
    with refused("4 pictures of 32×32 pixels"):
        Studio(Settings(view_pixels=2000)).submit("ann", [child])


def test_what_is_seen_once_may_have_all_pixels_of_a_picture(tiny, slow):
    studio = Studio(Settings(turn_seconds=0.01, view_pixels=1000))
    assert ended(studio.submit("ann", [recipe_of()])).status == FINISHED


def test_pages_ask_how_many_draw_while_the_worker_turns(tiny, slow):
    """Queues must not change under whoever counts what is in them."""
    slow.pace = 0
    studio = Studio(Settings(turn_seconds=0.01, visitor_renders=9))
    tickets = [
        studio.submit(f"visitor {i % 6}", [recipe_of(steps=2000, seed=i)]) for i in range(24)
    ]
    end = time.monotonic() + 2
    while time.monotonic() < end:
        assert len(studio.live_jobs()) <= 24
    for ticket in tickets:
        ticket.close()


def test_time_left_follows_the_measured_pace(tiny, slow, monkeypatch):
    """Reckoned on a clock of our own, as a busy machine keeps no pace."""
    now = 0.0
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now))
    slow.pace = 0
    job = module.Job((recipe_of(steps=300),), None, {})
    job.status = RUNNING
    job.advance()
    assert job.view().seconds_left is None, "one frame has no pace yet"
    for pace, steps, left in [(0.01, 30, 270), (0.5, 25, 245), (0.02, 5, 240)]:
        recent = module.PACE_FRAMES - 1
        mean = pace if steps >= recent else (steps * pace + (recent - steps) * 0.5) / recent
        for _ in range(steps):
            now += pace
            job.advance()
        assert job.view().seconds_left == pytest.approx(left * mean)


def test_a_pause_is_no_part_of_the_pace(studio, slow, monkeypatch):
    """Turns are taken by hand, on a clock of our own."""
    now = 0.0
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(studio, "_start_worker", lambda: None)
    slow.pace = 0
    ticket = studio.submit("ann", [recipe_of(steps=300)])

    def left_after(seconds):
        nonlocal now
        now += seconds
        ticket.job.status = RUNNING
        ticket.job.advance()
        return ticket.view().seconds_left

    assert [left_after(1) for _ in range(4)] == [None, 299, 298, 297]
    ticket.stop()
    ticket.go_on()
    assert left_after(3600) is None, "one frame has no pace yet"
    assert left_after(2) == 2 * 295


def test_what_is_under_way_is_not_forgotten_however_little_is_kept(tiny, slow):
    studio = Studio(Settings(turn_seconds=0.01, kept_mb=0))
    first = studio.submit("ann", [recipe_of(steps=2000)])
    until(lambda: first.view().done > 3)
    studio.submit("bob", [recipe_of(steps=2000, seed=1)])
    assert first.job.size > 0
    assert studio.submit("cat", [recipe_of(steps=2000)]).job is first.job


@pytest.mark.slow
def test_the_newest_32_finished_pictures_start_others_at_once(studio):
    parents = [recipe_of(steps=1, seed=seed) for seed in range(33)]
    for parent in parents:
        ended(studio.submit("ann", [parent]))

    def first_step(parent):
        """Of the parent's own, that its child is seen to begin with."""
        child = recipe_of(steps=1, seed=99).changed(start=Blend(((1, parent),)))
        ticket = studio.submit("bob", [child])
        assert ended(ticket).status == FINISHED
        return ticket.moments(0)[0].step

    assert first_step(parents[0]) == 0, "its start, as it is computed anew"
    assert first_step(parents[3]) == 1, "its end: two newer pictures came, and 1 and 2 went"


@pytest.mark.slow
def test_kept_renders_are_bounded(tiny):
    studio = Studio(Settings(turn_seconds=0.01, kept_mb=1))
    for seed in range(40):
        ended(studio.submit("ann", [recipe_of(steps=30, seed=seed)]))
    assert sum(job.size for job in studio._kept.values()) <= 1e6
    assert studio.submit("ann", [recipe_of(steps=30, seed=39)]).view().status == FINISHED


def test_own_photos_are_there_only_while_somebody_holds_them(studio):
    photos = [Photo(f"sha256:{n}", np.full((40, 40, 3), n, np.uint8)) for n in range(3)]
    known, tickets = [weakref.ref(photo) for photo in photos], []
    for photo in photos:
        child = recipe_of().changed(start=PhotoStart(photo.name))
        child = recipe_of(seed=1).changed(start=Blend(((1, child),)))
        tickets.append(studio.submit("ann", [child], photo))
        assert ended(tickets[-1]).status == FINISHED
        assert studio.submit("bob", [child], photo).job is tickets[-1].job, "it is shared"
    del photo, photos
    tickets[1].close()
    del tickets[1]
    until(lambda: [ref() is None for ref in known] == [False, True, False])
    tickets.clear()
    until(lambda: [ref() is None for ref in known] == [True] * 3)
    assert not studio._ancestors


def test_a_photo_that_is_not_drawn_from_is_not_held(studio):
    """Pages give the visitor's photo along, whether or not a recipe is about it."""
    photo = Photo("sha256:0", np.zeros((40, 40, 3), np.uint8))
    known = weakref.ref(photo)
    ticket = studio.submit("ann", [recipe_of()], photo)
    assert ended(ticket).status == FINISHED
    del photo
    assert known() is None and recipe_of() in ticket.recipes


def test_what_a_job_holds_to_go_on_with_counts(tiny):
    """The picture and its start as floats, and what the step rule remembers: two of each here."""
    picture = 4 * 32 * 32 * 3
    sizes = {}
    for rule in ("rms", "adam"):
        made = recipe_of(steps=8).changed(methods={"noise": {}, rule: {}})
        job = module.Job((made,), None, {})
        for _ in range(4):
            job.advance()
        stopped = job.size
        while job.advance():
            pass
        job.status = FINISHED
        sizes[rule] = stopped - job.size
    jpegs = 5 * 3000  # the moments that came after
    assert abs(sizes["adam"] - 4 * picture) < jpegs and abs(sizes["rms"] - 2 * picture) < jpegs
    assert module.Job((recipe_of(),), None, {}).size > 0, "many that never began take memory too"


@pytest.mark.parametrize(("before", "steps"), [(75, 75), (100, 200), (60, 400), (200, 200)])
def test_every_stage_can_be_looked_back_on(tiny, monkeypatch, before, steps):
    """Where a stage has frames every 8 steps, beginning at whatever step the one before ended."""
    parent = recipe_of(steps=before)
    child = recipe_of(steps=steps).changed(start=Blend(((1, parent),)))

    def frames(network, recipes, photo, pool):
        pictures = np.zeros((1, 32, 32, 3), np.uint8)
        for recipe, done, shown in ((parent, 0, 1), (child, before, 8)):
            for step in [*range(0, recipe.steps, shown), recipe.steps]:
                total = before + steps
                yield (Frame(recipe, step, (0,), pictures, done + step, total),)

    monkeypatch.setattr(module, "lockstep", frames)
    job = module.Job((child,), None, {})
    while job.advance():
        pass
    (moments,) = job.moments
    assert len(moments) <= module.MOST_MOMENTS and moments[-1].done == before + steps
    of_frames = len(range(0, steps, 8)) + 1
    share = of_frames / (before + 1 + of_frames)
    kept = [moment for moment in moments if moment.recipe == child]
    assert len(kept) >= share * len(moments) - 1


@pytest.mark.parametrize("ends_early", [False, True])
def test_the_last_moment_is_the_end_however_many_there_are(tiny, ends_early):
    pictures = np.zeros((1, 8, 8, 3), np.uint8)
    for last in range(1, 300):
        job = module.Job((recipe_of(steps=1000),), None, {})
        total = 1000 if ends_early else last
        for step in range(last + 1):
            ending = "Enough." if step == last else None
            job._remember(0, Frame(job.recipes[0], step, (0,), pictures, step, total, ending))
        assert [job.moments[0][i].step for i in (0, -1)] == [0, last]


def test_others_are_those_of_other_visitors(tiny, slow):
    studio = Studio(Settings())
    first = studio.submit("ann", [recipe_of(seed=1, steps=500)])
    assert studio.others(first) == 0
    second = studio.submit("ann", [recipe_of(seed=2, steps=500)])
    assert studio.others(first) == studio.others(second) == 0
    shared = studio.submit("bob", [recipe_of(seed=2, steps=500)])
    assert (studio.others(first), studio.others(second), studio.others(shared)) == (1, 0, 1)
    studio.end()


@pytest.mark.parametrize("before", [0, 3])
def test_an_end_where_it_was_is_one_moment_and_one_point(tiny, before):
    """A render whose numbers overflow ends with the frame that it had before."""
    pictures, parent, child = np.zeros((1, 8, 8, 3), np.uint8), recipe_of(1), recipe_of(2)
    for last in range(200):
        job = module.Job((child,), None, {})
        of_parent = [(parent, step, None) for step in range(before + 1) if before]
        of_child = [(child, step, None) for step in range(last + 1)]
        for recipe, step, ending in (*of_parent, *of_child, (child, last, "Overflowed.")):
            done = step + before * (recipe == child)
            frame = Frame(recipe, step, (step,), pictures, done, before + 1000, ending)
            job._remember(0, frame)
            job.frames = (frame,)
        assert job.curves[0] == [(step, step) for step in range(last + 1)]
        moments = [(moment.recipe, moment.step) for moment in job.moments[0]]
        assert moments[-1] == (child, last) and len(set(moments)) == len(moments)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "end"), [(32, FINISHED), (33, FAILED)])
def test_who_sees_the_end_sees_all_of_it(tiny, monkeypatch, size, end):
    """Pages look at a job without waiting for the worker."""
    told = []

    class Watched(module.Job):
        def __setattr__(self, name, value):
            if name == "status" and value in (FINISHED, FAILED):
                kept = sum(job.size for job in studio._kept.values())
                told.append((value, self.error, dict(self.followers), kept <= 1e6))
            super().__setattr__(name, value)

    def failing(network, recipes, photo=None, pool=None):
        if recipes[0].size == (33, 33):
            raise InputError("No.")
        return lockstep(network, recipes, photo, pool)

    lockstep = module.lockstep
    monkeypatch.setattr(module, "Job", Watched)
    monkeypatch.setattr(module, "lockstep", failing)
    studio = Studio(Settings(turn_seconds=0.01, kept_mb=1))
    for seed in range(25):
        ended(studio.submit("ann", [recipe_of(steps=30, seed=seed).changed(size=size)]))
    assert told == [(end, "No." if end == FAILED else None, {}, True)] * 25


def test_moments_for_looking_back_are_few_and_end_with_the_last(studio, slow):
    slow.pace = 0.0005
    ticket = studio.submit("ann", [recipe_of(steps=1000)])
    ended(ticket)
    moments = ticket.job.moments[0]
    assert len(moments) <= module.MOST_MOMENTS
    assert moments[0].step == 0
    assert moments[-1].step == 1000


def test_moments_for_looking_back_are_equally_far_apart(studio, slow):
    slow.pace = 0.0
    ticket = studio.submit("ann", [recipe_of(steps=1000)])
    ended(ticket)
    steps = [moment.step for moment in ticket.job.moments[0]]
    gaps = set(np.diff(steps[:-1]).tolist())  # the last is there whatever its place
    assert len(gaps) == 1 and len(steps) > module.MOST_MOMENTS / 2


def test_closing_lets_go(studio, slow):
    ticket = studio.submit("ann", [recipe_of(steps=2000)])
    ticket.close()
    assert studio.live_jobs() == set()
    assert ticket.job.status == STOPPED


def test_compiled_steps_are_kept_for_those_who_render(tiny, slow, monkeypatch):
    limits = []
    monkeypatch.setattr(module.compiled, "keep", limits.append)
    studio = Studio(Settings(turn_seconds=0.01, all_renders=30))
    idle = module.IDLE_STEPS
    one = studio.submit("ann", [recipe_of(seed=1, steps=2000)])
    two = studio.submit("bob", [recipe_of(seed=seed, steps=2000) for seed in (2, 3, 4)])
    assert limits == [idle + 1, idle + 4]
    one.stop()
    two.stop()
    assert limits[2:] == [idle + 3, idle + 3], "who goes on from the latest finds its steps"
    crowd = [studio.submit(str(i), [recipe_of(seed=9 + i, steps=2000)]) for i in range(25)]
    assert max(limits) == module.KEPT_STEPS > idle
    for ticket in crowd:
        ticket.close()
    assert limits[-1] == idle + 1
