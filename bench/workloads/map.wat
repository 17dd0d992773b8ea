;; A hash map of a million entries, keys and values objects, whose values are replaced.
(module
  (type $key (struct (field i32)))
  (type $value (struct (field i32) (field f64)))
  (type $entry
    (struct
      (field $key (ref $key))
      (field $value (mut (ref $value)))
      (field $next (ref null $entry))))
  (type $buckets (array (mut (ref null $entry))))
  (global $buckets (mut (ref null $buckets)) (ref.null $buckets))
  (global $random (mut i32) (i32.const 0))

  (func $bucket (param $key i32) (result i32)
    (i32.shr_u (i32.mul (local.get $key) (i32.const 0x9e3779b1)) (i32.const 12)))

  (func $find (param $key i32) (result (ref null $entry))
    (local $entry (ref null $entry))
    (local.set $entry
      (array.get $buckets (ref.as_non_null (global.get $buckets))
        (call $bucket (local.get $key))))
    (loop $again
      (if (ref.is_null (local.get $entry)) (then (return (ref.null $entry))))
      (if (i32.eq
          (struct.get $key 0 (struct.get $entry $key (local.get $entry)))
          (local.get $key))
        (then (return (local.get $entry))))
      (local.set $entry (struct.get $entry $next (local.get $entry)))
      (br $again))
    (unreachable))

  (func $insert (param $key i32)
    (local $at i32) (local $buckets (ref $buckets))
    (local.set $at (call $bucket (local.get $key)))
    (local.set $buckets (ref.as_non_null (global.get $buckets)))
    (array.set $buckets (local.get $buckets) (local.get $at)
      (struct.new $entry
        (struct.new $key (local.get $key))
        (struct.new $value (local.get $key) (f64.const 0))
        (array.get $buckets (local.get $buckets) (local.get $at)))))

  (func $fill
    (local $key i32)
    (global.set $buckets (array.new_default $buckets (i32.const 0x100000)))
    (loop $again
      (call $insert (local.get $key))
      (br_if $again
        (i32.lt_u
          (local.tee $key (i32.add (local.get $key) (i32.const 1)))
          (i32.const 1000000)))))

  (func (export "run") (param $n i32) (result i64)
    (local $entry (ref null $entry)) (local $value (ref $value)) (local $sum i64)
    (if (ref.is_null (global.get $buckets)) (then (call $fill)))
    ;; One step goes on where the last one was.
    (if (i32.gt_u (local.get $n) (i32.const 1))
      (then (global.set $random (i32.const 12345))))
    (loop $again
      (global.set $random
        (i32.add (i32.mul (global.get $random) (i32.const 1664525)) (i32.const 1013904223)))
      (local.set $entry
        (call $find (i32.rem_u (i32.shr_u (global.get $random) (i32.const 4)) (i32.const 1048576))))
      (if (i32.eqz (ref.is_null (local.get $entry)))
        (then
          (local.set $value (struct.get $entry $value (local.get $entry)))
          (struct.set $entry $value (local.get $entry)
            (struct.new $value
              (struct.get $value 0 (local.get $value))
              (f64.add (struct.get $value 1 (local.get $value)) (f64.const 1))))
          (local.set $sum
            (i64.add (local.get $sum)
              (i64.extend_i32_u (struct.get $value 0 (local.get $value)))))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
