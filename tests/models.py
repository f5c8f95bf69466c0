"""Where real language models are served, for the tests that are marked `live(NAME)`."""

import os

LIVE = {name: os.environ.get(name, "") for name in ("ASKREG_TEST_ANTHROPIC_URL", "ASKREG_TEST_OLLAMA_URL")}
