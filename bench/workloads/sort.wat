(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func))
  (type (;2;) (func (param i32 i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 5)
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
    i32.const 7
    local.set 1
    i64.const 0
    local.set 2
    i32.const 0
    local.set 3
    loop ;; label = @1
      i32.const -240000
      local.set 4
      loop ;; label = @2
        local.get 4
        i32.const 305536
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
        i32.store
        local.get 4
        i32.const 305540
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
        i32.store
        local.get 4
        i32.const 305544
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
        i32.store
        local.get 4
        i32.const 12
        i32.add
        local.tee 4
        br_if 0 (;@2;)
      end
      block ;; label = @2
        block ;; label = @3
          local.get 3
          i32.const 1
          i32.and
          i32.eqz
          br_if 0 (;@3;)
          call 1
          br 1 (;@2;)
        end
        i32.const 0
        i32.const 59999
        call 2
      end
      i32.const 0
      local.set 5
      i32.const 65536
      local.set 4
      block ;; label = @2
        loop ;; label = @3
          local.get 2
          i64.const 33
          i64.mul
          local.get 4
          i64.load32_u
          i64.add
          i64.const 33
          i64.mul
          local.get 4
          i32.const 388
          i32.add
          i64.load32_u
          i64.add
          i64.const 33
          i64.mul
          local.get 4
          i32.const 776
          i32.add
          i64.load32_u
          i64.add
          local.set 2
          local.get 5
          i32.const 59708
          i32.gt_u
          br_if 1 (;@2;)
          local.get 2
          i64.const 33
          i64.mul
          local.get 4
          i32.const 1164
          i32.add
          i64.load32_u
          i64.add
          local.set 2
          local.get 4
          i32.const 1552
          i32.add
          local.set 4
          local.get 5
          i32.const 388
          i32.add
          local.set 5
          br 0 (;@3;)
        end
      end
      local.get 3
      i32.const 1
      i32.add
      local.tee 3
      local.get 0
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
  )
  (func (;1;) (type 1)
    (local i32 i32 i32 i32 i32 i32)
    i32.const 29999
    local.set 0
    loop ;; label = @1
      local.get 0
      local.tee 1
      i32.const 1
      i32.shl
      local.tee 2
      i32.const 1
      i32.or
      local.set 3
      local.get 1
      i32.const 2
      i32.shl
      i32.load offset=65536
      local.set 4
      local.get 1
      local.set 5
      loop ;; label = @2
        block ;; label = @3
          block ;; label = @4
            local.get 2
            i32.const 59997
            i32.le_s
            br_if 0 (;@4;)
            local.get 3
            local.set 0
            br 1 (;@3;)
          end
          local.get 2
          i32.const 2
          i32.add
          local.tee 0
          local.get 3
          local.get 0
          i32.const 2
          i32.shl
          i32.const 65536
          i32.add
          i32.load
          local.get 3
          i32.const 2
          i32.shl
          i32.const 65536
          i32.add
          i32.load
          i32.gt_u
          select
          local.set 0
        end
        block ;; label = @3
          block ;; label = @4
            local.get 0
            i32.const 2
            i32.shl
            i32.const 65536
            i32.add
            i32.load
            local.tee 2
            local.get 4
            i32.gt_u
            br_if 0 (;@4;)
            local.get 5
            local.set 0
            br 1 (;@3;)
          end
          local.get 5
          i32.const 2
          i32.shl
          i32.const 65536
          i32.add
          local.get 2
          i32.store
          local.get 0
          local.set 5
          local.get 0
          i32.const 1
          i32.shl
          local.tee 2
          i32.const 1
          i32.or
          local.tee 3
          i32.const 60000
          i32.lt_s
          br_if 1 (;@2;)
        end
      end
      local.get 0
      i32.const 2
      i32.shl
      i32.const 65536
      i32.add
      local.get 4
      i32.store
      local.get 1
      i32.const -1
      i32.add
      local.set 0
      local.get 1
      br_if 0 (;@1;)
    end
    i32.const 59999
    local.set 0
    block ;; label = @1
      loop ;; label = @2
        i32.const 0
        i32.load offset=65536
        local.set 2
        i32.const 0
        local.get 0
        local.tee 3
        i32.const 2
        i32.shl
        local.tee 0
        i32.load offset=65536
        local.tee 1
        i32.store offset=65536
        local.get 0
        local.get 2
        i32.store offset=65536
        local.get 3
        i32.const 1
        i32.eq
        br_if 1 (;@1;)
        i32.const 0
        local.set 5
        i32.const 1
        local.set 2
        i32.const 0
        local.set 4
        loop ;; label = @3
          block ;; label = @4
            block ;; label = @5
              local.get 4
              i32.const 2
              i32.add
              local.tee 0
              local.get 3
              i32.lt_s
              br_if 0 (;@5;)
              local.get 2
              local.set 0
              br 1 (;@4;)
            end
            local.get 0
            local.get 2
            local.get 0
            i32.const 2
            i32.shl
            i32.const 65536
            i32.add
            i32.load
            local.get 2
            i32.const 2
            i32.shl
            i32.const 65536
            i32.add
            i32.load
            i32.gt_u
            select
            local.set 0
          end
          block ;; label = @4
            block ;; label = @5
              local.get 0
              i32.const 2
              i32.shl
              i32.const 65536
              i32.add
              i32.load
              local.tee 2
              local.get 1
              i32.gt_u
              br_if 0 (;@5;)
              local.get 5
              local.set 0
              br 1 (;@4;)
            end
            local.get 5
            i32.const 2
            i32.shl
            i32.const 65536
            i32.add
            local.get 2
            i32.store
            local.get 0
            local.set 5
            local.get 0
            i32.const 1
            i32.shl
            local.tee 4
            i32.const 1
            i32.or
            local.tee 2
            local.get 3
            i32.lt_s
            br_if 1 (;@3;)
          end
        end
        local.get 0
        i32.const 2
        i32.shl
        i32.const 65536
        i32.add
        local.get 1
        i32.store
        local.get 3
        i32.const -1
        i32.add
        local.set 0
        local.get 3
        br_if 0 (;@2;)
      end
      return
    end
    i32.const 0
    local.get 1
    i32.store offset=65536
  )
  (func (;2;) (type 2) (param i32 i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 1
      local.get 0
      i32.sub
      local.tee 2
      i32.const 13
      i32.lt_s
      br_if 0 (;@1;)
      loop ;; label = @2
        local.get 0
        local.set 3
        local.get 1
        local.set 4
        block ;; label = @3
          local.get 0
          local.get 1
          i32.gt_s
          br_if 0 (;@3;)
          local.get 0
          i32.const 2
          i32.shl
          local.get 2
          i32.const 1
          i32.shl
          i32.const -4
          i32.and
          i32.add
          i32.const 65536
          i32.add
          i32.load
          local.set 5
          local.get 1
          local.set 4
          local.get 0
          local.set 3
          loop ;; label = @4
            local.get 3
            i32.const 2
            i32.shl
            i32.const 65532
            i32.add
            local.set 6
            local.get 3
            local.set 7
            loop ;; label = @5
              local.get 7
              i32.const 1
              i32.add
              local.set 7
              local.get 6
              i32.const 4
              i32.add
              local.tee 6
              i32.load
              local.tee 8
              local.get 5
              i32.lt_u
              br_if 0 (;@5;)
            end
            local.get 7
            i32.const -1
            i32.add
            local.set 3
            local.get 4
            i32.const 2
            i32.shl
            i32.const 65536
            i32.add
            local.set 2
            local.get 4
            local.set 9
            loop ;; label = @5
              local.get 9
              i32.const -1
              i32.add
              local.set 9
              local.get 2
              i32.load
              local.set 10
              local.get 2
              i32.const -4
              i32.add
              local.tee 11
              local.set 2
              local.get 10
              local.get 5
              i32.gt_u
              br_if 0 (;@5;)
            end
            block ;; label = @5
              local.get 3
              local.get 9
              i32.const 1
              i32.add
              local.tee 4
              i32.gt_s
              br_if 0 (;@5;)
              local.get 6
              local.get 10
              i32.store
              local.get 11
              i32.const 4
              i32.add
              local.get 8
              i32.store
              local.get 7
              local.set 3
              local.get 9
              local.set 4
            end
            local.get 3
            local.get 4
            i32.le_s
            br_if 0 (;@4;)
          end
        end
        block ;; label = @3
          block ;; label = @4
            local.get 4
            local.get 0
            i32.sub
            local.tee 7
            local.get 1
            local.get 3
            i32.sub
            local.tee 2
            i32.ge_s
            br_if 0 (;@4;)
            local.get 0
            local.get 4
            call 2
            local.get 3
            local.set 0
            br 1 (;@3;)
          end
          local.get 3
          local.get 1
          call 2
          local.get 7
          local.set 2
          local.get 4
          local.set 1
        end
        local.get 2
        i32.const 12
        i32.gt_s
        br_if 0 (;@2;)
      end
    end
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.add
      local.tee 2
      local.get 1
      i32.gt_s
      br_if 0 (;@1;)
      local.get 0
      i32.const 2
      i32.shl
      i32.const 65536
      i32.add
      local.set 5
      local.get 0
      local.set 10
      loop ;; label = @2
        local.get 10
        local.set 7
        local.get 2
        local.tee 10
        i32.const 2
        i32.shl
        i32.const 65536
        i32.add
        i32.load
        local.set 6
        block ;; label = @3
          local.get 7
          local.get 0
          i32.lt_s
          br_if 0 (;@3;)
          local.get 5
          local.set 2
          loop ;; label = @4
            local.get 2
            i32.load
            local.tee 9
            local.get 6
            i32.le_u
            br_if 1 (;@3;)
            local.get 2
            i32.const 4
            i32.add
            local.get 9
            i32.store
            local.get 2
            i32.const -4
            i32.add
            local.set 2
            local.get 7
            i32.const -1
            i32.add
            local.tee 7
            local.get 0
            i32.ge_s
            br_if 0 (;@4;)
          end
        end
        local.get 7
        i32.const 2
        i32.shl
        i32.const 65540
        i32.add
        local.get 6
        i32.store
        local.get 5
        i32.const 4
        i32.add
        local.set 5
        local.get 10
        i32.const 1
        i32.add
        local.tee 2
        local.get 1
        i32.le_s
        br_if 0 (;@2;)
      end
    end
  )
)
