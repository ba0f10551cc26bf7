#!/usr/bin/env bash
# Prints the folder under which Apache and mod_auth_openidc lie: "/" where Debian's packages are installed, else they
# are installed (as root), else unpacked into a cache folder (an ordinary user). No service is ever started by this.
set -euo pipefail
packages=(apache2-bin libapache2-mod-auth-openidc)
cache=${LMS_APACHE_HOME:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/lms-apache}
say() { echo "apache: $*" >&2; }

is_under() {  # the programs and the module are there, and every library that they need is found
  local root=${1%/}
  [ -x "$root/usr/sbin/apache2" ] && [ -f "$root/usr/lib/apache2/modules/mod_auth_openidc.so" ] || return 1
  ! LD_LIBRARY_PATH=$(libraries "$root") ldd "$root/usr/sbin/apache2" "$root/usr/lib/apache2/modules/mod_auth_openidc.so" \
    | grep 'not found' >&2
}

libraries() { [ -z "$1" ] || echo "$1"/usr/lib/*-linux-gnu; }

install_packages() {  # these two hold programs only: neither makes a service
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}" >&2
}

unpack_packages() {  # apt with folders of its own needs no rights; what the system has already is not fetched
  local own=(-o Debug::NoLocking=1 -o "Dir::Cache=$cache/apt" -o "Dir::State::Lists=$cache/lists" -o APT::Sandbox::User=)
  mkdir -p "$cache/apt/archives/partial" "$cache/lists/partial"
  apt-get "${own[@]}" update -qq >&2 || true
  apt-get "${own[@]}" install -y -qq --no-install-recommends --download-only "${packages[@]}" >&2 || return 1
  rm -rf "$cache/root.new"; mkdir "$cache/root.new"
  for package in "$cache"/apt/archives/*.deb; do dpkg-deb -x "$package" "$cache/root.new"; done
  rm -rf "$cache/root"; mv "$cache/root.new" "$cache/root"
  rm -rf "$cache/apt" "$cache/lists"
}

for root in / "$cache/root"; do is_under "$root" && { echo "$root"; exit 0; }; done 2>/dev/null
if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
  if [ "$(id -u)" = 0 ]; then
    say "installing ${packages[*]}"
    install_packages || { apt-get update -qq >&2 && install_packages; } || true
    is_under / && { echo /; exit 0; }
  fi
  say "unpacking ${packages[*]} into $cache"
  mkdir -p "$cache"
  exec 9>"$cache/lock"; flock 9
  is_under "$cache/root" 2>/dev/null || unpack_packages || true
  is_under "$cache/root" && { echo "$cache/root"; exit 0; }
fi
say "missing: Debian's packages ${packages[*]} (the real client of the bundled provider in tests/lms/identity)."
say "Install them, or let apt-get reach its mirror."
exit 1
