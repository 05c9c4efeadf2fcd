"""The channels on which pictures are compared; nothing in this program is tuned on them."""

SEED = 2026

CHANNELS = (
    ("block3_conv1", 218),
    ("block3_conv2", 45),
    ("block3_conv3", 6),
    ("block4_conv1", 327),
    ("block4_conv2", 187),
    ("block4_conv3", 239),
    ("block5_conv1", 40),
    ("block5_conv2", 189),
    ("block5_conv3", 329),
    ("block4_conv1", 425),
)
"""(layer, channel) of VGG16, drawn once with `numpy.random.default_rng(SEED)`: a channel of each of
the nine layers, then a further layer and a channel of it."""
