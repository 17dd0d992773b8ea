;; A builder of strings: numbers are written to bytes that are doubled when they are full, and what
;; comes of it is copied and hashed.
(module
  (type $bytes (array (mut i8)))
  (type $builder (struct (field $bytes (mut (ref $bytes))) (field $len (mut i32))))
  (type $strings (array (mut (ref null $bytes))))
  (global $strings (mut (ref null $strings)) (ref.null $strings))

  (func $append (param $to (ref $builder)) (param $byte i32)
    (local $len i32) (local $grown (ref $bytes))
    (local.set $len (struct.get $builder $len (local.get $to)))
    (if (i32.eq (local.get $len) (array.len (struct.get $builder $bytes (local.get $to))))
      (then
        (local.set $grown
          (array.new_default $bytes (i32.shl (local.get $len) (i32.const 1))))
        (array.copy $bytes $bytes
          (local.get $grown) (i32.const 0)
          (struct.get $builder $bytes (local.get $to)) (i32.const 0)
          (local.get $len))
        (struct.set $builder $bytes (local.get $to) (local.get $grown))))
    (array.set $bytes
      (struct.get $builder $bytes (local.get $to)) (local.get $len) (local.get $byte))
    (struct.set $builder $len (local.get $to) (i32.add (local.get $len) (i32.const 1))))

  (func $number (param $to (ref $builder)) (param $number i32)
    (if (i32.ge_u (local.get $number) (i32.const 10))
      (then
        (call $number (local.get $to) (i32.div_u (local.get $number) (i32.const 10)))))
    (call $append (local.get $to)
      (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10)))))

  (func $finished (param $from (ref $builder)) (result (ref $bytes))
    (local $bytes (ref $bytes))
    (local.set $bytes
      (array.new $bytes (i32.const 46)
        (i32.add (i32.const 1) (struct.get $builder $len (local.get $from)))))
    (array.copy $bytes $bytes
      (local.get $bytes) (i32.const 0)
      (struct.get $builder $bytes (local.get $from)) (i32.const 0)
      (struct.get $builder $len (local.get $from)))
    (local.get $bytes))

  (func $hash (param $bytes (ref $bytes)) (result i32)
    (local $hash i32) (local $at i32)
    (local.set $hash (i32.const 0x811c9dc5))
    (loop $again
      (local.set $hash
        (i32.mul
          (i32.xor (local.get $hash) (array.get_u $bytes (local.get $bytes) (local.get $at)))
          (i32.const 16777619)))
      (br_if $again
        (i32.lt_u
          (local.tee $at (i32.add (local.get $at) (i32.const 1)))
          (array.len (local.get $bytes)))))
    (local.get $hash))

  (func (export "run") (param $n i32) (result i64)
    (local $builder (ref $builder)) (local $i i32) (local $sum i64) (local $string (ref $bytes))
    (if (ref.is_null (global.get $strings))
      (then (global.set $strings (array.new_default $strings (i32.const 1024)))))
    (loop $again
      (local.set $builder
        (struct.new $builder (array.new_default $bytes (i32.const 16)) (i32.const 0)))
      (local.set $i (i32.const 100))
      (loop $more
        (call $number (local.get $builder) (i32.mul (local.get $i) (local.get $n)))
        (call $append (local.get $builder) (i32.const 44))
        (br_if $more (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (local.set $string (call $finished (local.get $builder)))
      (array.set $strings (ref.as_non_null (global.get $strings))
        (i32.and (local.get $n) (i32.const 1023)) (local.get $string))
      (local.set $sum
        (i64.add (local.get $sum) (i64.extend_i32_u (call $hash (local.get $string)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
