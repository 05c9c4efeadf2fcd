"""Time one step of ascent in PyTorch on the CPU: VGG16 forward, and the gradient of the image.

Runs in the peer's own environment and knows nothing of this project but the file of weights.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch import nn

LAYOUTS = {"default": torch.contiguous_format, "channels last": torch.channels_last}
MEAN_BGR = (103.939, 116.779, 123.68)


def vgg16_until(weights: Path, layer: str) -> nn.Sequential:
    """VGG16's layers up to this convolution, without its ReLU."""
    modules = []
    with np.load(weights) as arrays:
        names = sorted(name for name in arrays.files if name.endswith("/kernel"))
        for kernel_name in names:
            name = kernel_name.removesuffix("/kernel")
            if modules and name.endswith("conv1"):
                modules.append(nn.MaxPool2d(2))
            kernel = torch.tensor(arrays[kernel_name].astype(np.float32)).permute(3, 2, 0, 1)
            convolution = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, padding=1)
            convolution.weight.data = kernel.contiguous()
            convolution.bias.data = torch.tensor(arrays[f"{name}/bias"].astype(np.float32))
            modules.append(convolution)
            if name == layer:
                return nn.Sequential(*modules).requires_grad_(False)
            modules.append(nn.ReLU(inplace=True))
    raise SystemExit(f"There is no convolution {layer}.")


def step(model: nn.Module, image: torch.Tensor, channel: int) -> float:
    """One step along the gradient of the channel's mean; its score."""
    image.grad = None
    centered = image.flip(1) - torch.tensor(MEAN_BGR).view(1, 3, 1, 1)
    score = model(centered)[:, channel].mean()
    score.backward()
    with torch.no_grad():
        image += image.grad / image.grad.square().mean().sqrt()
    return score.item()


def main() -> None:
    """Measure both layouts in turn, and write medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--layer", required=True)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--json", type=Path, required=True)
    arguments = parser.parse_args()

    pixels = np.random.default_rng(0).normal(128, 20, (1, 3, arguments.size, arguments.size))
    ways = {}
    for name, layout in LAYOUTS.items():
        model = vgg16_until(arguments.weights, arguments.layer).to(memory_format=layout)
        image = torch.tensor(pixels, dtype=torch.float32).to(memory_format=layout)
        ways[name] = (model, image.requires_grad_(), 0)
    first_scores = {name: step(*way) for name, way in ways.items()}
    seconds = {name: [] for name in ways}
    for _ in range(arguments.repeats):
        for name, way in ways.items():
            start = time.perf_counter()
            step(*way)
            seconds[name].append(time.perf_counter() - start)
    found = {
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
        "threads": torch.get_num_threads(),
        "first_scores": first_scores,
        "seconds": {name: median(values) for name, values in seconds.items()},
    }
    arguments.json.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
