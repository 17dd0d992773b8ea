#!/usr/bin/env bash
# Fails unless the handlers of tail dispatch call nothing, return nowhere and end in jumps: each
# call would take native stack that is never given back.
#
# Without arguments it looks at the library without link-time optimisation (the profile of the tests,
# at level 3) and at the program as it is released (one unit, all of it), and builds what is not
# built yet. With arguments, it looks at these libraries and programs.
set -euo pipefail
cd "$(dirname "$0")/.."

# Operations whose handlers may save a register, since they loop over slots or bytes, make an object,
# or look up the type of one, and need more than the state leaves free.
looping='CopyMany MemoryCopy MemoryFill StructNew StructNewDefault ArrayNew ArrayNewDefault'
looping+=' ArrayNewFixed StructNew1 StructNew2 StructNew3 RefTest RefCastType_A'

# How many handlers the last build generated.
generated() {
    local source
    source=$(ls -t "$target"/*/build/diptych-interp-*/out/tail.rs | head -n 1)
    grep -c '^[a-z_]*!(' "$source"
}

check() {
    objdump --disassemble --reloc --no-show-raw-insn "$1" 2>/dev/null | awk -v file="$1" -v looping=" $looping " -v least="$2" '
        function fault(text) { if (faults++ < 20) print "  " short ": " text }
        function finish() {
            if (name == "") return
            handlers++
            if (last !~ /^(jmp|b|br|ud2|udf)$/) fault("ends in " last)
            name = ""
        }
        /^[0-9a-f]+ <.*>:$/ {
            finish()
            # Handlers are named as operations, which begin with a capital. The self-test has one
            # of its own, which is no part of guest code.
            if (match($2, /exec4tail[0-9]+[A-Z]/) && $2 !~ /StubProbe/) {
                name = substr($2, 2, length($2) - 3)
                short = substr($2, RSTART + RLENGTH - 1)
                sub(/(17h[0-9a-f]+E)?>:$/, "", short)
                last = "nothing"
                # A handler of several operations is named by all of them.
                loops = 0
                parts = split(short, part, "__")
                for (i = 1; i <= parts; i++) if (index(looping, " " part[i] " ")) loops = 1
            }
            next
        }
        name == "" { next }
        # Where a library that is not linked yet will jump to.
        $2 ~ /^R_/ {
            if ($2 ~ /_(PLT32|JUMP26)$/ && $3 !~ /exec4tail/) fault("jumps away: " $3)
            next
        }
        $1 ~ /^[0-9a-f]+:$/ {
            at = 2
            if ($at == "notrack" || $at == "bnd") at++
            op = $at
            to = $(at + 1)
            sub(/q$/, "", op)
            if (op ~ /^(nop|nopl|nopw|cs|data16|int3|xchg)$/) next
            last = op
            if (op ~ /^(call|bl|blr)$/) fault("calls: " $0)
            if (op ~ /^(ret|lret|iret)$/) fault("returns")
            if (op == "push" && !loops) fault("saves a register: " $0)
            if (op == "enter" || (op == "sub" && to ~ /,%rsp$/) || (op == "stp" && /\[sp/)) fault("has a frame: " $0)
            # The handlers and the way out are all in one module; local labels are followed by
            # relocations.
            if (op == "jmp" && /</ && !/exec4tail/ && !/<\.L/) fault("jumps away: " $0)
        }
        END {
            finish()
            # The linker folds those that have the same code.
            if (handlers < least) { print "  " least " handlers and more were expected"; faults++ }
            printf "%s: %d handlers, %d faults\n", file, handlers, faults
            exit faults > 0
        }
    '
}

target=${CARGO_TARGET_DIR:-target}
if [ $# -eq 0 ]; then
    cargo build --quiet --package diptych-interp --profile fasttest
    cargo build --quiet --release --features cli
    set -- "$target/fasttest/libdiptych_interp.rlib" "$target/release/diptych"
fi
count=$(generated)
echo "$count handlers generated"
failed=0
for file in "$@"; do
    check "$file" $((count - count / 20)) || failed=1
done
exit $failed
