(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 17)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i64 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.ge_s
      br_if 0 (;@1;)
      i64.const 0
      return
    end
    i32.const 0
    local.set 1
    i64.const 0
    local.set 2
    loop ;; label = @1
      i32.const -1000000
      local.set 3
      loop ;; label = @2
        local.get 3
        i32.const 1065536
        i32.add
        i64.const 0
        i64.store
        local.get 3
        i32.const 8
        i32.add
        local.tee 3
        br_if 0 (;@2;)
      end
      i32.const 2
      local.set 4
      i32.const 4
      local.set 3
      loop ;; label = @2
        block ;; label = @3
          local.get 4
          i32.load8_u offset=65536
          br_if 0 (;@3;)
          local.get 3
          i32.const 999999
          i32.gt_s
          br_if 0 (;@3;)
          loop ;; label = @4
            local.get 3
            i32.const 65536
            i32.add
            i32.const 1
            i32.store8
            local.get 3
            local.get 4
            i32.add
            local.tee 3
            i32.const 1000000
            i32.lt_s
            br_if 0 (;@4;)
          end
        end
        local.get 4
        i32.const 1
        i32.add
        local.tee 4
        local.get 4
        i32.mul
        local.set 3
        local.get 4
        i32.const 1000
        i32.ne
        br_if 0 (;@2;)
      end
      i32.const 0
      local.set 3
      loop ;; label = @2
        local.get 3
        i32.const 65538
        i32.add
        local.set 4
        i64.const 0
        local.get 3
        i32.const 3
        i32.add
        local.tee 5
        local.get 1
        i32.xor
        i64.extend_i32_u
        local.get 3
        i32.const 65539
        i32.add
        i32.load8_u
        select
        i64.const 0
        local.get 3
        i32.const 2
        i32.add
        local.tee 3
        local.get 1
        i32.xor
        i64.extend_i32_u
        local.get 4
        i32.load8_u
        select
        local.get 2
        i64.add
        i64.add
        local.set 2
        local.get 5
        i32.const 999999
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 1
      i32.const 1
      i32.add
      local.tee 1
      local.get 0
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
  )
)
