;; `try` with `delegate`.

(module
  (tag $none)
  (tag $i32 (param i32))
  (tag $far (param i32))
  (table funcref (elem $throws))

  (func $throws (param i32) (throw $i32 (local.get 0)))

  (func $maybe (param i32) (if (local.get 0) (then (throw $i32 (local.get 0)))))

  ;; From inside to each of the blocks around it.
  (func (export "to each") (param $which i32) (result i32)
    (block (result i32)
      try $outer (result i32)
        try $middle (result i32)
          try $inner (result i32)
            (block $c
              (block $b
                (block $a (br_table $a $b $c (local.get $which)))
                try
                  (call $throws (i32.const 1))
                delegate $inner
                (unreachable))
              try
                (call $throws (i32.const 1))
              delegate $middle
              (unreachable))
            try
              (call $throws (i32.const 1))
            delegate $outer
            (unreachable)
          catch $i32
            (i32.add (i32.const 10))
          end
        catch $i32
          (i32.add (i32.const 20))
        end
      catch $i32
        (i32.add (i32.const 30))
      end))

  ;; A block, a loop or an `if` catches nothing: what is around it does.
  (func (export "to a block") (param $which i32) (result i32)
    try (result i32)
      try
        (block $block
          (loop $loop
            (if $if (i32.eqz (local.get $which))
              (then
                try
                  try
                    (throw $i32 (i32.const 1))
                  delegate $if
                catch_all
                  (unreachable)
                end)
              (else
                (if (i32.eq (local.get $which) (i32.const 1))
                  (then
                    try
                      try
                        (throw $i32 (i32.const 2))
                      delegate $loop
                    catch_all
                      (unreachable)
                    end)
                  (else
                    try
                      try
                        (throw $i32 (i32.const 3))
                      delegate $block
                    catch_all
                      (unreachable)
                    end))))))
      catch $far
        (drop)
        (unreachable)
      end
      (i32.const 0)
    catch $i32
    end)

  ;; To a clause is to what is around its `try`.
  (func (export "to a clause") (result i32)
    try (result i32)
      try $t
        (throw $none)
      catch $none
        try
          try
            (throw $i32 (i32.const 4))
          delegate $t
        catch_all
          (unreachable)
        end
      catch $i32
        (unreachable)
      end
      (i32.const 0)
    catch $i32
    end)

  ;; From `delegate` to `delegate`.
  (func (export "a chain") (param $n i32) (result i32)
    try $a (result i32)
      try $skipped (result i32)
        try $b (result i32)
          try $skipped-too (result i32)
            try $c (result i32)
              (call $maybe (local.get $n))
              (i32.const 0)
            delegate $b
          catch_all
            (unreachable)
          end
        delegate $a
      catch_all
        (unreachable)
      end
    catch $i32
    end)

  ;; Several to one, before, between and behind others.
  (func (export "several") (param $which i32) (result i32) (local $sum i32)
    try $outer
      try
        try
          (call $maybe (i32.eq (local.get $which) (i32.const 0)))
        delegate $outer
        (local.set $sum (i32.add (local.get $sum) (i32.const 10)))
        try
          (call $maybe (i32.eq (local.get $which) (i32.const 1)))
        catch_all
          (local.set $sum (i32.add (local.get $sum) (i32.const 100)))
        end
        try
          try
            (call $maybe (i32.eq (local.get $which) (i32.const 2)))
          delegate $outer
        catch_all
          (unreachable)
        end
        (local.set $sum (i32.add (local.get $sum) (i32.const 1000)))
        (call $maybe (i32.eq (local.get $which) (i32.const 3)))
      catch $i32
        (drop)
        (local.set $sum (i32.add (local.get $sum) (i32.const 10000)))
      end
      try
        (call $maybe (i32.eq (local.get $which) (i32.const 4)))
      delegate $outer
      (local.set $sum (i32.add (local.get $sum) (i32.const 100000)))
    catch $i32
      (local.set $sum (i32.add (local.get $sum)))
    end
    (local.get $sum))

  (func (export "to the caller") (param i32) (result i32)
    try (result i32)
      try (result i32)
        try
          (call $maybe (local.get 0))
        delegate 2
        (i32.const 7)
      catch_all
        (unreachable)
      end
    catch_all
      (unreachable)
    end)

  (func (export "throws to the caller") (result i32)
    try (result i32)
      try
        (throw $far (i32.const 8))
      delegate 1
      (unreachable)
    catch_all
      (unreachable)
    end)

  (func (export "by the caller") (result i32)
    try (result i32)
      (call $delegates (i32.const 3))
    catch $i32
    end)

  (func $delegates (param i32) (result i32)
    try (result i32)
      try (result i32)
        (call $maybe (local.get 0))
        (i32.const 0)
      delegate 1
    catch_all
      (unreachable)
    end)

  (func (export "values") (param i32) (result i32)
    (i32.const 1000)
    (i32.const 100)
    try $t (param i32) (result i32)
      (i32.const 10)
      try (param i32 i32) (result i32)
        (i32.add)
        (call $maybe (local.get 0))
      delegate $t
      (i32.add (i32.const 1))
    catch $i32
    end
    (i32.add))

  (func (export "to a table") (param i32) (result i32)
    (block $caught (result i32)
      (try_table $t (result i32) (catch $i32 $caught)
        try (result i32)
          try
            (call $maybe (local.get 0))
          delegate $t
          (i32.const 5)
        catch_all
          (unreachable)
        end)
      (i32.add (i32.const 500))))

  (func (export "from a clause") (result i32)
    try $t (result i32)
      try (result i32)
        (throw $i32 (i32.const 1))
      catch $i32
        try (param i32) (result i32)
          (drop)
          (rethrow 1)
        delegate $t
      end
    catch $i32
      (i32.add (i32.const 40))
    end)

  (func (export "branches") (param i32) (result i32)
    (block $out (result i32)
      try $t (result i32)
        (br_if $out (i32.const 1) (i32.eqz (local.get 0)))
        (drop)
        (br_if $t (i32.const 2) (i32.eq (local.get 0) (i32.const 1)))
        (drop)
        (i32.eq (local.get 0) (i32.const 2))
      delegate 0
      (if (then (return (i32.const 3))))
      (i32.const 4)))

  (func (export "in a loop") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      try $t
        try
          try
            (if (i32.and (local.get $n) (i32.const 1)) (then (throw $i32 (local.get $n))))
            (br $t)
          delegate $t
        catch_all
          (unreachable)
        end
      catch $i32
        (local.set $sum (i32.add (local.get $sum)))
      end
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))

  (func (export "tail call") (param i32)
    try $t
      try
        (return_call $throws (local.get 0))
      delegate $t
    catch $i32
      (drop)
    end)

  (func (export "unreached") (result i32)
    try $t (result i32)
      (return (i32.const 1))
      try
        (throw $none)
      delegate $t
      try
        (unreachable)
        (throw $none)
      delegate 1
    catch_all
      (i32.const 2)
    end))

(assert_return (invoke "to each" (i32.const 0)) (i32.const 11))
(assert_return (invoke "to each" (i32.const 1)) (i32.const 21))
(assert_return (invoke "to each" (i32.const 2)) (i32.const 31))
(assert_return (invoke "to a block" (i32.const 0)) (i32.const 1))
(assert_return (invoke "to a block" (i32.const 1)) (i32.const 2))
(assert_return (invoke "to a block" (i32.const 2)) (i32.const 3))
(assert_return (invoke "to a clause") (i32.const 4))
(assert_return (invoke "a chain" (i32.const 0)) (i32.const 0))
(assert_return (invoke "a chain" (i32.const 9)) (i32.const 9))
(assert_return (invoke "several" (i32.const 0)) (i32.const 1))
(assert_return (invoke "several" (i32.const 1)) (i32.const 101110))
(assert_return (invoke "several" (i32.const 2)) (i32.const 11))
(assert_return (invoke "several" (i32.const 3)) (i32.const 111010))
(assert_return (invoke "several" (i32.const 4)) (i32.const 1011))
(assert_return (invoke "several" (i32.const 5)) (i32.const 101010))
(assert_return (invoke "to the caller" (i32.const 0)) (i32.const 7))
(assert_exception (invoke "to the caller" (i32.const 1)))
(assert_exception (invoke "throws to the caller"))
(assert_return (invoke "by the caller") (i32.const 3))
(assert_return (invoke "values" (i32.const 0)) (i32.const 1111))
(assert_return (invoke "values" (i32.const 5)) (i32.const 1005))
(assert_return (invoke "to a table" (i32.const 0)) (i32.const 505))
(assert_return (invoke "to a table" (i32.const 6)) (i32.const 6))
(assert_return (invoke "from a clause") (i32.const 41))
(assert_return (invoke "branches" (i32.const 0)) (i32.const 1))
(assert_return (invoke "branches" (i32.const 1)) (i32.const 3))
(assert_return (invoke "branches" (i32.const 2)) (i32.const 3))
(assert_return (invoke "branches" (i32.const 3)) (i32.const 4))
(assert_return (invoke "in a loop" (i32.const 10)) (i32.const 25))
(assert_exception (invoke "tail call" (i32.const 1)))
(assert_return (invoke "unreached") (i32.const 1))
