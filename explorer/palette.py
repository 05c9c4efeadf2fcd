"""Colors that mean the same in every picture."""

KINDS = {
    "convolution": "#3d8f97",
    "depthwise": "#4f7fc4",
    "addition": "#a0687f",
    "pooling": "#c08a2d",
    "global pooling": "#c08a2d",
    "dense": "#8a6cbd",
}
"""Of kinds of layers, in graph and charts."""
