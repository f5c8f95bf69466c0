"""Signed checkpoints show, from outside, whatever was done to the log after they were kept; proofs need no log."""

import base64
import json
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clocks import Clock
from registry.conftest import fill, promote

from askreg.errors import Conflict, InvalidInput, StorageError
from askreg.registry import merkle
from askreg.registry.checkpoints import SIGNED, Checkpoint
from askreg.registry.log import event_hash
from askreg.registry.notes import Note, SigningKey, Verifier
from askreg.registry.registry import Registry
from askreg.registry.results import Verification

KEY = SigningKey.generate()
OTHER = SigningKey.generate()


def key_of(registry: Registry, key: SigningKey = KEY) -> Verifier:
    return key.verifier(registry.log_name())


# -- notes


def test_the_note_of_the_specification_is_parsed_and_believed() -> None:
    # The example of C2SP tlog-checkpoint and the key of the signed_note package's documentation.
    text = "This is an example message.\n"
    note = Note.parse(
        f"{text}\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuw"
        "HjG1Yu72IneyaQM=\n"
    )
    key = Verifier.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    assert (note.text, note.doubt([key])) == (text, None)
    assert "no key known here" in str(note.doubt([]))
    assert "altered or forged" in str(Note(f"{text} ", note.signatures).doubt([key]))


def test_the_checkpoint_of_the_specification_is_read() -> None:
    found = Checkpoint.parse(
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nT"
        "o+zyWE+xeMcTOAYQ8=\n",
        name="sofa",
    )
    assert (found.origin, found.size, len(found.root)) == ("example.com/behind-the-sofa", 20852163, 32)


def test_a_key_reads_as_it_is_printed() -> None:
    key = KEY.verifier("askreg/log/0123")
    assert Verifier.parse(key.vkey) == key
    for wrong in ("", "name", "name+00000000+AAAA", key.vkey.replace("0123", "0124"), key.vkey[:-4]):
        with pytest.raises(InvalidInput, match="verifier key"):
            Verifier.parse(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "o\n1\nroot\n\n\u2014 o AAAAAAAA\n",
        f"o\n01\n{base64.b64encode(bytes(32)).decode()}\n\n\u2014 o AAAAAAAA\n",
        f"o\n1\n{base64.b64encode(bytes(32)).decode()}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInput, match="kept.txt is not a signed checkpoint"):
        Checkpoint.parse(text, name="kept.txt")


def test_a_key_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "home" / "key.pem"
    KEY.write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.read(path).verifier("n") == KEY.verifier("n")
    with pytest.raises(StorageError, match="cannot be written"):
        OTHER.write(path)
    path.chmod(0o640)
    with pytest.raises(StorageError, match="may be read by others"):
        SigningKey.read(path)
    path.chmod(0o600)
    path.write_text("nonsense")
    with pytest.raises(StorageError, match="no Ed25519 key"):
        SigningKey.read(path)


# -- checkpoints of a log, on every back end


def test_a_checkpoint_covers_every_event_before_it_and_is_the_next(filled: Registry) -> None:
    before = filled.head()
    signed = filled.sign_checkpoint(KEY)
    assert (signed.size, signed.origin) == (before.seq, filled.log_name())
    (event,) = filled.history(action=SIGNED).events
    assert (event.seq, event.detail["note"]) == (before.seq + 1, signed.note)
    assert SIGNED not in {event.action for event in filled.history(limit=1000).events}


def test_a_checkpoint_holds_however_the_log_goes_on(filled: Registry, lena: Registry) -> None:
    first = filled.sign_checkpoint(KEY)
    promote(filled, lena)
    second = filled.sign_checkpoint(KEY)
    outcome = filled.verify(checkpoints=[first, second], keys=[key_of(filled)])
    assert (outcome.ok, outcome.recorded, outcome.problems) == (True, 2, [])
    assert [(each.seq, each.ok) for each in outcome.checkpoints] == [(first.size, True), (second.size, True)]


def test_a_signature_counts_only_by_a_key_that_is_known(filled: Registry) -> None:
    signed = filled.sign_checkpoint(KEY)
    stranger = filled.verify(checkpoints=[signed], keys=[key_of(filled, OTHER)])
    assert "no key known here" in stranger.problems[0].what
    assert not filled.verify(checkpoints=[signed]).ok
    unwritten = Checkpoint(signed.origin, signed.size, signed.root)
    assert filled.verify(checkpoints=[unwritten]).ok
    forged = Checkpoint.parse(str(signed.note).replace(f"\n{signed.size}\n", f"\n{signed.size - 1}\n"), name="f")
    assert "altered or forged" in filled.verify(checkpoints=[forged], keys=[key_of(filled)]).problems[0].what


def test_a_proof_of_an_event_is_checked_with_nothing_but_its_text(filled: Registry) -> None:
    signed = filled.sign_checkpoint(KEY)
    event = filled.history(action="version.registered").events[0]
    lines, _, note = filled.prove_inclusion(event.seq, signed).text.partition("\n\n")
    form, index, *path = lines.split("\n")
    found = Checkpoint.parse(note, name="proof")
    assert (form, index) == ("c2sp.org/tlog-proof@v1", f"index {event.seq - 1}")
    assert merkle.included(
        bytes.fromhex(event.hash),
        index=event.seq - 1,
        size=found.size,
        root=found.root,
        proof=[base64.b64decode(step) for step in path],
    )


def test_a_proof_that_the_log_went_on_is_checked_with_nothing_but_both_checkpoints(filled: Registry) -> None:
    old = filled.sign_checkpoint(KEY)
    filled.register_model(name="later")
    new = filled.sign_checkpoint(KEY)
    lines, _, note = filled.prove_consistency(old, new).text.partition("\n\n")
    size, *path = lines.split("\n")
    assert (size, note) == (f"old {old.size}", new.note)
    steps = [base64.b64decode(step) for step in path]
    assert merkle.consistent(old=old.size, old_root=old.root, size=new.size, root=new.root, proof=steps)


def test_what_a_checkpoint_does_not_cover_is_not_proved(filled: Registry) -> None:
    signed = filled.sign_checkpoint(KEY)
    with pytest.raises(InvalidInput, match="not among"):
        filled.prove_inclusion(signed.size + 1, signed)
    with pytest.raises(Conflict, match="not the one of the checkpoint"):
        filled.prove_inclusion(1, Checkpoint(signed.origin, signed.size, bytes(32)))
    with pytest.raises(InvalidInput, match="before that"):
        filled.prove_consistency(signed, Checkpoint(signed.origin, 1, bytes(32)))


def test_an_empty_log_is_not_signed(registry: Registry) -> None:
    with pytest.raises(InvalidInput, match="no event yet"):
        registry.sign_checkpoint(KEY)


def test_nothing_is_signed_that_may_be_undone(filled: Registry) -> None:
    with pytest.raises(InvalidInput, match="inside a transaction"), filled.transaction():
        filled.sign_checkpoint(KEY)


# -- attacks, with plain SQL behind the registry's back


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Checkpoint], list[Verifier]]:
    """A SQLite registry with two checkpoints, kept outside, and events before, between and after them."""
    path = tmp_path_factory.mktemp("kept") / "master.db"
    url, clock = f"sqlite:///{path}", Clock(datetime(2026, 7, 1, tzinfo=UTC))
    with (
        Registry.open(url, actor="ada.osei", clock=clock) as ada,
        Registry.open(url, actor="lena.koch", clock=clock) as lena,
    ):
        fill(ada)
        first = ada.sign_checkpoint(KEY)
        promote(ada, lena)
        second = ada.sign_checkpoint(KEY)
        ada.register_model(name="later")
        keys = [key_of(ada)]
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    return path, [first, second], keys


def rechained(connection: sqlite3.Connection) -> None:
    """Compute the whole chain and the head again, as one with full access would."""
    previous = "0" * 64
    for rowid, *values in connection.execute("SELECT rowid, * FROM event ORDER BY seq").fetchall():
        names = (
            "seq",
            "recorded_at",
            "occurred_at",
            "recorded_by",
            "actor",
            "action",
            "subject",
            "entity_id",
            "payload",
        )
        own = event_hash(**dict(zip(names, values, strict=False)), previous=previous)
        connection.execute("UPDATE event SET previous = ?, hash = ? WHERE rowid = ?", (previous, own, rowid))
        previous = own
    connection.execute("UPDATE head SET hash = ?, seq = (SELECT max(seq) FROM event)", (previous,))


def attacked(
    kept: tuple[Path, list[Checkpoint], list[Verifier]],
    tmp_path: Path,
    attack: Callable[[sqlite3.Connection], object],
    *,
    given: bool = True,
) -> Verification:
    master, checkpoints, keys = kept
    copy = tmp_path / "copy.db"
    shutil.copy(master, copy)
    connection = sqlite3.connect(copy)
    attack(connection)
    connection.commit()
    connection.close()
    with Registry.open(f"sqlite:///{copy}", actor="auditor") as registry:
        return registry.verify(checkpoints=checkpoints if given else [], keys=keys)


def test_what_nobody_touched_holds(kept: tuple[Path, list[Checkpoint], list[Verifier]], tmp_path: Path) -> None:
    found = attacked(kept, tmp_path, lambda connection: None)
    assert (found.ok, found.problems, found.recorded) == (True, [], 2)


SQL: dict[str, str] = {
    "altered": "UPDATE event SET actor = 'mallory' WHERE seq = 5",
    "removed": "DELETE FROM event WHERE seq = 5",
    "reordered": "UPDATE event SET seq = CASE seq WHEN 5 THEN -6 WHEN 6 THEN -5 ELSE seq END;"
    "UPDATE event SET seq = -seq WHERE seq < 0",
    "inserted": "UPDATE event SET seq = -seq WHERE seq > 5; UPDATE event SET seq = 1 - seq WHERE seq < 0;"
    "INSERT INTO event SELECT 6, recorded_at, occurred_at, recorded_by, actor, action, subject, entity_id, payload, "
    "previous, hash FROM event WHERE seq = 5",
    "backdated": "UPDATE event SET occurred_at = '2020-01-01T00:00:00.000000Z' WHERE seq = 5",
}


@pytest.mark.parametrize("attack", sorted(SQL))
def test_an_attack_is_named_and_both_checkpoints_do_not_hold(
    kept: tuple[Path, list[Checkpoint], list[Verifier]], tmp_path: Path, attack: str
) -> None:
    found = attacked(kept, tmp_path, lambda connection: connection.executescript(SQL[attack]))
    assert [each.ok for each in found.checkpoints] == [False, False]
    assert any(problem.where in ("event 5", "event 6") for problem in found.problems)


@pytest.mark.parametrize("attack", sorted(SQL))
def test_an_attack_with_the_chain_computed_again_is_still_found(
    kept: tuple[Path, list[Checkpoint], list[Verifier]], tmp_path: Path, attack: str
) -> None:
    def rewrite(connection: sqlite3.Connection) -> None:
        connection.executescript(SQL[attack])
        if attack == "removed":
            connection.execute("UPDATE event SET seq = -seq WHERE seq > 5")
            connection.execute("UPDATE event SET seq = -seq - 1 WHERE seq < 0")
        rechained(connection)

    found = attacked(kept, tmp_path, rewrite)
    assert [each.ok for each in found.checkpoints] == [False, False]
    wheres = [problem.where for problem in found.problems]
    assert {f"checkpoint {each.size}" for each in kept[1]} <= set(wheres)


def test_a_log_rewritten_from_some_event_on_says_which_checkpoint_still_holds(
    kept: tuple[Path, list[Checkpoint], list[Verifier]], tmp_path: Path
) -> None:
    first, second = kept[1]

    def rewrite(connection: sqlite3.Connection) -> None:
        connection.execute(f"UPDATE event SET actor = 'mallory' WHERE seq = {first.size + 2}")
        rechained(connection)

    found = attacked(kept, tmp_path, rewrite)
    assert [each.ok for each in found.checkpoints] == [True, False]
    (problem,) = [problem for problem in found.problems if problem.where == f"checkpoint {second.size}"]
    assert f"that of event {first.size} holds, so it was altered after that event" in problem.what


def test_the_log_s_own_checkpoints_show_a_rewriting_that_left_them(
    kept: tuple[Path, list[Checkpoint], list[Verifier]], tmp_path: Path
) -> None:
    def rewrite(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE event SET actor = 'mallory' WHERE seq = 5")
        rechained(connection)

    found = attacked(kept, tmp_path, rewrite, given=False)
    assert [problem.where for problem in found.problems] == [f"event {each.size + 1}" for each in kept[1]]


def test_the_log_s_own_checkpoint_cannot_be_signed_again_without_the_key(
    kept: tuple[Path, list[Checkpoint], list[Verifier]], tmp_path: Path
) -> None:
    first = kept[1][0]

    def rewrite(connection: sqlite3.Connection) -> None:
        (payload,) = connection.execute("SELECT payload FROM event WHERE seq = ?", (first.size + 1,)).fetchone()
        told = json.loads(payload)
        forged = Checkpoint(first.origin, first.size, first.root).signed(OTHER)
        signature = str(forged.note).rpartition(" ")[2]
        genuine = base64.b64decode(str(first.note).rpartition(" ")[2])
        forged_bytes = genuine[:4] + base64.b64decode(signature)[4:]
        told["detail"]["note"] = str(first.note).rpartition(" ")[0] + f" {base64.b64encode(forged_bytes).decode()}\n"
        connection.execute(
            "UPDATE event SET payload = ? WHERE seq = ?",
            (json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False), first.size + 1),
        )
        rechained(connection)

    found = attacked(kept, tmp_path, rewrite, given=False)
    assert "altered or forged" in found.problems[0].what


def test_a_tail_that_was_cut_off_with_its_head_is_found(
    kept: tuple[Path, list[Checkpoint], list[Verifier]], tmp_path: Path
) -> None:
    second = kept[1][1]

    def cut(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM event WHERE seq >= ?", (second.size,))
        rechained(connection)

    found = attacked(kept, tmp_path, cut)
    assert any(p.where == f"checkpoint {second.size}" and "cut off" in p.what for p in found.problems)


def test_an_altered_record_is_not_signed(kept: tuple[Path, list[Checkpoint], list[Verifier]], tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(kept[0], copy)
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE metric SET value = '0.99' WHERE name = 'auroc'")
    connection.close()
    with Registry.open(f"sqlite:///{copy}", actor="auditor") as registry:
        before = registry.head()
        with pytest.raises(Conflict, match="nothing was signed"):
            registry.sign_checkpoint(KEY)
        assert registry.head() == before


def test_verifying_needs_no_library_while_nothing_was_signed(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from askreg.registry.registry import Registry\n"
        f"with Registry.open('sqlite:///{tmp_path / 'r.db'}', actor='ada') as registry:\n"
        "    registry.register_model(name='m')\n"
        "    assert registry.verify(checkpoints=[registry.checkpoint()]).ok\n"
        "    from askreg.registry.notes import SigningKey\n"
        "    SigningKey.generate()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'askreg[audit]'" in done.stderr.splitlines()[-1]
