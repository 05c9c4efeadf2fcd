"""Gradients of one's own, and traces that are forgotten with them."""

import gc
import weakref

import numpy as np
import pytest

from explorer.networks.gradients import with_gradient


def thrice(x):
    """Itself, with three times its gradient."""
    return with_gradient(lambda x: (x + 0.0, lambda upstream: 3.0 * upstream))(x)


def slope(function, x):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


@pytest.mark.parametrize("compiled", ["nothing", "the function", "the tape too"])
def test_the_gradient_is_the_given_one(compiled):
    import tensorflow as tf

    x, function, whole = tf.constant([1.0, 2.0]), thrice, slope
    if compiled == "the function":
        function = tf.function(function, autograph=False)
    if compiled == "the tape too":
        whole = tf.function(lambda _, x: slope(thrice, x), autograph=False)
    assert np.array_equal(function(x), x)
    assert np.array_equal(whole(function, x), [3.0, 3.0])
    assert np.array_equal(slope(lambda x: function(function(x)), x), [9.0, 9.0])


def test_a_trace_is_forgotten_with_its_function():
    import tensorflow as tf
    from tensorflow.python.framework.ops import gradient_registry

    compiled = tf.function(lambda x: slope(thrice, thrice(x)), autograph=False)
    trace = compiled.get_concrete_function(tf.TensorSpec((2,)))
    graph = weakref.ref(trace.graph)
    attributes = [op.node_def.attr for op in trace.graph.get_operations()]
    kind = "_gradient_op_type"
    names = {each[kind].s.decode() for each in attributes if kind in each}
    assert len(names) == 2 and names <= set(gradient_registry.list())
    del compiled, trace
    gc.collect()
    assert graph() is None
    assert not names & set(gradient_registry.list())
