#!/usr/bin/env bash
# Takes one safeguard of the product away at a time and sees the test go red that holds it: tests/sabotage/*.patch, or
# those that are named. Works on a copy of the checkout. Each patch says in its second line which test must fail, as
# MODULE CLASS#METHOD; all of them must be green before the first and after the last. Exit 1 if one stays green.
set -eu
cd "$(dirname "$0")/.."

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for patch in tests/sabotage/*.patch; do
    names+=("$(basename "$patch" .patch)")
  done
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/zsync-sabotage.XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -c --exclude=./.git --exclude='surefire-reports' --exclude='failsafe-reports' . | tar -x -C "$work"
cd "$work"

red() { sed -n 's/^Red: //p' "tests/sabotage/$1.patch"; }

# What only one file changed need not be compiled with.
run() { # MODULE TESTS
  rm -rf "$1/target/surefire-reports"
  timeout 600 mvn -o -q -B -ntp test -pl "$1" -am -Dtest="$2" -Dsurefire.failIfNoSpecifiedTests=false \
    -Dmaven.compiler.useIncrementalCompilation=false >"$work/log" 2>&1
}

# Whether a test method has failed, or one of its cases.
failed() { # MODULE METHOD
  cat "$1"/target/surefire-reports/TEST-*.xml 2>/dev/null | awk -v method="$2" '
    /<testcase / { inside = index($0, "name=\"" method "\"") || index($0, "name=\"" method "(") || index($0, "name=\"" method "{") }
    inside && /<(failure|error)[ >]/ { found = 1 }
    END { exit !found }'
}

all_green() {
  for module in protocol node tests; do
    tests=$(for name in "${names[@]}"; do red "$name"; done | sed -n "s/^$module //p" | sort -u | paste -sd,)
    if [ -n "$tests" ] && ! run "$module" "$tests"; then
      tail -40 "$work/log"
      echo "not green $1: $module $tests"
      exit 1
    fi
  done
}

all_green before
bad=0
for name in "${names[@]}"; do
  read -r module test < <(red "$name")
  git apply "tests/sabotage/$name.patch"
  if run "$module" "$test"; then
    verdict="STAYS GREEN"
    bad=1
  elif failed "$module" "${test#*#}"; then
    verdict=red
  else
    verdict="NOT RUN: $(grep -m1 -E 'ERROR' "$work/log")"
    bad=1
  fi
  git apply -R "tests/sabotage/$name.patch"
  printf '%-40s %-75s %s\n' "$name" "$test" "$verdict"
done
all_green after
exit $bad
