"""Presets: named recipes with their source; plain data, no TensorFlow."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

REPORT = "“Feature Visualization on VGG-16”, a student report"
YOSINSKI = "Yosinski et al. 2015, deep-visualization-toolbox, doc/running-optimize-image.md"

LUCID = "Olah et al., “Feature Visualization”, Distill 2017; Lucid, optvis"
MACO = "Fel et al., NeurIPS 2023; Xplique, maco.py"
TF_KERAS_VIS = "tf-keras-vis 0.8, the defaults of ActivationMaximization"
HVASS = "Hvass Labs, TensorFlow Tutorials, 14_DeepDream.ipynb"
DEEPDREAM = "Mordvintsev et al. 2015; TensorFlow, examples/tutorials/deepdream, 2016"
HERE = "this program"

DEFAULT_PRESET = "best"
REGULARIZED = (
    *("report/naive", "report/1-clip", "report/2-decay", "report/3-blur"),
    "report/4-small-norm",
)
"""The report's regularizations, each with those before it; the first has none."""
IMPROVED = (
    *("report/a-blurred-gradient", "report/b-recursive-1", "report/c-recursive-5"),
    *("report/d-laplacian-4", "report/e-laplacian-5", "report/f-laplacian-4+5"),
)
"""The report's improved methods, which go on from its four regularizations."""


@dataclass(frozen=True)
class Preset:
    """A named recipe without its target.

    Attributes:
        title: for people.
        source: who published it.
        note: what is particular, and what was changed for VGG16.
        steps: of ascent; 0 if it only blends what it starts from.
        methods: name -> strengths.
        starts_from: presets, with weights, whose pictures it starts from.
        keep: "last" or "best".
        variants: what is particular to some kinds of targets, "class" and those of
            `explorer.targets.Target.kind`: kind -> (steps, methods).
    """

    title: str
    source: str
    note: str
    steps: int
    methods: Mapping[str, Mapping[str, float]]
    starts_from: tuple[tuple[str, float], ...] = ()
    keep: str = "last"
    variants: Mapping[str, tuple[int, Mapping[str, Mapping[str, float]]]] = field(
        default_factory=dict
    )

    def of_kind(self, kind: str) -> "Preset":
        """The preset with the steps and methods for a kind of target."""
        steps, methods = self.variants.get(kind, (self.steps, self.methods))
        return replace(self, steps=steps, methods=methods)


_NAIVE = {"noise": {"deviation": 10.0}, "rms": {"size": 4.0}}
_CLIP = _NAIVE | {"clip": {}}
_DECAY = _CLIP | {"decay": {"strength": 0.03}}
_BLUR = _DECAY | {"blur": {"sigma": 0.5, "every": 4}}
_SMALL_NORM = _BLUR | {"small-norm": {"percentile": 40}}
_AGAIN = {"rms": {"size": 2.0}, "decay": {"strength": 0.03}, "clip": {}}
_ROUNDS = {"sigma": 1.0, "rescale": 100, "blend": 0}
_BLURRED = {"blurred-gradient": {"sigma_from": 0.5, "sigma_to": 2.5, "colors": 1}}

_SPECTRUM = {
    "fourier": {"deviation": 0.01, "decay": 1.7},
    "decorrelated-color": {},
    "decay": {"strength": 0.03},
}
_MOVED = {"jitter": {"reach": 8}, "scale": {"spread": 8}, "rotation": {"degrees": 5}}
_BEST_OF_CLASS = {
    "fourier": {"deviation": 0.01, "decay": 1.2},
    "decorrelated-color": {},
    "rotation": {"degrees": 10},
    "crops": {"count": 2, "largest": 95, "smallest": 45},
    "grain": {"deviation": 10},
    "adam": {"rate": 0.05},
}
_BEST = _SPECTRUM | _MOVED | {"adam": {"rate": 0.1}}

PRESETS: dict[str, Preset] = {
    "best": Preset(
        "Best",
        HERE,
        "A spectrum of decorrelated colors that must excite the target however it is shifted, "
        "scaled and turned; for a class, in whole and in part.",
        128,
        _BEST,
        variants={"class": (160, _BEST_OF_CLASS)},
    ),
    "report/naive": Preset(
        "Naive ascent",
        REPORT,
        "Nothing but the normalized gradient; 200 steps in the report, 100 by default here.",
        100,
        _NAIVE,
    ),
    "report/1-clip": Preset(
        "Clip",
        REPORT,
        "Naive ascent, and pixels kept within 0–255; 100 of the report's 200 steps.",
        100,
        _CLIP,
    ),
    "report/2-decay": Preset(
        "Clip, decay", REPORT, "Adds L2 decay; 100 of the report's 200 steps.", 100, _DECAY
    ),
    "report/3-blur": Preset(
        "Clip, decay, blur",
        REPORT,
        "Adds a Gaussian blur of the picture; 100 of the report's 200 steps.",
        100,
        _BLUR,
    ),
    "report/4-small-norm": Preset(
        "All four regularizations",
        REPORT,
        "Adds the small-norm clip; 100 of the report's 200 steps.",
        100,
        _SMALL_NORM,
    ),
    "report/a-blurred-gradient": Preset(
        "Blurred gradient",
        REPORT,
        "Goes on from the fourth regularization with the gradient blurred at several widths, "
        "across its colors too, as in Hvass's tutorial; steps half as large, blur and small-norm "
        "clip off.",
        100,
        _AGAIN | _BLURRED,
        (("report/4-small-norm", 1.0),),
    ),
    "report/b-recursive-1": Preset(
        "Recursive, 1 round",
        REPORT,
        "Blurs the picture of the fourth regularization, then goes on with the blurred gradient, a "
        "fifth as many steps.",
        20,
        _AGAIN | _BLURRED | {"recursion": _ROUNDS | {"rounds": 1}},
        (("report/4-small-norm", 1.0),),
    ),
    "report/c-recursive-5": Preset(
        "Recursive, 5 rounds",
        REPORT,
        "The same five times over.",
        100,
        _AGAIN | _BLURRED | {"recursion": _ROUNDS | {"rounds": 5}},
        (("report/4-small-norm", 1.0),),
    ),
    "report/d-laplacian-4": Preset(
        "Laplacian, 4 splits",
        REPORT,
        "Goes on from the fourth regularization with the gradient's Laplacian pyramid, each band "
        "normalized; steps half as large, blur and small-norm clip off.",
        100,
        _AGAIN | {"laplacian": {"splits": 4}},
        (("report/4-small-norm", 1.0),),
    ),
    "report/e-laplacian-5": Preset(
        "Laplacian, 5 splits",
        REPORT,
        "The same with five splits.",
        100,
        _AGAIN | {"laplacian": {"splits": 5}},
        (("report/4-small-norm", 1.0),),
    ),
    "report/f-laplacian-4+5": Preset(
        "Laplacian, 4 + 5",
        REPORT,
        "The mean of the two pictures; no steps of its own.",
        0,
        _AGAIN,
        (("report/d-laplacian-4", 0.5), ("report/e-laplacian-5", 0.5)),
    ),
    "yosinski/1": Preset(
        "Yosinski, set 1",
        YOSINSKI,
        "Progress rule, blur, half of the pixels set to the mean color. 500 steps there; the gain "
        "is raised from 2, and the largest rate from 100, as VGG16's activations are some hundred "
        "times CaffeNet's.",
        200,
        {
            "noise": {"deviation": 10.0},
            "progress": {"gain": 600.0, "largest_rate": 1e6},
            "blur": {"sigma": 0.5, "every": 4},
            "small-norm": {"percentile": 50},
            "clip": {},
        },
        keep="best",
    ),
    "yosinski/2": Preset(
        "Yosinski, set 2",
        YOSINSKI,
        "Strong decay and a mild small-norm clip. 750 steps there; the rate is fitted to VGG16.",
        200,
        {
            "noise": {"deviation": 10.0},
            "plain": {"rate": 0.4},
            "decay": {"strength": 0.3},
            "small-norm": {"percentile": 20},
            "clip": {},
        },
        keep="best",
    ),
    "yosinski/3": Preset(
        "Yosinski, set 3",
        YOSINSKI,
        "Most of that paper's pictures: weak decay and blur. 1,000 steps there; the rate is "
        "fitted to VGG16.",
        200,
        {
            "noise": {"deviation": 10.0},
            "plain": {"rate": 0.1},
            "decay": {"strength": 0.0001},
            "blur": {"sigma": 1.0, "every": 4},
            "clip": {},
        },
        keep="best",
    ),
    "yosinski/4": Preset(
        "Yosinski, set 4",
        YOSINSKI,
        "Only the tenth of the pixels that contributes most is kept. 1,000 steps there; the gain "
        "is raised from 2, and more than in set 1, as so few pixels must bring it.",
        200,
        {
            "noise": {"deviation": 10.0},
            "progress": {"gain": 1000.0, "largest_rate": 1e8},
            "blur": {"sigma": 0.5, "every": 4},
            "small-contribution": {"percentile": 90},
            "clip": {},
        },
        keep="best",
    ),
    "deepdream": Preset(
        "DeepDream",
        DEEPDREAM,
        "For all of a layer, from a photo: three octaves, each 1.4 times as large as the one "
        "before, under the gradient's Laplacian pyramid, which the 2016 notebook has for a single "
        "channel; its dream has four octaves and no pyramid. 10 steps an octave, as there; their "
        "size is fitted to VGG16.",
        30,
        {
            "noise": {"deviation": 5.0},
            "coarse-to-fine": {"smallest": 51, "until": 66, "stages": 2},
            "jitter": {"reach": 8},
            "laplacian": {"splits": 4},
            "rms": {"size": 4.0},
            "clip": {},
        },
    ),
    "hvass": Preset(
        "DeepDream, recursive",
        HVASS,
        "For all of a layer, from a photo: five rounds from small to large, each 0.7 times the "
        "next and begun with a fifth of the photo, under the gradient blurred across its colors "
        "too; 10 steps a round.",
        50,
        {
            "noise": {"deviation": 5.0},
            "recursion": {"rounds": 5, "sigma": 0.5, "rescale": 70, "blend": 20},
            "blurred-gradient": {"sigma_from": 0.5, "sigma_to": 4.5, "colors": 1},
            "rms": {"size": 3.0},
            "clip": {},
        },
    ),
    "lucid": Preset(
        "Lucid",
        LUCID,
        "Lucid's defaults, a spectrum and its transformations, but for their second, smaller "
        "jitter, and with the mean color around the picture instead of gray; 512 steps there, "
        "128 by default here.",
        128,
        {
            "fourier": {"deviation": 0.01, "decay": 1.0},
            "decorrelated-color": {},
            "pad": {"width": 12},
            "jitter": {"reach": 4},
            "scale": {"spread": 10},
            "rotation": {"degrees": 10},
            "adam": {"rate": 0.05},
        },
    ),
    "maco": Preset(
        "MACO",
        MACO,
        "Phases only, seen through noisy crops; 256 steps of 32 crops there, by default 96 of 4 "
        "here, which shrink to a quarter of the side instead of a twentieth and lie anywhere "
        "instead of mostly in the middle; the amplitudes are those of the sample photos instead of "
        "ImageNet's, colors are Lucid's, and phases are not standardized at each step. Without "
        "MACO's map of what is transparent.",
        96,
        {
            "maco": {},
            "decorrelated-color": {},
            "crops": {"count": 4, "largest": 50, "smallest": 25},
            "grain": {"deviation": 10},
            "nadam": {"rate": 1.0},
        },
    ),
    "tf-keras-vis": Preset(
        "tf-keras-vis",
        TF_KERAS_VIS,
        "Its defaults, but for these: the network gets the input it was trained on; jitter and "
        "rotation move what it sees and not the picture itself; the noise at the start is normal "
        "instead of even; and the norm is the distance from the mean color instead of black.",
        200,
        {
            "noise": {"deviation": 64},
            "jitter": {"reach": 4},
            "rotation": {"degrees": 1},
            "total-variation": {"strength": 1.0},
            "norm": {"strength": 0.3, "power": 1.0},
            "rmsprop": {"rate": 1.0, "rho": 0.999},
        },
    ),
}


def _also_for_classes(entry: Preset) -> Preset:
    """A preset of the report with a class's own strengths, which the report leaves open."""
    changes, larger = "each step is twice as large", 2 * entry.methods["rms"]["size"]
    methods = entry.methods | {"rms": {"size": larger}}
    if "decay" in methods:
        changes += " and decay a third as strong"
        methods |= {"decay": {"strength": 0.01}}
    return replace(
        entry,
        note=f"{entry.note} For a class, {changes}." if entry.steps else entry.note,
        variants={"class": (entry.steps, methods)},
    )


PRESETS |= {
    name: _also_for_classes(entry) for name, entry in PRESETS.items() if entry.source == REPORT
}


def usual_steps(name: str, kind: str) -> int:
    """Steps of a preset for a kind of target; where it only blends, of what it starts from."""
    entry = PRESETS[name].of_kind(kind)
    return entry.steps or usual_steps(entry.starts_from[0][0], kind)
