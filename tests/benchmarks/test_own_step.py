"""This program's own step, timed as its peers' are."""

import pytest

from benchmarks.environments import Failed, own_step


@pytest.mark.slow
def test_a_step_is_timed_in_a_process_of_its_own():
    assert 0 < own_step("block1_conv1", 1) < 60


@pytest.mark.slow
def test_a_failure_is_told_by_name_and_reason():
    with pytest.raises(Failed, match=r"^this program could not be run: .*no layer 'conv9'"):
        own_step("conv9", 1)
