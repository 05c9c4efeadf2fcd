"""The few lines of Python, or of the shell, that make what is on screen."""

from collections.abc import Sequence

from explorer.changes import difference
from explorer.images import SAMPLES
from explorer.links import link_of, preset_of, unchanged
from explorer.networks.network import Network
from explorer.recipe import PhotoStart, Recipe
from explorer.targets import Target

# ---- Of recipes


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
    base = unchanged(recipe)
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


# ---- Of the activations of a photo


def code_of_maps(
    network: Network,
    photo: str,
    layers: Sequence[str],
    choice: str,
    scale: str,
    lay_over: bool,
    excited: Target | None = None,
    class_: Target | None = None,
) -> str:
    """Python that computes and saves maps of a photo, and which pixels excite a target.

    Args:
        photo: a sample's name; any other name stands for a file of one's own.
        layers: paper names.
        choice: a Python expression of the channels, in which `answer` is the layer's answer.
        scale: one of `explorer.activations.SCALES`.
        lay_over: whether the maps lie over the photo.
        excited: a neuron whose attributions are on screen too.
        class_: a class, resolved, whose attributions are.
    """
    source = f'SAMPLES["{photo}"]' if photo in SAMPLES else '"my-photo.jpg"'
    side = network.input_size
    lines = [
        *_imports_for_maps(photo, choice, lay_over, bool(excited or class_), bool(class_)),
        "",
        f'network = load_network("{network.name}")',
        f"photo = read_photo({source}).fitted(({side}, {side}))",
        f"answers = network.activations(photo, {list(layers)})",
        *_maps(choice, scale, lay_over),
        *(_attributions(excited, side, "") if excited else ()),
        *(_attributions(class_, side, "class-") if class_ else ()),
    ]
    if class_:
        lines += [
            "places = grad_cam(network, photo, target)  # float32 (height, width) of the last map",
            'Image.fromarray(cam_picture(photo, places)).save("class-grad-cam.png")',
        ]
    return "\n".join(lines) + "\n"


def _imports_for_maps(
    photo: str, choice: str, lay_over: bool, attributes: bool, of_class: bool
) -> list[str]:
    helpers = ["overlay"] * lay_over + ["strongest"] * choice.startswith("strongest")
    lines = {
        "from PIL import Image": True,
        "": True,
        f"from explorer import {'Target, ' * attributes}load_network, read_photo": True,
        f"from explorer.activations import {', '.join(helpers)}": bool(helpers),
        "from explorer.attribution import ATTRIBUTIONS, attribution, seen_by, signed_picture": (
            attributes
        ),
        "from explorer.grad_cam import cam_picture, grad_cam": of_class,
        "from explorer.images import SAMPLES": photo in SAMPLES,
        "from explorer.sheets import heat_map": not lay_over,
    }
    return [line for line, needed in lines.items() if needed]


def _maps(choice: str, scale: str, lay_over: bool) -> list[str]:
    drawing = "overlay(photo, values, top)" if lay_over else "heat_map(values, 0, top)"
    top = {"filter": "values.max()", "layer": "answer.max()", "global": "highest"}[scale]
    highest = "highest = max(answer.max() for answer in answers.values())"
    return [
        *([highest] if scale == "global" else ()),
        "for layer, answer in answers.items():  # (height, width, filters), after the activation",
        f"    for channel in {choice}:",
        "        values = answer[..., channel]",
        f"        top = {top}",
        f"        picture = {drawing}",
        '        Image.fromarray(picture).save(f"{layer}-{channel}.png")',
    ]


def _attributions(target: Target, side: int, start: str) -> list[str]:
    return [
        "",
        f'target = Target("{target.layer}", {target.channel}, {target.position})',
        f"square = seen_by(network, target, ({side}, {side}))",
        "for method in ATTRIBUTIONS:",
        "    values = attribution(network, photo, target, method)  # float32 (h, w, 3)",
        "    picture = signed_picture(square.cut(values))",
        f'    Image.fromarray(picture).save(f"{start}{{method}}.png")',
    ]
