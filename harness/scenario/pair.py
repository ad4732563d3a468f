"""What a scenario says of a user's pair: who makes each port, what is named how, what is known to differ."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from harness.errors import HarnessError
from harness.layout import CASE_FOLDERS
from harness.scenario.names import backend_of
from harness.scenario.schema import STATED, Scenario, Section

Value = str | int | float | bool | None | list[str] | list[int] | list[float]


def _factory(text: str) -> str:
    if text and not re.fullmatch(r"[^:]+:[A-Za-z_]\w*", text):
        raise ValueError("must be FILE.py:CALLABLE or MODULE:CALLABLE, such as ports/torch_side.py:build")
    return text


def _side(name: str) -> str:
    if name.casefold() in CASE_FOLDERS:
        raise PydanticCustomError(STATED, "any other name, for it is a folder of every case")
    return name


UPSTREAM = "{upstream}"
"""What stands for the checkout that a pair imports, in the paths and commands of its sides."""
UPSTREAM_VARIABLE = "PARITY_UPSTREAM_"
"""Start of the name of the environment variable that names a checkout."""
NUMBERS = ("epochs", "batch_size", "seed", "gridsize", "groups", "neighbor_count")
"""What stands for a number of the scenario in a command."""
PLACES = ("data", "output", "model", *NUMBERS, "upstream")
"""What stands for a path or a number in a command."""
OUTPUTS = ("patches", "scale", "scale_used", "canvas", "canvas_centre")
"""What a command may leave beside its history; `scale` is of its training, the others of its inference."""
READABLE = (".npz", ".npy", ".json", ".csv")


def _template(text: str) -> str:
    try:
        unknown = sorted({name for _, name, _, _ in Formatter().parse(text) if name is not None} - {*PLACES})
    except ValueError as error:
        raise ValueError(f"is no template ({error}); write {{{{ for a brace") from error
    if unknown:
        raise ValueError(f"has the places {', '.join(unknown)}; allowed: {', '.join(PLACES)}")
    return text


def _numbers(text: str) -> str:
    name, _, key = text.partition(":")
    suffix = Path(name).suffix.lower()
    if suffix not in READABLE:
        raise ValueError(
            f"{name} is no file of numbers ({', '.join(READABLE)}); values of a picture are rounded and scaled for the "
            "eye: name the file that it was drawn from"
        )
    if bool(key) == (suffix == ".npy"):
        raise ValueError("must be FILE:KEY, such as out.npz:patches; an NPY file has no key")
    return text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError("must be a day such as 2027-06-30") from error


class SideSpec(Section):
    """One of the two ports."""

    port: Literal["keras", "torch", "own", "command"]
    """The toolkit that the factory returns, `own` for an object that is a port, or `command` for two commands."""
    factory: Annotated[str, AfterValidator(_factory)] = ""
    """`file.py:callable`, the file beside the scenario, or `module:callable`; called with the set-up."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@=-]*$"), AfterValidator(_side)] = ""
    """How the side is called in hubs and reports; the name of its toolkit where it is empty."""
    precision: Literal["", "float32"] = ""
    """`float32` where its code computes in nothing else, whatever it is asked for."""
    python: str = ""
    """The interpreter that it runs in; the harness's own where it is empty."""
    options: dict[str, Value] = Field(default={})
    """Given to the factory as `setup.options`."""
    environment: dict[str, str] = Field(default={})
    """Environment variables of its worker, such as KERAS_BACKEND."""
    code: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Files and folders beside the scenario whose bytes the results depend on, beside the factory's file."""
    requires: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Distributions whose versions the results depend on, beside the framework's."""

    train: Annotated[str, AfterValidator(_template)] = ""
    """Of a command: what trains, with places such as `{data}`."""
    infer: Annotated[str, AfterValidator(_template)] = ""
    """Of a command: what infers with what the training left in `{model}`."""
    outputs: dict[str, Annotated[str, AfterValidator(_numbers)]] = Field(default={})
    """Of a command: `history.<metric>` and others of OUTPUTS, each as `FILE:KEY` in `{output}`."""
    reader: Annotated[str, AfterValidator(_factory)] = ""
    """Of a command, in place of `outputs`: a function `(folder, stage)` that returns the same names with arrays."""

    @property
    def placed(self) -> tuple[str, ...]:
        """The texts in which `{upstream}` may stand."""
        return (self.python, *self.environment.values(), *self.code, self.train, self.infer)

    @model_validator(mode="after")
    def _is_one_of_two_kinds(self) -> "SideSpec":
        commands = {"train": self.train, "infer": self.infer, "outputs": self.outputs, "reader": self.reader}
        if self.port != "command":
            if not self.factory:
                raise ValueError(f"'factory' must be given where port is {self.port!r}")
            if given := [name for name, value in commands.items() if value]:
                raise ValueError(f"{', '.join(given)}: are for port 'command' alone")
            return self
        if self.factory or not (self.train and self.infer) or bool(self.outputs) == bool(self.reader):
            raise ValueError("port 'command' needs train, infer and one of outputs and reader, and no factory")
        if self.reader:
            return self
        _check_outputs(self.outputs)
        return self


def _check_outputs(outputs: dict[str, str]) -> None:
    if unknown := [what for what in outputs if what not in OUTPUTS and not what.startswith("history.")]:
        raise ValueError(f"outputs: found {', '.join(unknown)}, allowed: history.<metric>, {', '.join(OUTPUTS)}")
    if "history.loss" not in outputs:
        raise ValueError("outputs: lacks history.loss")
    if not {"patches", "canvas"} & set(outputs):
        raise ValueError("outputs: lacks patches and canvas; one of them is needed")
    if ("canvas" in outputs) != ("canvas_centre" in outputs):
        raise ValueError("outputs: canvas and canvas_centre are needed together")


OTHER_SIDE = SideSpec(port="own", factory="unused:unused", name="other_side")
"""What a side is told of the other one."""


class UpstreamSpec(Section):
    """A repository that both sides import, and that is no part of this one."""

    name: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$")] = ""
    """By which `--parity-upstream NAME=DIR` and `PARITY_UPSTREAM_NAME` name its checkout."""
    get: str = ""
    """The command that gets a checkout with everything that it needs."""


class DeclaredSpec(Section):
    """A difference that is known and accepted until a day."""

    differs: str
    """What differs, and how."""
    reason: str
    until: Annotated[str, AfterValidator(_day)]
    """The last day on which it is accepted."""
    found: str = ""
    """What the check says of it, in part, such as a figure; where it says otherwise the difference has changed."""
    every_run: bool = True
    """Whether every run shows it; false for what chance decides, which nobody misses where a run does not show it."""


class PairSpec(Section):
    """The two ports of one network."""

    reference: SideSpec
    candidate: SideSpec
    weights: str = "by_order"
    """`by_order`, `by_name`, or a JSON file beside the scenario that maps the candidate's names."""
    settings: dict[str, Value] = Field(default={})
    """What both sides' own workflows are asked for, beside what the scenario says, such as `learning_rate`."""
    upstream: UpstreamSpec = UpstreamSpec()
    """The repository whose checkout `{upstream}` stands for in paths and commands of the sides; none without a name."""
    oracle: Annotated[str, AfterValidator(_factory)] | None = None
    """What computes stages independently of both sides, as a factory is named: see `harness.networks.pair.oracle`."""
    declared: dict[str, DeclaredSpec] = Field(default={})
    """Known differences, by the name of the layer, stage, weight or setting that differs, or by a pattern."""

    @model_validator(mode="after")
    def _names_an_upstream(self) -> "PairSpec":
        texts = [text for side in (self.reference, self.candidate) for text in side.placed]
        if not self.upstream.name and any(UPSTREAM in text for text in texts):
            raise ValueError(f"a side has the place {UPSTREAM}; name the repository in 'upstream'")
        return self

    @property
    def names(self) -> tuple[str, str]:
        """Names of both sides, reference first; the toolkit's where none was given, told apart where it is the same."""
        reference, candidate = (side.name or side.port for side in (self.reference, self.candidate))
        return (
            (reference, candidate) if reference != candidate else (f"{reference}_reference", f"{candidate}_candidate")
        )


class PairScenario(Scenario):
    """One resolved scenario of a user's pair."""

    network: Literal["pair"] = "pair"
    pair: PairSpec

    @property
    def sides(self) -> tuple[str, str]:
        """Names of the two sides, reference first."""
        return self.pair.names

    @property
    def upstream(self) -> str | None:
        """See `Scenario.upstream`."""
        return self.pair.upstream.name or None

    def in_float32_alone(self, side: str) -> bool:
        """See `Scenario.in_float32_alone`."""
        return self._spec(side).precision == "float32"

    @property
    def declared(self) -> dict[str, dict[str, str | bool]]:
        """See `Scenario.declared`."""
        return {what: known.model_dump() for what, known in self.pair.declared.items()}

    @property
    def requested_settings(self) -> dict[str, Value]:
        """See `Scenario.requested_settings`."""
        measured = self.dataset.source == "file"  # photons of measured patterns are counted, and nobody asks for them
        own: dict[str, Value] = {
            "N": self.dataset.N,
            "gridsize": self.grouping.gridsize,
            **({} if measured else {"nphotons": self.dataset.nphotons}),
            "probe_scale": self.dataset.probe.scale,
            "batch_size": self.training.batch_size,
            "epochs": self.training.epochs,
        }
        return own | self.pair.settings

    def between(self, ports: Mapping[str, str]) -> "PairScenario":
        """The scenario between two of its own sides as a session asks for them, such as one at two revisions.

        Where both are one port, their names are the same and no difference is known.

        Args:
            ports: Name of each side in the session to its name in this scenario, the reference first.

        Raises:
            HarnessError: The reference is asked to be the candidate and the candidate the reference.
        """
        reference, candidate = ports.values()
        if (reference, candidate) == self.pair.names[::-1]:
            raise HarnessError(
                f"--parity-backends: found {', '.join(ports)}; allowed: {self.pair.names[0]} as the reference, as the "
                "scenario has it, or one side twice."
            )
        sides = [self._spec(port).model_copy(update={"name": name}, deep=True) for name, port in ports.items()]
        changed = {"reference": sides[0], "candidate": sides[1]}
        alike = {"weights": "by_name", "declared": {}} if reference == candidate else {}
        return self.model_copy(update={"pair": self.pair.model_copy(update={**changed, **alike})})

    def _spec(self, name: str) -> SideSpec:
        return (self.pair.reference, self.pair.candidate)[self.pair.names.index(name)]

    def for_side(self, name: str | None) -> "PairScenario":
        """See `Scenario.for_side`; a side keeps the oracle and, under the name of its port, what is said of it."""
        mine, others = self.pair.names, (self.pair.reference, self.pair.candidate)
        sides = [
            side.model_copy(update={"name": backend_of(own)}) if own == name else OTHER_SIDE
            for own, side in zip(mine, others, strict=True)
        ]
        pair = PairSpec(reference=sides[0], candidate=sides[1], upstream=self.pair.upstream, oracle=self.pair.oracle)
        return self.model_copy(update={"pair": pair})
