#!/usr/bin/env bash
# Takes one safeguard of the product away at a time, all or those that are named, and sees the test fail that holds it.
# README.md has the list, SabotageTest does it. Fails if one test stays green.
set -eu
cd "$(dirname "$0")/.."
exec mvn -q -B -ntp -Plong test -pl tests -am -Dtest=SabotageTest -Dsurefire.failIfNoSpecifiedTests=false -Dzsync.sabotage="$*"
