"""Which calls of a forward pass are stages, and which activation joins which layer."""

from harness.toolkits.layers import Layer
from harness.toolkits.trace import Trace, sites

CONVOLUTION = {"activation": "linear"}


def convolution(trace: Trace, name: str, taken: object) -> object:
    return trace.called(Layer(name, "conv", CONVOLUTION), taken, object())


def relu(trace: Trace, name: str, taken: object) -> object:
    return trace.called(Layer(name, "activation", {"activation": "relu"}), taken, object())


def seen(trace: Trace) -> list[tuple[str, str]]:
    """Every stage, with the call whose output it is."""
    return [(site.stage, site.call) for site in sites(trace.calls)]


def test_an_activation_joins_the_layer_whose_output_it_takes_though_another_arm_came_between() -> None:
    trace = Trace()
    one, two = convolution(trace, "one", object()), convolution(trace, "two", object())
    relu(trace, "of_one", one)
    relu(trace, "of_two", two)
    assert seen(trace) == [("one", "of_one"), ("two", "of_two")]


def test_an_activation_of_what_something_else_takes_as_well_is_a_stage_of_its_own() -> None:
    trace = Trace()
    one = convolution(trace, "one", object())
    relu(trace, "of_one", one)
    convolution(trace, "two", one)
    assert seen(trace) == [("one", "one"), ("of_one", "of_one"), ("two", "two")]


def test_a_layer_takes_one_activation() -> None:
    trace = Trace()
    first = relu(trace, "first", convolution(trace, "one", object()))
    relu(trace, "second", first)
    assert seen(trace) == [("one", "first"), ("second", "second")]


def test_an_activation_of_nothing_that_was_called_is_a_stage_of_its_own() -> None:
    trace = Trace()
    convolution(trace, "one", object())
    relu(trace, "of_the_input", object())
    relu(trace, "of_nothing", None)
    assert seen(trace) == [("one", "one"), ("of_the_input", "of_the_input"), ("of_nothing", "of_nothing")]
