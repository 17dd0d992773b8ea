(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 65)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i32 i64 i32 i64 i64 i32 i32)
    i32.const 0
    local.set 1
    i32.const 65536
    i32.const 0
    i32.const 4194304
    memory.fill
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.ge_s
      br_if 0 (;@1;)
      i64.const 0
      return
    end
    i32.const -1831433054
    local.set 2
    i32.const 0
    local.set 3
    i64.const 0
    local.set 4
    loop ;; label = @1
      local.get 2
      i32.const 13
      i32.shl
      local.get 2
      i32.xor
      local.tee 5
      i32.const 17
      i32.shr_u
      local.get 5
      i32.xor
      local.tee 5
      i32.const 5
      i32.shl
      local.get 5
      i32.xor
      local.tee 2
      i32.const 150000
      i32.rem_u
      i32.const 1
      i32.add
      i64.extend_i32_u
      local.tee 6
      i64.const -49064778989728563
      i64.mul
      local.tee 7
      i64.const 29
      i64.shr_u
      local.get 7
      i64.xor
      i32.wrap_i64
      local.set 5
      block ;; label = @2
        loop ;; label = @3
          local.get 5
          i32.const 262143
          i32.and
          local.tee 5
          i32.const 4
          i32.shl
          local.tee 8
          i64.load offset=65536
          local.tee 7
          i64.eqz
          br_if 1 (;@2;)
          local.get 5
          i32.const 1
          i32.add
          local.set 5
          local.get 7
          local.get 6
          i64.ne
          br_if 0 (;@3;)
        end
      end
      local.get 8
      i32.const 65536
      i32.add
      local.set 5
      block ;; label = @2
        local.get 7
        i64.const 0
        i64.ne
        br_if 0 (;@2;)
        local.get 5
        local.get 6
        i64.store
        local.get 1
        i32.const 1
        i32.add
        local.set 1
      end
      local.get 5
      local.get 5
      i32.load offset=8
      i32.const 1
      i32.add
      local.tee 8
      i32.store offset=8
      local.get 5
      local.get 5
      i32.load offset=12
      local.get 3
      i32.add
      local.tee 9
      i32.store offset=12
      local.get 4
      local.get 9
      local.get 8
      i32.xor
      i64.extend_i32_u
      i64.add
      local.set 4
      local.get 3
      i32.const 1
      i32.add
      local.tee 3
      local.get 0
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 4
    i64.const 31
    i64.mul
    local.get 1
    i64.extend_i32_u
    i64.add
  )
)
