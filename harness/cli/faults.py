"""`faults`: the catalogue of injected faults, and trials of whether the judge catches them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness import layout
from harness.cli.common import Json, print_result, progress_on_stderr, say, with_options
from harness.errors import HarnessError
from harness.run.scratch import temporary_folder
from harness.scenario.keys import unknown

if TYPE_CHECKING:
    from harness.faults.catalogue import Injected
    from harness.session.request import Request

app = typer.Typer(
    help="Faults that are injected into one side, to see that the judge catches them.", no_args_is_help=True
)
HubFolder = Annotated[
    Path | None, typer.Option("--hub", help="Folder of a session, or any other: the result as pages in DIR/faults.")
]


@app.command("list")
def list_faults(
    group: Annotated[str | None, typer.Argument(metavar="[GROUP]", help="The first word of an id, or all.")] = None,
    as_json: Json = False,
) -> None:
    """Print one fault a line, its id first, then the rung that should be the lowest red one, and what it changes.

    Example: python -m harness faults list geometry
    """
    from harness.faults import catalogue

    found = [fault for fault in catalogue.faults().values() if group in (None, fault.group)]
    if not found:
        raise HarnessError(unknown("group of faults", str(group), {one.group for one in catalogue.faults().values()}))
    facts = [_facts(fault.id) for fault in found] if as_json else []
    print_result(facts, (f"{fault.id:32} {fault.rung:14} {fault.sentence}" for fault in found), as_json)
    say(catalogue.counted(found), err=True)


@app.command()
def show(fault: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """Print what a fault changes, where it hooks, and how to see it.

    Example: python -m harness faults show geometry.offset-sign
    """
    from harness.faults import catalogue
    from harness.session.trials import REPLAYS, subject_of

    facts, case = _facts(fault), subject_of(catalogue.named(fault)).scenario
    lines = [f"{name:10} {', '.join(value) if isinstance(value, list) else value}" for name, value in facts.items()]
    see = f"see it     pytest -m parity -k {case} --parity-profile {facts['profile']} --parity-fault {fault}"
    if (REPLAYS / f"{case}.yaml").is_file():
        see += " --parity-scenarios harness/faults/replays"
    print_result(facts, [*lines, see], as_json)


@app.command()
@with_options("backends", "python", "store")
def run(
    faults: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="All, where none is named.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="The subset that every change is tried on.")] = False,
    real: Annotated[
        bool, typer.Option("--real", help="Bugs of public ports, before they were fixed and after.")
    ] = False,
    hub: HubFolder = None,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Inject the faults into both sides, one after another, and judge each; exit status 1 when one is not as expected.

    With --real these are the replays of real bugs, otherwise all others, where none is named.

    Example: python -m harness faults run geometry.offset-sign training.epsilon
    """
    from harness.report import fault_matrix, fault_page, fault_text
    from harness.session import trials

    if hub is not None:
        fault_page.require_unchanged(hub)
    request, outcomes = _request(options), []
    wanted = trials.select_faults(request.backends, faults or (), quick, real)
    if real:
        _run_real(request, wanted, hub, as_json)
    with temporary_folder() as folder, progress_on_stderr(folder):
        for outcome in trials.Trials(folder, request).run(wanted):
            outcomes.append(outcome)
            if not as_json:
                say(f"{outcome.injected!s:48} {', '.join(outcome.red) or 'not caught'}")
    record = fault_matrix.record(outcomes)
    if hub is not None:
        say(fault_page.add(hub, layout.FAULT_MATRIX, record), err=True)
    print_result(record, [fault_text.sentence(record["shares"])], as_json)
    raise typer.Exit(0 if all(outcome.as_expected for outcome in outcomes) else 1)


def _run_real(request: "Request", wanted: list["Injected"], hub: Path | None, as_json: bool) -> None:
    """Replay real bugs, before they were fixed and after, and print a line for each bug and side."""
    from harness.report import fault_page, real_bugs, real_text
    from harness.session import trials

    if others := [str(one) for one in wanted if one.fault.real is None]:
        raise HarnessError(f"--real: found {', '.join(others)}; allowed: ids that begin with `real.`.")
    with temporary_folder() as folder, progress_on_stderr(folder):
        tried = trials.Trials(folder, request)
        outcomes = list(tried.run(wanted))
        record = real_bugs.record(outcomes, tried.fixed(wanted))
    if hub is not None:
        say(fault_page.add_real(hub, record), err=True)
    lines = [real_text.line(one) for one in record["trials"]]
    print_result(record, [*lines, real_text.sentence(record["figures"]), real_text.rungs(record["figures"])], as_json)
    raise typer.Exit(1 if any(map(real_text.is_wrong, record["trials"])) else 0)


@app.command()
@with_options("backends", "python", "store")
def sensitivity(
    faults: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="All that have a size, by default.")
    ] = None,
    side: Annotated[str, typer.Option("--side", help="Break this backend alone.")] = "",
    hub: HubFolder = None,
    **options: Any,
) -> None:
    """Find the smallest size of each fault that the judge still sees, by bisection to a factor of two.

    Example: python -m harness faults sensitivity scale.off --side torch
    """
    from harness.report import fault_page, fault_text
    from harness.session import sensitivity as bisection
    from harness.session import trials

    if hub is not None:
        fault_page.require_unchanged(hub)
    request = _request(options)
    if side and side not in request.backends:
        raise HarnessError(f"--side: found {side!r}; allowed: {', '.join(request.backends)}.")
    wanted = [one for one in trials.select_faults(request.backends, faults or ()) if side in ("", one.backend)]
    with temporary_folder() as folder, progress_on_stderr(folder):
        found = bisection.bisect(trials.Trials(folder, request), wanted)
    rows = [bisection.row(one) for one in found]
    if hub is not None:
        say(fault_page.add(hub, layout.FAULT_SENSITIVITY, rows), err=True)
    say(fault_text.brackets(rows).text())


def _request(options: dict[str, Any]) -> "Request":
    from harness.session import trials
    from harness.session.request import Request

    return Request.from_texts(Path.cwd(), profile="smoke", override=trials.OVERRIDES, device="cpu", **options)


def _facts(name: str) -> dict[str, Any]:
    from harness.faults import catalogue

    fault = catalogue.named(name)
    hooks = {hook for leg in ("lockstep", "train", "infer", "exchange") for hook in fault.port("torch", leg=leg).hooks}
    size = "none" if fault.size is None else f"{fault.size:g} {fault.unit}"
    return {
        "id": fault.id,
        "group": fault.group,
        "changes": fault.sentence,
        "hooks": sorted(hooks),
        "size": size,
        "rung": " or ".join(fault.rungs),
        "network": fault.network or "any",
        "profile": fault.profile,
        "quick": fault.quick,
        **({} if fault.real is None else {"found in": list(fault.real.sources), "causes": list(fault.real.causes)}),
    }
