(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (result i32)))
  (type (;2;) (func (param i32) (result i32)))
  (type (;3;) (func (param i64 i64) (result i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i64 i32 i32 i64)
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.ge_s
      br_if 0 (;@1;)
      i64.const 0
      return
    end
    i32.const -1831433054
    local.set 1
    i32.const 0
    local.set 2
    i64.const 0
    local.set 3
    loop ;; label = @1
      i32.const 0
      local.set 4
      loop ;; label = @2
        local.get 4
        i32.const 65535
        i32.and
        i32.const 21
        i32.div_u
        local.tee 5
        i32.const 84
        i32.mul
        local.get 4
        local.get 5
        i32.const 21
        i32.mul
        i32.sub
        i32.const 65535
        i32.and
        i32.const 2
        i32.shl
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
        i32.const 32749
        i32.rem_u
        i32.store offset=65536
        local.get 4
        i32.const 1
        i32.add
        local.tee 4
        i32.const 420
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 3
      i64.const 31
      i64.mul
      call 1
      i64.extend_i32_s
      i64.add
      i64.const 3
      i64.mul
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
      i32.const 12
      i32.shr_u
      call 2
      i64.extend_i32_s
      i64.add
      i64.const 3
      i64.mul
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
      i32.const 12
      i32.shr_u
      call 2
      i64.extend_i32_s
      i64.add
      i64.const 3
      i64.mul
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
      i32.const 12
      i32.shr_u
      call 2
      i64.extend_i32_s
      i64.add
      i64.const 3
      i64.mul
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
      i32.const 12
      i32.shr_u
      call 2
      i64.extend_i32_s
      i64.add
      local.set 3
      i64.const 7
      local.set 6
      loop ;; label = @2
        local.get 3
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
        i64.extend_i32_u
        i64.const 32
        i64.shl
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
        i64.extend_i32_u
        i64.or
        local.get 6
        call 3
        i64.extend_i32_s
        i64.add
        local.set 3
        local.get 6
        i64.const 1
        i64.add
        local.tee 6
        i64.const 27
        i64.ne
        br_if 0 (;@2;)
      end
      local.get 2
      i32.const 1
      i32.add
      local.tee 2
      local.get 0
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 3
  )
  (func (;1;) (type 1) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 65536
    local.set 0
    i32.const 1
    local.set 1
    i32.const 65536
    local.set 2
    i32.const 0
    local.set 3
    loop ;; label = @1
      i32.const 1
      local.get 3
      i32.sub
      local.set 4
      local.get 3
      i32.const 2
      i32.shl
      local.tee 5
      i32.const 65536
      i32.add
      local.set 6
      i32.const 0
      local.get 1
      i32.const 3
      i32.and
      i32.sub
      local.set 7
      local.get 0
      local.set 8
      local.get 2
      local.set 9
      local.get 3
      local.set 10
      block ;; label = @2
        loop ;; label = @3
          local.get 6
          local.get 10
          i32.const 84
          i32.mul
          i32.add
          i32.load
          br_if 1 (;@2;)
          local.get 8
          i32.const 84
          i32.add
          local.set 8
          local.get 9
          i32.const 84
          i32.add
          local.set 9
          local.get 10
          i32.const 1
          i32.add
          local.tee 10
          i32.const 20
          i32.ne
          br_if 0 (;@3;)
        end
        i32.const -1
        return
      end
      block ;; label = @2
        local.get 10
        i32.const 20
        i32.ne
        br_if 0 (;@2;)
        i32.const -1
        return
      end
      local.get 3
      local.set 10
      block ;; label = @2
        local.get 4
        i32.const 3
        i32.and
        i32.eqz
        br_if 0 (;@2;)
        i32.const 0
        local.set 6
        local.get 2
        local.set 10
        loop ;; label = @3
          local.get 10
          i32.load
          local.set 4
          local.get 10
          local.get 9
          i32.load
          i32.store
          local.get 9
          local.get 4
          i32.store
          local.get 10
          i32.const 4
          i32.add
          local.set 10
          local.get 9
          i32.const 4
          i32.add
          local.set 9
          local.get 7
          local.get 6
          i32.const -1
          i32.add
          local.tee 6
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 3
        local.get 6
        i32.sub
        local.set 10
      end
      block ;; label = @2
        local.get 3
        i32.const -18
        i32.add
        i32.const 3
        i32.lt_u
        br_if 0 (;@2;)
        local.get 8
        local.get 10
        i32.const 2
        i32.shl
        local.tee 6
        i32.add
        local.set 9
        loop ;; label = @3
          local.get 0
          local.get 6
          i32.add
          local.tee 10
          i32.load
          local.set 8
          local.get 10
          local.get 9
          i32.load
          i32.store
          local.get 9
          local.get 8
          i32.store
          local.get 10
          i32.const 4
          i32.add
          local.tee 8
          i32.load
          local.set 4
          local.get 8
          local.get 9
          i32.const 4
          i32.add
          local.tee 7
          i32.load
          i32.store
          local.get 7
          local.get 4
          i32.store
          local.get 10
          i32.const 8
          i32.add
          local.tee 8
          i32.load
          local.set 4
          local.get 8
          local.get 9
          i32.const 8
          i32.add
          local.tee 7
          i32.load
          i32.store
          local.get 7
          local.get 4
          i32.store
          local.get 10
          i32.const 12
          i32.add
          local.tee 10
          i32.load
          local.set 8
          local.get 10
          local.get 9
          i32.const 12
          i32.add
          local.tee 4
          i32.load
          i32.store
          local.get 4
          local.get 8
          i32.store
          local.get 9
          i32.const 16
          i32.add
          local.set 9
          local.get 6
          i32.const 16
          i32.add
          local.tee 6
          i32.const 84
          i32.ne
          br_if 0 (;@3;)
        end
      end
      local.get 3
      i32.const 84
      i32.mul
      i32.const 65536
      i32.add
      local.get 5
      i32.add
      local.tee 11
      i32.load
      call 4
      local.set 8
      local.get 3
      local.set 9
      block ;; label = @2
        local.get 3
        i32.const 1
        i32.and
        local.tee 12
        br_if 0 (;@2;)
        local.get 11
        local.get 11
        i32.load
        local.get 8
        i32.mul
        i32.const 32749
        i32.rem_s
        i32.store
        local.get 3
        i32.const 1
        i32.or
        local.set 9
      end
      block ;; label = @2
        local.get 3
        i32.const 20
        i32.eq
        local.tee 13
        br_if 0 (;@2;)
        local.get 9
        i32.const 2
        i32.shl
        local.set 9
        loop ;; label = @3
          local.get 0
          local.get 9
          i32.add
          local.tee 10
          local.get 10
          i32.load
          local.get 8
          i32.mul
          i32.const 32749
          i32.rem_s
          i32.store
          local.get 10
          i32.const 4
          i32.add
          local.tee 10
          local.get 10
          i32.load
          local.get 8
          i32.mul
          i32.const 32749
          i32.rem_s
          i32.store
          local.get 9
          i32.const 8
          i32.add
          local.tee 9
          i32.const 84
          i32.ne
          br_if 0 (;@3;)
        end
      end
      local.get 3
      i32.const 1
      i32.or
      local.set 14
      i32.const 0
      local.set 7
      i32.const 65536
      local.set 4
      loop ;; label = @2
        block ;; label = @3
          local.get 7
          local.get 3
          i32.eq
          br_if 0 (;@3;)
          local.get 7
          i32.const 84
          i32.mul
          i32.const 65536
          i32.add
          local.get 5
          i32.add
          local.tee 9
          i32.load
          local.tee 10
          i32.eqz
          br_if 0 (;@3;)
          i32.const 32749
          local.get 10
          i32.sub
          local.set 8
          local.get 3
          local.set 10
          block ;; label = @4
            local.get 12
            br_if 0 (;@4;)
            local.get 9
            local.get 11
            i32.load
            local.get 8
            i32.mul
            local.get 9
            i32.load
            i32.add
            i32.const 32749
            i32.rem_s
            i32.store
            local.get 14
            local.set 10
          end
          local.get 13
          br_if 0 (;@3;)
          local.get 10
          i32.const 2
          i32.shl
          local.set 9
          loop ;; label = @4
            local.get 4
            local.get 9
            i32.add
            local.tee 10
            local.get 0
            local.get 9
            i32.add
            local.tee 6
            i32.load
            local.get 8
            i32.mul
            local.get 10
            i32.load
            i32.add
            i32.const 32749
            i32.rem_s
            i32.store
            local.get 10
            i32.const 4
            i32.add
            local.tee 10
            local.get 6
            i32.const 4
            i32.add
            i32.load
            local.get 8
            i32.mul
            local.get 10
            i32.load
            i32.add
            i32.const 32749
            i32.rem_s
            i32.store
            local.get 9
            i32.const 8
            i32.add
            local.tee 9
            i32.const 84
            i32.ne
            br_if 0 (;@4;)
          end
        end
        local.get 4
        i32.const 84
        i32.add
        local.set 4
        local.get 7
        i32.const 1
        i32.add
        local.tee 7
        i32.const 20
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 0
      i32.const 84
      i32.add
      local.set 0
      local.get 1
      i32.const 3
      i32.add
      local.set 1
      local.get 2
      i32.const 88
      i32.add
      local.set 2
      local.get 3
      i32.const 1
      i32.add
      local.tee 3
      i32.const 20
      i32.ne
      br_if 0 (;@1;)
    end
    i32.const 0
    local.set 10
    i32.const -1680
    local.set 9
    loop ;; label = @1
      local.get 9
      i32.const 67380
      i32.add
      i32.load
      local.get 9
      i32.const 67296
      i32.add
      i32.load
      local.get 10
      i32.const 3
      i32.mul
      i32.add
      i32.const 1000003
      i32.rem_s
      i32.const 3
      i32.mul
      i32.add
      i32.const 1000003
      i32.rem_s
      local.set 10
      local.get 9
      i32.const 168
      i32.add
      local.tee 9
      br_if 0 (;@1;)
    end
    local.get 10
  )
  (func (;2;) (type 2) (param i32) (result i32)
    (local i32 i32)
    i32.const 0
    local.set 1
    block ;; label = @1
      local.get 0
      i32.const 4
      i32.lt_u
      br_if 0 (;@1;)
      i32.const 0
      local.set 1
      i32.const 2
      local.set 2
      loop ;; label = @2
        block ;; label = @3
          local.get 0
          local.get 2
          i32.rem_u
          br_if 0 (;@3;)
          loop ;; label = @4
            local.get 1
            local.get 2
            i32.add
            local.set 1
            local.get 0
            local.get 2
            i32.div_u
            local.tee 0
            local.get 2
            i32.rem_u
            i32.eqz
            br_if 0 (;@4;)
          end
        end
        i32.const 1
        i32.const 2
        local.get 2
        i32.const 2
        i32.eq
        select
        local.get 2
        i32.add
        local.tee 2
        local.get 2
        i32.mul
        local.get 0
        i32.le_u
        br_if 0 (;@2;)
      end
    end
    local.get 1
    local.get 0
    i32.const 65535
    i32.and
    i32.add
  )
  (func (;3;) (type 3) (param i64 i64) (result i32)
    (local i32 i64 i32)
    i32.const 0
    local.set 2
    loop ;; label = @1
      local.get 2
      i32.const 1
      i32.shl
      local.get 0
      local.get 0
      local.get 1
      i64.div_u
      local.tee 3
      local.get 1
      i64.mul
      i64.sub
      i32.wrap_i64
      i32.add
      local.set 2
      local.get 1
      local.get 0
      i64.le_u
      local.set 4
      local.get 3
      local.set 0
      local.get 4
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;4;) (type 2) (param i32) (result i32)
    (local i32 i32 i32 i32 i32)
    i32.const 0
    local.set 1
    i32.const 1
    local.set 2
    i32.const 32749
    local.set 3
    loop ;; label = @1
      local.get 2
      local.get 0
      local.get 3
      i32.div_s
      local.tee 4
      local.get 1
      local.tee 5
      i32.mul
      i32.sub
      local.set 1
      local.get 0
      local.get 4
      local.get 3
      i32.mul
      i32.sub
      local.set 4
      local.get 3
      local.set 0
      local.get 4
      local.set 3
      local.get 5
      local.set 2
      local.get 4
      br_if 0 (;@1;)
    end
    local.get 5
    i32.const 32749
    i32.add
    local.get 5
    local.get 5
    i32.const 0
    i32.lt_s
    select
  )
)
