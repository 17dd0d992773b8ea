(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (param i64 i64 i64) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 1)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    local.get 0
    i32.const 3
    i32.mul
    i64.extend_i32_s
    local.get 0
    i32.const 1
    i32.shl
    i64.extend_i32_s
    local.get 0
    i64.extend_i32_s
    call 1
  )
  (func (;1;) (type 1) (param i64 i64 i64) (result i64)
    (local i64 i64)
    block ;; label = @1
      local.get 1
      local.get 0
      i64.ge_s
      br_if 0 (;@1;)
      loop ;; label = @2
        local.get 0
        i64.const -1
        i64.add
        local.get 1
        local.get 2
        call 1
        local.set 3
        local.get 1
        i64.const -1
        i64.add
        local.get 2
        local.get 0
        call 1
        local.set 4
        local.get 2
        i64.const -1
        i64.add
        local.get 0
        local.get 1
        call 1
        local.set 2
        local.get 4
        local.set 1
        local.get 3
        local.set 0
        local.get 4
        local.get 3
        i64.lt_s
        br_if 0 (;@2;)
      end
    end
    local.get 2
  )
)
