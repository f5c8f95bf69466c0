"""A process that is killed in the middle of a load leaves nothing of it behind."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

from clocks import Clock
from manifest.examples import SMALL
from sqlalchemy import text as sql

from askreg.registry.manifest import loads
from askreg.registry.registry import Registry

LOADER = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from askreg.registry.manifest import load
    from askreg.registry.registry import Registry

    def die(done, total):
        if done >= 1000:
            os.kill(os.getpid(), signal.SIGKILL)

    with Registry.open(sys.argv[1], actor="root") as registry:
        load(registry, Path(sys.argv[2]), progress=die)
    """
)


def test_a_killed_load_leaves_nothing(backend_url: str, tmp_path: Path, clock: Clock) -> None:
    versions = "".join(
        f"      - {{version: {number}, at: 2025-04-01, tags: {{a: b}}}}\n" for number in range(3, 20_000)
    )
    source = tmp_path / "registry.yaml"
    source.write_text(SMALL + versions)
    ended = subprocess.run([sys.executable, "-c", LOADER, backend_url, source], env=os.environ, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    with Registry.open(backend_url, actor="root", clock=clock) as registry:
        with registry.view() as view:
            for table in ("event", "model", "version", "person", "tag"):
                assert view.connection.execute(sql(f"SELECT count(*) FROM {table}")).scalar() == 0
        assert loads(registry, SMALL, name="r.yaml").counts["versions"] == 2
