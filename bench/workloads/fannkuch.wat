(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 1)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    global.get 0
    i32.const 192
    i32.sub
    local.tee 1
    global.set 0
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.lt_s
      local.tee 2
      br_if 0 (;@1;)
      local.get 0
      i32.const 7
      i32.and
      local.set 3
      i32.const 0
      local.set 4
      block ;; label = @2
        local.get 0
        i32.const 8
        i32.lt_u
        br_if 0 (;@2;)
        local.get 0
        i32.const 2147483640
        i32.and
        local.set 5
        i32.const 0
        local.set 4
        local.get 1
        i32.const 128
        i32.add
        local.set 6
        loop ;; label = @3
          local.get 6
          local.get 4
          i32.store
          local.get 6
          i32.const 28
          i32.add
          local.get 4
          i32.const 7
          i32.add
          i32.store
          local.get 6
          i32.const 24
          i32.add
          local.get 4
          i32.const 6
          i32.add
          i32.store
          local.get 6
          i32.const 20
          i32.add
          local.get 4
          i32.const 5
          i32.add
          i32.store
          local.get 6
          i32.const 16
          i32.add
          local.get 4
          i32.const 4
          i32.add
          i32.store
          local.get 6
          i32.const 12
          i32.add
          local.get 4
          i32.const 3
          i32.add
          i32.store
          local.get 6
          i32.const 8
          i32.add
          local.get 4
          i32.const 2
          i32.add
          i32.store
          local.get 6
          i32.const 4
          i32.add
          local.get 4
          i32.const 1
          i32.add
          i32.store
          local.get 6
          i32.const 32
          i32.add
          local.set 6
          local.get 4
          i32.const 8
          i32.add
          local.tee 4
          local.get 5
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 3
        i32.eqz
        br_if 1 (;@1;)
      end
      local.get 1
      i32.const 128
      i32.add
      local.get 4
      i32.const 2
      i32.shl
      i32.add
      local.set 6
      loop ;; label = @2
        local.get 6
        local.get 4
        i32.store
        local.get 6
        i32.const 4
        i32.add
        local.set 6
        local.get 4
        i32.const 1
        i32.add
        local.set 4
        local.get 3
        i32.const -1
        i32.add
        local.tee 3
        br_if 0 (;@2;)
      end
    end
    local.get 0
    i32.const 2147483644
    i32.and
    local.set 7
    local.get 0
    i32.const 3
    i32.and
    local.set 8
    local.get 1
    i32.const -16
    i32.add
    local.set 9
    local.get 1
    i32.const -4
    i32.add
    local.set 10
    local.get 0
    i32.const 4
    i32.lt_u
    local.set 11
    i32.const 0
    local.set 12
    local.get 0
    local.set 5
    i32.const 0
    local.set 13
    i32.const 0
    local.set 14
    loop (result i64) ;; label = @1
      block ;; label = @2
        local.get 5
        i32.const 1
        i32.eq
        br_if 0 (;@2;)
        local.get 5
        local.set 4
        block ;; label = @3
          local.get 5
          i32.const 3
          i32.and
          i32.const 1
          i32.eq
          br_if 0 (;@3;)
          local.get 5
          i32.const -1
          i32.add
          i32.const 3
          i32.and
          local.set 3
          local.get 10
          local.get 5
          i32.const 2
          i32.shl
          i32.add
          local.set 6
          local.get 5
          local.set 4
          loop ;; label = @4
            local.get 6
            local.get 4
            i32.store
            local.get 6
            i32.const -4
            i32.add
            local.set 6
            local.get 4
            i32.const -1
            i32.add
            local.set 4
            local.get 3
            i32.const -1
            i32.add
            local.tee 3
            br_if 0 (;@4;)
          end
        end
        local.get 5
        i32.const -2
        i32.add
        i32.const 3
        i32.lt_u
        br_if 0 (;@2;)
        local.get 9
        local.get 4
        i32.const 2
        i32.shl
        i32.add
        local.set 6
        loop ;; label = @3
          local.get 6
          i32.const 8
          i32.add
          local.get 4
          i32.const -1
          i32.add
          i32.store
          local.get 6
          i32.const 12
          i32.add
          local.get 4
          i32.store
          local.get 6
          i32.const 4
          i32.add
          local.get 4
          i32.const -2
          i32.add
          i32.store
          local.get 6
          local.get 4
          i32.const -3
          i32.add
          i32.store
          local.get 6
          i32.const -16
          i32.add
          local.set 6
          local.get 4
          i32.const -4
          i32.add
          local.tee 4
          i32.const 1
          i32.ne
          br_if 0 (;@3;)
        end
      end
      block ;; label = @2
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              local.get 2
              br_if 0 (;@5;)
              i32.const 0
              local.set 6
              block ;; label = @6
                block ;; label = @7
                  local.get 11
                  br_if 0 (;@7;)
                  i32.const 0
                  local.set 4
                  i32.const 0
                  local.set 6
                  loop ;; label = @8
                    local.get 1
                    i32.const 64
                    i32.add
                    local.get 4
                    i32.add
                    local.tee 3
                    local.get 1
                    i32.const 128
                    i32.add
                    local.get 4
                    i32.add
                    local.tee 5
                    i64.load
                    i64.store
                    local.get 3
                    i32.const 8
                    i32.add
                    local.get 5
                    i32.const 8
                    i32.add
                    i64.load
                    i64.store
                    local.get 4
                    i32.const 16
                    i32.add
                    local.set 4
                    local.get 7
                    local.get 6
                    i32.const 4
                    i32.add
                    local.tee 6
                    i32.ne
                    br_if 0 (;@8;)
                  end
                  local.get 8
                  i32.eqz
                  br_if 1 (;@6;)
                end
                local.get 1
                i32.const 128
                i32.add
                local.get 6
                i32.const 2
                i32.shl
                local.tee 6
                i32.add
                local.set 4
                local.get 1
                i32.const 64
                i32.add
                local.get 6
                i32.add
                local.set 6
                local.get 8
                local.set 3
                loop ;; label = @7
                  local.get 6
                  local.get 4
                  i32.load
                  i32.store
                  local.get 4
                  i32.const 4
                  i32.add
                  local.set 4
                  local.get 6
                  i32.const 4
                  i32.add
                  local.set 6
                  local.get 3
                  i32.const -1
                  i32.add
                  local.tee 3
                  br_if 0 (;@7;)
                end
              end
              block ;; label = @6
                block ;; label = @7
                  local.get 1
                  i32.load offset=64
                  local.tee 5
                  br_if 0 (;@7;)
                  i32.const 0
                  local.set 15
                  br 1 (;@6;)
                end
                i32.const 0
                local.set 15
                loop ;; label = @7
                  block ;; label = @8
                    local.get 5
                    i32.const 1
                    i32.lt_s
                    br_if 0 (;@8;)
                    local.get 1
                    i32.const 64
                    i32.add
                    local.get 5
                    i32.const 2
                    i32.shl
                    i32.add
                    local.set 4
                    i32.const 1
                    local.set 3
                    local.get 1
                    i32.const 64
                    i32.add
                    local.set 6
                    loop ;; label = @9
                      local.get 6
                      i32.load
                      local.set 16
                      local.get 6
                      local.get 4
                      i32.load
                      i32.store
                      local.get 4
                      local.get 16
                      i32.store
                      local.get 6
                      i32.const 4
                      i32.add
                      local.set 6
                      local.get 4
                      i32.const -4
                      i32.add
                      local.set 4
                      local.get 3
                      local.get 5
                      i32.const -1
                      i32.add
                      local.tee 5
                      i32.lt_s
                      local.set 16
                      local.get 3
                      i32.const 1
                      i32.add
                      local.set 3
                      local.get 16
                      br_if 0 (;@9;)
                    end
                    local.get 1
                    i32.load offset=64
                    local.set 5
                  end
                  local.get 15
                  i32.const 1
                  i32.add
                  local.set 15
                  local.get 5
                  br_if 0 (;@7;)
                end
              end
              local.get 15
              local.get 14
              local.get 15
              local.get 14
              i32.gt_s
              select
              local.set 14
              i32.const 0
              local.get 15
              i32.sub
              local.get 15
              local.get 12
              select
              local.get 13
              i32.add
              local.set 13
              local.get 0
              i32.const 1
              i32.eq
              br_if 2 (;@3;)
              br 1 (;@4;)
            end
            local.get 14
            i32.const 0
            local.get 14
            i32.const 0
            i32.gt_s
            select
            local.set 14
          end
          i32.const 1
          local.set 5
          i32.const 0
          local.set 16
          i32.const 1
          local.set 15
          loop ;; label = @4
            local.get 1
            i32.load offset=128
            local.set 17
            block ;; label = @5
              local.get 5
              i32.const 1
              i32.lt_s
              br_if 0 (;@5;)
              i32.const 0
              local.set 3
              block ;; label = @6
                local.get 16
                i32.const 3
                i32.lt_u
                br_if 0 (;@6;)
                local.get 5
                i32.const 2147483644
                i32.and
                local.set 6
                local.get 5
                i32.const 3
                i32.and
                local.set 18
                i32.const 0
                local.set 3
                local.get 1
                i32.const 128
                i32.add
                local.set 4
                loop ;; label = @7
                  local.get 4
                  local.get 4
                  i32.const 4
                  i32.add
                  i64.load align=4
                  i64.store
                  local.get 4
                  i32.const 8
                  i32.add
                  local.get 4
                  i32.const 12
                  i32.add
                  i64.load align=4
                  i64.store
                  local.get 4
                  i32.const 16
                  i32.add
                  local.set 4
                  local.get 6
                  local.get 3
                  i32.const 4
                  i32.add
                  local.tee 3
                  i32.ne
                  br_if 0 (;@7;)
                end
                local.get 18
                i32.eqz
                br_if 1 (;@5;)
              end
              local.get 15
              i32.const 3
              i32.and
              local.set 6
              local.get 1
              i32.const 128
              i32.add
              local.get 3
              i32.const 2
              i32.shl
              i32.add
              local.set 4
              loop ;; label = @6
                local.get 4
                local.get 4
                i32.const 4
                i32.add
                local.tee 3
                i32.load
                i32.store
                local.get 3
                local.set 4
                local.get 6
                i32.const -1
                i32.add
                local.tee 6
                br_if 0 (;@6;)
              end
            end
            local.get 1
            i32.const 128
            i32.add
            local.get 5
            i32.const 2
            i32.shl
            local.tee 4
            i32.add
            local.get 17
            i32.store
            local.get 1
            local.get 4
            i32.add
            local.tee 4
            local.get 4
            i32.load
            i32.const -1
            i32.add
            local.tee 4
            i32.store
            local.get 4
            i32.const 0
            i32.gt_s
            br_if 2 (;@2;)
            local.get 15
            i32.const 1
            i32.add
            local.set 15
            local.get 16
            i32.const 1
            i32.add
            local.set 16
            local.get 5
            i32.const 1
            i32.add
            local.tee 5
            local.get 0
            i32.ne
            br_if 0 (;@4;)
          end
        end
        local.get 1
        i32.const 192
        i32.add
        global.set 0
        local.get 13
        i64.extend_i32_s
        i64.const 1000
        i64.mul
        local.get 14
        i64.extend_i32_u
        i64.add
        return
      end
      local.get 12
      i32.const 1
      i32.xor
      local.set 12
      br 0 (;@1;)
    end
  )
)
