"""The direction of imports, and where each library may be used."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
PACKAGE = TOP / "src" / "askreg"

# Each layer imports only from itself and from those before it. "" is askreg itself, the names it exports.
LAYERS = [
    {"errors", "settings"},
    {"registry"},
    {"library"},
    {"reports"},
    {"agent"},
    {"interop"},
    {""},
    {"demo"},
    {"cli", "__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}

# A library, or a family of them, and the only layers that may import it; streamlit belongs to app/ alone.
FENCES = {
    "sqlmodel": {"registry"},
    "sqlalchemy": {"registry"},
    "psycopg": {"registry"},
    "chromadb": {"library"},
    "bm25s": {"library"},
    "onnxruntime": {"library"},
    "tokenizers": {"library"},
    "langchain": {"library", "agent", "interop"},
    "sklearn": {"demo"},
    "skops": {"demo"},
    "cryptography": {"registry"},
    "prov": {"reports"},
    "typer": {"cli"},
    "click": {"cli"},
    "rich": {"cli"},
    "cyclonedx": {"reports"},
    "huggingface_hub": {"reports"},
    "reportlab": {"reports"},
    "xmlschema": {"reports"},
    "streamlit": {"app"},
}
# What decides or remembers takes its settings as arguments, so that it behaves alike wherever it runs.
PURE = {"errors", "registry", "library", "reports", "agent"}


def imports(tree: ast.AST, module: str, *, is_package: bool) -> Iterator[tuple[str, int]]:
    """Every dotted name that the module imports, relative ones resolved, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                drop = node.level - 1 if is_package else node.level
                kept = module.split(".")[: len(module.split(".")) - drop]
                base = ".".join([*kept, *([node.module] if node.module else [])])
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def layer_of(dotted: str) -> str:
    """The layer an askreg name belongs to; a name that askreg itself exports belongs to ""."""
    if dotted == "askreg.__version__":  # defined there, not fetched from another layer
        return "errors"
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in RANK else ""


def violations(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """What in this module breaks the layering, one sentence each."""
    tree = ast.parse(source)
    layer = layer_of(module) if module.split(".")[0] == "askreg" else module.split(".")[0]
    found = []
    for name, line in imports(tree, module, is_package=is_package):
        root = name.split(".")[0]
        if root == "askreg" and layer in RANK and RANK[layer_of(name)] > RANK[layer]:
            found.append(f"{module}:{line} imports {name}, which is in a later layer")
        for library, homes in FENCES.items():
            if (root == library or root.startswith(f"{library}_")) and layer not in homes:
                found.append(f"{module}:{line} imports {root}, which belongs to {', '.join(sorted(homes))}")
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print"), lineno=line):
                found.append(f"{module}:{line} prints")
            case ast.Attribute(attr="environ" | "getenv", lineno=line) if layer in PURE:
                found.append(f"{module}:{line} reads the environment")
    return found


def modules(folder: Path, package: str) -> Iterator[tuple[str, Path]]:
    """Each Python file under a folder, with its module's dotted name."""
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        yield ".".join([package, *parts]).removesuffix(".__init__"), path


FILES = [*modules(PACKAGE, "askreg"), *modules(TOP / "app", "app")]


@pytest.mark.parametrize(("module", "path"), FILES, ids=[module for module, _ in FILES])
def test_a_module_keeps_to_its_layer(module: str, path: Path) -> None:
    assert violations(path.read_text("utf-8"), module, is_package=path.name == "__init__.py") == []


def test_every_part_of_the_package_has_a_layer() -> None:
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for _, path in modules(PACKAGE, "askreg")}
    assert parts - {"__init__"} <= RANK.keys()


def at_load(tree: ast.Module) -> ast.Module:
    """The module without what runs later, or never: functions, and imports for the type checker."""

    class Prune(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
            return None

        def visit_If(self, node: ast.If) -> ast.AST | None:
            return None if "TYPE_CHECKING" in ast.dump(node.test) else self.generic_visit(node)

    pruned: ast.Module = Prune().visit(tree)
    return pruned


def cycle(sources: dict[str, str], packages: set[str]) -> list[str]:
    """Modules that import each other while loading, or nothing."""
    graph: dict[str, set[str]] = {}
    for module, source in sources.items():
        names = {name for name, _ in imports(at_load(ast.parse(source)), module, is_package=module in packages)}
        targets = {name if name in sources else name.rpartition(".")[0] for name in names}
        graph[module] = {target for target in targets if target in sources and target != module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_no_two_modules_import_each_other() -> None:
    found = list(modules(PACKAGE, "askreg"))
    packages = {module for module, path in found if path.name == "__init__.py"}
    assert cycle({module: path.read_text("utf-8") for module, path in found}, packages) == []


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("askreg.registry.reads", "from askreg.agent import tools", "later layer"),
        ("askreg.registry.reads", "def f():\n    import askreg.cli", "later layer"),
        ("askreg.registry.reads", "from ..agent.tools import Tool", "later layer"),
        ("askreg.registry.reads", "from askreg import Registry", "later layer"),
        ("askreg.registry.reads", "from askreg import cli", "later layer"),
        ("askreg.agent.tools", "import askreg", "later layer"),
        ("askreg.errors", "from .registry import names", "later layer"),
        ("askreg.demo.build", "from askreg.cli import main", "later layer"),
        ("askreg.agent.tools", "import sqlalchemy.orm", "belongs to registry"),
        ("askreg.cli", "from sqlmodel import Session", "belongs to registry"),
        ("askreg.registry.reads", "from langchain_core.tools import tool", "belongs to"),
        ("askreg.agent.show", "from rich.table import Table", "belongs to cli"),
        ("askreg.cli.app", "import streamlit as st", "belongs to app"),
        ("askreg.library.index", "import typer", "belongs to cli"),
        ("app.chat", "import sqlmodel", "belongs to registry"),
        ("askreg.cli.main", "print('hello')", "prints"),
        ("askreg.registry.open", "import os\nhome = os.environ['HOME']", "reads the environment"),
        ("askreg.registry.open", "import os\nhome = os.getenv('HOME')", "reads the environment"),
    ],
)
def test_a_planted_violation_is_found(module: str, source: str, complaint: str) -> None:
    assert any(complaint in found for found in violations(source, module))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("askreg.registry.reads", "from askreg.errors import NotFound\nfrom .tables import Model\nimport sqlmodel"),
        ("askreg.agent.tools", "from askreg.registry import Registry\nfrom langchain_core.tools import tool"),
        ("askreg.registry.log", "from askreg import __version__"),
        ("askreg.cli.reads", "from askreg import Registry"),
        ("askreg.cli.reads", "import typer\nfrom askreg.demo import build\nfrom rich.table import Table"),
        ("app.chat", "import streamlit\nfrom askreg.agent import answers"),
        ("askreg.settings", "import os\nhome = os.environ['HOME']"),
        ("askreg.registry.reads", "import richer, clicker"),
    ],
)
def test_what_is_allowed_is_let_through(module: str, source: str) -> None:
    assert violations(source, module) == []


def test_a_planted_cycle_is_found_and_one_that_only_runs_later_is_not() -> None:
    there = "from askreg.b import f"
    assert cycle({"askreg.a": there, "askreg.b": "import askreg.a"}, set())
    assert not cycle({"askreg.a": there, "askreg.b": "def f():\n    import askreg.a"}, set())
