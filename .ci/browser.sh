#!/usr/bin/env bash
# The tests of the pages in a real Chromium, which Debian's package brings. Ends with the first failure.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
  apt-get update -q
  apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk
fi
test -d .venv || python3 -m venv .venv
.venv/bin/python -m pip install -q --disable-pip-version-check -e '.[browser]'
# Skipped is not passed here.
.venv/bin/python -m pytest -q -m browser tests/web --junitxml=.pytest_cache/browser.xml
if grep -q '<skipped' .pytest_cache/browser.xml; then
  echo "a browser test was skipped" >&2
  exit 1
fi
