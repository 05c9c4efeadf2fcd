"""What `bench` prints and refuses; never how fast anything is."""

import json

import pytest

from explorer.bench import parts
from explorer.bench.parts import Part
from explorer.bench.steps import CASES
from explorer.commands import main


def test_json(vgg, capsys):
    status = main(
        ["bench", "--layers", "conv1_1,,block1_conv2", "--size", "32", "--repeats", "2", "--json"]
    )
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert not status and "6/6" in printed.err
    results = found.pop("results")
    assert found.pop("device").startswith(("CPU", "GPU"))
    assert found.pop("peak_mb") > 100
    assert found == {"network": "vgg16", "size": 32, "repeats": 2}
    assert [result["layer"] for result in results] == ["block1_conv1", "block1_conv2"]
    for result in results:
        seconds = {name: value for name, value in result.items() if name.startswith("seconds_")}
        assert len(seconds) == 5 and all(value > 0 for value in seconds.values())
        engine = result["seconds_engine"]
        assert result["times_keras_eager"] == result["seconds_keras_eager"] / engine
        assert result["times_keras_function"] == result["seconds_keras_function"] / engine
        rate = result["matrix_product_gigaflops"] * 1e9
        assert rate == pytest.approx(2 * 2048**3 / result["seconds_matrix_product"])
        share = result["direct_operations"] / engine / rate
        assert result["share_of_matrix_product_rate"] == pytest.approx(share)


@pytest.mark.slow
def test_layers_measured_by_default(vgg, capsys):
    assert not main(["bench", "--size", "32", "--repeats", "1", "--json"])
    found = json.loads(capsys.readouterr().out)
    layers = [result["layer"] for result in found["results"]]
    assert layers == ["block3_conv1", "block5_conv1", "block5_conv3"]


def test_a_table_for_people(vgg, capsys):
    assert not main(["bench", "--layers", "conv1_1", "--size", "32", "--repeats", "1"])
    device, _, heading, row, _, memory = capsys.readouterr().out.splitlines()
    assert device.startswith(("CPU", "GPU")) and device.endswith("median of 1")
    assert heading.split()[:2] == ["one", "step"] and "Keras eager" in heading
    assert row.startswith("VGG16 conv1_1, 32 px") and "GFLOP/s" in row
    assert memory.endswith("MB of memory were resident in this process.")


@pytest.mark.slow
def test_without_layers_those_of_the_network_are_measured(effnet, capsys):
    command = ["bench", "--network", "efficientnet-lite0", "--size", "32", "--repeats", "1"]
    assert not main([*command, "--json"])
    found = json.loads(capsys.readouterr().out)
    names = [result["layer"] for result in found["results"]]
    assert names == [effnet.layer(name).name for name in effnet.benchmarks]
    assert "predictions" in names


@pytest.mark.parametrize(
    "options",
    [
        ["--repeats", "0"],
        ["--repeats", "some"],
        ["--size", "31"],
        ["--size", "1025"],
        ["--layers", "pool1"],
        ["--network", "efficientnet-lite0", "--layers", "block2b_add"],
        ["--layers", "fc1"],
        ["--layers", "conv9_9"],
        ["--layers", ""],
        ["--layers", ","],
        ["--network", "vgg17"],
        ["--scaling", "--size", "64"],
        ["--scaling", "--repeats", "0"],
        ["--readme", "absent.md"],
        ["--readme", "."],
    ],
)
def test_refusals(options, capsys, sentence):
    assert main(["bench", *options]) == 2
    printed = capsys.readouterr()
    sentence(printed.err)
    assert not printed.out


@pytest.fixture
def two_parts(monkeypatch):
    """Instead of all that is measured, two parts whose results are known."""

    def known(value):
        def run(repeats, done):
            done(), done()
            return [parts.answers.Answers("vgg16", value, 1.5, 0.25)]

        return Part(run, lambda repeats: 2, parts.report.activations)

    made = {"one": known(11), "two": known(22)}
    monkeypatch.setattr("explorer.commands.bench.PARTS", made)
    monkeypatch.setattr("explorer.commands.bench.SCALING", {"grown": known(33)})


def test_without_options_everything_is_measured(two_parts, capsys):
    assert not main(["bench", "--json"])
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert "4/4" in printed.err
    entry = {"network": "vgg16", "layers": 11, "seconds_first": 1.5, "seconds": 0.25}
    assert found["one"] == [entry] and found["two"] == [entry | {"layers": 22}]
    assert not main(["bench", "--scaling"])
    assert "VGG16, 33 layers" in capsys.readouterr().out


def test_tables_go_into_files(two_parts, capsys, tmp_path):
    both, one, neither = (tmp_path / name for name in ("both.md", "one.md", "neither.md"))
    both.write_text("a <!-- two -->x<!-- /two --> b\n<!-- one --><!-- /one --> <!-- other -->")
    one.write_text("<!-- one -->x<!-- /one -->")
    neither.write_text("<!-- other --><!-- /other -->")
    assert not main(["bench", "--readme", str(both), str(one)])
    text = both.read_text()
    assert text.startswith("a <!-- two -->\n| activations of a photo |")
    assert "| VGG16, 22 layers | 1.50 s | 0.250 s |\n<!-- /two --> b" in text
    assert one.read_text() in text and "11 layers" in one.read_text()
    before = one.read_text()
    assert main(["bench", "--readme", str(one), str(neither)]) == 2
    assert "neither.md' has no place" in capsys.readouterr().err
    assert one.read_text() == before


def test_a_file_that_may_not_be_written_is_told_before_anything_is_measured(
    two_parts, capsys, tmp_path, monkeypatch
):
    file = tmp_path / "tables.md"
    file.write_text("<!-- one --><!-- /one -->")
    monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.setattr("explorer.commands.bench.ready", lambda network: 1 / 0)
    assert main(["bench", "--readme", str(file)]) == 2
    assert "may not be changed" in capsys.readouterr().err


def test_what_is_measured_by_default():
    assert {"results", "first_frames", "side_by_side", "activations", "start", "pages"} == set(
        parts.PARTS
    )
    wanted = {("vgg16", "conv3_1", 224), ("vgg16", "conv5_1", 96), ("vgg16", "conv5_1", 448)}
    assert wanted < set(CASES) and ("efficientnet-lite0", "logits", 224) in CASES
    assert parts.PARTS["results"].rounds(9) == 10 * len(CASES)
    assert parts.SCALING.keys() == {"pixels", "batch", "layer", "visitors"}
