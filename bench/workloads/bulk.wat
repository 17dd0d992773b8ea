(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 3)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i64 i32 i32 i32 i32)
    i32.const -65536
    local.set 1
    i32.const 5
    local.set 2
    loop ;; label = @1
      local.get 1
      i32.const 196608
      i32.add
      i32.const 0
      i32.store8
      local.get 1
      i32.const 196609
      i32.add
      i32.const 0
      i32.store8
      local.get 1
      i32.const 131072
      i32.add
      local.get 2
      i32.const 13
      i32.shl
      local.get 2
      i32.xor
      local.tee 2
      i32.const 17
      i32.shr_u
      local.get 2
      i32.xor
      local.tee 2
      i32.const 5
      i32.shl
      local.get 2
      i32.xor
      local.tee 2
      i32.store8
      local.get 1
      i32.const 131073
      i32.add
      local.get 2
      i32.const 13
      i32.shl
      local.get 2
      i32.xor
      local.tee 2
      i32.const 17
      i32.shr_u
      local.get 2
      i32.xor
      local.tee 2
      i32.const 5
      i32.shl
      local.get 2
      i32.xor
      local.tee 2
      i32.store8
      local.get 1
      i32.const 2
      i32.add
      local.tee 1
      br_if 0 (;@1;)
    end
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.const 1
        i32.ge_s
        br_if 0 (;@2;)
        i64.const 0
        local.set 3
        br 1 (;@1;)
      end
      i32.const 0
      local.set 4
      i64.const 0
      local.set 3
      loop ;; label = @2
        local.get 2
        i32.const 13
        i32.shl
        local.get 2
        i32.xor
        local.tee 2
        i32.const 17
        i32.shr_u
        local.get 2
        i32.xor
        local.tee 2
        i32.const 5
        i32.shl
        local.get 2
        i32.xor
        local.set 2
        block ;; label = @3
          block ;; label = @4
            local.get 4
            i32.const 15
            i32.and
            i32.eqz
            br_if 0 (;@4;)
            local.get 2
            i32.const 61
            i32.rem_u
            local.set 1
            br 1 (;@3;)
          end
          local.get 2
          i32.const 8000
          i32.rem_u
          local.set 1
        end
        local.get 2
        i32.const 7
        i32.shr_u
        i32.const 65536
        local.get 1
        i32.sub
        local.tee 5
        i32.rem_u
        local.set 6
        local.get 2
        i32.const 11
        i32.shr_u
        local.get 5
        i32.rem_u
        local.tee 5
        i32.const 131072
        i32.add
        local.set 7
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              block ;; label = @6
                local.get 4
                i32.const 3
                i32.and
                br_table 0 (;@6;) 1 (;@5;) 2 (;@4;)
              end
              local.get 1
              i32.eqz
              br_if 2 (;@3;)
              local.get 7
              local.get 2
              i32.const 24
              i32.shr_u
              local.get 1
              memory.fill
              br 2 (;@3;)
            end
            local.get 1
            i32.eqz
            br_if 1 (;@3;)
            local.get 7
            local.get 6
            i32.const 131072
            i32.add
            local.get 1
            memory.copy
            br 1 (;@3;)
          end
          local.get 1
          i32.eqz
          br_if 0 (;@3;)
          local.get 7
          local.get 6
          i32.const 65536
          i32.add
          local.get 1
          memory.copy
        end
        local.get 3
        i64.const 3
        i64.mul
        local.get 5
        local.get 1
        i32.const 1
        i32.shr_u
        i32.add
        i32.const 65535
        i32.and
        i64.load8_u offset=131072
        i64.add
        local.set 3
        local.get 0
        local.get 4
        i32.const 1
        i32.add
        local.tee 4
        i32.ne
        br_if 0 (;@2;)
      end
    end
    local.get 3
  )
)
