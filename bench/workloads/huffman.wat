(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (result i32)))
  (type (;2;) (func (param i32 i32 i32)))
  (type (;3;) (func (param i32)))
  (type (;4;) (func (param i32 i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i64 i32 i32 i32 i32 i64)
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
      i32.const 0
      local.set 2
      i64.const 0
      local.set 1
      loop ;; label = @2
        local.get 2
        i32.const 1
        i32.shl
        i32.const 1
        i32.or
        local.set 3
        i32.const -4096
        local.set 4
        loop ;; label = @3
          local.get 4
          i32.const 73728
          i32.add
          local.get 3
          i32.const 13
          i32.shl
          local.get 3
          i32.xor
          local.tee 3
          i32.const 17
          i32.shr_u
          local.get 3
          i32.xor
          local.tee 3
          i32.const 5
          i32.shl
          local.get 3
          i32.xor
          local.tee 3
          i32.const 6
          i32.shr_u
          i32.const 63
          i32.and
          local.get 3
          i32.const 63
          i32.and
          i32.mul
          local.get 3
          i32.const 12
          i32.shr_u
          i32.const 63
          i32.and
          i32.mul
          i32.const 11
          i32.shr_u
          i32.const 89
          i32.mul
          i32.const 17
          i32.add
          i32.store8
          local.get 4
          i32.const 1
          i32.add
          local.tee 4
          br_if 0 (;@3;)
        end
        i32.const 0
        local.set 3
        call 1
        local.tee 5
        i32.const 0
        i32.const 0
        call 2
        call 3
        local.set 4
        local.get 5
        call 4
        loop ;; label = @3
          i64.const 1000000007
          local.set 6
          block ;; label = @4
            local.get 3
            i32.const 65536
            i32.add
            i32.load8_u
            local.get 3
            i32.const 69632
            i32.add
            i32.load8_u
            i32.ne
            br_if 0 (;@4;)
            local.get 3
            local.get 4
            i32.rem_s
            i64.load8_u offset=73728
            local.set 6
          end
          local.get 6
          local.get 1
          i64.const 3
          i64.mul
          i64.add
          local.set 1
          local.get 3
          i32.const 1
          i32.add
          local.tee 3
          i32.const 4096
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 1
        local.get 4
        i64.extend_i32_s
        i64.add
        local.set 1
        local.get 2
        i32.const 1
        i32.add
        local.tee 2
        local.get 0
        i32.ne
        br_if 0 (;@2;)
      end
    end
    local.get 1
  )
  (func (;1;) (type 1) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 0
    loop (result i32) ;; label = @1
      local.get 0
      i32.const 81920
      i32.add
      i64.const 0
      i64.store
      local.get 0
      i32.const 83968
      i32.add
      i32.const -1
      i32.store
      local.get 0
      i32.const 83972
      i32.add
      i32.const -1
      i32.store
      local.get 0
      i32.const 81928
      i32.add
      i32.const 0
      i32.store
      local.get 0
      i32.const 83976
      i32.add
      i32.const -1
      i32.store
      block ;; label = @2
        local.get 0
        i32.const 2032
        i32.ne
        br_if 0 (;@2;)
        i32.const -4096
        local.set 0
        loop ;; label = @3
          local.get 0
          i32.const 73728
          i32.add
          i32.load8_u
          i32.const 2
          i32.shl
          local.tee 1
          local.get 1
          i32.load offset=81920
          i32.const 1
          i32.add
          i32.store offset=81920
          local.get 0
          i32.const 73729
          i32.add
          i32.load8_u
          i32.const 2
          i32.shl
          local.tee 1
          local.get 1
          i32.load offset=81920
          i32.const 1
          i32.add
          i32.store offset=81920
          local.get 0
          i32.const 73730
          i32.add
          i32.load8_u
          i32.const 2
          i32.shl
          local.tee 1
          local.get 1
          i32.load offset=81920
          i32.const 1
          i32.add
          i32.store offset=81920
          local.get 0
          i32.const 73731
          i32.add
          i32.load8_u
          i32.const 2
          i32.shl
          local.tee 1
          local.get 1
          i32.load offset=81920
          i32.const 1
          i32.add
          i32.store offset=81920
          local.get 0
          i32.const 4
          i32.add
          local.tee 0
          br_if 0 (;@3;)
        end
        i32.const 0
        local.set 1
        i32.const 81920
        local.set 0
        i32.const 0
        local.set 2
        loop ;; label = @3
          block ;; label = @4
            local.get 0
            i32.load
            i32.eqz
            br_if 0 (;@4;)
            local.get 2
            i32.const 1
            i32.add
            local.tee 2
            i32.const 1
            i32.shl
            i32.const 86016
            i32.add
            local.get 1
            i32.store16
          end
          block ;; label = @4
            local.get 0
            i32.const 4
            i32.add
            i32.load
            i32.eqz
            br_if 0 (;@4;)
            local.get 2
            i32.const 1
            i32.add
            local.tee 2
            i32.const 1
            i32.shl
            i32.const 86016
            i32.add
            local.get 1
            i32.const 1
            i32.add
            i32.store16
          end
          local.get 0
          i32.const 8
          i32.add
          local.set 0
          local.get 1
          i32.const 2
          i32.add
          local.tee 1
          i32.const 256
          i32.ne
          br_if 0 (;@3;)
        end
        block ;; label = @3
          local.get 2
          i32.const 2
          i32.lt_s
          br_if 0 (;@3;)
          local.get 2
          i32.const 1
          i32.shr_u
          local.set 0
          loop ;; label = @4
            local.get 2
            local.get 0
            call 5
            local.get 0
            i32.const 1
            i32.gt_u
            local.set 1
            local.get 0
            i32.const -1
            i32.add
            local.set 0
            local.get 1
            br_if 0 (;@4;)
          end
          local.get 2
          i32.const 1
          i32.add
          local.set 1
          local.get 2
          i32.const 1
          i32.shl
          i32.const 86016
          i32.add
          local.set 2
          i32.const 256
          local.set 0
          loop ;; label = @4
            i32.const 0
            i32.load16_s offset=86018
            local.set 3
            i32.const 0
            local.get 2
            i32.load16_u
            i32.store16 offset=86018
            local.get 1
            i32.const -2
            i32.add
            local.tee 4
            i32.const 1
            call 5
            local.get 0
            i32.extend16_s
            i32.const 2
            i32.shl
            local.tee 5
            i32.const 83968
            i32.add
            local.get 3
            i32.store16
            local.get 5
            i32.const 83970
            i32.add
            i32.const 0
            i32.load16_s offset=86018
            local.tee 6
            i32.store16
            i32.const 0
            local.get 0
            i32.store16 offset=86018
            local.get 5
            i32.const 81920
            i32.add
            local.get 6
            i32.const 2
            i32.shl
            i32.const 81920
            i32.add
            i32.load
            local.get 3
            i32.const 2
            i32.shl
            i32.const 81920
            i32.add
            i32.load
            i32.add
            i32.store
            local.get 4
            i32.const 1
            call 5
            local.get 2
            i32.const -2
            i32.add
            local.set 2
            local.get 0
            i32.const 1
            i32.add
            local.set 0
            local.get 1
            i32.const -1
            i32.add
            local.tee 1
            i32.const 2
            i32.gt_u
            br_if 0 (;@4;)
          end
        end
        i32.const 0
        i32.load16_s offset=86018
        return
      end
      local.get 0
      i32.const 81932
      i32.add
      i32.const 0
      i32.store
      local.get 0
      i32.const 83980
      i32.add
      i32.const -1
      i32.store
      local.get 0
      i32.const 16
      i32.add
      local.set 0
      br 0 (;@1;)
    end
  )
  (func (;2;) (type 2) (param i32 i32 i32)
    (local i32)
    block ;; label = @1
      local.get 0
      i32.const 2
      i32.shl
      i32.const 83968
      i32.add
      i32.load16_s
      local.tee 3
      i32.const 0
      i32.lt_s
      br_if 0 (;@1;)
      loop ;; label = @2
        local.get 3
        i32.extend16_s
        local.get 1
        i32.const 1
        i32.shl
        local.tee 1
        local.get 2
        i32.const 1
        i32.add
        local.tee 2
        i32.const 255
        i32.and
        call 2
        local.get 1
        i32.const 1
        i32.or
        local.set 1
        local.get 0
        i32.const 2
        i32.shl
        i32.const 83970
        i32.add
        i32.load16_s
        local.tee 0
        i32.const 2
        i32.shl
        i32.const 83968
        i32.add
        i32.load16_s
        local.tee 3
        i32.const 0
        i32.ge_s
        br_if 0 (;@2;)
      end
    end
    local.get 0
    i32.const 87568
    i32.add
    local.get 2
    i32.store8
    local.get 0
    i32.const 2
    i32.shl
    i32.const 86544
    i32.add
    local.get 1
    i32.store
  )
  (func (;3;) (type 1) (result i32)
    (local i64 i32 i32 i32 i32 i32 i64)
    i64.const 0
    local.set 0
    i32.const 0
    local.set 1
    i32.const 0
    local.set 2
    i32.const 0
    local.set 3
    loop ;; label = @1
      local.get 0
      local.get 2
      i32.load8_u offset=69632
      local.tee 4
      i32.load8_u offset=87568
      local.tee 5
      i64.extend_i32_u
      local.tee 6
      i64.shl
      local.get 4
      i32.const 2
      i32.shl
      i64.load32_u offset=86544
      i64.or
      local.set 0
      block ;; label = @2
        block ;; label = @3
          local.get 1
          local.get 5
          i32.add
          local.tee 4
          i32.const 8
          i32.ge_s
          br_if 0 (;@3;)
          local.get 4
          local.set 1
          br 1 (;@2;)
        end
        local.get 1
        i64.extend_i32_u
        local.get 6
        i64.add
        i64.const 8
        i64.add
        local.set 6
        local.get 4
        local.set 1
        loop ;; label = @3
          local.get 3
          i32.const 73728
          i32.add
          local.get 0
          local.get 6
          i64.const -16
          i64.add
          i64.shr_u
          i64.store8
          local.get 1
          i32.const -8
          i32.add
          local.set 1
          local.get 3
          i32.const 1
          i32.add
          local.set 3
          local.get 6
          i64.const -8
          i64.add
          local.tee 6
          i64.const 15
          i64.gt_s
          br_if 0 (;@3;)
        end
      end
      local.get 2
      i32.const 1
      i32.add
      local.tee 2
      i32.const 4096
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 3
    i32.const 73728
    i32.add
    local.get 0
    i32.const 8
    local.get 1
    i32.sub
    i64.extend_i32_u
    i64.shl
    i64.store8
    local.get 3
    i32.const 1
    i32.add
  )
  (func (;4;) (type 3) (param i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 1
    local.get 0
    i32.const 2
    i32.shl
    i32.const 83968
    i32.add
    i32.load16_s
    i32.const 0
    i32.lt_s
    local.set 2
    i32.const 0
    local.set 3
    i32.const 0
    local.set 4
    loop ;; label = @1
      block ;; label = @2
        block ;; label = @3
          local.get 2
          br_if 0 (;@3;)
          local.get 0
          local.set 5
          loop ;; label = @4
            local.get 3
            i32.const 7
            i32.xor
            local.set 6
            local.get 4
            i32.const 73728
            i32.add
            local.set 7
            local.get 3
            i32.const 1
            i32.add
            local.tee 8
            i32.const 7
            i32.and
            local.set 3
            local.get 8
            i32.const 3
            i32.shr_u
            local.get 4
            i32.add
            local.set 4
            local.get 5
            i32.const 2
            i32.shl
            local.get 7
            i32.load8_u
            local.get 6
            i32.shr_u
            i32.const 1
            i32.and
            i32.const 1
            i32.shl
            i32.or
            i32.const 83968
            i32.add
            i32.load16_s
            local.tee 5
            i32.const 2
            i32.shl
            i32.const 83968
            i32.add
            i32.load16_s
            i32.const -1
            i32.gt_s
            br_if 0 (;@4;)
            br 2 (;@2;)
          end
        end
        local.get 0
        local.set 5
      end
      local.get 1
      local.get 5
      i32.store8 offset=65536
      local.get 1
      i32.const 1
      i32.add
      local.tee 1
      i32.const 4096
      i32.ne
      br_if 0 (;@1;)
    end
  )
  (func (;5;) (type 4) (param i32 i32)
    (local i32 i32 i32 i32 i32)
    local.get 1
    i32.const 1
    i32.shl
    local.tee 2
    i32.load16_s offset=86016
    local.set 3
    block ;; label = @1
      block ;; label = @2
        local.get 2
        local.get 0
        i32.le_s
        br_if 0 (;@2;)
        local.get 1
        local.set 4
        br 1 (;@1;)
      end
      local.get 3
      i32.const 2
      i32.shl
      i32.const 81920
      i32.add
      i32.load
      local.set 5
      loop ;; label = @2
        block ;; label = @3
          block ;; label = @4
            local.get 2
            local.get 0
            i32.lt_s
            br_if 0 (;@4;)
            local.get 2
            local.set 4
            br 1 (;@3;)
          end
          local.get 2
          i32.const 1
          i32.or
          local.tee 4
          local.get 2
          local.get 4
          i32.const 1
          i32.shl
          i32.const 86016
          i32.add
          i32.load16_s
          i32.const 2
          i32.shl
          i32.const 81920
          i32.add
          i32.load
          local.get 2
          i32.const 1
          i32.shl
          i32.const 86016
          i32.add
          i32.load16_s
          i32.const 2
          i32.shl
          i32.const 81920
          i32.add
          i32.load
          i32.lt_u
          select
          local.set 4
        end
        block ;; label = @3
          local.get 4
          i32.const 1
          i32.shl
          local.tee 2
          i32.const 86016
          i32.add
          i32.load16_s
          local.tee 6
          i32.const 2
          i32.shl
          i32.const 81920
          i32.add
          i32.load
          local.get 5
          i32.lt_u
          br_if 0 (;@3;)
          local.get 1
          local.set 4
          br 2 (;@1;)
        end
        local.get 1
        i32.const 1
        i32.shl
        i32.const 86016
        i32.add
        local.get 6
        i32.store16
        local.get 4
        local.set 1
        local.get 2
        local.get 0
        i32.le_s
        br_if 0 (;@2;)
      end
    end
    local.get 4
    i32.const 1
    i32.shl
    i32.const 86016
    i32.add
    local.get 3
    i32.store16
  )
)
