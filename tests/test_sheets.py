"""Contact sheets and heat maps."""

import numpy as np
import pytest

from explorer.sheets import PAPER, enlarged, heat_map, sheet

RED = np.broadcast_to(np.uint8((255, 0, 0)), (40, 40, 3))
BLUE = np.broadcast_to(np.uint8((0, 0, 255)), (40, 40, 3))


def test_heat_map_is_viridis():
    """Ends and middle as matplotlib publishes them."""
    found = heat_map(np.array([[-5.0, 0.0, 1.0, 2.0, 9.0]]), 0.0, 2.0)
    assert found.dtype == np.uint8 and found.shape == (1, 5, 3)
    assert found[0, 0].tolist() == found[0, 1].tolist() == [68, 1, 84]
    assert np.abs(found[0, 2].astype(int) - (33, 145, 140)).max() <= 1
    assert found[0, 3].tolist() == found[0, 4].tolist() == [253, 231, 37]


def test_heat_map_of_a_dead_filter_is_dark():
    assert np.all(heat_map(np.zeros((3, 4)), 0.0, 0.0) == (68, 1, 84))


def test_brighter_means_more():
    values = np.linspace(0, 1, 50)[None]
    light = heat_map(values, 0.0, 1.0)[0].astype(float) @ (0.2126, 0.7152, 0.0722)
    assert np.all(np.diff(light) > 0)


@pytest.mark.parametrize(("shape", "wanted"), [((10, 20), (50, 100)), ((300, 100), (100, 33))])
def test_longer_side_is_fitted(shape, wanted):
    assert enlarged(np.zeros((*shape, 3), np.uint8), 100).shape == (*wanted, 3)


def test_small_maps_keep_hard_edges():
    small = np.zeros((2, 2, 3), np.uint8)
    small[0, 0] = 255
    large = enlarged(small, 100)
    assert np.all(large[:50, :50] == 255) and np.all(large[50:] == 0)


def test_cells_are_in_rows_and_columns():
    page = sheet([[(RED, "one"), (BLUE, "two")], [(BLUE, ""), (RED, "x\ny")]], side=60)
    assert page.dtype == np.uint8 and page[0, 0].tolist() == list(PAPER)
    height, width = page.shape[:2]
    quarters = [
        page[i * height // 2 : (i + 1) * height // 2, j * width // 2 : (j + 1) * width // 2]
        for i in (0, 1)
        for j in (0, 1)
    ]
    reds = [int((quarter == (255, 0, 0)).all(axis=-1).sum()) for quarter in quarters]
    blues = [int((quarter == (0, 0, 255)).all(axis=-1).sum()) for quarter in quarters]
    assert reds == [3600, 0, 0, 3600] and blues == [0, 3600, 3600, 0]


def test_rows_may_be_of_different_length():
    page = sheet([[(RED, "a")], [(RED, "b"), (BLUE, "c"), (BLUE, "d")]], side=50)
    assert (page == (0, 0, 255)).all(axis=-1).sum() == 2 * 2500


def test_captions_headings_and_title_are_drawn():
    def ink(**texts):
        caption = texts.pop("caption", "")
        return (sheet([[(RED, caption)]], side=120, **texts).sum(axis=-1) < 300).sum()

    empty = ink()
    for texts in ({"caption": "filter 3"}, {"headings": ["conv1_1"]}, {"title": "Layers"}):
        assert ink(**texts) > empty + 20


def test_long_captions_stay_in_their_cell():
    page = sheet([[(RED, "a very long caption " * 20), (BLUE, "")]], side=80)
    second = page[:, 10 + 80 + 10 :]
    dark = (second.sum(axis=-1) < 200).sum()
    assert dark == 0


def test_signs_that_the_font_lacks_are_written_otherwise():
    """It would draw boxes for them."""

    def page(text):
        return sheet([[(RED, text)]], headings=[text], title=text, side=200)

    assert np.array_equal(page("−1 × 2"), page("-1 x 2"))
    assert not np.array_equal(page("1 2"), page("-1 x 2"))


def test_a_long_title_stays_on_the_page():
    page = sheet(
        [[(RED, "")]], title="conv4_1, channel 6, plus 0.5 × conv5_1, channel 100", side=60
    )
    assert (page[:, -8:] == PAPER).all()


def test_letters_that_the_font_lacks_lose_what_is_above_them():
    """A file's name may have any."""
    named = {"Müller–Größe": "Muller-Grosse", "“Clip” · 5°": "“Clip” · 5°", "σ": "?"}
    for text, written in named.items():
        pages = [sheet([[(RED, each)]], side=200) for each in (text, written)]
        assert np.array_equal(*pages), text
