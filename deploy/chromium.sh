#!/usr/bin/env bash
# Prints the path of a Chromium: one that is here, else Debian's (as root), else Playwright's own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
find_one() {
  for name in chromium chromium-browser google-chrome; do command -v "$name" && return 0; done
  .venv/bin/python - <<'P'
import sys
from pathlib import Path
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
print(path) if Path(path).exists() else sys.exit(1)
P
}
find_one 2>/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-core; } >&2 || true
  find_one 2>/dev/null && exit 0
fi
.venv/bin/python -m playwright install chromium >&2 || true
find_one 2>/dev/null && exit 0
echo "bin/test: no Chromium can be had here. Install one, or leave the browser journeys out with --no-browser." >&2
exit 1
