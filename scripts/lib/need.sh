# shellcheck shell=bash
# Tools that may be missing. Nothing is installed silently, and only by root on a Debian-like system.

APT_UPDATED=

# need COMMAND PACKAGE…: the first of the packages that apt knows is installed when the command is missing.
need() {
  local command=$1
  shift
  command -v "$command" >/dev/null || provide "$command" "$@"
  command -v "$command" >/dev/null || die "$command is still missing"
}

# need_file FILE PACKAGE…: the same for something that is not a command, such as a header.
need_file() {
  local file=$1
  shift
  [[ -e $file ]] || provide "$file" "$@"
  [[ -e $file ]] || die "$file is still missing"
}

# Native AOT links with the C toolchain against zlib.
need_linker() {
  command -v clang >/dev/null || need gcc gcc
  need_file /usr/include/zlib.h zlib1g-dev
}

need_dotnet() {
  command -v dotnet >/dev/null || die 'dotnet is missing: install the .NET SDK 10 (https://dot.net/download)'
  # Asked inside the repository, where global.json says which SDKs will do.
  (cd "$ROOT" && dotnet --version >/dev/null 2>&1) ||
    die 'the .NET SDK is older than 10.0.100 (https://dot.net/download)'
}

provide() {
  local missing=$1 package lock
  shift
  if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
    die "$missing is missing; install it, for example: sudo apt-get install $1"
  fi
  # Several of these commands may run at once, as in CI; what one has installed the next need not.
  exec {lock}>"${TMPDIR:-/tmp}/rinha-apt.lock"
  flock "$lock"
  if [[ -e $missing ]] || command -v "$missing" >/dev/null; then
    exec {lock}>&-
    return
  fi
  if [[ -z $APT_UPDATED ]]; then
    apt-get update -qq >&2 || echo 'rinha: apt-get update failed; going on with the lists that are here' >&2
    APT_UPDATED=yes
  fi
  for package in "$@"; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      echo "installing $package with apt-get"
      install_quietly "$package"
      exec {lock}>&-
      return
    fi
  done
  die "$missing is missing, and apt-get knows none of: $*"
}

# In a subshell, for its trap.
install_quietly() (
  policy=/usr/sbin/policy-rc.d
  # Debian's nginx would start a server of its own on port 80; this file is how a package is told not to.
  if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" </dev/null >&2 ||
    die "apt-get could not install $1"
)
