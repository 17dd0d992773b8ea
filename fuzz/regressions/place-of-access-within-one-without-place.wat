;;! origin a load that became part of an instruction without a place trapped at the start of its function
;;! settings metered=false canonical_nans=true stack=67108864
;;! call 0 "f1" fuel=50000
;;! module
(module
  (rec
    (type (;0;) (sub (struct (field (mut i32)) (field (mut (ref null 0))) (field (mut i64)) (field (mut anyref)) (field (mut i8)) (field (mut i16)))))
    (type (;1;) (sub final 0 (struct (field (mut i32)) (field (mut (ref null 0))) (field (mut i64)) (field (mut anyref)) (field (mut i8)) (field (mut i16)) (field (mut (ref null 2))) (field (mut f64)) (field (mut funcref)))))
    (type (;2;) (array (mut (ref null 0))))
  )
  (type (;3;) (array (mut i8)))
  (type (;4;) (array (mut v128)))
  (type (;5;) (func (param i64 i31ref funcref i32 v128)))
  (type (;6;) (func (param (ref null 0) i32)))
  (type (;7;) (func (result funcref i32)))
  (memory (;0;) 1 5)
  (export "f1" (func 0))
  (func (;0;) (type 5) (param i64 i31ref funcref i32 v128)
    (local i31ref (ref null 3) funcref i32 i32 i32 i32 anyref (ref null 2) i32 i32 (ref null 4) externref funcref i32 (ref null 2))
    ref.null 0
    i32.const 0
    loop (type 6) (param (ref null 0) i32) ;; label = @1
      i32.const -257
      i32.load offset=9
      i32.const 15
      i32.and
      i64.const 4294967294
      i64.store32 offset=262144
      if (type 7) (result funcref i32) ;; label = @2
        unreachable
      else
        local.get 18
        i32.const 71
      end
      struct.new_default 0
      local.get 15
      i32.const 0
      br_if 0 (;@1;)
      unreachable
    end
  )
)

