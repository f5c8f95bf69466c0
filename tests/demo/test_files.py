"""What the demo writes is what its manifest says, and comes out the same every time."""

import csv
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import skops.io

from askreg.demo import DemoFiles, build


def digest_of(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_a_second_build_in_another_process_writes_the_same_bytes(root: Path, tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from askreg.demo import build; build(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-W", "error", "-c", program, str(tmp_path)], check=True, timeout=120)
    assert contents(tmp_path / "demo") == contents(root)


def test_building_again_over_an_earlier_build_changes_nothing_and_says_what_it_does(
    demo: DemoFiles, root: Path
) -> None:
    before, messages = contents(root), list[str]()
    assert build(root.parent, messages.append) == demo
    assert contents(root) == before
    assert any("breast-malignancy:3" in message for message in messages)


def test_every_artifact_has_the_digest_and_size_of_its_file(manifest: dict[str, Any], root: Path) -> None:
    artifacts = [v["artifact"] for m in manifest["models"] for v in m["versions"] if "digest" in v.get("artifact", {})]
    assert len(artifacts) == 14
    for artifact in artifacts:
        path = root / artifact["uri"]
        assert artifact["digest"] == digest_of(path)
        assert artifact["size"] == path.stat().st_size


def test_every_dataset_held_has_the_digest_and_row_count_of_its_file(manifest: dict[str, Any], root: Path) -> None:
    held = 0
    for dataset in manifest["datasets"]:
        for version in dataset["versions"]:
            path = root / "data" / f"{dataset['name']}@{version['version']}.csv"
            assert path.exists() == ("digest" in version) == ("rows" in version)
            if path.exists():
                held += 1
                with path.open(encoding="utf-8", newline="") as handle:
                    assert version["rows"] == len(list(csv.reader(handle))) - 1
                assert version["digest"] == digest_of(path)
    assert held == 16


def test_a_saved_model_loads_again(root: Path) -> None:
    for name in ("breast-malignancy-3", "breast-malignancy-4", "diabetes-score-1"):
        path = root / "artifacts" / f"{name}.skops"
        assert skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path)).n_features_in_ in (10, 30)


def test_every_registered_document_is_written_and_has_no_open_place(manifest: dict[str, Any], root: Path) -> None:
    assert manifest["documents"]
    for document in manifest["documents"]:
        text = (root / document["path"]).read_text(encoding="utf-8")
        assert text.startswith("# ")
        assert "{{" not in text


def test_importing_the_demo_does_not_import_scikit_learn() -> None:
    program = "import sys, askreg.demo; sys.exit('sklearn' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from askreg.errors import AskregError

    for name in [name for name in sys.modules if name.startswith("askreg.demo.")]:
        if name.rpartition(".")[2] in ("manifest", "recipes", "tables", "templates", "metrics", "artifacts"):
            monkeypatch.delitem(sys.modules, name)
            monkeypatch.delattr(sys.modules["askreg.demo"], name.rpartition(".")[2], raising=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(AskregError, match=r"askreg\[demo\]"):
        build(tmp_path)
