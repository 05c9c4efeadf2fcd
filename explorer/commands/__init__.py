"""The command line: one module for each command, each with `add(parser)` and `run(arguments)`."""

import argparse
import contextlib
import os
import sys
from typing import TextIO

from explorer import __version__
from explorer.commands import (
    activations,
    attribute,
    bench,
    compare,
    exemplars,
    layers,
    methods,
    presets,
    quality,
    render,
    replay,
    report,
    tensorboard,
    weights,
)
from explorer.errors import InputError
from explorer.networks import device

LONGEST_LINE = 1000
"""Characters of a sentence on standard error; of a longer one the middle is left out."""
COMMANDS = {
    "layers": layers,
    "activations": activations,
    "attribute": attribute,
    "exemplars": exemplars,
    "render": render,
    "compare": compare,
    "replay": replay,
    "presets": presets,
    "methods": methods,
    "weights": weights,
    "bench": bench,
    "quality": quality,
    "report": report,
    "tensorboard": tensorboard,
}


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options):
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str):
        raise InputError(f"{message[0].upper()}{message[1:]} (see {self.prog} --help).")


class _Forgiving:
    """Standard error, whose reader may go away: what is said is lost then, and no work is."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def __getattr__(self, name: str):
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            _say_no_more(self._stream)
        return len(text)


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit status, 2 after a request that cannot be met."""
    with contextlib.redirect_stderr(_Forgiving(sys.stderr)):
        return _main(argv)


def _main(argv: list[str] | None) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = _Parser(prog="python -m explorer", description="See what a network looks for.")
    parser.add_argument("--version", action="version", version=f"explorer {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        summary = (module.__doc__ or name).splitlines()[0]  # python -OO leaves out what modules say
        command = commands.add_parser(name, help=summary, description=summary)
        module.add(command)
    try:
        arguments = parser.parse_args(argv)
        status = COMMANDS[arguments.command].run(arguments) or 0
        sys.stdout.flush()
        return status
    except InputError as error:
        print(_one_line(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _say_no_more(sys.stdout)
        return 0
    except OSError as error:
        what = f"'{error.filename}'" if error.filename else "The output"
        why = f"{what} could not be read or written: {error.strerror or error}."
        print(_one_line(why), file=sys.stderr)
        _say_no_more(sys.stdout)
        return 2
    except Exception as error:
        if not device.out_of_memory(error):
            raise
        print("Memory ran out: choose a smaller picture.", file=sys.stderr)
        return 2


def _say_no_more(stream: TextIO) -> None:
    """What is still to be printed there goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _one_line(error: InputError | str) -> str:
    """Its sentence, whatever line breaks and control signs the names in it hold, and how long."""
    text = "".join(sign if sign.isprintable() else " " for sign in str(error))
    if len(text) > LONGEST_LINE:
        text = f"{text[: LONGEST_LINE // 2]} … {text[-LONGEST_LINE // 2 :]}"
    return text
