# shellcheck shell=bash
# Everything a verb needs that looks at a stack.

# shellcheck source=scripts/lib/common.sh
source "$ROOT/scripts/lib/common.sh"
# shellcheck source=scripts/lib/need.sh
source "$ROOT/scripts/lib/need.sh"
# shellcheck source=scripts/lib/limits.sh
source "$ROOT/scripts/lib/limits.sh"
# shellcheck source=scripts/lib/cgroup.sh
source "$ROOT/scripts/lib/cgroup.sh"
# shellcheck source=scripts/lib/process.sh
source "$ROOT/scripts/lib/process.sh"
# shellcheck source=scripts/lib/postgres.sh
source "$ROOT/scripts/lib/postgres.sh"
# shellcheck source=scripts/lib/stacks.sh
source "$ROOT/scripts/lib/stacks.sh"
# shellcheck source=scripts/lib/stack.sh
source "$ROOT/scripts/lib/stack.sh"
