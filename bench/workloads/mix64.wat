(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 1)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i64 i64 i64 i32 i64 i64 i64 i64 i64 i64 i64 i32)
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.const 1
        i32.ge_s
        br_if 0 (;@2;)
        i64.const 0
        local.set 1
        br 1 (;@1;)
      end
      i64.const -4658895280553007687
      local.set 2
      i64.const -7046029254386353131
      local.set 3
      i32.const 0
      local.set 4
      i64.const -7723592293110705685
      local.set 5
      i64.const 1
      local.set 6
      i64.const 0
      local.set 1
      loop ;; label = @2
        local.get 2
        i64.const 5
        i64.mul
        i64.const 7
        i64.rotl
        i64.const 9
        i64.mul
        local.tee 7
        i64.popcnt
        i64.const 40
        i64.shl
        local.get 7
        i64.const 1
        i64.or
        i64.clz
        i64.or
        local.get 7
        i64.xor
        local.get 1
        i64.add
        local.set 8
        local.get 6
        local.get 2
        i64.xor
        local.tee 9
        local.get 3
        i64.xor
        local.set 10
        block ;; label = @3
          local.get 4
          i32.const 31
          i32.and
          br_if 0 (;@3;)
          local.get 7
          i64.const 20
          i64.shr_u
          local.set 6
          local.get 10
          i64.const 24
          i64.shr_u
          i64.const 1
          i64.or
          local.set 1
          loop ;; label = @4
            local.get 6
            local.get 1
            local.tee 11
            i64.rem_u
            local.set 1
            local.get 11
            local.set 6
            local.get 1
            i64.const 0
            i64.ne
            br_if 0 (;@4;)
          end
          local.get 11
          local.get 8
          i64.xor
          local.set 8
        end
        local.get 5
        local.get 3
        i64.xor
        local.tee 1
        local.get 2
        i64.const 17
        i64.shl
        i64.xor
        local.set 5
        local.get 9
        i64.const 45
        i64.rotl
        local.set 6
        local.get 1
        local.get 2
        i64.xor
        local.set 2
        local.get 8
        local.get 7
        i32.wrap_i64
        i32.const 31
        i32.and
        local.tee 12
        i32.const 63
        i32.xor
        i64.extend_i32_u
        i64.shr_u
        local.get 8
        local.get 12
        i32.const 1
        i32.add
        i64.extend_i32_u
        i64.shl
        i64.or
        local.get 7
        i64.const 9
        i64.shr_s
        i64.add
        local.set 1
        local.get 10
        local.set 3
        local.get 4
        i32.const 1
        i32.add
        local.tee 4
        local.get 0
        i32.ne
        br_if 0 (;@2;)
      end
    end
    local.get 1
  )
)
