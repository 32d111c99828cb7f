"""What a terminal gets and nobody else: a progress bar, and links."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from errlint.cli.progress import with_progress
from errlint.terminal import Style, style_for


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def clock(*times: float) -> Iterator[float]:
    yield from times
    while True:
        yield times[-1]


def shown(stream: io.StringIO, *times: float, **environ: str) -> str:
    ticks = clock(*times)
    items = list(with_progress(range(5), 5, stream=stream, environ=environ, clock=lambda: next(ticks)))
    assert items == [0, 1, 2, 3, 4]
    return stream.getvalue()


def test_a_long_run_has_a_bar_that_goes_away() -> None:
    said = shown(Terminal(), 0.0, 0.1, 2.0, TERM="xterm")
    assert "checking" in said
    assert said.rstrip("\r\n").endswith("\x1b[2K")


def test_a_short_run_has_none() -> None:
    assert shown(Terminal(), 0.0, 0.5, TERM="xterm") == ""


@pytest.mark.parametrize("environ", [{"CI": "true"}, {"PRE_COMMIT": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_logs_have_none(environ: dict[str, str]) -> None:
    assert shown(Terminal(), 0.0, 9.0, **environ) == ""


def test_pipes_have_none() -> None:
    assert shown(io.StringIO(), 0.0, 9.0) == ""


def test_the_bar_goes_away_when_the_run_breaks_off() -> None:
    stream = Terminal()

    def broken() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    ticks = clock(0.0, 9.0)
    with pytest.raises(KeyboardInterrupt):
        list(with_progress(broken(), 2, stream=stream, environ={}, clock=lambda: next(ticks)))
    assert stream.getvalue().rstrip("\r\n").endswith("\x1b[2K")


@pytest.mark.parametrize(
    ("environ", "links"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"TERM_PROGRAM": "vscode", "CI": "1"}, False),
        ({"TERM_PROGRAM": "vscode", "NO_COLOR": "1"}, False),
        ({"VTE_VERSION": "7200"}, True),
        ({"VTE_VERSION": "4900"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
    ],
)
def test_links_are_for_terminals_that_know_them(environ: dict[str, str], links: bool) -> None:
    assert style_for(Terminal(), environ=environ).links is links


def test_a_pipe_has_no_links() -> None:
    assert not style_for(io.StringIO(), environ={"TERM": "xterm-kitty"}).links


def test_a_link_is_an_osc_8_sequence_around_the_text() -> None:
    assert Style(links=True).link("ERR101", "https://example.org/") == "\x1b]8;;https://example.org/\x1b\\ERR101\x1b]8;;\x1b\\"
    assert Style().link("ERR101", "https://example.org/") == "ERR101"
    assert Style(links=True).link("ERR001", "") == "ERR001"
