;; `try` with `catch` and `catch_all`.

(module $other
  (tag (export "plain"))
  (tag $pair (export "pair") (param i32 i64))

  (func (export "throw") (param i32) (throw $pair (local.get 0) (i64.const 1000))))

(register "other" $other)

(module
  (import "other" "pair" (tag $pair (param i32 i64)))
  (import "other" "throw" (func $throw-there (param i32)))
  (tag $none)
  (tag $i32 (param i32))
  (tag $all (param i32 i64 f32 f64 v128 externref))
  (tag $own (param i32 i64))
  (type $fails (func (param i32)))
  (table funcref (elem $throws-here $throw-there))
  (memory 1)
  (global $count (mut i32) (i32.const 0))

  (func $throws-here (param i32) (throw $i32 (local.get 0)))

  ;; Throws what its parameter says: nothing, or one of three.
  (func $maybe (param $which i32)
    (block $3
      (block $2
        (block $1 (block $0 (br_table $0 $1 $2 $3 (local.get $which))) (return))
        (throw $none))
      (throw $i32 (i32.const 40)))
    (throw $pair (i32.const 5) (i64.const 6)))

  (func (export "no clause") (param i32) (result i32)
    try (result i32)
      (call $maybe (local.get 0))
      (i32.const 9)
    end)

  (func (export "which") (param i32) (result i32)
    try (result i32)
      (call $maybe (local.get 0))
      (i32.const -1)
    catch $none
      (i32.const 1)
    catch $i32
      (i32.add (i32.const 2))
    catch_all
      (i32.const 3)
    end)

  (func (export "first of two") (param i32) (result i32)
    try (result i32)
      (call $maybe (local.get 0))
      (i32.const -1)
    catch $i32
    catch $i32
      (drop)
      (i32.const 77)
    end)

  (func (export "by a call in the table") (param i32 i32) (result i32)
    try (result i32)
      (call_indirect (type $fails) (local.get 0) (local.get 1))
      (i32.const -1)
    catch $own
      (drop)
    catch $pair
      (i32.wrap_i64)
      (i32.add)
    catch $i32
    end)

  ;; What the tag has comes in order, above what was there.
  (func (export "values") (param externref) (result i32 i32 i64 f32 f64 v128 externref)
    (i32.const 1)
    try (result i32 i64 f32 f64 v128 externref)
      (throw $all
        (i32.const 2)
        (i64.const 3)
        (f32.const 4)
        (f64.const 5)
        (v128.const i64x2 6 7)
        (local.get 0))
    catch $all
    end)

  ;; The parameters of the block are gone in its clauses.
  (func (export "parameters") (param i32) (result i32)
    (i32.const 100)
    (i32.const 10)
    (i64.const 1)
    try (param i32 i64) (result i32)
      (drop)
      (call $maybe (local.get 0))
      (i32.add (i32.const 1))
    catch $none
      (i32.const 2)
    catch $i32
    end
    (i32.add))

  ;; Locals have in a clause what they had when it was thrown.
  (func (export "locals") (param $which i32) (result i32) (local $a i32) (local $b i32) (local $never i32)
    (local.set $a (i32.const 1))
    try
      (local.set $a (i32.const 2))
      (call $maybe (local.get $which))
      (local.set $b (i32.const 10))
      (call $maybe (i32.sub (local.get $which) (i32.const 1)))
      (local.set $never (i32.const 5))
    catch $none
      (local.set $a (i32.add (local.get $a) (i32.const 100)))
    catch_all
      (local.set $a (i32.add (local.get $a) (i32.const 200)))
    end
    (i32.add (i32.add (local.get $a) (local.get $b)) (local.get $never)))

  ;; A branch leaves a clause with what is on top, whatever is below.
  (func (export "branches") (param i32) (result i32)
    (i32.const 1)
    (block $out (result i32)
      (i32.const 2)
      try $t (result i32)
        (call $maybe (local.get 0))
        (br $out (i32.const 3))
      catch $i32
        (i32.const 50)
        (br_if $t (i32.const 1))
        (unreachable)
      catch_all
        (i32.const 60)
        (i32.const 70)
        (br $out)
      end
      (i32.add))
    (i32.add))

  (func (export "branch table") (param i32 i32) (result i32)
    (block $a (result i32)
      try $t (result i32)
        (throw $i32 (local.get 0))
      catch $i32
        (br_table $t $a (local.get 1))
      end
      (i32.add (i32.const 1000))))

  (func (export "return") (param i32) (result i32)
    try (result i32)
      (throw $i32 (local.get 0))
    catch $i32
      (i32.const 3)
      (return)
    end)

  (func (export "in a loop") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      try
        (call $maybe (i32.rem_u (local.get $n) (i32.const 4)))
      catch $none
        (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
      catch $i32
        (local.set $sum (i32.add (local.get $sum)))
      catch_all
        (local.set $sum (i32.add (local.get $sum) (i32.const 10000)))
      end
      (local.tee $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again))
    (local.get $sum))

  (func (export "loop in a clause") (param $n i32) (result i32) (local $sum i32)
    try
      (throw $none)
    catch $none
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (local.get $n)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    end
    (local.get $sum))

  (func (export "nested") (param i32) (result i32)
    try (result i32)
      try (result i32)
        try (result i32)
          (call $maybe (local.get 0))
          (i32.const 0)
        catch $none
          (i32.const 1)
        end
      catch $i32
        (throw $none)
      end
    catch $none
      (i32.const 3)
    catch $pair
      (drop)
    end)

  ;; What a clause throws is not for the other clauses.
  (func (export "out of a clause") (param i32) (result i32)
    try (result i32)
      try (result i32)
        (throw $none)
      catch $none
        (call $maybe (local.get 0))
        (i32.const 0)
      catch $i32
      catch_all
        (i32.const 2)
      end
    catch $i32
      (i32.const 3)
      (i32.add)
    catch $none
      (i32.const 4)
    end)

  ;; Traps are no exceptions.
  (func (export "trap") (result i32)
    try (result i32)
      (i32.load (i32.const 65536))
    catch_all
      (i32.const 1)
    end)

  (func (export "trap of a callee") (param i32) (result i32)
    try (result i32)
      (call $divide (local.get 0))
    catch_all
      (i32.const 1)
    end)

  (func $divide (param i32) (result i32) (i32.div_u (i32.const 100) (local.get 0)))

  ;; A tail call leaves the `try` first.
  (func (export "tail call") (result i32)
    try (result i32)
      (return_call $thrower)
    catch_all
      (i32.const 1)
    end)

  (func $thrower (result i32) (throw $none))

  (func (export "around a tail call") (result i32)
    try (result i32)
      (call $tail)
    catch $none
      (i32.const 1)
    end)

  (func $tail (result i32) (return_call $thrower))

  ;; It catches from very far.
  (func $deep (param i32)
    (if (local.get 0)
      (then (call $deep (i32.sub (local.get 0) (i32.const 1))))
      (else (throw $i32 (i32.const 12)))))

  (func (export "deep") (param i32) (result i32)
    try (result i32)
      (call $deep (local.get 0))
      (i32.const 0)
    catch $i32
    end)

  ;; Code that nothing reaches.
  (func (export "unreached") (param i32) (result i32)
    (block $out (result i32)
      (br $out (i32.const 1))
      try (result i32)
        try
          try
            (throw $none)
          delegate 0
        catch_all
          (rethrow 0)
        end
        (if (i32.const 1) (then (throw $none)) (else (unreachable)))
        (i32.const 2)
      catch $i32
      catch_all
        (i32.const 3)
      end))

  (func (export "nothing throws") (result i32)
    try (result i32)
      (i32.const 1)
    catch $i32
      try (param i32) (result i32)
        (call $divide)
      catch_all
        (rethrow 1)
      end
    catch_all
      (block (br 0))
      (i32.const 2)
    end)

  (func (export "all ends") (param i32) (result i32)
    try (result i32)
      (call $maybe (local.get 0))
      (return (i32.const 1))
    catch $none
      (return (i32.const 2))
    catch_all
      (return (i32.const 3))
    end)

  ;; Beside `try_table`.
  (func (export "beside a table") (param i32) (result i32)
    (block $out (result i32)
      (try_table (result i32) (catch $i32 $out)
        try (result i32)
          (call $maybe (local.get 0))
          (i32.const 0)
        catch $none
          (block $in (result i32 i64)
            (try_table (result i32 i64) (catch $pair $in)
              (call $maybe (i32.const 3))
              (unreachable)))
          (drop)
        end)))

  ;; With something to add up at every step.
  (func (export "sum") (param $n i32) (result i32) (local $sum i32)
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get $n)))
        (local.get $sum)
        try (result i32)
          (if (i32.and (local.get $n) (i32.const 1)) (then (throw $i32 (local.get $n))))
          (i32.const 0)
        catch $i32
        end
        (i32.add)
        (local.set $sum)
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $again)))
    (local.get $sum)))

(assert_return (invoke "no clause" (i32.const 0)) (i32.const 9))
(assert_exception (invoke "no clause" (i32.const 1)))
(assert_return (invoke "which" (i32.const 0)) (i32.const -1))
(assert_return (invoke "which" (i32.const 1)) (i32.const 1))
(assert_return (invoke "which" (i32.const 2)) (i32.const 42))
(assert_return (invoke "which" (i32.const 3)) (i32.const 3))
(assert_exception (invoke "first of two" (i32.const 1)))
(assert_return (invoke "first of two" (i32.const 2)) (i32.const 40))
(assert_exception (invoke "first of two" (i32.const 3)))
(assert_return (invoke "by a call in the table" (i32.const 8) (i32.const 0)) (i32.const 8))
(assert_return (invoke "by a call in the table" (i32.const 8) (i32.const 1)) (i32.const 1008))
(assert_return
  (invoke "values" (ref.extern 3))
  (i32.const 1)
  (i32.const 2)
  (i64.const 3)
  (f32.const 4)
  (f64.const 5)
  (v128.const i64x2 6 7)
  (ref.extern 3))
(assert_return (invoke "parameters" (i32.const 0)) (i32.const 111))
(assert_return (invoke "parameters" (i32.const 1)) (i32.const 102))
(assert_return (invoke "parameters" (i32.const 2)) (i32.const 140))
(assert_exception (invoke "parameters" (i32.const 3)))
(assert_return (invoke "locals" (i32.const 0)) (i32.const 212))
(assert_return (invoke "locals" (i32.const 1)) (i32.const 102))
(assert_return (invoke "locals" (i32.const 2)) (i32.const 202))
(assert_return (invoke "branches" (i32.const 0)) (i32.const 4))
(assert_return (invoke "branches" (i32.const 1)) (i32.const 71))
(assert_return (invoke "branches" (i32.const 2)) (i32.const 53))
(assert_return (invoke "branch table" (i32.const 1) (i32.const 0)) (i32.const 1001))
(assert_return (invoke "branch table" (i32.const 1) (i32.const 1)) (i32.const 1))
(assert_return (invoke "return" (i32.const 8)) (i32.const 3))
(assert_return (invoke "in a loop" (i32.const 8)) (i32.const 20082))
(assert_return (invoke "loop in a clause" (i32.const 4)) (i32.const 10))
(assert_return (invoke "nested" (i32.const 0)) (i32.const 0))
(assert_return (invoke "nested" (i32.const 1)) (i32.const 1))
(assert_return (invoke "nested" (i32.const 2)) (i32.const 3))
(assert_return (invoke "nested" (i32.const 3)) (i32.const 5))
(assert_return (invoke "out of a clause" (i32.const 0)) (i32.const 0))
(assert_return (invoke "out of a clause" (i32.const 1)) (i32.const 4))
(assert_return (invoke "out of a clause" (i32.const 2)) (i32.const 43))
(assert_exception (invoke "out of a clause" (i32.const 3)))
(assert_trap (invoke "trap") "out of bounds memory access")
(assert_trap (invoke "trap of a callee" (i32.const 0)) "integer divide by zero")
(assert_return (invoke "trap of a callee" (i32.const 10)) (i32.const 10))
(assert_exception (invoke "tail call"))
(assert_return (invoke "around a tail call") (i32.const 1))
(assert_return (invoke "deep" (i32.const 0)) (i32.const 12))
(assert_return (invoke "deep" (i32.const 3000)) (i32.const 12))
(assert_return (invoke "unreached" (i32.const 0)) (i32.const 1))
(assert_return (invoke "nothing throws") (i32.const 1))
(assert_return (invoke "all ends" (i32.const 0)) (i32.const 1))
(assert_return (invoke "all ends" (i32.const 1)) (i32.const 2))
(assert_return (invoke "all ends" (i32.const 3)) (i32.const 3))
(assert_return (invoke "beside a table" (i32.const 0)) (i32.const 0))
(assert_return (invoke "beside a table" (i32.const 1)) (i32.const 5))
(assert_return (invoke "beside a table" (i32.const 2)) (i32.const 40))
(assert_exception (invoke "beside a table" (i32.const 3)))
(assert_return (invoke "sum" (i32.const 100)) (i32.const 2500))
