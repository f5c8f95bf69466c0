"""What a site refuses to start with: a cloud brain where none may be, and settings that lead traffic elsewhere."""

import re
from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

_OFF = frozenset(("", "0", "false", "no", "off"))
_TRACING = frozenset(
    """
    LANGSMITH_TRACING LANGSMITH_TRACING_V2 LANGCHAIN_TRACING LANGCHAIN_TRACING_V2 LANGCHAIN_HANDLER
    LANGSMITH_OTEL_ENABLED LANGCHAIN_OTEL_ENABLED LANGSMITH_TEST_TRACKING LANGCHAIN_TEST_TRACKING
    ANTHROPIC_OPEN_TELEMETRY ANTHROPIC_OPEN_TELEMETRY_PROPAGATION
    """.split()
)
# Whatever they hold, they name a place for traffic to go to, or add to what is sent.
_LEADING = re.compile(
    r"(?:LANGSMITH|LANGCHAIN)_(?:\w*ENDPOINTS?|\w*GATEWAY\w*|HUB_API_URL|BASE_URL|CONFIG_FILE|PROFILE|CUSTOM_HEADERS)"
    r"|ANTHROPIC_(?:\w*BASE_URL|API_URL|PROXY|UNIX_SOCKET|CUSTOM_HEADERS)"
    r"|(?:HTTPS?|ALL|FTP|WSS?|SOCKS)_PROXY|OTEL_EXPORTER_\w*ENDPOINT|OTEL_EXPORTER_ZIPKIN_\w+|TRACELOOP_BASE_URL"
    r"|LANGFUSE_(?:HOST|BASE_URL)|HELICONE_\w*URL|OPENAI_(?:BASE_URL|API_BASE)|SSLKEYLOGFILE",
    re.IGNORECASE,
)
_EXPORTING = ("OTEL_TRACES_EXPORTER", "OTEL_LOGS_EXPORTER", "OTEL_METRICS_EXPORTER")
_HARMLESS_EXPORTERS = frozenset(("", "none", "console"))
_CLOUD_TAG = re.compile(r"(?:^|[:-])cloud$")


def problems(
    environ: Mapping[str, str],
    *,
    policy: str,
    backend: str,
    ollama_url: str,
    ollama_model: str,
    allowed_hosts: Collection[str] = (),
) -> list[str]:
    """Return what must not be, each with the way out. Names are resolved by nobody, values that are secret not said."""
    return [
        *_policy(policy, backend),
        *(_variables(environ) if backend != "offline" else ()),
        *(_ollama(environ, ollama_url, ollama_model, allowed_hosts) if backend == "ollama" else ()),
    ]


def _policy(policy: str, backend: str) -> Iterator[str]:
    if policy not in ("local-only", "cloud-allowed"):
        yield f"the policy {policy!r} is not known, so nothing is sent; set ASKREG_POLICY=local-only or cloud-allowed"
    elif policy == "local-only" and backend not in ("offline", "ollama"):
        yield (
            f"ASKREG_POLICY is 'local-only', and the backend {backend!r} would send questions outside; ask with"
            " --backend offline or ollama, or let the site decide on ASKREG_POLICY=cloud-allowed"
        )


def _variables(environ: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(environ):
        value, upper = environ[name].strip(), name.upper()
        if upper in _TRACING and value.lower() not in _OFF:
            yield f"{name} is on: it would send conversations to a tracing service; unset it"
        elif upper in _EXPORTING and not _HARMLESS_EXPORTERS.issuperset(v.strip() for v in value.lower().split(",")):
            yield f"{name} would export traces of conversations; unset it or set it to 'none'"
        elif value and _LEADING.fullmatch(name):
            yield f"{name} is set: it would lead traffic elsewhere; unset it"
        elif upper == "OLLAMA_HOST" and value and not _is_loopback(_host(_with_scheme(value))):
            yield "OLLAMA_HOST names another machine; unset it and name the server in ASKREG_OLLAMA_URL"


def _ollama(environ: Mapping[str, str], url: str, model: str, allowed_hosts: Collection[str]) -> Iterator[str]:
    parts, host = _split(url), _host(url)
    listed = {allowed.strip().lower().strip("[]") for allowed in allowed_hosts}
    if parts is not None and "@" in parts.netloc:
        yield "ASKREG_OLLAMA_URL holds a user name, which can hide where it leads; leave it out"
    elif parts is None or parts.scheme not in ("http", "https") or not host:
        yield "ASKREG_OLLAMA_URL is no http(s) address; set it to http://127.0.0.1:11434"
    elif not _is_loopback(host) and host not in listed:
        yield (
            f"ASKREG_OLLAMA_URL leads to {host!r}, which is neither this machine nor listed in ASKREG_OLLAMA_HOSTS; use"
            " http://127.0.0.1:11434 or list the host"
        )
    if _CLOUD_TAG.search("".join(model.split()).lower()):
        yield (
            f"the model {model.strip()!r} runs at Ollama's cloud, even when asked through this machine; choose one"
            " without 'cloud' in its tag with ASKREG_OLLAMA_MODEL"
        )


def _with_scheme(value: str) -> str:
    return value if "://" in value else f"http://{value}"


def _split(url: str) -> SplitResult | None:
    if any(c.isspace() or c == "\\" or not c.isprintable() for c in url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _host(url: str) -> str:
    parts = _split(url)
    return "" if parts is None or "@" in parts.netloc else (parts.hostname or "")


def _is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, in a plain form: 127.1 or 0x7f000001 mean it to some programs only."""
    if host == "localhost":
        return True
    try:
        address: IPv4Address | IPv6Address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback and "%" not in host
