"""Figures, numbers and verdicts as people read them; no TensorFlow."""

from collections.abc import Mapping, Sequence

from explorer.networks import load_network
from explorer.networks.layers import Layer
from explorer.recipe import Recipe
from explorer.report.figures import NETWORK, Figure
from explorer.report.numbers import ALL, OF_MAPS
from explorer.report.results import Results
from explorer.report.statements import SECTIONS, STATEMENTS, verdict
from explorer.wording import number

SHOWN = (
    *("robust_score", "robust_ratio", "from_afar", "fine_share", "coarse_share"),
    *("colorfulness", "chroma", "contrast", "saturated_share", "neutral_share"),
)
"""Measures beside each picture, with the score and, for a class, those of `OF_CLASS`."""
OF_CLASS = ("rank", "probability", "worst_rank", "parts")
EXPLAINED = tuple(ALL[name] for name in dict.fromkeys((*SHOWN, *OF_CLASS, *OF_MAPS, *ALL)))
"""Every measure, those first that stand beside a figure or a map."""


def name_of(figure: Figure) -> str:
    """What a figure is called in its row: its layer, or its preset's title."""
    return figure.about if figure.subject == "layers" else figure.title


def steps_of(recipe: Recipe) -> str:
    """How many steps a picture takes, with those of the pictures that it starts from."""
    before = recipe.total_steps - recipe.steps
    if not recipe.steps:
        return f"a blend after {before} steps"
    return f"{recipe.steps} steps" + (f" after {before}" if before else "")


def title_of(row: Sequence[Figure]) -> str:
    """What a row of figures is about."""
    return row[0].about if row[0].subject != "layers" else "VGG16, layer by layer"


def shape_of(layer: Layer) -> str:
    """The size of what a layer answers."""
    return " × ".join(map(str, layer.output_shape))


def mark_of(row: Mapping) -> str:
    """The report's number of a statement in `verdicts`, in parentheses; one has none."""
    return f"({row['number']})" if row["number"] != "0" else ""


def numbers_of(figure: Figure, results: Results) -> dict[str, str]:
    """Title of each measure that is shown beside a figure -> its value in words."""
    entry = results.figures[figure.key]
    shown = (*(OF_CLASS if figure.subject == "class" else ()), *SHOWN)
    return {"score": number(entry["score"])} | {
        ALL[name].title: ALL[name].words(entry["measures"][name])
        for name in shown
        if name in entry["measures"]
    }


def about_classes(results: Results) -> str:
    """Which network's class was drawn, and why; one or two sentences."""
    title = load_network(results.classes).title
    if results.classes == NETWORK:
        return f"The flamingo is {title}'s own class, with its full weights."
    return (
        f"{load_network(NETWORK).title}'s classes need its full weights, which were not here: the "
        f"flamingo is {title}'s. A channel of VGG16, for heads of dogs, shows the same methods."
    )


def verdicts(results: Results) -> list[dict]:
    """Every statement with its checks and verdict, as plain values."""
    rows = []
    for statement in STATEMENTS:
        checks = statement.checks(results)
        rows.append(
            {
                "number": statement.number,
                "section": statement.section,
                "short": statement.short,
                "said": statement.said,
                "shown_by": statement.shown_by,
                "verdict": verdict(checks),
                "held": sum(check.holds for check in checks),
                "checks": [
                    {"expected": check.words, "found": check.found, "holds": check.holds}
                    for check in checks
                ],
            }
        )
    return rows


def of_maps(measures: Mapping[str, float]) -> dict[str, str]:
    """Title of each measure of activations -> its value in words."""
    return {measure.title: measure.words(measures[name]) for name, measure in OF_MAPS.items()}


def table(results: Results) -> str:
    """The verdicts as Markdown, a row for each section."""
    rows = verdicts(results)
    lines = ["| of the report | its statements, and how many of our checks hold |", "| --- | --- |"]
    for key, (title, _) in SECTIONS.items():
        said = "; ".join(
            f"{mark_of(row)} {row['short']}: **{row['verdict']}**".lstrip()
            + f" ({row['held']} of {len(row['checks'])})"
            for row in rows
            if row["section"] == key
        )
        lines.append(f"| {title} | {said} |")
    return "\n".join(lines) + "\n"
