"""What comes from the record is shown literally: no markup, no terminal controls, nothing cut off."""

import pytest

from askreg.cli.printable import markdown, printable
from cli.conftest import Cli


def test_markup_in_a_description_is_shown_as_it_stands(cli: Cli) -> None:
    shown = cli.ok("show", "sepsis-risk")
    assert "[bold]Six-hour[/bold] risk [link=http://x.invalid]here[/link]" in shown
    assert "[blink]triage[/blink]" in shown


def test_markup_in_a_signature_is_shown_as_it_stands(cli: Cli) -> None:
    shown = cli.ok("show", "sepsis-risk:1")
    assert "[red]Lena[/red] Koch" in shown
    assert "[i]fine[/i]" in shown


def test_terminal_controls_are_written_out(cli: Cli) -> None:
    shown = cli.ok("show", "sepsis-risk")
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert r"\x1b[31mred\u202e" in shown


def test_controls_in_what_was_typed_are_written_out_in_the_error(cli: Cli) -> None:
    assert "\x1b" not in cli.fails("show", "sepsis-\x1b[31mrisk")


@pytest.mark.parametrize("width", ["24", "50", "80", "200"])
def test_no_figure_is_cut_off_at_any_width(cli: Cli, width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    shown = cli.ok("show", "sepsis-risk:1")
    together = "".join(shown.split())
    for figure in ("0.870", "0.852", "0.889", "1200", "0.101", "81234", "northgate/icu", "self-reported"):
        assert figure in together


def test_figures_keep_their_digits(cli: Cli) -> None:
    assert "0.870" in cli.ok("leaderboard", "auroc")


def test_what_is_piped_has_no_colour_and_no_padding(cli: Cli) -> None:
    shown = cli.ok("show", "sepsis-risk:1")
    assert "\x1b" not in shown
    assert all(line == line.rstrip() for line in shown.splitlines())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b]8;;http://x\x07", r"\x1b]8;;http://x\x07"),
        ("a\rb", r"a\x0db"),
        ("\u202ecod.exe", r"\u202ecod.exe"),
        ("Østergård 診断", "Østergård 診断"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** and `a[b]:c`", "**bold** and `a[b]:c`"),
        ("![x](http://e.invalid/p.png)", r"!\[x\](`http://e.invalid/p.png)`"),
        ("<img src=x>", r"\<img src=x>"),
        (r"\[kept\]", r"\[kept\]"),
        (":red[x] $x$ www.e.invalid", r"\:red\[x\] \$x\$ `www.e.invalid`"),
    ],
)
def test_markdown_that_would_act_is_stilled(text: str, shown: str) -> None:
    assert markdown(text) == shown
