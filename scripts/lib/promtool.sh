# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
# Prometheus' own checker. To install Debian's package would start a server: only the checker is taken out of it.

# promtool_find: sets PROMTOOL, or says why there is none.
promtool_find() {
  local directory=$ROOT/artifacts/promtool
  PROMTOOL=$(command -v promtool) && return
  PROMTOOL=$directory/usr/bin/promtool
  [[ ! -x $PROMTOOL ]] || return 0
  mkdir -p "$directory"
  (
    cd "$directory"
    apt-get download -qq prometheus && dpkg --fsys-tarfile ./prometheus_*.deb | tar -x ./usr/bin/promtool
  ) >"$directory/log" 2>&1 || true
  rm -f "$directory"/prometheus_*.deb
  [[ -x $PROMTOOL ]] || {
    echo "no promtool, and none in the distribution's package prometheus: $(tail -n 1 "$directory/log")"
    return 1
  }
}
