"""The `evalium` command: a lazy group, so that `--help` imports no command."""

from __future__ import annotations

import importlib
import os
import sys
import traceback

import click

from evalium.core import EvaliumError, ExitCode
from evalium.core.version import __version__

COMMANDS = {
    "run": ("evalium.cli.run:run", "Run a plan: models on data, scored, with intervals."),
    "score": ("evalium.cli.score:score", "Score stored records with further scorers; no model is called."),
    "compare": ("evalium.cli.compare:compare", "Compare runs, paired sample by sample."),
    "report": ("evalium.cli.report:report", "Write runs as one HTML file or as Markdown."),
    "runs": ("evalium.cli.runs:runs", "List the runs of a workspace."),
    "list": ("evalium.cli.listing:listing", "List models, scorers, metrics and datasets that have a name."),
    "init": ("evalium.cli.init:init", "Write a commented plan to start from."),
    "demo": ("evalium.cli.demo:demo", "Train, evaluate and compare three classifiers on real data."),
    "doctor": ("evalium.cli.doctor:doctor", "Check keys, endpoints, extras, disk and clock."),
}


BROKEN_PIPE = 141
"""What a shell reports of a program that SIGPIPE ended: neither success nor one of our own codes."""


class LazyGroup(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for one that does not exist."""
        from evalium.core import did_you_mean

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"no command {args[0]!r}.{did_you_mean(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="evalium")
def cli() -> None:
    """Measure, compare and decide on AI models, with numbers that can be trusted.

    Start with `evalium demo`, or `evalium init` and `evalium run plan.yaml`.
    """


def main() -> None:
    """Run the command line and end the process with the documented exit code."""
    try:
        code = cli.main(standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit) as error:
        # click and rich leave by SystemExit when nobody reads the output any more, as in `evalium ... | head`
        replaced = sys.stdout is not sys.__stdout__ or isinstance(error.__context__, BrokenPipeError)
        if isinstance(error, SystemExit) and not replaced:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(BROKEN_PIPE)
    except EvaliumError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.WRONG_USE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(ExitCode.INTERRUPTED)
    except Exception:
        click.echo(f"{traceback.format_exc()}error: this is a fault of evalium itself; please report it", err=True)
        sys.exit(ExitCode.INFRASTRUCTURE)
    sys.exit(code if isinstance(code, int) else ExitCode.OK)
