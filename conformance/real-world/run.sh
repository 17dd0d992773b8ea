#!/usr/bin/env bash
# Runs real programs under Diptych and under node, and compares what they print, how they exit and
# the files that they leave, byte by byte. README.md beside this says how.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
inputs=$here/inputs
cache=$here/.cache

usage() {
    cat <<'END'
usage: run.sh [--small] [--only NAME]... [--backend NAME] [--keep] DIPTYCH

Compares real programs under DIPTYCH, the program `diptych`, with the same under node.

  --small        only the programs that are quick enough for every change
  --only NAME    only this program, whatever its size; may be repeated
  --backend NAME what executes them: auto, interp or jit [default: auto]
  --keep         leave what both sides produced, and say where
  --list         print the programs and end
END
}

# Arguments.

small=no
list=no
keep=no
only=()
diptych=
backend=auto
while (($#)); do
    case $1 in
    --small) small=yes ;;
    --list) list=yes ;;
    --keep) keep=yes ;;
    --only)
        only+=("${2:?--only needs the name of a program}")
        shift
        ;;
    --backend)
        backend=${2:?--backend needs the name of a backend}
        shift
        ;;
    -h | --help)
        usage
        exit
        ;;
    -*)
        usage >&2
        exit 2
        ;;
    *) diptych=$1 ;;
    esac
    shift
done

names() {
    local file
    if ((${#only[@]})); then
        printf '%s\n' "${only[@]}"
        return
    fi
    for file in "$here"/programs/*.sh; do
        if [ "$small" = no ] || grep -q '^small=yes$' "$file"; then
            basename "$file" .sh
        fi
    done
}

if [ $list = yes ]; then
    names
    exit
fi
if [ -z "$diptych" ]; then
    usage >&2
    exit 2
fi
if [ ! -x "$diptych" ]; then
    echo "run.sh: no program at $diptych; build it: cargo build --release --features cli" >&2
    exit 2
fi
if ! node --version >/dev/null 2>&1; then
    echo "run.sh: node is needed: its WASI is what Diptych is compared with" >&2
    exit 2
fi
diptych=$(cd "$(dirname "$diptych")" && pwd)/$(basename "$diptych")
scratch=$(mktemp -d)
if [ $keep = no ]; then trap 'rm -rf "$scratch"' EXIT; fi

# shellcheck source=packages.sh
source "$here/packages.sh"

# What a program's file can use, beside the packages: `guest`, `$inputs`, `$cache`, `$here`. It can
# set `oracle=wasmtime`, and then gets `wasmtime_package` too.

# Runs a WASI program: options of `diptych run`, the module, and the program's arguments. Each must
# exit with 0, or with the code in `expected_exit`.
guest() {
    local code=0
    case $side in
    oracle)
        case ${oracle:-node} in
        node) node --no-warnings "$here/oracle.mjs" "$@" || code=$? ;;
        wasmtime) PYTHONPATH=$cache/wasmtime python3 "$here/oracle.py" "$@" || code=$? ;;
        esac
        ;;
    diptych) "$diptych" run --backend "$backend" "$@" || code=$? ;;
    esac
    if ((code != ${expected_exit:-0})); then
        echo "exit code $code of: $*" >&2
        return 1
    fi
}

# Runs a function in a shell of its own, which its first failing command ends, and puts how that
# went into `$status`. Must not be called in a condition: that would switch off `set -e` inside.
attempt() {
    set +e
    (
        set -e
        "$@"
    )
    status=$?
    set -e
}

# Gets what a program is made of.
fetch() {
    # shellcheck source=/dev/null
    source "$here/programs/$1.sh"
    get
}

# One side of the comparison, in a directory that is left for comparing.
side() {
    local side=$2
    # shellcheck source=/dev/null
    source "$here/programs/$1.sh"
    mkdir -p "$scratch/$1/$side/files"
    cd "$scratch/$1/$side/files"
    prepare
    TIMEFORMAT='%U %S'
    time program >../stdout 2>../stderr </dev/null
}

# The processor time of a side, in seconds.
seconds() {
    awk 'NF == 2 && $1 + 0 == $1 { printf "%.2f s", $1 + $2 }' "$scratch/$1.$2.time"
}

# The end of what explains a failure.
explain() {
    local file
    for file in "$@"; do
        if [ -s "$file" ]; then tail -n 15 "$file" | sed 's/^/    /'; fi
    done
}

# Why the two sides differ, or nothing.
differences() {
    local at=$scratch/$1
    if [ ! -s "$at/oracle/stdout" ]; then echo "it printed nothing under the oracle: a comparison of nothing"; fi
    cmp "$at/oracle/stdout" "$at/diptych/stdout" 2>&1 || true
    diff -rq --no-dereference "$at/oracle/files" "$at/diptych/files" 2>&1 || true
}

passed=0
failed=0
begin=$SECONDS
report() {
    local verdict=$1 name=$2 text=$3
    printf '%-4s  %-11s  %s\n' "$verdict" "$name" "$text"
    if [ "$verdict" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

for name in $(names); do
    if [ ! -f "$here/programs/$name.sh" ]; then
        report FAIL "$name" "there is no programs/$name.sh"
        continue
    fi
    start=$SECONDS
    attempt fetch "$name" >"$scratch/$name.get" 2>&1
    if ((status)); then
        report FAIL "$name" "its packages could not be had"
        explain "$scratch/$name.get"
        continue
    fi
    fetched=$((SECONDS - start))
    broken=no
    for which in oracle diptych; do
        attempt side "$name" $which 2>"$scratch/$name.$which.time"
        if ((status)) && [ $which = oracle ]; then
            # Node crashes now and then on large modules. Only Diptych's own failures count at once.
            echo "      $name failed under the oracle, and is tried again"
            rm -rf "${scratch:?}/$name/oracle"
            attempt side "$name" $which 2>"$scratch/$name.$which.time"
        fi
        if ((status)); then
            report FAIL "$name" "it failed under $which"
            explain "$scratch/$name/$which/stderr" "$scratch/$name.$which.time"
            broken=yes
            break
        fi
    done
    if [ $broken = yes ]; then continue; fi
    differing=$(differences "$name")
    times="oracle $(seconds "$name" oracle), diptych $(seconds "$name" diptych), fetching $fetched s"
    if [ -n "$differing" ]; then
        report FAIL "$name" "$times"
        sed 's/^/    /' <<<"$differing"
        diff --text "$scratch/$name/oracle/stdout" "$scratch/$name/diptych/stdout" | head -n 10 | sed 's/^/    /' || true
    else
        report ok "$name" "$times"
    fi
    if [ $keep = no ]; then rm -rf "${scratch:?}/$name"; fi
done

if [ $keep = yes ]; then echo "what was produced is in $scratch"; fi
echo "$((SECONDS - begin)) s"
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
