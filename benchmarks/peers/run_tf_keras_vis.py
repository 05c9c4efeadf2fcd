"""Draw one channel of VGG16 with tf-keras-vis as its filter tutorial does, all defaults kept.

With `--prepared`, its pictures are given to the network as it was trained, and not as they are.

Runs in the peer's own environment and knows nothing of this project but the file of weights.
"""

import argparse
import json
import os
import time
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from PIL import Image
from tf_keras_vis.activation_maximization import ActivationMaximization
from tf_keras_vis.activation_maximization.callbacks import Callback
from tf_keras_vis.utils.model_modifiers import ExtractIntermediateLayer, ReplaceToLinear
from tf_keras_vis.utils.scores import CategoricalScore

PACKAGES = ("tf-keras-vis", "tensorflow", "keras", "numpy", "scipy", "pillow")


class Clock(Callback):
    """Notes when each step ended, and the tool's own score."""

    def on_begin(self, **_):
        self.times = [time.perf_counter()]

    def __call__(self, i, values, grads, scores, model_outputs, **_):
        self.own_score = float(np.squeeze(scores[0]))
        self.times.append(time.perf_counter())


def vgg16(weights: Path) -> tf.keras.Model:
    """Keras's VGG16 at 224×224 with these convolutions: `layer/kernel` and `layer/bias`."""
    model = tf.keras.applications.VGG16(weights=None, include_top=False, input_shape=(224, 224, 3))
    with np.load(weights) as arrays:
        for layer in model.layers:
            if layer.weights:
                names = (f"{layer.name}/kernel", f"{layer.name}/bias")
                layer.set_weights([arrays[name].astype(np.float32) for name in names])
    return model


def prepared(model: tf.keras.Model) -> tf.keras.Model:
    """The model behind VGG16's own preprocessing: it takes RGB from 0 to 255."""
    image = tf.keras.Input((224, 224, 3))
    preprocess = tf.keras.layers.Lambda(tf.keras.applications.vgg16.preprocess_input)
    return tf.keras.Model(image, model(preprocess(image)))


def main() -> None:
    """Draw, and write the picture and what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--layer", required=True)
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--prepared", action="store_true", help="give the network the input it was trained on"
    )
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--json", type=Path, required=True)
    arguments = parser.parse_args()

    tf.random.set_seed(arguments.seed)
    np.random.seed(arguments.seed)  # where the tool takes its jitter from
    clock = Clock()
    modifiers = [ExtractIntermediateLayer(arguments.layer), ReplaceToLinear()]
    activation_maximization = ActivationMaximization(
        vgg16(arguments.weights),
        model_modifier=[*modifiers, prepared] if arguments.prepared else modifiers,
        clone=False,
    )
    cpu = time.process_time()
    images = activation_maximization(
        CategoricalScore(arguments.channel), steps=arguments.steps, callbacks=[clock]
    )
    cpu = time.process_time() - cpu
    if arguments.picture:
        pixels = np.asarray(images[0]).round().astype(np.uint8)  # floats within 0 to 255
        Image.fromarray(pixels).save(arguments.picture)
    found = {
        "versions": {package: version(package) for package in PACKAGES},
        "step_seconds": [round(float(step), 4) for step in np.diff(clock.times)],
        "cpu_seconds": round(cpu, 2),
        "own_score": clock.own_score,
    }
    arguments.json.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
