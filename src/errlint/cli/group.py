"""How the command line ends: exit codes, problems, interrupts, closed pipes; and the options that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, MutableMapping
from importlib import import_module
from typing import Any, TypeVar

import click

from errlint.errors import UsageProblem
from errlint.hints import did_you_mean
from errlint.terminal import Style, forget, style_for, write

F = TypeVar("F", bound=Callable[..., Any])

COULD_NOT = 2
INTERRUPTED = 130
"""What shells report for a process that SIGINT ended."""

_COLOR = "errlint.color"


class _Lazy(MutableMapping[str, click.Command]):
    """Commands that are imported when somebody asks for them."""

    def __init__(self, modules: dict[str, str]) -> None:
        self._modules = modules
        self._commands: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._commands:
            self._commands[name] = getattr(import_module(self._modules[name]), name)
        return self._commands[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._commands[name] = command
        self._modules.setdefault(name, "")

    def __delitem__(self, name: str) -> None:
        del self._modules[name]
        self._commands.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


class Commands(click.Group):
    """The top of the command line: turns every way in which a command can end into an exit code.

    :param modules: the module of each command, by its name: it has the command as an attribute of that name, and is imported when the
    command is asked for.
    """

    def __init__(self, *args: Any, modules: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.commands = _Lazy(modules or {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's
        """The names of all commands, in the order in which they were given."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a problem of usage is shown with its place, and ends with 2."""
        try:
            return super().invoke(ctx)
        except UsageProblem as problem:
            show(problem, ctx)
            ctx.exit(COULD_NOT)

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """As click's, but never with another exit code than 0, 1, 2 and 130."""
        run: Callable[..., Any] = super().main
        if not standalone_mode:
            return run(*args, standalone_mode=False, **extra)
        try:
            code = run(*args, standalone_mode=False, **extra)
        except click.Abort:
            code = INTERRUPTED
        except click.ClickException as error:
            error.show()
            code = COULD_NOT
        except OSError as error:
            code = _cannot_write(error)
        except Exception:  # noqa: BLE001  (Python would end with 1, and 1 means findings)
            import traceback

            write(sys.stderr, [traceback.format_exc(), "error: errlint crashed; please report this\n"])
            code = COULD_NOT
        sys.exit(code if isinstance(code, int) else 0)


def _cannot_write(error: OSError) -> int:
    """0 if it is only that the reader of help or version has gone away."""
    try:
        forget(sys.stdout, error)
    except OSError:
        write(sys.stderr, [f"error: {error.strerror or error}{f': {error.filename}' if error.filename else ''}\n"])
        return COULD_NOT
    return 0


def show(problem: UsageProblem, ctx: click.Context) -> None:
    """Tell a problem to standard error."""
    from errlint.cli.problems import render

    write(sys.stderr, render(problem, style(sys.stderr, ctx)))


def style(stream: Any, ctx: click.Context | None = None) -> Style:
    """How to write to a stream, by ``--color`` and the environment."""
    return style_for(stream, (ctx or click.get_current_context()).meta.get(_COLOR, "auto"))


class Choice(click.Choice[str]):
    """A choice that knows what was probably meant."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """As click's, with the nearest choice."""
        hint = did_you_mean(str(value), self.choices)
        return f"{super().get_invalid_choice_message(value, ctx)}{f' (D{hint[1:-1]}?)' if hint else ''}"


def color_option(command: F) -> F:
    """``--color``: kept with the context, for :func:`style`."""

    def keep(ctx: click.Context, _option: click.Parameter, value: str) -> None:
        ctx.meta[_COLOR] = value

    return click.option(
        "--color",
        type=Choice(["auto", "always", "never"]),
        default="auto",
        callback=keep,
        expose_value=False,
        is_eager=True,
        help="Colour the output; beats NO_COLOR and FORCE_COLOR.  [default: auto]",
    )(command)


def listed(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The values of an option that may be repeated and may hold several, separated by commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
