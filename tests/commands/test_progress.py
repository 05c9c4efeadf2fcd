"""A watched render: its time, its curves, and where it was stopped."""

import numpy as np
import pytest

from explorer.commands.progress import watch
from explorer.recipe import Recipe
from explorer.render import Frame
from explorer.targets import Target

PICTURES = np.zeros((1, 32, 32, 3), np.uint8)


def recipe(seed=0, steps=16):
    return Recipe(Target("second", 1), "tiny", steps, 32, seed=seed)


def frame(of, step, score):
    return Frame(of, step, (score,), PICTURES, step, of.steps)


def test_the_time_is_from_the_first_frame_to_the_last(tiny, monkeypatch):
    """Where only every so many steps have a frame too; on a clock of our own."""
    made, now = recipe(), 100.0
    monkeypatch.setattr("tqdm.std.time", lambda: now)

    def moments():
        nonlocal now
        now += 7
        for step in (0, 8, 16):
            yield (frame(made, step, step),)
            now += 2

    outcome = watch(moments(), (made,))
    assert outcome.seconds == 6
    assert (outcome.steps, outcome.stopped) == (16, False)


def test_curves_are_of_the_recipes_own_frames_each_once(tiny):
    parent, short, long = recipe(2), recipe(0, 8), recipe(1, 16)

    def moments():
        yield frame(parent, 0, 9.0), frame(long, 0, 1.0)
        yield frame(short, 0, 2.0), frame(long, 8, 3.0)
        yield frame(short, 8, 4.0), frame(long, 16, 5.0)
        yield frame(short, 8, 4.0), frame(long, 16, 5.0)

    outcome = watch(moments(), (short, long))
    assert outcome.curves == [[(0, 2.0), (8, 4.0)], [(0, 1.0), (8, 3.0), (16, 5.0)]]
    assert [last.step for last in outcome.frames] == [8, 16]


def test_stopped_keeps_the_last_frames(tiny, capsys):
    made = recipe()

    def moments(count):
        for step in range(count):
            yield (frame(made, step, step),)
        raise KeyboardInterrupt

    outcome = watch(moments(3), (made,))
    assert outcome.stopped and outcome.steps == 2 and outcome.curves == [[(0, 0), (1, 1), (2, 2)]]
    assert "the picture so far is kept" in capsys.readouterr().err
    with pytest.raises(KeyboardInterrupt):
        watch(moments(0), (made,))
