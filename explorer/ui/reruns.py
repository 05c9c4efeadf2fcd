"""What Streamlit does after each run of a page or of a part of it: here nothing.

It has Keras forget its state and Python search all memory for what nobody needs. TensorFlow then
forgets what it has made ready for the step under way, and makes it anew: with one visitor who
watches, a render took twice as long. A network here reads Keras's layers once and then leaves it.
"""

from streamlit.runtime.scriptrunner import script_runner


def leave_keras_alone() -> None:
    """Keep Streamlit's clean-up away from what is being rendered."""
    script_runner._clean_problem_modules = _nothing


def _nothing() -> None:
    pass
