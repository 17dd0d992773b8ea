;; `rethrow`.

(module
  (tag $none)
  (tag $i32 (param i32))
  (tag $other (param i32))
  (type $box (struct (field i32)))
  (tag $box (param (ref $box)))

  (func (export "again") (result i32)
    try (result i32)
      try
        (throw $i32 (i32.const 6))
      catch $i32
        (drop)
        (rethrow 0)
      end
      (i32.const 0)
    catch $other
      (drop)
      (i32.const 1)
    catch $i32
    end)

  ;; The depth says which of three: that of each branch is another one.
  (func (export "which") (param $depth i32) (result i32)
    try (result i32)
      try (result i32)
        (throw $i32 (i32.const 10))
      catch $i32
        (drop)
        try (result i32)
          (throw $i32 (i32.const 20))
        catch $i32
          (drop)
          try (result i32)
            (throw $i32 (i32.const 30))
          catch_all
            (block $2
              (block $1 (block $0 (br_table $0 $1 $2 (local.get $depth))) (rethrow 2))
              (rethrow 2))
            (rethrow 2)
          end
        end
      end
    catch $i32
      (i32.add (i32.const 1))
    end)

  ;; By `throw_ref`, then as first proposed, then by `throw_ref` again.
  (func (export "by both proposals") (result i32) (local $last exnref)
    (block $caught (result exnref)
      (try_table (catch_all_ref $caught)
        try
          (block $inner (result exnref)
            (try_table (catch_all_ref $inner) (throw $box (struct.new $box (i32.const 4))))
            (unreachable))
          (throw_ref)
        catch $box
          (drop)
          (rethrow 0)
        end)
      (unreachable))
    (local.set $last)
    try (result i32)
      (throw_ref (local.get $last))
    catch $box
      (struct.get $box 0)
    end)

  ;; After calls that allocate, and with operands above it.
  (func $garbage (param i32) (result i32) (local $last (ref null $box))
    (loop $again
      (local.set $last (struct.new $box (local.get 0)))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (struct.get $box 0 (local.get $last)))

  (func (export "much later") (result i32)
    try (result i32)
      (i32.const 1)
      try (param i32) (result i32)
        (throw $box (struct.new $box (i32.const 33)))
      catch $box
        (struct.new $box (i32.const 7))
        (drop (call $garbage (i32.const 200)))
        (drop (struct.get $box 0))
        (drop (struct.get $box 0))
        (i32.const 5)
        (block $b (drop (call $garbage (i32.const 200))) (rethrow 1))
      end
    catch $box
      (struct.get $box 0)
    end)

  ;; Into the clauses of a `try` around it, in which it is another one's exception.
  (func (export "to an outer one") (param i32) (result i32)
    try (result i32)
      (throw $i32 (i32.const 1))
    catch $i32
      try (param i32) (result i32)
        (drop)
        (if (local.get 0) (then (rethrow 2)))
        (throw $none)
      catch $i32
        (i32.add (i32.const 100))
      catch_all
        (i32.const 50)
      end
    end)

  (func (export "out of the function") (param i32)
    try
      (throw $i32 (local.get 0))
    catch $i32
      (if (i32.const 5) (i32.ne) (then (rethrow 1)))
    end)

  (func (export "in a loop") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      try
        try
          (throw $i32 (local.get $n))
        catch_all
          (br_if 0 (i32.and (local.get $n) (i32.const 1)))
          (rethrow 0)
        end
      catch $i32
        (local.set $sum (i32.add (local.get $sum)))
      end
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))

  ;; It ends the code, whatever there is on the stack.
  (func (export "any stack") (result i64)
    try (result i64)
      (throw $none)
    catch_all
      (f32.const 1)
      (i32.const 2)
      (rethrow 0)
      (i32.add)
      (drop)
    end))

(assert_return (invoke "again") (i32.const 6))
(assert_return (invoke "which" (i32.const 0)) (i32.const 31))
(assert_return (invoke "which" (i32.const 1)) (i32.const 21))
(assert_return (invoke "which" (i32.const 2)) (i32.const 11))
(assert_return (invoke "by both proposals") (i32.const 4))
(assert_return (invoke "much later") (i32.const 33))
(assert_return (invoke "to an outer one" (i32.const 0)) (i32.const 50))
(assert_return (invoke "to an outer one" (i32.const 1)) (i32.const 101))
(assert_exception (invoke "out of the function" (i32.const 4)))
(assert_return (invoke "out of the function" (i32.const 5)))
(assert_return (invoke "in a loop" (i32.const 10)) (i32.const 30))
(assert_exception (invoke "any stack"))
