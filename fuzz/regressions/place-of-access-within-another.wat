;;! origin a load that became part of what uses its value trapped at the place of that
;;! settings metered=false canonical_nans=true stack=67108864
;;! call 0 "load_of_load"
;;! call 0 "sum" 0x3
;;! call 0 "far" 0x3
;;! call 0 "compare" 0x3
;;! module
(module
  (memory 0)
  (func (export "load_of_load") (result i32)
    i32.const 0
    i32.load
    i32.load8_u)
  (func (export "sum") (param i64) (result i64)
    local.get 0
    i32.const 16
    i64.load offset=70000
    i64.add)
  (func (export "far") (param i64) (result i64)
    i32.const 16
    i64.load
    local.get 0
    i64.const 77
    i64.mul
    i64.const 13
    i64.rotl
    i64.xor
    i32.const 8
    i64.load
    i64.add)
  (func (export "compare") (param i32) (result i32)
    i32.const 65536
    i32.load
    local.get 0
    i32.lt_s))
