(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 3
    local.set 1
    i32.const 0
    local.set 2
    i32.const 65536
    local.set 3
    loop ;; label = @1
      i32.const 0
      local.set 4
      loop ;; label = @2
        local.get 3
        local.get 4
        i32.add
        local.tee 5
        local.get 1
        i32.const 13
        i32.shl
        local.get 1
        i32.xor
        local.tee 1
        i32.const 17
        i32.shr_u
        local.get 1
        i32.xor
        local.tee 1
        i32.const 5
        i32.shl
        local.get 1
        i32.xor
        local.tee 1
        i32.const 8
        i32.shr_u
        i32.const 1
        i32.and
        i32.store8
        local.get 5
        i32.const 1
        i32.add
        local.get 1
        i32.const 13
        i32.shl
        local.get 1
        i32.xor
        local.tee 1
        i32.const 17
        i32.shr_u
        local.get 1
        i32.xor
        local.tee 1
        i32.const 5
        i32.shl
        local.get 1
        i32.xor
        local.tee 1
        i32.const 8
        i32.shr_u
        i32.const 1
        i32.and
        i32.store8
        local.get 4
        i32.const 2
        i32.add
        local.tee 4
        i32.const 128
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 3
      i32.const 128
      i32.add
      local.set 3
      local.get 2
      i32.const 1
      i32.add
      local.tee 2
      i32.const 128
      i32.ne
      br_if 0 (;@1;)
    end
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.const 1
        i32.ge_s
        br_if 0 (;@2;)
        i64.const 0
        local.set 6
        br 1 (;@1;)
      end
      i32.const 0
      local.set 7
      i64.const 0
      local.set 6
      i32.const 1
      local.set 8
      i32.const 0
      local.set 9
      loop ;; label = @2
        i32.const 1
        local.set 10
        local.get 7
        i32.const 1
        i32.and
        i32.const 14
        i32.shl
        i32.const 65536
        i32.add
        local.set 11
        local.get 8
        i32.const 1
        i32.and
        i32.const 14
        i32.shl
        i32.const 65536
        i32.add
        local.set 12
        i32.const 127
        local.set 13
        local.get 9
        i32.const 1
        i32.and
        i32.const 14
        i32.shl
        i32.const 65536
        i32.add
        local.tee 14
        local.set 15
        i32.const 0
        local.set 16
        i32.const 0
        local.set 17
        loop ;; label = @3
          local.get 11
          local.get 17
          local.tee 4
          i32.const 7
          i32.shl
          i32.add
          local.set 3
          local.get 14
          local.get 13
          i32.const 127
          i32.and
          i32.const 7
          i32.shl
          i32.add
          local.set 18
          local.get 14
          local.get 10
          i32.const 127
          i32.and
          i32.const 7
          i32.shl
          i32.add
          local.set 19
          local.get 11
          local.get 4
          i32.const 1
          i32.add
          local.tee 17
          i32.const 127
          i32.and
          i32.const 7
          i32.shl
          i32.add
          local.set 2
          local.get 11
          local.get 4
          i32.const -1
          i32.add
          i32.const 127
          i32.and
          i32.const 7
          i32.shl
          i32.add
          local.set 20
          i32.const -128
          local.set 4
          loop ;; label = @4
            local.get 12
            local.get 4
            i32.add
            i32.const 128
            i32.add
            local.get 18
            local.get 4
            i32.add
            i32.const 128
            i32.add
            i32.load8_u
            local.get 20
            local.get 4
            i32.const -1
            i32.add
            i32.const 127
            i32.and
            local.tee 1
            i32.add
            i32.load8_u
            i32.add
            local.get 20
            local.get 4
            i32.const 129
            i32.add
            i32.const 127
            i32.and
            local.tee 5
            i32.add
            i32.load8_u
            i32.add
            local.get 3
            local.get 1
            i32.add
            i32.load8_u
            i32.add
            local.get 3
            local.get 5
            i32.add
            i32.load8_u
            i32.add
            local.get 2
            local.get 1
            i32.add
            i32.load8_u
            i32.add
            local.get 19
            local.get 4
            i32.add
            i32.const 128
            i32.add
            i32.load8_u
            i32.add
            local.get 2
            local.get 5
            i32.add
            i32.load8_u
            i32.add
            local.get 15
            local.get 4
            i32.add
            i32.const 128
            i32.add
            i32.load8_u
            i32.or
            i32.const 3
            i32.eq
            local.tee 1
            i32.store8
            local.get 16
            local.get 1
            i32.add
            local.set 16
            local.get 4
            i32.const 1
            i32.add
            local.tee 4
            br_if 0 (;@4;)
          end
          local.get 12
          i32.const 128
          i32.add
          local.set 12
          local.get 13
          i32.const 1
          i32.add
          local.set 13
          local.get 10
          i32.const 1
          i32.add
          local.set 10
          local.get 15
          i32.const 128
          i32.add
          local.set 15
          local.get 17
          i32.const 128
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 8
        i32.const 1
        i32.xor
        local.set 8
        local.get 9
        i32.const 1
        i32.xor
        local.set 9
        local.get 6
        i64.const 5
        i64.mul
        local.get 16
        i64.extend_i32_s
        i64.add
        local.set 6
        local.get 7
        i32.const 1
        i32.add
        local.tee 7
        local.get 0
        i32.ne
        br_if 0 (;@2;)
      end
    end
    local.get 6
  )
)
