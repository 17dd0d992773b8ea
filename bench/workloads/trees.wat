;; Binary trees: many small ones that are soon given up, beside a large one that stays.
(module
  (type $node (struct (field $left (ref null $node)) (field $right (ref null $node))))
  (global $kept (mut (ref null $node)) (ref.null $node))

  (func $make (param $depth i32) (result (ref $node))
    (if (result (ref $node)) (local.get $depth)
      (then
        (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
        (struct.new $node
          (call $make (local.get $depth))
          (call $make (local.get $depth))))
      (else (struct.new_default $node))))

  (func $count (param $tree (ref null $node)) (result i32)
    (if (result i32) (ref.is_null (local.get $tree))
      (then (i32.const 0))
      (else
        (i32.add (i32.const 1)
          (i32.add
            (call $count (struct.get $node $left (local.get $tree)))
            (call $count (struct.get $node $right (local.get $tree))))))))

  (func (export "run") (param $n i32) (result i64)
    (local $sum i64)
    (if (ref.is_null (global.get $kept))
      (then (global.set $kept (call $make (i32.const 17)))))
    (loop $again
      (local.set $sum
        (i64.add (local.get $sum)
          (i64.extend_i32_u
            (call $count
              (call $make
                (i32.add (i32.const 9) (i32.and (local.get $n) (i32.const 3))))))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
