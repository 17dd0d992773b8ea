(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (param i32 i32) (result i32)))
  (type (;2;) (func (param i32 i64) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 4)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i64 i32 i64)
    i32.const 0
    local.set 1
    i32.const 0
    local.set 2
    loop ;; label = @1
      local.get 2
      i32.const 229356
      i32.add
      local.get 2
      i32.const 229372
      i32.add
      i32.store
      local.get 2
      i32.const 229376
      i32.add
      local.get 1
      i32.store
      local.get 2
      i32.const 229336
      i32.add
      local.get 2
      i32.const 229352
      i32.add
      i32.store
      local.get 2
      i32.const 229316
      i32.add
      local.get 2
      i32.const 229332
      i32.add
      i32.store
      local.get 2
      i32.const 229296
      i32.add
      local.get 2
      i32.const 229312
      i32.add
      i32.store
      local.get 2
      i32.const 229276
      i32.add
      local.get 2
      i32.const 229292
      i32.add
      i32.store
      local.get 2
      i32.const 229256
      i32.add
      local.get 2
      i32.const 229272
      i32.add
      i32.store
      local.get 2
      i32.const 229236
      i32.add
      local.get 2
      i32.const 229252
      i32.add
      i32.store
      local.get 2
      i32.const 229232
      i32.add
      local.set 1
      local.get 2
      i32.const -160
      i32.add
      local.tee 2
      i32.const -163840
      i32.ne
      br_if 0 (;@1;)
    end
    i32.const 0
    local.set 1
    i32.const 0
    i32.const 65552
    i32.store offset=65536
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
      i32.const -1831433054
      local.set 2
      i64.const 0
      local.set 3
      i32.const 0
      local.set 1
      loop ;; label = @2
        block ;; label = @3
          block ;; label = @4
            local.get 1
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
            i32.const 7919
            i32.rem_u
            call 1
            local.tee 1
            local.get 2
            i32.const 13
            i32.shr_u
            i32.const 7919
            i32.rem_u
            call 2
            local.tee 4
            br_if 0 (;@4;)
            i64.const -1
            local.set 5
            br 1 (;@3;)
          end
          local.get 4
          i64.load32_s offset=16
          local.set 5
        end
        local.get 5
        local.get 3
        i64.add
        local.set 3
        block ;; label = @3
          block ;; label = @4
            local.get 1
            local.get 2
            i32.const 7
            i32.shr_u
            i32.const 7919
            i32.rem_u
            call 2
            local.tee 4
            br_if 0 (;@4;)
            i64.const 7
            local.set 5
            br 1 (;@3;)
          end
          local.get 4
          i64.load32_s offset=8
          local.set 5
        end
        local.get 3
        i64.const 3
        i64.mul
        local.set 3
        block ;; label = @3
          local.get 2
          i32.const 65536
          i32.and
          i32.eqz
          br_if 0 (;@3;)
          local.get 1
          local.get 2
          i32.const 17
          i32.shr_u
          i32.const 7919
          i32.rem_u
          call 3
          local.set 1
        end
        local.get 5
        local.get 3
        i64.add
        local.set 3
        local.get 0
        i32.const -1
        i32.add
        local.tee 0
        br_if 0 (;@2;)
      end
    end
    local.get 1
    local.get 3
    call 4
  )
  (func (;1;) (type 1) (param i32 i32) (result i32)
    (local i32)
    block ;; label = @1
      block ;; label = @2
        local.get 0
        br_if 0 (;@2;)
        i32.const 0
        local.set 2
        i32.const 0
        i32.load offset=65536
        local.tee 0
        i32.eqz
        br_if 1 (;@1;)
        i32.const 0
        local.get 0
        i32.load offset=4
        i32.store offset=65536
        local.get 0
        i64.const 4294967297
        i64.store offset=12 align=4
        local.get 0
        local.get 1
        i32.store offset=8
        local.get 0
        i32.const 0
        i32.store offset=4
        local.get 0
        i32.const 0
        i32.store
        local.get 0
        return
      end
      block ;; label = @2
        local.get 1
        local.get 0
        i32.load offset=8
        local.tee 2
        i32.ne
        br_if 0 (;@2;)
        local.get 0
        local.get 0
        i32.load offset=16
        i32.const 1
        i32.add
        i32.store offset=16
        local.get 0
        return
      end
      block ;; label = @2
        block ;; label = @3
          local.get 1
          local.get 2
          i32.ge_s
          br_if 0 (;@3;)
          local.get 0
          local.get 0
          i32.load
          local.get 1
          call 1
          local.tee 1
          i32.store
          br 1 (;@2;)
        end
        local.get 0
        local.get 0
        i32.load offset=4
        local.get 1
        call 1
        i32.store offset=4
        local.get 0
        i32.load
        local.set 1
      end
      block ;; label = @2
        block ;; label = @3
          local.get 1
          br_if 0 (;@3;)
          local.get 0
          local.set 1
          br 1 (;@2;)
        end
        block ;; label = @3
          local.get 1
          i32.load offset=12
          local.get 0
          i32.load offset=12
          i32.eq
          br_if 0 (;@3;)
          local.get 0
          local.set 1
          br 1 (;@2;)
        end
        local.get 0
        local.get 1
        i32.load offset=4
        i32.store
        local.get 1
        local.get 0
        i32.store offset=4
      end
      block ;; label = @2
        local.get 1
        i32.load offset=4
        local.tee 2
        br_if 0 (;@2;)
        local.get 1
        return
      end
      block ;; label = @2
        local.get 2
        i32.load offset=4
        local.tee 0
        br_if 0 (;@2;)
        local.get 1
        return
      end
      block ;; label = @2
        local.get 0
        i32.load offset=12
        local.get 1
        i32.load offset=12
        i32.eq
        br_if 0 (;@2;)
        local.get 1
        return
      end
      local.get 1
      local.get 2
      i32.load
      i32.store offset=4
      local.get 2
      local.get 1
      i32.store
      local.get 2
      local.get 2
      i32.load offset=12
      i32.const 1
      i32.add
      i32.store offset=12
    end
    local.get 2
  )
  (func (;2;) (type 1) (param i32 i32) (result i32)
    (local i32)
    block ;; label = @1
      local.get 0
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    loop ;; label = @1
      block ;; label = @2
        local.get 0
        i32.load offset=8
        local.tee 2
        local.get 1
        i32.ne
        br_if 0 (;@2;)
        local.get 0
        return
      end
      local.get 0
      i32.const 0
      i32.const 4
      local.get 1
      local.get 2
      i32.lt_s
      select
      i32.add
      i32.load
      local.tee 0
      br_if 0 (;@1;)
    end
    i32.const 0
  )
  (func (;3;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    block ;; label = @1
      block ;; label = @2
        block ;; label = @3
          local.get 1
          local.get 0
          i32.load offset=8
          local.tee 2
          i32.ge_s
          br_if 0 (;@3;)
          local.get 0
          local.get 0
          i32.load
          local.get 1
          call 3
          local.tee 1
          i32.store
          br 1 (;@2;)
        end
        block ;; label = @3
          block ;; label = @4
            local.get 1
            local.get 2
            i32.le_s
            br_if 0 (;@4;)
            local.get 0
            local.get 0
            i32.load offset=4
            local.get 1
            call 3
            i32.store offset=4
            br 1 (;@3;)
          end
          local.get 0
          i32.load offset=4
          local.set 3
          block ;; label = @4
            local.get 0
            i32.load
            local.tee 1
            br_if 0 (;@4;)
            local.get 3
            local.set 1
            br 3 (;@1;)
          end
          local.get 3
          i32.eqz
          br_if 2 (;@1;)
          local.get 3
          local.set 1
          loop ;; label = @4
            local.get 1
            local.tee 2
            i32.load
            local.tee 1
            br_if 0 (;@4;)
          end
          local.get 0
          local.get 2
          i32.load offset=8
          local.tee 1
          i32.store offset=8
          local.get 0
          local.get 2
          i32.load offset=16
          i32.store offset=16
          local.get 0
          local.get 3
          local.get 1
          call 3
          i32.store offset=4
        end
        local.get 0
        i32.load
        local.set 1
      end
      block ;; label = @2
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    block ;; label = @9
                      local.get 1
                      i32.eqz
                      br_if 0 (;@9;)
                      local.get 1
                      i32.load offset=12
                      local.set 4
                      local.get 0
                      i32.load offset=4
                      local.tee 5
                      br_if 1 (;@8;)
                      i32.const 0
                      local.set 3
                      i32.const 1
                      local.set 6
                      i32.const 1
                      local.set 2
                      local.get 4
                      i32.const 0
                      i32.ge_s
                      br_if 5 (;@4;)
                      br 4 (;@5;)
                    end
                    block ;; label = @9
                      local.get 0
                      i32.load offset=4
                      local.tee 3
                      br_if 0 (;@9;)
                      i32.const 1
                      local.set 2
                      i32.const 0
                      local.set 3
                      i32.const 1
                      local.set 6
                      br 5 (;@4;)
                    end
                    local.get 3
                    i32.load offset=12
                    local.tee 2
                    i32.const 0
                    i32.le_s
                    br_if 1 (;@7;)
                    local.get 0
                    i32.load offset=12
                    i32.const 2
                    i32.ge_s
                    br_if 2 (;@6;)
                    local.get 0
                    return
                  end
                  local.get 4
                  local.get 5
                  i32.load offset=12
                  local.tee 2
                  i32.lt_s
                  br_if 2 (;@5;)
                  local.get 5
                  local.set 3
                end
                block ;; label = @7
                  local.get 2
                  i32.const 1
                  i32.add
                  local.tee 2
                  local.get 0
                  i32.load offset=12
                  i32.lt_s
                  br_if 0 (;@7;)
                  local.get 0
                  return
                end
                local.get 0
                i32.const 12
                i32.add
                local.tee 4
                local.get 2
                i32.store
                br 3 (;@3;)
              end
              i32.const 1
              local.set 2
              local.get 0
              i32.const 12
              i32.add
              local.tee 4
              i32.const 1
              i32.store
              br 2 (;@3;)
            end
            local.get 5
            i32.eqz
            local.set 6
            local.get 1
            i32.load offset=12
            i32.const 1
            i32.add
            local.set 2
            local.get 5
            local.set 3
          end
          block ;; label = @4
            local.get 2
            local.get 0
            i32.load offset=12
            i32.lt_s
            br_if 0 (;@4;)
            local.get 0
            return
          end
          local.get 0
          i32.const 12
          i32.add
          local.tee 4
          local.get 2
          i32.store
          i32.const 0
          local.set 5
          local.get 6
          br_if 1 (;@2;)
        end
        local.get 3
        i32.load offset=12
        local.set 5
      end
      block ;; label = @2
        local.get 5
        local.get 2
        i32.le_s
        br_if 0 (;@2;)
        local.get 3
        local.get 2
        i32.store offset=12
      end
      block ;; label = @2
        block ;; label = @3
          local.get 1
          br_if 0 (;@3;)
          local.get 0
          local.set 1
          br 1 (;@2;)
        end
        block ;; label = @3
          local.get 1
          i32.load offset=12
          local.get 4
          i32.load
          i32.eq
          br_if 0 (;@3;)
          local.get 0
          local.set 1
          br 1 (;@2;)
        end
        local.get 0
        local.get 1
        i32.load offset=4
        i32.store
        local.get 1
        local.get 0
        i32.store offset=4
      end
      block ;; label = @2
        local.get 1
        i32.load offset=4
        local.tee 2
        i32.eqz
        br_if 0 (;@2;)
        block ;; label = @3
          block ;; label = @4
            local.get 2
            i32.load
            local.tee 0
            br_if 0 (;@4;)
            local.get 2
            local.set 0
            br 1 (;@3;)
          end
          block ;; label = @4
            local.get 0
            i32.load offset=12
            local.get 2
            i32.load offset=12
            i32.eq
            br_if 0 (;@4;)
            local.get 2
            local.set 0
            br 1 (;@3;)
          end
          local.get 2
          local.get 0
          i32.load offset=4
          i32.store
          local.get 0
          local.get 2
          i32.store offset=4
        end
        local.get 1
        local.get 0
        i32.store offset=4
        block ;; label = @3
          local.get 0
          i32.load offset=4
          local.tee 2
          i32.eqz
          br_if 0 (;@3;)
          block ;; label = @4
            block ;; label = @5
              local.get 2
              i32.load
              local.tee 3
              br_if 0 (;@5;)
              local.get 2
              local.set 3
              br 1 (;@4;)
            end
            block ;; label = @5
              local.get 3
              i32.load offset=12
              local.get 2
              i32.load offset=12
              i32.eq
              br_if 0 (;@5;)
              local.get 2
              local.set 3
              br 1 (;@4;)
            end
            local.get 3
            i32.load offset=4
            local.set 0
            local.get 3
            local.get 2
            i32.store offset=4
            local.get 2
            local.get 0
            i32.store
            local.get 1
            i32.load offset=4
            local.set 0
          end
          local.get 0
          local.get 3
          i32.store offset=4
          local.get 1
          i32.load offset=4
          local.tee 0
          i32.eqz
          br_if 1 (;@2;)
          block ;; label = @4
            local.get 0
            i32.load offset=4
            local.tee 2
            br_if 0 (;@4;)
            local.get 0
            local.set 0
            br 1 (;@3;)
          end
          block ;; label = @4
            local.get 2
            i32.load offset=12
            local.get 1
            i32.load offset=12
            i32.eq
            br_if 0 (;@4;)
            local.get 0
            local.set 0
            br 1 (;@3;)
          end
          local.get 1
          local.get 0
          i32.load
          i32.store offset=4
          local.get 0
          local.get 1
          i32.store
          local.get 0
          local.get 0
          i32.load offset=12
          i32.const 1
          i32.add
          i32.store offset=12
          local.get 0
          local.set 1
          local.get 0
          i32.load offset=4
          local.tee 0
          i32.eqz
          br_if 1 (;@2;)
        end
        block ;; label = @3
          block ;; label = @4
            local.get 0
            i32.load offset=4
            local.tee 2
            br_if 0 (;@4;)
            local.get 0
            local.set 2
            br 1 (;@3;)
          end
          block ;; label = @4
            local.get 2
            i32.load offset=4
            local.tee 3
            br_if 0 (;@4;)
            local.get 0
            local.set 2
            br 1 (;@3;)
          end
          block ;; label = @4
            local.get 3
            i32.load offset=12
            local.get 0
            i32.load offset=12
            i32.eq
            br_if 0 (;@4;)
            local.get 0
            local.set 2
            br 1 (;@3;)
          end
          local.get 0
          local.get 2
          i32.load
          i32.store offset=4
          local.get 2
          local.get 0
          i32.store
          local.get 2
          local.get 2
          i32.load offset=12
          i32.const 1
          i32.add
          i32.store offset=12
        end
        local.get 1
        local.get 2
        i32.store offset=4
      end
      local.get 1
      return
    end
    local.get 0
    i32.const 0
    i32.load offset=65536
    i32.store offset=4
    i32.const 0
    local.get 0
    i32.store offset=65536
    local.get 1
  )
  (func (;4;) (type 2) (param i32 i64) (result i64)
    block ;; label = @1
      local.get 0
      i32.eqz
      br_if 0 (;@1;)
      loop ;; label = @2
        local.get 0
        i32.load
        local.get 1
        call 4
        i64.const 31
        i64.mul
        local.get 0
        i32.load offset=12
        local.get 0
        i32.load offset=8
        i32.mul
        i64.extend_i32_s
        i64.add
        local.get 0
        i64.load32_s offset=16
        i64.add
        local.set 1
        local.get 0
        i32.load offset=4
        local.tee 0
        br_if 0 (;@2;)
      end
    end
    local.get 1
  )
)
