"""The page stands alone and says everything."""

import base64
import html
import io
import re
from html.parser import HTMLParser

import pytest
from PIL import Image

from explorer.report.document import as_html
from explorer.report.figures import figures
from explorer.report.results import stored
from explorer.report.statements import STATEMENTS
from explorer.snippets import command_of

LITE = "efficientnet-lite0"
APP = "http://class.example:8501"
VOID = {"meta", "img", "link", "br", "hr", "input"}


@pytest.fixture(scope="module")
def page(finished_folder):
    return as_html(stored(), finished_folder, APP + "/")


class Balanced(HTMLParser):
    """Fails unless every element is closed in its order."""

    def __init__(self):
        super().__init__()
        self.open, self.ids = [], []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_it_is_well_formed(page):
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    inner = set(re.findall(r'href="#([\w-]+)"', page))
    assert inner and inner <= set(parser.ids)
    own = [name for name in parser.ids if not name.startswith("clip")]
    assert len(own) == len(set(own))


def test_nothing_in_it_comes_from_elsewhere(page):
    sources = re.findall(r'\b(?:src|data|poster|action)="([^"]*)"', page)
    assert sources and all(source.startswith("data:image/jpeg;base64,") for source in sources)
    addresses = set(re.findall(r"https?://[^\s\"'<>]*", page))
    assert addresses
    for address in addresses:
        names = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")
        assert address in names or address.startswith(f"{APP}/Feature_visualization?"), address
    assert not re.search(r"<script|<link|@import|url\(|//cdn", page)


def test_every_picture_is_there_whole(page):
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]*)"', page)
    assert len(pictures) == len(figures(LITE)) + 1 + 25 + 1  # the class's naive one comes twice
    for data in pictures[:3]:
        Image.open(io.BytesIO(base64.b64decode(data))).verify()


def test_every_recipe_number_and_statement_is_there(page):
    text = html.unescape(page)
    for figure in figures(LITE):
        assert command_of(figure.recipe, f"{figure.key}.png") in text
    for statement in STATEMENTS:
        assert statement.said in text and statement.shown_by in text
        for check in statement.checks(stored()):
            assert check.words in text and check.found in text
    assert text.count("<svg") >= 6
    assert "EfficientNet-Lite0" in text and "were not here" in text


def test_it_has_light_dark_phone_and_print(page):
    for words in ("light-dark(", 'name="viewport"', "max-width: 640px", "@media print"):
        assert words in page
