"""Numbers as text: for people, with a real minus sign, and exact, to be read again."""


def exact(value: float) -> str:
    """The shortest text that means exactly this number: "0.5", "60"."""
    return repr(float(value)).removesuffix(".0")


def rounded(value: float) -> float:
    """A score or another number to as many digits as mean something."""
    return float(f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}")


def number(value: float) -> str:
    """A number as `rounded`, for people."""
    return signed(f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}")


def signed(text: str) -> str:
    """Numbers as Python writes them, with real minus signs, in exponents too."""
    return text.replace("-", "−")
