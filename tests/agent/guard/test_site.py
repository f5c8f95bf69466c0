from typing import Any

import pytest

from askreg.agent.guard import site

LOCAL: dict[str, Any] = {
    "policy": "local-only",
    "backend": "ollama",
    "ollama_url": "http://127.0.0.1:11434",
    "ollama_model": "qwen3:8b",
    "allowed_hosts": (),
}
CLOUD = {**LOCAL, "policy": "cloud-allowed", "backend": "claude"}


def problems(environ: dict[str, str] | None = None, **given: Any) -> list[str]:
    return site.problems(environ or {}, **{**LOCAL, **given})


def test_a_plain_local_site_may_start() -> None:
    assert problems() == []
    assert problems(backend="offline") == []
    assert site.problems({}, **CLOUD) == []


def test_a_cloud_brain_may_not_be_where_everything_stays_inside() -> None:
    (found,) = problems(backend="claude")
    assert "ASKREG_POLICY" in found and "'claude'" in found and "--backend offline" in found


def test_a_backend_that_is_not_known_is_taken_for_a_cloud() -> None:
    assert problems(backend="gpt") != []


def test_a_policy_that_is_not_known_allows_nothing() -> None:
    (found,) = problems(policy="open")
    assert "'open'" in found and "ASKREG_POLICY" in found


VARIABLES = {
    "LANGSMITH_TRACING": "true",
    "LANGCHAIN_TRACING_V2": "1",
    "langchain_tracing_v2": "YES",
    "LANGSMITH_ENDPOINT": "https://traces.example",
    "LANGCHAIN_ENDPOINT": "https://traces.example",
    "LANGSMITH_RUNS_ENDPOINTS": '{"https://a.example": "k"}',
    "LANGSMITH_GATEWAY": "https://gateway.example",
    "LANGSMITH_GATEWAY_URL": "https://gateway.example",
    "ANTHROPIC_BASE_URL": "https://proxy.example",
    "ANTHROPIC_API_URL": "https://proxy.example",
    "OLLAMA_HOST": "10.0.0.7:11434",
    "HTTP_PROXY": "http://proxy:3128",
    "https_proxy": "http://proxy:3128",
    "ALL_PROXY": "socks5://proxy:1080",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318",
    "OTEL_TRACES_EXPORTER": "otlp",
    "LANGSMITH_PROFILE": "work.example",
    "LANGSMITH_OTEL_ENABLED": "true",
    "ANTHROPIC_CUSTOM_HEADERS": "x-note: example",
    "ANTHROPIC_VERTEX_BASE_URL": "https://proxy.example",
    "ANTHROPIC_OPEN_TELEMETRY": "1",
}


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("site_of", [LOCAL, CLOUD], ids=["ollama", "claude"])
def test_what_leads_traffic_elsewhere_is_named_and_its_value_is_not(name: str, site_of: dict[str, Any]) -> None:
    (found,) = site.problems({name: VARIABLES[name], "PATH": "/bin"}, **site_of)
    assert found.startswith(name) or name in found
    assert "unset" in found
    assert "example" not in found and "10.0.0.7" not in found and "collector" not in found


@pytest.mark.parametrize(
    "environ",
    [
        {"LANGSMITH_TRACING": "false"},
        {"LANGCHAIN_TRACING_V2": "0"},
        {"LANGSMITH_API_KEY": "secret"},
        {"OLLAMA_HOST": "127.0.0.1:11434"},
        {"OLLAMA_HOST": "http://localhost:11434"},
        {"OLLAMA_HOST": "[::1]:11434"},
        {"NO_PROXY": "*", "HTTP_PROXY": ""},
        {"OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_SERVICE_NAME": "askreg"},
        {"ANTHROPIC_API_KEY": "secret"},
    ],
)
def test_variables_that_lead_nowhere_may_be_set(environ: dict[str, str]) -> None:
    assert site.problems(environ, **CLOUD) == [] and problems(environ) == []


def test_no_secret_is_ever_said() -> None:
    environ = {"LANGSMITH_ENDPOINT": "https://u:sesame@traces.example", "ANTHROPIC_BASE_URL": "https://sesame.example"}
    assert "sesame" not in " ".join(site.problems(environ, **CLOUD))


def test_the_offline_brain_cares_for_no_variable() -> None:
    assert problems(VARIABLES, backend="offline") == []


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:11434",
        "http://LOCALHOST:11434",
        "http://127.0.0.1:11434",
        "http://127.8.9.10",
        "http://[::1]:11434",
    ],
)
def test_this_machine_is_known_by_its_plain_names(url: str) -> None:
    assert problems(ollama_url=url) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.evil.example:11434",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://127.0.0.1:11434@evil.example",
        "http://2130706433:11434",
        "http://0x7f000001",
        "http://0177.0.0.1",
        "http://127.1",
        "http://0.0.0.0:11434",
        "http://[::ffff:10.0.0.1]",
        "http://[fe80::1]",
        "http://10.0.0.7:11434",
        "http://gpu-box:11434",
        "http://evil.example\\@localhost",
        "http://localhost\t.evil.example",
        "http://localhost:port",
        "ftp://localhost",
        "localhost:11434",
        "",
        "http://",
        "http://loca1host",
        "http://ｌocalhost.evil.example",
    ],
)
def test_whatever_is_not_this_machine_is_refused(url: str) -> None:
    (found,) = problems(ollama_url=url)
    assert "ASKREG_OLLAMA_URL" in found


def test_a_host_that_the_site_has_listed_may_serve() -> None:
    assert problems(ollama_url="http://gpu-box.ward.example:11434", allowed_hosts=["gpu-box.ward.example"]) == []
    assert problems(ollama_url="http://GPU-Box.ward.example", allowed_hosts=["gpu-box.WARD.example"]) == []
    assert problems(ollama_url="http://gpu-box.ward.example.evil", allowed_hosts=["gpu-box.ward.example"]) != []
    assert problems(ollama_url="http://a@gpu-box.ward.example", allowed_hosts=["gpu-box.ward.example"]) != []


@pytest.mark.parametrize(
    "model",
    ["gpt-oss:120b-cloud", "gpt-oss:cloud", "QWEN3:480B-CLOUD", " kimi-k2:cloud ", "a:b-Cloud\n", "x/y:1t- cloud"],
)
def test_a_model_at_ollamas_cloud_is_refused(model: str) -> None:
    (found,) = problems(ollama_model=model)
    assert "cloud" in found and "ASKREG_OLLAMA_MODEL" in found


@pytest.mark.parametrize("model", ["qwen3:8b", "cloudy:7b", "llama3.1:8b-instruct", "cloud-notes:latest"])
def test_a_model_of_this_machine_may_be_used(model: str) -> None:
    assert problems(ollama_model=model) == []


def test_ollamas_place_matters_to_ollama_only() -> None:
    assert site.problems({}, **{**CLOUD, "ollama_url": "http://10.0.0.7", "ollama_model": "x:cloud"}) == []
