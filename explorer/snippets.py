"""The few lines of Python, or of the shell, that make what is on screen."""

from collections.abc import Sequence

from explorer.changes import difference
from explorer.images import SAMPLES
from explorer.links import link_of, preset_of
from explorer.recipe import PhotoStart, Recipe, preset
from explorer.targets import Target


def code_of(recipes: Sequence[Recipe]) -> str:
    """Python that renders these recipes with the package and saves their pictures."""
    own = any(photo not in SAMPLES for recipe in recipes for photo in recipe.photos)
    lines = [
        "from PIL import Image",
        "",
        f"from explorer import Target, load_network, preset,{' read_photo,' * own} render",
        "",
        f"network = load_network({recipes[0].network!r})",
    ]
    if own:
        lines.append("photo = read_photo('my-photo.jpg')")
    for number, recipe in enumerate(recipes, 1):
        name = f"picture{number if len(recipes) > 1 else ''}.png"
        lines += ["", f"recipe = {_expression(recipe)}"]
        lines.append(f"for frame in render(network, recipe{', photo' * own}):")
        lines.append('    print(frame.step, frame.score, end="\\r")')
        lines.append(f"Image.fromarray(frame.kept.image).save({name!r})")
    return "\n".join(lines) + "\n"


def _expression(recipe: Recipe) -> str:
    target = recipe.target
    name = preset_of(recipe)
    shape = {"network": recipe.network, "size": recipe.size, "seed": recipe.seed}
    base = preset(name, target, **shape)
    parts = [repr(name), _target(target)]
    steps = recipe.steps or recipe.parents[0].steps
    parts.append(f"steps={steps}")
    parts += [f"{option}={value!r}" for option, value in shape.items()]
    if recipe.keep != base.keep:
        parts.append(f"keep={recipe.keep!r}")
    if isinstance(recipe.start, PhotoStart):
        parts.append(f"photo={_photo(recipe.start.photo)}")
    if changes := difference(base.methods, recipe.methods):
        parts.append(f"methods={changes!r}")
    return "preset(\n    " + ",\n    ".join(parts) + ",\n)"


def _target(target: Target) -> str:
    arguments = [repr(target.layer)]
    if target.channel is not None:
        arguments.append(str(target.channel))
    if target.position is not None:
        arguments.append(f"position={target.position!r}")
    if target.after_relu:
        arguments.append("after_relu=True")
    if target.direction is not None:
        arguments.append(f"direction={dict(target.direction)!r}")
    if target.photo is not None:
        arguments.append(f"photo={_photo(target.photo)}")
    if target.weight != 1:
        arguments.append(f"weight={target.weight!r}")
    if target.also:
        arguments.append(f"also=[{', '.join(map(_target, target.also))}]")
    return f"Target({', '.join(arguments)})"


def _photo(name: str) -> str:
    return repr(name) if name in SAMPLES else "photo.name"


def command_of(recipe: Recipe, output: str = "picture.png") -> str:
    """The shell command that renders a recipe whose target is one channel or one class."""
    options = link_of([recipe])
    name, *changes = options.pop("recipe").split(";")
    words = [f"--{option} {value}" for option, value in options.items()]
    words.append(f"--preset {name}")
    for change in changes:
        option, _, value = change.partition("=")
        words.append(f"--{option} {value}" if option in ("steps", "keep") else f"--set {change}")
    return " ".join(["python -m explorer render", *words, "-o", output])
