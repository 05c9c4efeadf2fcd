"""Operations with a gradient of their own, in traces that can be forgotten."""

import weakref
from collections.abc import Callable


def with_gradient(function: Callable) -> Callable:
    """As `tf.custom_gradient`, for a function of one tensor that gives one, free of a leak.

    In a trace, TensorFlow registers each call's gradient under a new name, for good, and through it
    holds all of the trace in memory. Here the trace holds the gradient, and the registry refers to
    it only weakly, until the trace is gone.
    """
    import tensorflow as tf
    from tensorflow.python.framework.ops import gradient_registry

    apply, entries = tf.custom_gradient(function), gradient_registry._registry

    def applied(x):
        y = apply(x)
        if tf.is_symbolic_tensor(y):
            name = y.op.get_attr("_gradient_op_type").decode()
            gradient = entries[name]["type"]
            y.graph.add_to_collection("own gradients", gradient)
            entries[name]["type"] = _weakly(gradient)
            weakref.finalize(y.graph, entries.pop, name, None)
        return y

    return applied


def _weakly(function: Callable) -> Callable:
    reference = weakref.ref(function)
    return lambda *arguments: reference()(*arguments)
