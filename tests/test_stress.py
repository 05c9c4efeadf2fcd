"""Pages that rerun, other visitors, and Keras's clean-up do not change a picture by one bit."""

import gc
import threading

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.recipe import preset
from explorer.render import render
from explorer.settings import Settings
from explorer.studio import LIVE, Studio
from explorer.targets import Target

PAGES = ("../pages/3_Feature_visualization.py", "../pages/4_Compare.py", "../streamlit_app.py")


@pytest.mark.slow
def test_reruns_and_clean_up_while_rendering_change_nothing(vgg):
    recipe = preset("report/c-recursive-5", Target("conv3_2", 9), steps=20, size=96, seed=4)
    quiet = [(frame.score, frame.image) for frame in render(vgg, recipe)]
    import keras

    studio = Studio(Settings(turn_seconds=0.05))
    ticket = studio.submit("ann", [recipe])
    studio.submit("bob", [preset("report/naive", Target("conv2_1", 3), steps=60, size=96)])
    reruns = 0
    pages = [AppTest.from_file(page, default_timeout=60) for page in PAGES]
    done = threading.Event()

    def clean_up():
        while not done.wait(0.02):
            keras.backend.clear_session()
            gc.collect()

    cleaner = threading.Thread(target=clean_up)
    cleaner.start()
    try:
        while ticket.view().status in LIVE or reruns < 3:
            page = pages[reruns % len(pages)].run()
            assert not page.exception
            reruns += 1
    finally:
        done.set()
        cleaner.join()
    view = ticket.view()
    assert view.status == "finished", view.error
    assert view.frames[0].score == quiet[-1][0]
    assert np.array_equal(view.frames[0].image, quiet[-1][1])


def test_a_page_that_reruns_leaves_keras_as_it_is(vgg, monkeypatch):
    """Else each poll of each visitor makes TensorFlow forget the step under way."""
    import keras

    cleared = []
    monkeypatch.setattr(keras.backend, "clear_session", lambda: cleared.append(1))
    for page in PAGES:
        app = AppTest.from_file(page, default_timeout=60).run()
        assert not app.run().exception
    assert not cleared
