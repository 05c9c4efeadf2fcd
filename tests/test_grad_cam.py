"""Where a network sees a class: against the closed form of a network that ends in a mean."""

import numpy as np
import pytest

from explorer.attribution import attribution, located
from explorer.grad_cam import grad_cam, last_map
from explorer.images import sample_photo
from explorer.networks import load_network
from explorer.targets import Target


@pytest.mark.parametrize("size", [(224, 224), (96, 130)])
@pytest.mark.parametrize("number", [281, 130])
def test_it_is_the_class_activation_map_of_a_network_that_ends_in_a_mean(effnet, size, number):
    """Zhou et al. 2016: the class's weights times the channels; their mean and bias, the score."""
    image = sample_photo("cat").fitted(size)
    answers = effnet.activations(image, ["head", "logits"])
    kernel, bias = (array.numpy() for array in effnet.tensors["predictions"])
    head = next(answer for answer in answers.values() if answer.ndim == 3)
    wanted = head @ kernel[:, number] / (head.shape[0] * head.shape[1])
    found = grad_cam(effnet, image, Target(class_=number))
    assert found.shape == head.shape[:2]
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()
    score = answers["predictions"][number]
    assert found.sum() + bias[number] == pytest.approx(float(score), rel=1e-3)


def test_the_last_map_is_that_of_the_last_convolution():
    """For VGG16 as in the authors' own code, which takes relu5_3."""
    names = {name: last_map(load_network(name)).paper_name for name in NETWORKS}
    assert names == {"vgg16": "conv5_3", "efficientnet-lite0": "head"}


NETWORKS = ("vgg16", "efficientnet-lite0")


def test_it_finds_the_cat_in_the_middle(effnet):
    """The sample shows a cat's face that fills the photo's lower right but not its corner."""
    found = grad_cam(effnet, sample_photo("cat").fitted((224, 224)), Target(class_="tabby"))
    assert found[1:6, 1:6].mean() > 2 * np.mean([found[0, 0], found[0, 6]])


@pytest.mark.parametrize("target", [Target("head", 1), Target("logits"), Target("head")])
def test_what_is_no_class_is_refused(effnet, refused, target):
    with refused("Grad-CAM is for a class"):
        grad_cam(effnet, sample_photo("cat").fitted((64, 64)), target)


def test_a_class_without_its_weights_is_refused(vgg, refused):
    with refused("528 MB"):
        grad_cam(vgg, sample_photo("cat").fitted((224, 224)), Target(class_=130))


def wrong_pictures():
    image = sample_photo("cat").fitted((64, 64))
    return [image[..., 0], np.dstack([image, image[..., :1]]), sample_photo("cat"), None]


@pytest.mark.parametrize("picture", wrong_pictures(), ids=["gray", "four", "photo", "none"])
def test_what_is_no_picture_is_refused(effnet, refused, picture):
    for compute in (
        lambda: grad_cam(effnet, picture, Target(class_=1)),
        lambda: attribution(effnet, picture, Target(class_=1)),
        lambda: located(effnet, picture, Target(class_=1)),
        lambda: effnet.activations(picture, ["stem"]),
    ):
        with refused("A picture must be"):
            compute()


def test_a_picture_of_which_nothing_is_left_is_refused(vgg, refused):
    with refused("needs a larger picture than 8×8"):
        vgg.activations(np.zeros((8, 8, 3), np.uint8), ["conv5_1"])
