"""Checkpoints, keys and proofs from the command line."""

import json
import sqlite3
import stat
from pathlib import Path

from cli.conftest import Cli


def test_a_checkpoint_is_a_signed_note_and_its_key_is_printed(cli: Cli, tmp_path: Path) -> None:
    result = cli("audit", "checkpoint")
    origin, size, root, blank, signature = result.stdout.splitlines()
    key = cli.home / "checkpoint-key.pem"
    assert f"made the key {key}" in result.stderr
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert (blank, signature.startswith(f"\u2014 {origin} ")) == ("", True)
    assert int(size) == cli.json("audit", "log", "--limit", "1")["total"] - 1
    vkey = cli.ok("audit", "key").strip()
    assert vkey.startswith(f"{origin}+")
    assert b"PRIVATE" not in (cli.home / "askreg.db").read_bytes()


def test_only_a_key_that_is_known_or_given_counts(cli: Cli, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    cli.ok("audit", "checkpoint", "--out", str(kept))
    vkey = cli.ok("audit", "key").strip()
    (cli.home / "checkpoint-key.pem").unlink()
    result = cli("audit", "verify", "--checkpoint", str(kept))
    assert result.exit_code == 1
    assert "no key known here" in " ".join(result.stdout.split())
    found = cli.json("audit", "verify", "--checkpoint", str(kept), "--key", vkey)
    assert (found["ok"], found["checkpoints"][0]["ok"], found["recorded"]) == (True, True, 1)
    assert "not an Ed25519 verifier key" in cli.fails("audit", "verify", "--key", "x")


def test_a_log_that_was_cut_off_after_the_checkpoint_is_said_to_be(cli: Cli, tmp_path: Path) -> None:
    cli.ok("register", "model", "later", "--task", "triage")
    kept = tmp_path / "kept.txt"
    cli.ok("audit", "checkpoint", "--out", str(kept))
    with sqlite3.connect(cli.home / "askreg.db") as behind:
        behind.execute("DELETE FROM event WHERE seq > 3")
        behind.execute("UPDATE head SET seq = 3, hash = (SELECT hash FROM event WHERE seq = 3)")
    behind.close()
    result = cli("audit", "verify", "--checkpoint", str(kept))
    assert result.exit_code == 1
    assert "it was cut off" in " ".join(result.stdout.split())


def test_an_event_is_proved_to_the_last_checkpoint_that_covers_it(cli: Cli, tmp_path: Path) -> None:
    note = cli.ok("audit", "checkpoint")
    proof = cli.ok("audit", "proof", "3")
    assert proof.startswith("c2sp.org/tlog-proof@v1\nindex 2\n")
    assert proof.endswith(note)
    total = cli.json("audit", "log", "--limit", "1")["total"]
    newest = cli.ok("audit", "proof", str(total))
    assert newest.split("\n\n")[1].splitlines()[1] == str(total)


def test_an_event_is_proved_to_a_checkpoint_that_was_kept(cli: Cli, tmp_path: Path) -> None:
    kept, out = tmp_path / "kept.txt", tmp_path / "3.tlog-proof"
    cli.ok("audit", "checkpoint", "--out", str(kept))
    assert "proved" in cli.ok("audit", "proof", "3", "--checkpoint", str(kept), "--out", str(out))
    assert out.read_text("utf-8").endswith(kept.read_text("utf-8"))
    total = cli.json("audit", "log", "--limit", "1")["total"]
    assert f"event {total} is not among" in cli.fails("audit", "proof", str(total), "--checkpoint", str(kept))
    kept.write_text(kept.read_text("utf-8").replace("\u2014 askreg", "\u2014 mallory"), "utf-8")
    assert "proves nothing" in cli.fails("audit", "proof", "3", "--checkpoint", str(kept))


def test_the_log_is_proved_to_go_on_from_a_kept_checkpoint(cli: Cli, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    cli.ok("audit", "checkpoint", "--out", str(kept))
    cli.ok("register", "model", "later", "--task", "triage")
    note = cli.ok("audit", "checkpoint")
    proof = cli.ok("audit", "proof", "--from", str(kept))
    assert proof.startswith(f"old {kept.read_text('utf-8').splitlines()[1]}\n")
    assert proof.endswith(note)


def test_one_thing_is_proved_at_a_time(cli: Cli) -> None:
    cli.fails("audit", "proof", code=2)


def test_an_empty_registry_has_nothing_to_sign_and_makes_no_key(empty: Cli) -> None:
    assert "no event yet" in empty.fails("audit", "checkpoint")
    assert not (empty.home / "checkpoint-key.pem").exists()


def test_the_doctor_says_when_a_checkpoint_was_last_signed_and_that_its_key_is_safe(cli: Cli) -> None:
    def found() -> dict[str, str]:
        checks = json.loads(cli("doctor", "--json").stdout)["checks"]
        return {check["name"]: check["status"] for check in checks}

    assert found()["checkpoint"] == "note"
    cli.ok("audit", "checkpoint")
    assert found()["checkpoint"] == "ok"
    (cli.home / "checkpoint-key.pem").chmod(0o644)
    assert found()["checkpoint"] == "broken"
    assert "may be read by others" in cli.fails("audit", "checkpoint")
