#!/usr/bin/env bash
# Makes what the hosts run: packs.sh DIRECTORY
#
# DIRECTORY/suite.pack is the specification's tests, of all versions; current.pack is those of the
# current one; programs.pack is programs of others, with what they must do (programs.mjs beside this).
set -euo pipefail

mkdir -p "$1"
directory=$(realpath "$1")
cd "$(dirname "$0")/../.."
# The parser of scripts and the interpreter's loop do, and little optimised are quick to build.
cargo build --quiet --locked --package diptych-conformance --bin diptych-wast \
    --no-default-features --target-dir "$directory/target"
wast=$directory/target/debug/diptych-wast
env -u DIPTYCH_SPEC_DIR "$wast" --pack "$directory/suite.pack"
"$wast" --current --pack "$directory/current.pack"
rm -rf "$directory/programs"
node platform/hosts/programs.mjs "$directory/programs"
# A script that the ordinary build does not pass would tell nothing about a machine.
"$wast" "$directory"/programs
"$wast" --pack "$directory/programs.pack" "$directory"/programs
