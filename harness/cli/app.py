"""The command line with all its verbs; a HarnessError becomes one sentence on stderr and exit status 2."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from harness import __version__
from harness.cli import (
    against,
    bundle,
    calibrate,
    compare,
    compare_stats,
    doctor,
    explain,
    export,
    faults,
    golden,
    history,
    import_,
    infer,
    init,
    judge,
    listing,
    manifest,
    nightly,
    parity_log,
    patch_stats,
    port,
    readme,
    reassembly,
    report,
    run,
    simulate,
    train,
    verify,
)
from harness.errors import HarnessError, system_errors_said
from harness.formatting import printable
from harness.run.interrupts import interruptible


class Verbs(TyperGroup):
    """The verbs; what the operating system refuses one of them becomes a HarnessError."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb of the command line."""
        with system_errors_said():
            return super().invoke(ctx)


app = typer.Typer(
    name="ptycho-parity",
    cls=Verbs,
    help="Proves, or disproves, that two ports of a ptychography network are the same network.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("init")(init.init)
app.command("list")(listing.list_cases)
app.command("explain")(explain.explain)
app.command("doctor")(doctor.doctor)
app.command("import")(import_.import_)
app.command("export")(export.export)
app.command("simulate")(simulate.simulate)
app.command("train")(train.train)
app.command("infer")(infer.infer)
app.command("run")(run.run)
app.command("against")(against.against)
app.command("calibrate")(calibrate.calibrate)
app.command("nightly")(nightly.nightly)
app.command("judge")(judge.judge)
app.command("report")(report.report)
app.command("reassembly")(reassembly.reassembly)
app.command("history")(history.history)
app.command("patch-stats")(patch_stats.patch_stats)
app.command("compare")(compare.compare)
app.command("compare-stats")(compare_stats.compare_stats)
app.command("manifest")(manifest.manifest)
app.command("readme")(readme.readme)
app.command("bundle")(bundle.bundle)
app.command("verify")(verify.verify)
app.add_typer(port.app, name="port")
app.add_typer(parity_log.app, name="parity-log")
app.add_typer(faults.app, name="faults")
app.add_typer(golden.app, name="golden")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def main() -> None:
    """Run the verb of the command line."""
    try:
        with interruptible():
            app()
    except HarnessError as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        sys.exit(2)
