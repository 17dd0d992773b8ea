;; Doubly linked rings, each of which is cycles, in a table of many: one is taken out and a new one
;; put there, with a link from each to another one.
(module
  (type $node
    (sub (struct
      (field $next (mut (ref null $node)))
      (field $previous (mut (ref null $node)))
      (field $value (mut i32)))))
  (type $head
    (sub $node (struct
      (field $next (mut (ref null $node)))
      (field $previous (mut (ref null $node)))
      (field $value (mut i32))
      (field $other (mut (ref null $node))))))
  (type $table (array (mut (ref null $node))))
  (global $table (mut (ref null $table)) (ref.null $table))
  (global $random (mut i32) (i32.const 0))

  (func $random (result i32)
    (global.set $random
      (i32.add (i32.mul (global.get $random) (i32.const 1664525)) (i32.const 1013904223)))
    (i32.shr_u (global.get $random) (i32.const 8)))

  (func $ring (param $size i32) (param $other (ref null $node)) (result (ref $head))
    (local $head (ref $head)) (local $node (ref null $node)) (local $last (ref null $node))
    (local.set $head
      (struct.new $head
        (ref.null $node) (ref.null $node) (local.get $size) (local.get $other)))
    (local.set $last (local.get $head))
    (loop $again
      (local.set $node
        (struct.new $node (ref.null $node) (local.get $last) (local.get $size)))
      (struct.set $node $next (local.get $last) (local.get $node))
      (local.set $last (local.get $node))
      (br_if $again (local.tee $size (i32.sub (local.get $size) (i32.const 1)))))
    (struct.set $node $next (local.get $last) (local.get $head))
    (struct.set $node $previous (local.get $head) (local.get $last))
    (local.get $head))

  ;; The sum around a ring and of what it links to.
  (func $sum (param $head (ref null $node)) (result i32)
    (local $node (ref null $node)) (local $sum i32)
    (if (ref.is_null (local.get $head)) (then (return (i32.const 0))))
    (local.set $node (local.get $head))
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (local.get $node))))
      (local.set $node (struct.get $node $next (local.get $node)))
      (br_if $again (i32.eqz (ref.eq (local.get $node) (local.get $head)))))
    (local.set $node (struct.get $head $other (ref.cast (ref $head) (local.get $head))))
    (if (ref.is_null (local.get $node)) (then (return (local.get $sum))))
    (i32.add (local.get $sum) (struct.get $node $value (local.get $node))))

  (func (export "run") (param $n i32) (result i64)
    (local $table (ref $table)) (local $at i32) (local $sum i64) (local $old (ref null $node))
    ;; One step goes on where the last one was.
    (if (i32.or (ref.is_null (global.get $table)) (i32.gt_u (local.get $n) (i32.const 1)))
      (then
        (global.set $random (i32.const 12345))
        (global.set $table (array.new_default $table (i32.const 65536)))))
    (local.set $table (ref.as_non_null (global.get $table)))
    (loop $again
      (local.set $at (i32.and (call $random) (i32.const 0xffff)))
      (local.set $old (array.get $table (local.get $table) (local.get $at)))
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (call $sum (local.get $old)))))
      ;; What is taken out keeps no other one.
      (if (ref.test (ref $head) (local.get $old))
        (then
          (struct.set $head $other (ref.cast (ref $head) (local.get $old)) (ref.null $node))))
      (array.set $table (local.get $table) (local.get $at)
        (call $ring
          (i32.add (i32.const 1) (i32.and (call $random) (i32.const 7)))
          (array.get $table (local.get $table) (i32.and (call $random) (i32.const 0xffff)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
