"""An auditor's pack proves itself with Python's standard library alone, and no change of it goes unseen."""

import ast
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from clocks import Clock
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from rocrate.rocrate import ROCrate

from askreg.errors import Conflict, InvalidInput
from askreg.registry.notes import SigningKey
from askreg.registry.registry import Registry
from askreg.reports.provenance import verify
from askreg.reports.provenance.export import export
from askreg.reports.provenance.verify import MANIFEST, Broken, Key, archive, signed_by
from reports.generated import NOW, generated
from reports.mutants import files_of, moment_of, mutants

KEY = SigningKey.generate()


@dataclass(frozen=True)
class Packed:
    """A pack, the key that an auditor was given before, and the registry's file."""

    data: bytes
    vkey: str
    database: Path


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    path = tmp_path_factory.mktemp("pack") / "askreg.db"
    with generated(f"sqlite:///{path}", seed=5, models=2, versions=4) as registry:
        made = export(registry, "risk-2:4", form="ro-crate", key=KEY)
        vkey = KEY.verifier(registry.log_name()).vkey
    return Packed(made.data, vkey, path)


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory, packed: Packed) -> Path:
    """A directory away from the project, with the verifier as the pack holds it."""
    place = tmp_path_factory.mktemp("auditor")
    (place / "verify.py").write_bytes(files_of(packed.data)["verify.py"])
    (place / "pack.zip").write_bytes(packed.data)
    return place


def run(outside: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier as an auditor would: isolated, without the project or its environment."""
    command = [sys._base_executable, "-I", "-S", "-W", "error", "verify.py", *arguments]  # type: ignore[attr-defined]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(command, cwd=outside, capture_output=True, text=True, check=False, env=plain)


def test_an_untouched_pack_passes(outside: Path, packed: Packed) -> None:
    done = run(outside, "--key", packed.vkey, "pack.zip")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("OK pack.zip: risk-2:4: 13 files and ")
    alone = run(outside, "pack.zip")
    assert (alone.returncode, "compare it with one you trust" in alone.stdout) == (0, True)


def test_every_one_of_several_hundred_changes_is_found(outside: Path, packed: Packed) -> None:
    made = {data: what for what, data in mutants(packed.data, KEY, seed=1)}
    assert packed.data not in made
    assert len(made) >= 300
    place = outside / "mutants"
    place.mkdir()
    names = []
    for number, data in enumerate(made):
        names.append(f"mutants/{number}.zip")
        (outside / names[-1]).write_bytes(data)
    done = run(outside, "--key", packed.vkey, *names)
    shutil.rmtree(place)
    assert (done.returncode, done.stderr) == (1, "")
    verdicts = done.stdout.splitlines()
    assert len(verdicts) == len(made)
    missed = [what for what, verdict in zip(made.values(), verdicts, strict=True) if not verdict.startswith("BROKEN")]
    assert missed == []


def test_all_but_a_pack_signed_anew_are_found_without_the_key_too(packed: Packed) -> None:
    for what, data in mutants(packed.data, KEY, seed=2):
        if "names their key" not in what:
            with pytest.raises(Broken):
                pytest.fail(f"{what}: {verify.verify(data)}")


@given(at=st.integers(0), bit=st.integers(0, 7))
def test_any_one_bit_is_found(packed: Packed, at: int, bit: int) -> None:
    at %= len(packed.data)
    changed = packed.data[:at] + bytes([packed.data[at] ^ 1 << bit]) + packed.data[at + 1 :]
    with pytest.raises(Broken):
        verify.verify(changed, Key(packed.vkey))


def test_every_byte_of_the_list_s_signature_is_found(packed: Packed) -> None:
    files, moment = files_of(packed.data), moment_of(packed.data)
    manifest = files[MANIFEST]
    for at in range(manifest.index(b"\n\n"), len(manifest)):  # its signature, where forms could be equal in meaning
        for bit in (0, 1, 5):  # another value, its neighbour, the other case
            changed = manifest[:at] + bytes([manifest[at] ^ 1 << bit]) + manifest[at + 1 :]
            with pytest.raises(Broken):
                verify.verify(archive({**files, MANIFEST: changed}, moment), Key(packed.vkey))


def test_a_wrong_call_is_no_verdict(outside: Path) -> None:
    assert run(outside).returncode == 2
    assert run(outside, "--key", "nonsense", "pack.zip").returncode == 2
    absent = run(outside, "absent.zip")
    assert (absent.returncode, absent.stdout.startswith("BROKEN absent.zip")) == (1, True)


def resigned(packed: Packed, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a pack that the site itself would have signed with other contents."""
    files = files_of(packed.data)
    origin = files["checkpoint.txt"].decode().split("\n")[0]
    files[name] = change(files[name])
    head = "\n".join(files[MANIFEST].decode().split("\n")[:3])
    listed = [f"{hashlib.sha256(d).hexdigest()} {len(d)} {n}" for n, d in sorted(files.items()) if n != MANIFEST]
    files[MANIFEST] = KEY.sign("\n".join([head, *listed]) + "\n", name=origin).encode()
    return archive(files, moment_of(packed.data))


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("summary.json", b'"value": "0.', b'"value": "1.', "figures of summary.json"),
        ("summary.json", b'"recorded_at": "2026', b'"recorded_at": "2025', "as it is not"),
        ("summary.json", b'"seq": ', b'"seq": 1', "summary.json"),
        ("summary.json", b"{", b"[", "not JSON"),
        ("events.jsonl", b'"actor":"', b'"actor":"x', "not the one that was proved"),
        ("proofs.json", b'"seq": ', b'"seq": 1', "not"),
        ("proofs.json", b'"root": "', b'"root": "0', "another checkpoint"),
        ("checkpoint.txt", b"\n", b"x\n", "checkpoint.txt"),
    ],
)
def test_what_the_site_itself_signed_wrongly_is_found(
    packed: Packed, name: str, old: bytes, new: bytes, found: str
) -> None:
    changed = resigned(packed, name, lambda data: data.replace(old, new, 1))
    with pytest.raises(Broken, match=found):
        verify.verify(changed, Key(packed.vkey))


def test_what_the_site_signs_unchanged_passes(packed: Packed) -> None:
    assert resigned(packed, "README.txt", lambda data: data) == packed.data


# -- Ed25519


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [  # RFC 8032, section 7.1, tests 1 to 3
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0"
            "595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae"
            "b4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9"
            "716ed28dc027beceea1ec40a",
        ),
    ],
)
def test_the_signatures_of_rfc_8032_are_true_and_no_others(public: str, message: str, signature: str) -> None:
    key, text, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert signed_by(key, text, signed)
    assert not signed_by(key, text + b"\0", signed)
    assert not signed_by(key[::-1], text, signed)
    for at in range(0, 64, 9):
        assert not signed_by(key, text, signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :])
    s = int.from_bytes(signed[32:], "little")
    assert not signed_by(key, text, signed[:32] + (s + verify.L).to_bytes(32, "little"))
    assert not signed_by(key, text, signed[:-1])


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200))
def test_the_library_s_signatures_are_true(seed: bytes, message: bytes) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes_raw()
    assert signed_by(public, message, private.sign(message))
    assert not signed_by(public, message + b"x", private.sign(message))


# -- the pack as a file


def test_the_verifier_needs_nothing_but_the_standard_library_of_an_old_python() -> None:
    source = Path(verify.__file__).read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 7))
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_pack_is_an_ro_crate_that_describes_all_its_files(packed: Packed, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed.data)) as opened:
        assert opened.testzip() is None
        opened.extractall(tmp_path)
    crate = ROCrate(tmp_path)
    files = set(files_of(packed.data)) - {"ro-crate-metadata.json"}
    assert {entity.id for entity in crate.data_entities} == files
    assert crate.root_dataset["name"] == "Provenance of risk-2:4"
    assert all(str(entity["description"]) for entity in crate.data_entities)
    assert crate.metadata["conformsTo"] == "https://w3id.org/ro/crate/1.1"
    sizes = {entity.id: entity.get("contentSize") for entity in crate.data_entities if entity.id != MANIFEST}
    assert sizes == {name: str((tmp_path / name).stat().st_size) for name in files - {MANIFEST}}


def test_the_same_record_and_key_give_the_same_pack(tmp_path: Path) -> None:
    def made(name: str) -> bytes:
        with generated(f"sqlite:///{tmp_path / name}", seed=9, models=1, versions=2) as registry:
            return export(registry, "risk-1:2", form="ro-crate", key=KEY).data

    assert made("one.db") == made("two.db")


def test_a_pack_is_logged_with_its_checkpoint_and_digest(packed: Packed) -> None:
    with Registry.open(f"sqlite:///{packed.database}", actor="aud.itor", clock=Clock(NOW)) as registry:
        told, signed = registry.history(everything=True, limit=2).events
        summary = json.loads(files_of(packed.data)["summary.json"])
        assert (signed.action, signed.detail["size"]) == ("checkpoint.signed", summary["head"]["seq"])
        assert told.detail["digest"] == f"sha256:{hashlib.sha256(packed.data).hexdigest()}"
        assert registry.verify(keys=[KEY.verifier(registry.log_name())]).ok


def test_other_reports_go_with_a_pack_and_are_signed_for(packed: Packed, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(packed.database, copy)
    with Registry.open(f"sqlite:///{copy}", actor="aud.itor", clock=Clock(NOW)) as registry:
        made = export(registry, "risk-1:1", form="ro-crate", key=KEY, reports={"card.md": b"# A card\n"})
        assert "14 files" in verify.verify(made.data, Key(packed.vkey))
        with pytest.raises(InvalidInput, match="of its own"):
            export(registry, "risk-1:1", form="ro-crate", key=KEY, reports={"summary.md": b""})
        with pytest.raises(InvalidInput, match="give the key"):
            export(registry, "risk-1:1", form="ro-crate")


def test_every_version_of_a_registry_can_be_packed(packed: Packed, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(packed.database, copy)
    with Registry.open(f"sqlite:///{copy}", actor="aud.itor", clock=Clock(NOW)) as registry:
        for model in (1, 2):
            for number in (1, 2, 3, 4):
                limits = {"as_of": "2026-01-01"} if number == 1 else {}
                made = export(registry, f"risk-{model}:{number}", form="ro-crate", key=KEY, **limits)  # type: ignore[arg-type]
                assert verify.verify(made.data, Key(packed.vkey)).startswith(f"risk-{model}:{number}")


def test_an_altered_record_is_not_packed(packed: Packed, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(packed.database, copy)
    with sqlite3.connect(copy) as behind:
        behind.execute("UPDATE version SET size = 1 WHERE number = 1")
    behind.close()
    with Registry.open(f"sqlite:///{copy}", actor="aud.itor", clock=Clock(NOW)) as registry:
        with pytest.raises(Conflict, match="nothing was packed"):
            export(registry, "risk-2:4", form="ro-crate", key=KEY)
