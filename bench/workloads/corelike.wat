(module
  (type (;0;) (func (param i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32) (result i64)))
  (type (;2;) (func (param i32 i32) (result i32)))
  (type (;3;) (func (param i32) (result i32)))
  (type (;4;) (func (param i32)))
  (type (;5;) (func))
  (table (;0;) 3 3 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (elem (;0;) (i32.const 1) func 5 7)
  (func (;0;) (type 1) (param i32) (result i64)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64)
    global.get 0
    i32.const 16
    i32.sub
    local.tee 1
    global.set 0
    i32.const 0
    local.set 2
    local.get 1
    i32.const 0
    i32.store16 offset=12
    local.get 1
    i32.const 0
    i32.store offset=8
    local.get 1
    i32.const 66288
    i32.store offset=4
    i32.const 66544
    local.set 3
    i32.const -248
    local.set 4
    loop ;; label = @1
      local.get 4
      i32.const 66540
      i32.add
      local.get 3
      i32.store
      local.get 4
      i32.const 66536
      i32.add
      local.get 4
      i32.const 66544
      i32.add
      i32.store
      local.get 3
      i32.const 2
      i32.add
      local.get 2
      i32.const 17
      i32.mul
      i32.const 31
      i32.and
      i32.store16
      local.get 3
      local.get 4
      i32.const 248
      i32.add
      i32.const 120
      i32.and
      local.get 2
      i32.const 7
      i32.and
      i32.or
      i32.const 257
      i32.mul
      i32.store16
      local.get 3
      i32.const 4
      i32.add
      local.set 3
      local.get 2
      i32.const 1
      i32.add
      local.set 2
      local.get 4
      i32.const 8
      i32.add
      local.tee 4
      br_if 0 (;@1;)
    end
    i32.const 0
    i32.const 66668
    i32.store offset=66540
    i32.const 0
    i32.const 1015679
    i32.store offset=66668
    i32.const 0
    i32.const 0
    i32.store offset=66536
    i32.const 1
    local.set 2
    i32.const 2
    local.set 3
    i32.const 4
    local.set 4
    loop (result i64) ;; label = @1
      local.get 4
      i32.const 66668
      i32.add
      local.get 3
      i32.const -1
      i32.add
      local.tee 5
      local.get 2
      local.get 5
      i32.mul
      i32.const 65536
      i32.rem_s
      local.tee 2
      i32.add
      i32.store16
      local.get 4
      i32.const 66844
      i32.add
      local.get 4
      local.get 2
      i32.add
      i32.const -2
      i32.add
      i32.const 255
      i32.and
      i32.store16
      block ;; label = @2
        local.get 4
        i32.const 164
        i32.ne
        br_if 0 (;@2;)
        i32.const 0
        local.set 2
        i32.const 0
        local.set 6
        loop ;; label = @3
          local.get 6
          i32.const 7
          i32.and
          i32.load8_u offset=65728
          i32.const 4
          i32.shl
          local.get 6
          i32.const 1
          i32.shr_u
          i32.const 12
          i32.and
          i32.or
          i32.load offset=65536
          local.set 5
          i32.const 0
          local.set 4
          loop ;; label = @4
            local.get 4
            local.tee 3
            i32.const 1
            i32.add
            local.set 4
            local.get 5
            local.get 3
            i32.add
            i32.load8_u
            br_if 0 (;@4;)
          end
          block ;; label = @4
            local.get 2
            local.get 4
            i32.add
            i32.const 664
            i32.gt_s
            br_if 0 (;@4;)
            block ;; label = @5
              block ;; label = @6
                local.get 4
                i32.const -1
                i32.add
                local.tee 4
                i32.const 1
                i32.ge_s
                br_if 0 (;@6;)
                local.get 2
                i32.const 1
                i32.add
                local.set 4
                br 1 (;@5;)
              end
              i32.const 0
              local.set 7
              block ;; label = @6
                block ;; label = @7
                  local.get 4
                  i32.const 4
                  i32.lt_u
                  br_if 0 (;@7;)
                  local.get 4
                  i32.const 3
                  i32.and
                  local.set 8
                  i32.const 0
                  local.get 3
                  i32.const 2147483644
                  i32.and
                  i32.sub
                  local.set 9
                  i32.const -1
                  local.set 4
                  loop ;; label = @8
                    local.get 2
                    local.get 4
                    i32.add
                    local.tee 7
                    i32.const 67025
                    i32.add
                    local.get 5
                    local.get 4
                    i32.add
                    local.tee 10
                    i32.const 1
                    i32.add
                    i32.load8_u
                    i32.store8
                    local.get 7
                    i32.const 67026
                    i32.add
                    local.get 10
                    i32.const 2
                    i32.add
                    i32.load8_u
                    i32.store8
                    local.get 7
                    i32.const 67027
                    i32.add
                    local.get 10
                    i32.const 3
                    i32.add
                    i32.load8_u
                    i32.store8
                    local.get 7
                    i32.const 67028
                    i32.add
                    local.get 10
                    i32.const 4
                    i32.add
                    i32.load8_u
                    i32.store8
                    local.get 9
                    local.get 4
                    i32.const 4
                    i32.add
                    local.tee 4
                    i32.add
                    i32.const -1
                    i32.ne
                    br_if 0 (;@8;)
                  end
                  local.get 2
                  local.get 4
                  i32.add
                  local.tee 7
                  i32.const 1
                  i32.add
                  local.set 2
                  local.get 8
                  i32.eqz
                  br_if 1 (;@6;)
                  local.get 4
                  i32.const 1
                  i32.add
                  local.set 7
                end
                local.get 3
                i32.const 3
                i32.and
                local.set 3
                local.get 5
                local.get 7
                i32.add
                local.set 4
                loop ;; label = @7
                  local.get 2
                  i32.const 67024
                  i32.add
                  local.get 4
                  i32.load8_u
                  i32.store8
                  local.get 4
                  i32.const 1
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 1
                  i32.add
                  local.set 2
                  local.get 3
                  i32.const -1
                  i32.add
                  local.tee 3
                  br_if 0 (;@7;)
                end
                local.get 2
                i32.const -1
                i32.add
                local.set 7
              end
              local.get 7
              i32.const 2
              i32.add
              local.set 4
            end
            local.get 2
            i32.const 67024
            i32.add
            i32.const 44
            i32.store8
            local.get 6
            i32.const 1
            i32.add
            local.set 6
            local.get 4
            local.set 2
            br 1 (;@3;)
          end
        end
        block ;; label = @3
          local.get 2
          i32.const 665
          i32.gt_s
          br_if 0 (;@3;)
          local.get 2
          local.set 4
          block ;; label = @4
            i32.const 2
            local.get 2
            i32.sub
            i32.const 7
            i32.and
            local.tee 3
            i32.eqz
            br_if 0 (;@4;)
            local.get 2
            local.set 4
            loop ;; label = @5
              local.get 4
              i32.const 67024
              i32.add
              i32.const 0
              i32.store8
              local.get 4
              i32.const 1
              i32.add
              local.set 4
              local.get 3
              i32.const -1
              i32.add
              local.tee 3
              br_if 0 (;@5;)
            end
          end
          local.get 2
          i32.const -659
          i32.add
          i32.const 7
          i32.lt_u
          br_if 0 (;@3;)
          i32.const 0
          local.set 3
          loop ;; label = @4
            local.get 4
            local.get 3
            i32.add
            i32.const 67024
            i32.add
            i64.const 0
            i64.store align=1
            local.get 4
            local.get 3
            i32.const 8
            i32.add
            local.tee 3
            i32.add
            i32.const 666
            i32.ne
            br_if 0 (;@4;)
          end
        end
        block ;; label = @3
          block ;; label = @4
            local.get 0
            i32.const 1
            i32.ge_s
            br_if 0 (;@4;)
            i64.const 0
            local.set 11
            br 1 (;@3;)
          end
          i64.const 0
          local.set 11
          loop ;; label = @4
            local.get 1
            local.get 1
            i32.const 4
            i32.add
            local.get 1
            i32.const 8
            i32.add
            i32.const 1
            call 1
            local.get 1
            i32.load16_u offset=8
            call 2
            i32.store16 offset=8
            local.get 1
            local.get 1
            i32.const 4
            i32.add
            local.get 1
            i32.const 8
            i32.add
            i32.const -1
            call 1
            local.get 1
            i32.load16_u offset=8
            call 2
            local.tee 4
            i32.store16 offset=8
            local.get 11
            i64.const 7
            i64.mul
            local.get 4
            i64.extend_i32_u
            i64.add
            local.set 11
            local.get 0
            i32.const -1
            i32.add
            local.tee 0
            br_if 0 (;@4;)
          end
          local.get 1
          i64.load16_u offset=10
          i64.const 5
          i64.mul
          local.get 11
          i64.const 31
          i64.mul
          i64.add
          local.get 1
          i64.load16_u offset=12
          i64.add
          local.set 11
        end
        local.get 1
        i32.const 16
        i32.add
        global.set 0
        local.get 11
        return
      end
      local.get 4
      i32.const 66670
      i32.add
      local.get 3
      local.get 2
      local.get 3
      i32.mul
      i32.const 65536
      i32.rem_s
      local.tee 2
      i32.add
      i32.store16
      local.get 4
      i32.const 66846
      i32.add
      local.get 4
      local.get 2
      i32.add
      i32.const 255
      i32.and
      i32.store16
      local.get 3
      i32.const 2
      i32.add
      local.set 3
      local.get 4
      i32.const 4
      i32.add
      local.set 4
      br 0 (;@1;)
    end
  )
  (func (;1;) (type 0) (param i32 i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32)
    global.get 0
    i32.const 16
    i32.sub
    local.tee 3
    global.set 0
    local.get 3
    local.get 2
    i32.store16 offset=14
    local.get 0
    i32.load
    local.set 4
    i32.const 0
    local.set 5
    i32.const 0
    local.set 6
    i32.const 0
    local.set 7
    i32.const 0
    local.set 8
    loop ;; label = @1
      local.get 3
      local.get 8
      i32.store16 offset=12
      local.get 4
      local.get 3
      i32.const 12
      i32.add
      call 3
      local.set 9
      local.get 4
      call 4
      local.set 4
      block ;; label = @2
        block ;; label = @3
          local.get 9
          i32.eqz
          br_if 0 (;@3;)
          local.get 6
          i32.const 1
          i32.add
          local.set 6
          local.get 9
          i32.load offset=4
          i32.load16_u
          local.tee 10
          local.get 10
          i32.const 9
          i32.shr_u
          i32.and
          i32.const 1
          i32.and
          local.set 10
          local.get 9
          i32.load
          local.tee 11
          i32.eqz
          br_if 1 (;@2;)
          local.get 9
          local.get 11
          i32.load
          i32.store
          local.get 11
          local.get 4
          i32.load
          i32.store
          local.get 4
          local.get 11
          i32.store
          br 1 (;@2;)
        end
        local.get 7
        i32.const 1
        i32.add
        local.set 7
        local.get 4
        i32.load
        i32.load offset=4
        i32.load8_u offset=1
        i32.const 1
        i32.and
        local.set 10
      end
      block ;; label = @2
        local.get 2
        i32.extend16_s
        i32.const 0
        i32.lt_s
        br_if 0 (;@2;)
        local.get 3
        local.get 2
        i32.const 1
        i32.add
        local.tee 2
        i32.store16 offset=14
      end
      local.get 10
      local.get 5
      i32.add
      local.set 5
      local.get 8
      i32.const 65535
      i32.and
      local.set 9
      local.get 8
      i32.const 1
      i32.add
      local.set 8
      local.get 9
      i32.const 101
      i32.lt_u
      br_if 0 (;@1;)
    end
    local.get 4
    i32.const 1
    local.get 1
    call 6
    local.tee 10
    i32.load
    local.tee 4
    i32.load
    local.tee 2
    i32.load offset=4
    local.set 8
    local.get 2
    local.get 4
    i32.load offset=4
    i32.store offset=4
    local.get 4
    local.get 2
    i32.load
    i32.store
    local.get 4
    local.get 8
    i32.store offset=4
    local.get 2
    i32.const 0
    i32.store
    local.get 5
    local.get 7
    i32.sub
    local.get 6
    i32.const 2
    i32.shl
    i32.add
    local.set 4
    block ;; label = @1
      block ;; label = @2
        local.get 10
        local.get 3
        i32.const 12
        i32.add
        call 3
        local.tee 8
        br_if 0 (;@2;)
        local.get 10
        i32.load
        local.tee 8
        i32.eqz
        br_if 1 (;@1;)
      end
      local.get 10
      i32.load offset=4
      i32.load16_u
      i32.const 65535
      i32.and
      local.set 9
      loop ;; label = @2
        local.get 9
        local.get 4
        i32.const 65535
        i32.and
        call 2
        local.set 4
        local.get 8
        i32.load
        local.tee 8
        br_if 0 (;@2;)
      end
    end
    local.get 2
    i32.load offset=4
    local.set 9
    local.get 2
    local.get 10
    i32.load
    local.tee 8
    i32.load offset=4
    i32.store offset=4
    local.get 2
    local.get 8
    i32.load
    i32.store
    local.get 8
    local.get 9
    i32.store offset=4
    local.get 8
    local.get 2
    i32.store
    block ;; label = @1
      local.get 10
      i32.const 2
      i32.const 0
      call 6
      local.tee 2
      i32.load
      local.tee 8
      i32.eqz
      br_if 0 (;@1;)
      local.get 2
      i32.load offset=4
      i32.load16_u
      i32.const 65535
      i32.and
      local.set 9
      loop ;; label = @2
        local.get 9
        local.get 4
        i32.const 65535
        i32.and
        call 2
        local.set 4
        local.get 8
        i32.load
        local.tee 8
        br_if 0 (;@2;)
      end
    end
    local.get 0
    local.get 2
    i32.store
    local.get 3
    i32.const 16
    i32.add
    global.set 0
    local.get 4
    i32.const 65535
    i32.and
  )
  (func (;2;) (type 2) (param i32 i32) (result i32)
    local.get 1
    local.get 0
    i32.xor
    local.tee 0
    i32.const 255
    i32.and
    i32.const 1
    i32.shl
    i32.load16_u offset=65744
    local.tee 1
    i32.const 8
    i32.shr_u
    local.get 1
    i32.const 255
    i32.and
    local.get 0
    i32.const 8
    i32.shr_u
    i32.xor
    i32.const 1
    i32.shl
    i32.load16_u offset=65744
    i32.xor
  )
  (func (;3;) (type 2) (param i32 i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      block ;; label = @2
        local.get 1
        i32.load16_s offset=2
        local.tee 2
        i32.const -1
        i32.gt_s
        br_if 0 (;@2;)
        i32.const 0
        local.set 3
        local.get 0
        i32.eqz
        br_if 1 (;@1;)
        local.get 1
        i32.load16_u
        i32.const 65535
        i32.and
        local.set 1
        loop ;; label = @3
          block ;; label = @4
            local.get 0
            i32.load offset=4
            i32.load8_u
            local.get 1
            i32.ne
            br_if 0 (;@4;)
            local.get 0
            return
          end
          local.get 0
          i32.load
          local.tee 0
          br_if 0 (;@3;)
          br 2 (;@1;)
        end
      end
      i32.const 0
      local.set 3
      local.get 0
      i32.eqz
      br_if 0 (;@1;)
      local.get 2
      i32.const 65535
      i32.and
      local.set 1
      loop ;; label = @2
        block ;; label = @3
          local.get 0
          i32.load offset=4
          i32.load16_u offset=2
          local.get 1
          i32.ne
          br_if 0 (;@3;)
          local.get 0
          return
        end
        local.get 0
        i32.load
        local.tee 0
        br_if 0 (;@2;)
      end
    end
    local.get 3
  )
  (func (;4;) (type 3) (param i32) (result i32)
    (local i32 i32)
    block ;; label = @1
      local.get 0
      br_if 0 (;@1;)
      i32.const 0
      return
    end
    i32.const 0
    local.set 1
    loop ;; label = @1
      local.get 1
      local.set 2
      local.get 0
      local.tee 1
      i32.load
      local.set 0
      local.get 1
      local.get 2
      i32.store
      local.get 0
      br_if 0 (;@1;)
    end
    local.get 1
  )
  (func (;5;) (type 0) (param i32 i32 i32) (result i32)
    local.get 0
    local.get 2
    call 8
    local.get 1
    local.get 2
    call 8
    i32.sub
  )
  (func (;6;) (type 0) (param i32 i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 1
    local.set 3
    loop ;; label = @1
      i32.const 0
      local.set 4
      i32.const 0
      local.set 5
      i32.const 0
      local.set 6
      loop ;; label = @2
        i32.const 0
        local.set 7
        local.get 0
        local.set 8
        block ;; label = @3
          local.get 3
          i32.const 1
          i32.lt_s
          br_if 0 (;@3;)
          loop ;; label = @4
            local.get 7
            i32.const 1
            i32.add
            local.set 7
            local.get 8
            i32.load
            local.tee 8
            i32.eqz
            br_if 1 (;@3;)
            local.get 7
            local.get 3
            i32.lt_s
            br_if 0 (;@4;)
          end
        end
        local.get 4
        i32.const 1
        i32.add
        local.set 4
        local.get 0
        local.set 9
        local.get 8
        local.set 0
        local.get 3
        local.set 8
        block ;; label = @3
          loop ;; label = @4
            block ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    local.get 7
                    i32.const 0
                    i32.gt_s
                    br_if 0 (;@8;)
                    local.get 8
                    i32.const 1
                    i32.lt_s
                    br_if 5 (;@3;)
                    local.get 0
                    i32.eqz
                    br_if 5 (;@3;)
                    local.get 7
                    i32.eqz
                    br_if 1 (;@7;)
                  end
                  local.get 8
                  i32.const 1
                  i32.lt_s
                  br_if 1 (;@6;)
                  local.get 0
                  i32.eqz
                  br_if 1 (;@6;)
                  local.get 9
                  i32.load offset=4
                  local.get 0
                  i32.load offset=4
                  local.get 2
                  local.get 1
                  call_indirect (type 0)
                  i32.const 1
                  i32.lt_s
                  br_if 1 (;@6;)
                end
                local.get 8
                i32.const -1
                i32.add
                local.set 8
                local.get 0
                i32.load
                local.set 10
                local.get 9
                local.set 11
                local.get 0
                local.set 9
                br 1 (;@5;)
              end
              local.get 7
              i32.const -1
              i32.add
              local.set 7
              local.get 9
              i32.load
              local.set 11
              local.get 0
              local.set 10
            end
            local.get 9
            local.set 0
            block ;; label = @5
              block ;; label = @6
                local.get 5
                br_if 0 (;@6;)
                local.get 0
                local.set 6
                br 1 (;@5;)
              end
              local.get 5
              local.get 0
              i32.store
            end
            local.get 11
            local.set 9
            local.get 0
            local.set 5
            local.get 10
            local.set 0
            br 0 (;@4;)
          end
        end
        local.get 0
        br_if 0 (;@2;)
      end
      local.get 5
      i32.const 0
      i32.store
      local.get 3
      i32.const 1
      i32.shl
      local.set 3
      local.get 6
      local.set 0
      local.get 4
      i32.const 1
      i32.gt_s
      br_if 0 (;@1;)
    end
    local.get 6
  )
  (func (;7;) (type 0) (param i32 i32 i32) (result i32)
    block ;; label = @1
      local.get 2
      br_if 0 (;@1;)
      local.get 0
      local.get 0
      i32.load8_u offset=1
      i32.store8
      local.get 1
      local.get 1
      i32.load8_u offset=1
      i32.store8
    end
    local.get 0
    i32.load16_s offset=2
    local.get 1
    i32.load16_s offset=2
    i32.sub
  )
  (func (;8;) (type 2) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    global.get 0
    i32.const 80
    i32.sub
    local.tee 2
    global.set 0
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.load16_u
        local.tee 3
        i32.const 128
        i32.and
        i32.eqz
        br_if 0 (;@2;)
        local.get 3
        i32.const 127
        i32.and
        local.set 4
        br 1 (;@1;)
      end
      local.get 3
      i32.const 3
      i32.shr_u
      i32.const 15
      i32.and
      local.tee 5
      i32.const 17
      i32.mul
      local.set 4
      local.get 3
      local.set 6
      block ;; label = @2
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              local.get 3
              i32.const 7
              i32.and
              br_table 0 (;@5;) 1 (;@4;) 3 (;@2;)
            end
            local.get 1
            i32.load16_u
            local.set 6
            local.get 2
            i64.const 0
            i64.store offset=56
            local.get 2
            i64.const 0
            i64.store offset=48
            local.get 2
            i64.const 0
            i64.store offset=40
            local.get 2
            i64.const 0
            i64.store offset=32
            local.get 2
            i64.const 0
            i64.store offset=24
            local.get 2
            i64.const 0
            i64.store offset=16
            local.get 2
            i64.const 0
            i64.store offset=8
            local.get 2
            i64.const 0
            i64.store
            local.get 2
            i32.const 67024
            i32.store offset=76
            local.get 4
            i32.const 34
            local.get 4
            i32.const 34
            i32.gt_u
            select
            local.set 4
            i32.const 0
            local.set 7
            block ;; label = @5
              i32.const 0
              i32.load8_u offset=67024
              i32.eqz
              br_if 0 (;@5;)
              loop ;; label = @6
                local.get 2
                i32.const 32
                i32.add
                local.get 2
                i32.const 76
                i32.add
                local.get 2
                call 9
                i32.const 2
                i32.shl
                i32.add
                local.tee 8
                local.get 8
                i32.load
                i32.const 1
                i32.add
                i32.store
                local.get 2
                i32.load offset=76
                i32.load8_u
                br_if 0 (;@6;)
              end
            end
            i32.const 665
            local.get 4
            i32.div_u
            i32.const 1
            i32.add
            local.tee 9
            i32.const 3
            i32.and
            local.set 8
            block ;; label = @5
              block ;; label = @6
                local.get 5
                i32.const 13
                i32.gt_u
                br_if 0 (;@6;)
                local.get 4
                i32.const 67024
                i32.add
                local.set 10
                local.get 9
                i32.const 2044
                i32.and
                local.set 11
                local.get 4
                i32.const 1
                i32.shl
                i32.const 67024
                i32.add
                local.set 12
                local.get 4
                i32.const 3
                i32.mul
                i32.const 67024
                i32.add
                local.set 13
                i32.const 0
                local.set 7
                loop ;; label = @7
                  block ;; label = @8
                    local.get 7
                    i32.const 67024
                    i32.add
                    local.tee 14
                    i32.load8_u
                    local.tee 15
                    i32.eqz
                    br_if 0 (;@8;)
                    local.get 15
                    i32.const 44
                    i32.eq
                    br_if 0 (;@8;)
                    local.get 14
                    local.get 15
                    i32.const 128
                    i32.xor
                    i32.store8
                  end
                  block ;; label = @8
                    local.get 10
                    local.get 7
                    i32.add
                    local.tee 14
                    i32.load8_u
                    local.tee 15
                    i32.eqz
                    br_if 0 (;@8;)
                    local.get 15
                    i32.const 44
                    i32.eq
                    br_if 0 (;@8;)
                    local.get 14
                    local.get 15
                    i32.const 128
                    i32.xor
                    i32.store8
                  end
                  local.get 7
                  local.get 4
                  i32.add
                  local.get 4
                  i32.add
                  local.set 15
                  block ;; label = @8
                    local.get 12
                    local.get 7
                    i32.add
                    local.tee 16
                    i32.load8_u
                    local.tee 14
                    i32.eqz
                    br_if 0 (;@8;)
                    local.get 14
                    i32.const 44
                    i32.eq
                    br_if 0 (;@8;)
                    local.get 16
                    local.get 14
                    i32.const 128
                    i32.xor
                    i32.store8
                  end
                  local.get 15
                  local.get 4
                  i32.add
                  local.set 15
                  block ;; label = @8
                    local.get 13
                    local.get 7
                    i32.add
                    local.tee 14
                    i32.load8_u
                    local.tee 7
                    i32.eqz
                    br_if 0 (;@8;)
                    local.get 7
                    i32.const 44
                    i32.eq
                    br_if 0 (;@8;)
                    local.get 14
                    local.get 7
                    i32.const 128
                    i32.xor
                    i32.store8
                  end
                  local.get 15
                  local.get 4
                  i32.add
                  local.set 7
                  local.get 11
                  i32.const -4
                  i32.add
                  local.tee 11
                  br_if 0 (;@7;)
                end
                local.get 8
                i32.eqz
                br_if 1 (;@5;)
              end
              local.get 7
              i32.const 67024
              i32.add
              local.set 7
              loop ;; label = @6
                block ;; label = @7
                  local.get 7
                  i32.load8_u
                  local.tee 11
                  i32.eqz
                  br_if 0 (;@7;)
                  local.get 11
                  i32.const 44
                  i32.eq
                  br_if 0 (;@7;)
                  local.get 7
                  local.get 11
                  i32.const 128
                  i32.xor
                  i32.store8
                end
                local.get 7
                local.get 4
                i32.add
                local.set 7
                local.get 8
                i32.const -1
                i32.add
                local.tee 8
                br_if 0 (;@6;)
              end
            end
            local.get 2
            i32.const 67024
            i32.store offset=76
            i32.const 0
            local.set 7
            block ;; label = @5
              i32.const 0
              i32.load8_u offset=67024
              i32.eqz
              br_if 0 (;@5;)
              loop ;; label = @6
                local.get 2
                i32.const 32
                i32.add
                local.get 2
                i32.const 76
                i32.add
                local.get 2
                call 9
                i32.const 2
                i32.shl
                i32.add
                local.tee 8
                local.get 8
                i32.load
                i32.const 1
                i32.add
                i32.store
                local.get 2
                i32.load offset=76
                i32.load8_u
                br_if 0 (;@6;)
              end
            end
            local.get 9
            i32.const 3
            i32.and
            local.set 8
            block ;; label = @5
              block ;; label = @6
                local.get 5
                i32.const 13
                i32.gt_u
                br_if 0 (;@6;)
                local.get 4
                i32.const 67024
                i32.add
                local.set 10
                local.get 9
                i32.const 2044
                i32.and
                local.set 11
                local.get 4
                i32.const 1
                i32.shl
                i32.const 67024
                i32.add
                local.set 12
                local.get 4
                i32.const 3
                i32.mul
                i32.const 67024
                i32.add
                local.set 13
                i32.const 0
                local.set 7
                loop ;; label = @7
                  block ;; label = @8
                    local.get 7
                    i32.const 67024
                    i32.add
                    local.tee 14
                    i32.load8_u
                    local.tee 15
                    i32.eqz
                    br_if 0 (;@8;)
                    local.get 15
                    i32.const 44
                    i32.eq
                    br_if 0 (;@8;)
                    local.get 14
                    local.get 15
                    i32.const 128
                    i32.xor
                    i32.store8
                  end
                  block ;; label = @8
                    local.get 10
                    local.get 7
                    i32.add
                    local.tee 14
                    i32.load8_u
                    local.tee 15
                    i32.eqz
                    br_if 0 (;@8;)
                    local.get 15
                    i32.const 44
                    i32.eq
                    br_if 0 (;@8;)
                    local.get 14
                    local.get 15
                    i32.const 128
                    i32.xor
                    i32.store8
                  end
                  local.get 7
                  local.get 4
                  i32.add
                  local.get 4
                  i32.add
                  local.set 15
                  block ;; label = @8
                    local.get 12
                    local.get 7
                    i32.add
                    local.tee 16
                    i32.load8_u
                    local.tee 14
                    i32.eqz
                    br_if 0 (;@8;)
                    local.get 14
                    i32.const 44
                    i32.eq
                    br_if 0 (;@8;)
                    local.get 16
                    local.get 14
                    i32.const 128
                    i32.xor
                    i32.store8
                  end
                  local.get 15
                  local.get 4
                  i32.add
                  local.set 15
                  block ;; label = @8
                    local.get 13
                    local.get 7
                    i32.add
                    local.tee 14
                    i32.load8_u
                    local.tee 7
                    i32.eqz
                    br_if 0 (;@8;)
                    local.get 7
                    i32.const 44
                    i32.eq
                    br_if 0 (;@8;)
                    local.get 14
                    local.get 7
                    i32.const 128
                    i32.xor
                    i32.store8
                  end
                  local.get 15
                  local.get 4
                  i32.add
                  local.set 7
                  local.get 11
                  i32.const -4
                  i32.add
                  local.tee 11
                  br_if 0 (;@7;)
                end
                local.get 8
                i32.eqz
                br_if 1 (;@5;)
              end
              local.get 7
              i32.const 67024
              i32.add
              local.set 7
              loop ;; label = @6
                block ;; label = @7
                  local.get 7
                  i32.load8_u
                  local.tee 11
                  i32.eqz
                  br_if 0 (;@7;)
                  local.get 11
                  i32.const 44
                  i32.eq
                  br_if 0 (;@7;)
                  local.get 7
                  local.get 11
                  i32.const 128
                  i32.xor
                  i32.store8
                end
                local.get 7
                local.get 4
                i32.add
                local.set 7
                local.get 8
                i32.const -1
                i32.add
                local.tee 8
                br_if 0 (;@6;)
              end
            end
            i32.const 0
            local.set 4
            loop ;; label = @5
              local.get 2
              local.get 4
              i32.add
              i32.load
              local.tee 7
              i32.const 16
              i32.shr_u
              local.get 7
              i32.const 65535
              i32.and
              local.get 2
              i32.const 32
              i32.add
              local.get 4
              i32.add
              i32.load
              local.tee 7
              i32.const 16
              i32.shr_u
              local.get 7
              i32.const 65535
              i32.and
              local.get 6
              i32.const 65535
              i32.and
              call 2
              call 2
              call 2
              call 2
              local.set 6
              local.get 4
              i32.const 4
              i32.add
              local.tee 7
              local.set 4
              local.get 7
              i32.const 32
              i32.ne
              br_if 0 (;@5;)
            end
            i32.const 4
            local.set 4
            br 1 (;@3;)
          end
          local.get 1
          i32.load16_u
          local.set 6
          local.get 4
          call 10
          local.get 4
          call 11
          local.get 4
          i32.const 61440
          i32.or
          local.tee 7
          call 12
          i32.const 65535
          i32.and
          local.get 6
          call 2
          local.set 6
          call 13
          local.get 7
          call 12
          i32.const 65535
          i32.and
          local.get 6
          call 2
          local.set 6
          call 14
          local.get 7
          call 12
          i32.const 65535
          i32.and
          local.get 6
          call 2
          local.set 6
          call 15
          local.get 7
          call 12
          i32.const 65535
          i32.and
          local.get 6
          call 2
          local.set 6
          i32.const 0
          local.get 4
          i32.sub
          call 10
          i32.const 2
          local.set 4
        end
        local.get 1
        local.get 4
        i32.add
        local.tee 4
        local.get 4
        i32.load16_u
        local.tee 4
        local.get 6
        local.get 4
        select
        i32.store16
      end
      local.get 1
      local.get 6
      local.get 1
      i32.load16_u
      call 2
      i32.store16
      local.get 0
      local.get 3
      i32.const 65280
      i32.and
      local.get 6
      i32.const 127
      i32.and
      local.tee 4
      i32.or
      i32.const 128
      i32.or
      i32.store16
    end
    local.get 2
    i32.const 80
    i32.add
    global.set 0
    local.get 4
  )
  (func (;9;) (type 2) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32)
    block ;; label = @1
      local.get 0
      i32.load
      local.tee 2
      i32.load8_u
      local.tee 3
      br_if 0 (;@1;)
      local.get 0
      local.get 2
      i32.store
      i32.const 0
      return
    end
    local.get 2
    i32.const 1
    i32.add
    local.set 2
    i32.const 0
    local.set 4
    block ;; label = @1
      loop ;; label = @2
        local.get 3
        i32.const 255
        i32.and
        local.tee 5
        i32.const 44
        i32.eq
        br_if 1 (;@1;)
        local.get 3
        i32.const -48
        i32.add
        local.set 6
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    block ;; label = @9
                      block ;; label = @10
                        local.get 4
                        br_table 0 (;@10;) 7 (;@3;) 6 (;@4;) 1 (;@9;) 2 (;@8;) 3 (;@7;) 4 (;@6;) 5 (;@5;) 7 (;@3;)
                      end
                      block ;; label = @10
                        block ;; label = @11
                          local.get 6
                          i32.const 255
                          i32.and
                          i32.const 10
                          i32.ge_u
                          br_if 0 (;@11;)
                          i32.const 3
                          local.set 4
                          i32.const 0
                          local.set 3
                          br 1 (;@10;)
                        end
                        block ;; label = @11
                          local.get 3
                          i32.const -43
                          i32.add
                          local.tee 3
                          i32.const 255
                          i32.and
                          i32.const 3
                          i32.le_u
                          br_if 0 (;@11;)
                          i32.const 1
                          local.set 3
                          i32.const 1
                          local.set 4
                          br 1 (;@10;)
                        end
                        local.get 3
                        i32.const 2
                        i32.shl
                        i32.const 1020
                        i32.and
                        local.tee 3
                        i32.load offset=66272
                        local.set 4
                        local.get 3
                        i32.load offset=66256
                        local.set 3
                      end
                      local.get 1
                      local.get 1
                      i32.load
                      i32.const 1
                      i32.add
                      i32.store
                      local.get 1
                      local.get 1
                      i32.load offset=4
                      local.get 3
                      i32.add
                      i32.store offset=4
                      br 6 (;@3;)
                    end
                    block ;; label = @9
                      local.get 5
                      i32.const 46
                      i32.ne
                      br_if 0 (;@9;)
                      local.get 1
                      local.get 1
                      i32.load offset=12
                      i32.const 1
                      i32.add
                      i32.store offset=12
                      i32.const 4
                      local.set 4
                      br 6 (;@3;)
                    end
                    block ;; label = @9
                      local.get 6
                      i32.const 255
                      i32.and
                      i32.const 10
                      i32.ge_u
                      br_if 0 (;@9;)
                      i32.const 3
                      local.set 4
                      br 6 (;@3;)
                    end
                    local.get 1
                    local.get 1
                    i32.load offset=12
                    i32.const 1
                    i32.add
                    i32.store offset=12
                    local.get 0
                    local.get 2
                    i32.store
                    i32.const 1
                    return
                  end
                  block ;; label = @8
                    local.get 3
                    i32.const 223
                    i32.and
                    i32.const 69
                    i32.ne
                    br_if 0 (;@8;)
                    local.get 1
                    local.get 1
                    i32.load offset=16
                    i32.const 1
                    i32.add
                    i32.store offset=16
                    i32.const 5
                    local.set 4
                    br 5 (;@3;)
                  end
                  block ;; label = @8
                    local.get 6
                    i32.const 255
                    i32.and
                    i32.const 10
                    i32.ge_u
                    br_if 0 (;@8;)
                    i32.const 4
                    local.set 4
                    br 5 (;@3;)
                  end
                  local.get 1
                  local.get 1
                  i32.load offset=16
                  i32.const 1
                  i32.add
                  i32.store offset=16
                  local.get 0
                  local.get 2
                  i32.store
                  i32.const 1
                  return
                end
                local.get 1
                local.get 1
                i32.load offset=20
                i32.const 1
                i32.add
                i32.store offset=20
                i32.const 6
                i32.const 6
                i32.const 1
                local.get 5
                i32.const 45
                i32.eq
                select
                local.get 5
                i32.const 43
                i32.eq
                select
                local.set 4
                br 3 (;@3;)
              end
              local.get 1
              local.get 1
              i32.load offset=24
              i32.const 1
              i32.add
              i32.store offset=24
              i32.const 7
              i32.const 1
              local.get 6
              i32.const 255
              i32.and
              i32.const 10
              i32.lt_u
              select
              local.set 4
              br 2 (;@3;)
            end
            block ;; label = @5
              local.get 6
              i32.const 255
              i32.and
              i32.const 10
              i32.ge_u
              br_if 0 (;@5;)
              i32.const 7
              local.set 4
              br 2 (;@3;)
            end
            local.get 1
            local.get 1
            i32.load offset=4
            i32.const 1
            i32.add
            i32.store offset=4
            local.get 0
            local.get 2
            i32.store
            i32.const 1
            return
          end
          local.get 1
          local.get 1
          i32.load offset=8
          i32.const 1
          i32.add
          i32.store offset=8
          i32.const 3
          i32.const 4
          i32.const 1
          local.get 5
          i32.const 46
          i32.eq
          select
          local.get 6
          i32.const 255
          i32.and
          i32.const 10
          i32.lt_u
          select
          local.set 4
        end
        local.get 2
        i32.const 1
        i32.add
        local.set 6
        block ;; label = @3
          local.get 2
          i32.load8_u
          local.tee 3
          i32.eqz
          br_if 0 (;@3;)
          local.get 6
          local.set 2
          local.get 4
          i32.const 1
          i32.ne
          br_if 1 (;@2;)
        end
      end
      local.get 6
      i32.const -1
      i32.add
      local.set 2
    end
    local.get 0
    local.get 2
    i32.store
    local.get 4
  )
  (func (;10;) (type 4) (param i32)
    (local i32 i32)
    i32.const -162
    local.set 1
    loop ;; label = @1
      local.get 1
      i32.const 67010
      i32.add
      local.tee 2
      local.get 2
      i32.load16_u
      local.get 0
      i32.add
      i32.store16
      local.get 1
      i32.const 67012
      i32.add
      local.tee 2
      local.get 2
      i32.load16_u
      local.get 0
      i32.add
      i32.store16
      local.get 1
      i32.const 67014
      i32.add
      local.tee 2
      local.get 2
      i32.load16_u
      local.get 0
      i32.add
      i32.store16
      local.get 1
      i32.const 6
      i32.add
      local.tee 1
      br_if 0 (;@1;)
    end
  )
  (func (;11;) (type 4) (param i32)
    (local i32 i32)
    i32.const 0
    local.set 1
    i32.const 66848
    local.set 2
    loop ;; label = @1
      local.get 1
      i32.const 67696
      i32.add
      local.get 2
      i32.load16_s
      local.get 0
      i32.mul
      i32.store
      local.get 1
      i32.const 67700
      i32.add
      local.get 2
      i32.const 2
      i32.add
      i32.load16_s
      local.get 0
      i32.mul
      i32.store
      local.get 1
      i32.const 67704
      i32.add
      local.get 2
      i32.const 4
      i32.add
      i32.load16_s
      local.get 0
      i32.mul
      i32.store
      local.get 2
      i32.const 6
      i32.add
      local.set 2
      local.get 1
      i32.const 12
      i32.add
      local.tee 1
      i32.const 324
      i32.ne
      br_if 0 (;@1;)
    end
  )
  (func (;12;) (type 3) (param i32) (result i32)
    (local i32 i32 i32 i32 i32 i32)
    i32.const -320
    local.set 1
    i32.const 0
    local.set 2
    i32.const 0
    local.set 3
    i32.const 0
    local.set 4
    block ;; label = @1
      loop ;; label = @2
        i32.const 10
        local.get 1
        i32.const 68016
        i32.add
        i32.load
        local.tee 5
        local.get 3
        i32.gt_s
        local.get 5
        local.get 4
        i32.add
        local.tee 4
        local.get 0
        i32.gt_s
        local.tee 6
        select
        local.get 2
        i32.add
        local.set 2
        local.get 1
        i32.eqz
        br_if 1 (;@1;)
        i32.const 0
        local.get 1
        i32.const 68020
        i32.add
        i32.load
        local.tee 3
        i32.const 0
        local.get 4
        local.get 6
        select
        i32.add
        local.tee 4
        local.get 4
        local.get 0
        i32.gt_s
        local.tee 6
        select
        local.set 4
        i32.const 10
        local.get 3
        local.get 5
        i32.gt_s
        local.get 6
        select
        local.get 2
        i32.add
        local.set 2
        local.get 1
        i32.const 8
        i32.add
        local.set 1
        br 0 (;@2;)
      end
    end
    local.get 2
    i32.extend16_s
  )
  (func (;13;) (type 5)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 0
    i32.const 0
    i32.load16_s offset=66688
    local.set 1
    i32.const 0
    i32.load16_s offset=66686
    local.set 2
    i32.const 0
    i32.load16_s offset=66684
    local.set 3
    i32.const 0
    i32.load16_s offset=66682
    local.set 4
    i32.const 0
    i32.load16_s offset=66680
    local.set 5
    i32.const 0
    i32.load16_s offset=66678
    local.set 6
    i32.const 0
    i32.load16_s offset=66676
    local.set 7
    i32.const 0
    i32.load16_s offset=66674
    local.set 8
    i32.const 0
    i32.load16_s offset=66672
    local.set 9
    i32.const 67696
    local.set 10
    loop ;; label = @1
      local.get 10
      local.get 1
      local.get 0
      i32.const 66864
      i32.add
      i32.load16_s
      i32.mul
      local.get 2
      local.get 0
      i32.const 66862
      i32.add
      i32.load16_s
      i32.mul
      local.get 3
      local.get 0
      i32.const 66860
      i32.add
      i32.load16_s
      i32.mul
      local.get 4
      local.get 0
      i32.const 66858
      i32.add
      i32.load16_s
      i32.mul
      local.get 5
      local.get 0
      i32.const 66856
      i32.add
      i32.load16_s
      i32.mul
      local.get 6
      local.get 0
      i32.const 66854
      i32.add
      i32.load16_s
      i32.mul
      local.get 7
      local.get 0
      i32.const 66852
      i32.add
      i32.load16_s
      i32.mul
      local.get 8
      local.get 0
      i32.const 66850
      i32.add
      i32.load16_s
      i32.mul
      local.get 9
      local.get 0
      i32.const 66848
      i32.add
      i32.load16_s
      i32.mul
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.store
      local.get 10
      i32.const 4
      i32.add
      local.set 10
      local.get 0
      i32.const 18
      i32.add
      local.tee 0
      i32.const 162
      i32.ne
      br_if 0 (;@1;)
    end
  )
  (func (;14;) (type 5)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 0
    i32.const 67696
    local.set 1
    loop ;; label = @1
      local.get 0
      i32.const 18
      i32.mul
      local.tee 2
      i32.load16_s offset=66864
      local.set 3
      local.get 2
      i32.load16_s offset=66862
      local.set 4
      local.get 2
      i32.load16_s offset=66860
      local.set 5
      local.get 2
      i32.load16_s offset=66858
      local.set 6
      local.get 2
      i32.load16_s offset=66856
      local.set 7
      local.get 2
      i32.load16_s offset=66854
      local.set 8
      local.get 2
      i32.load16_s offset=66852
      local.set 9
      local.get 2
      i32.load16_s offset=66850
      local.set 10
      local.get 2
      i32.load16_s offset=66848
      local.set 11
      local.get 1
      local.set 12
      i32.const 0
      local.set 2
      loop ;; label = @2
        local.get 12
        local.get 2
        i32.const 66816
        i32.add
        i32.load16_s
        local.get 3
        i32.mul
        local.get 2
        i32.const 66798
        i32.add
        i32.load16_s
        local.get 4
        i32.mul
        local.get 2
        i32.const 66780
        i32.add
        i32.load16_s
        local.get 5
        i32.mul
        local.get 2
        i32.const 66762
        i32.add
        i32.load16_s
        local.get 6
        i32.mul
        local.get 2
        i32.const 66744
        i32.add
        i32.load16_s
        local.get 7
        i32.mul
        local.get 2
        i32.const 66726
        i32.add
        i32.load16_s
        local.get 8
        i32.mul
        local.get 2
        i32.const 66708
        i32.add
        i32.load16_s
        local.get 9
        i32.mul
        local.get 2
        i32.const 66690
        i32.add
        i32.load16_s
        local.get 10
        i32.mul
        local.get 2
        i32.const 66672
        i32.add
        i32.load16_s
        local.get 11
        i32.mul
        i32.add
        i32.add
        i32.add
        i32.add
        i32.add
        i32.add
        i32.add
        i32.add
        i32.store
        local.get 12
        i32.const 4
        i32.add
        local.set 12
        local.get 2
        i32.const 2
        i32.add
        local.tee 2
        i32.const 18
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 1
      i32.const 36
      i32.add
      local.set 1
      local.get 0
      i32.const 1
      i32.add
      local.tee 0
      i32.const 9
      i32.ne
      br_if 0 (;@1;)
    end
  )
  (func (;15;) (type 5)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 0
    i32.const 67696
    local.set 1
    loop ;; label = @1
      local.get 0
      i32.const 18
      i32.mul
      local.tee 2
      i32.load16_u offset=66864
      local.set 3
      local.get 2
      i32.load16_u offset=66862
      local.set 4
      local.get 2
      i32.load16_u offset=66860
      local.set 5
      local.get 2
      i32.load16_u offset=66858
      local.set 6
      local.get 2
      i32.load16_u offset=66856
      local.set 7
      local.get 2
      i32.load16_u offset=66854
      local.set 8
      local.get 2
      i32.load16_u offset=66852
      local.set 9
      local.get 2
      i32.load16_u offset=66850
      local.set 10
      local.get 2
      i32.load16_u offset=66848
      local.set 11
      local.get 1
      local.set 12
      i32.const 0
      local.set 2
      loop ;; label = @2
        local.get 12
        local.get 2
        i32.const 66816
        i32.add
        i32.load16_u
        local.get 3
        i32.mul
        local.tee 13
        i32.const 2
        i32.shr_u
        i32.const 15
        i32.and
        local.get 13
        i32.const 5
        i32.shr_u
        i32.const 127
        i32.and
        i32.mul
        local.get 2
        i32.const 66798
        i32.add
        i32.load16_u
        local.get 4
        i32.mul
        local.tee 13
        i32.const 2
        i32.shr_u
        i32.const 15
        i32.and
        local.get 13
        i32.const 5
        i32.shr_u
        i32.const 127
        i32.and
        i32.mul
        local.get 2
        i32.const 66780
        i32.add
        i32.load16_u
        local.get 5
        i32.mul
        local.tee 13
        i32.const 2
        i32.shr_u
        i32.const 15
        i32.and
        local.get 13
        i32.const 5
        i32.shr_u
        i32.const 127
        i32.and
        i32.mul
        local.get 2
        i32.const 66762
        i32.add
        i32.load16_u
        local.get 6
        i32.mul
        local.tee 13
        i32.const 2
        i32.shr_u
        i32.const 15
        i32.and
        local.get 13
        i32.const 5
        i32.shr_u
        i32.const 127
        i32.and
        i32.mul
        local.get 2
        i32.const 66744
        i32.add
        i32.load16_u
        local.get 7
        i32.mul
        local.tee 13
        i32.const 2
        i32.shr_u
        i32.const 15
        i32.and
        local.get 13
        i32.const 5
        i32.shr_u
        i32.const 127
        i32.and
        i32.mul
        local.get 2
        i32.const 66726
        i32.add
        i32.load16_u
        local.get 8
        i32.mul
        local.tee 13
        i32.const 2
        i32.shr_u
        i32.const 15
        i32.and
        local.get 13
        i32.const 5
        i32.shr_u
        i32.const 127
        i32.and
        i32.mul
        local.get 2
        i32.const 66708
        i32.add
        i32.load16_u
        local.get 9
        i32.mul
        local.tee 13
        i32.const 2
        i32.shr_u
        i32.const 15
        i32.and
        local.get 13
        i32.const 5
        i32.shr_u
        i32.const 127
        i32.and
        i32.mul
        local.get 2
        i32.const 66690
        i32.add
        i32.load16_u
        local.get 10
        i32.mul
        local.tee 13
        i32.const 2
        i32.shr_u
        i32.const 15
        i32.and
        local.get 13
        i32.const 5
        i32.shr_u
        i32.const 127
        i32.and
        i32.mul
        local.get 2
        i32.const 66672
        i32.add
        i32.load16_u
        local.get 11
        i32.mul
        local.tee 13
        i32.const 2
        i32.shr_u
        i32.const 15
        i32.and
        local.get 13
        i32.const 5
        i32.shr_u
        i32.const 127
        i32.and
        i32.mul
        i32.add
        i32.add
        i32.add
        i32.add
        i32.add
        i32.add
        i32.add
        i32.add
        i32.store
        local.get 12
        i32.const 4
        i32.add
        local.set 12
        local.get 2
        i32.const 2
        i32.add
        local.tee 2
        i32.const 18
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 1
      i32.const 36
      i32.add
      local.set 1
      local.get 0
      i32.const 1
      i32.add
      local.tee 0
      i32.const 9
      i32.ne
      br_if 0 (;@1;)
    end
  )
  (data (;0;) (i32.const 65536) "\85\00\01\00i\00\01\00d\00\01\00\80\00\01\00\b7\00\01\00\a5\00\01\00\9c\00\01\00\ae\00\01\00n\00\01\00\93\00\01\00w\00\01\00\8a\00\01\00[\00\01\00I\00\01\00@\00\01\00R\00\01\001T3.4e4z\00-T.T++Tq\0034.0e-T^\00T0.3e-1F\00-874\001234\005.500e+3\00-87e+832\00+122\005012\00+0.6e-12\00-.123e-2\00-110.700\00.1234500\00+0.64400\0035.54400\00\00\00\00\01\01\02\02\03\00\00\00\00\00\00\00\00\00\00\c1\c0\81\c1@\01\01\c3\c0\03\80\02A\c2\01\c6\c0\06\80\07A\c7\00\05\c1\c5\81\c4@\04\01\cc\c0\0c\80\0dA\cd\00\0f\c1\cf\81\ce@\0e\00\0a\c1\ca\81\cb@\0b\01\c9\c0\09\80\08A\c8\01\d8\c0\18\80\19A\d9\00\1b\c1\db\81\da@\1a\00\1e\c1\de\81\df@\1f\01\dd\c0\1d\80\1cA\dc\00\14\c1\d4\81\d5@\15\01\d7\c0\17\80\16A\d6\01\d2\c0\12\80\13A\d3\00\11\c1\d1\81\d0@\10\01\f0\c00\801A\f1\003\c1\f3\81\f2@2\006\c1\f6\81\f7@7\01\f5\c05\804A\f4\00<\c1\fc\81\fd@=\01\ff\c0?\80>A\fe\01\fa\c0:\80;A\fb\009\c1\f9\81\f8@8\00(\c1\e8\81\e9@)\01\eb\c0+\80*A\ea\01\ee\c0.\80/A\ef\00-\c1\ed\81\ec@,\01\e4\c0$\80%A\e5\00'\c1\e7\81\e6@&\00\22\c1\e2\81\e3@#\01\e1\c0!\80 A\e0\01\a0\c0`\80aA\a1\00c\c1\a3\81\a2@b\00f\c1\a6\81\a7@g\01\a5\c0e\80dA\a4\00l\c1\ac\81\ad@m\01\af\c0o\80nA\ae\01\aa\c0j\80kA\ab\00i\c1\a9\81\a8@h\00x\c1\b8\81\b9@y\01\bb\c0{\80zA\ba\01\be\c0~\80\7fA\bf\00}\c1\bd\81\bc@|\01\b4\c0t\80uA\b5\00w\c1\b7\81\b6@v\00r\c1\b2\81\b3@s\01\b1\c0q\80pA\b0\00P\c1\90\81\91@Q\01\93\c0S\80RA\92\01\96\c0V\80WA\97\00U\c1\95\81\94@T\01\9c\c0\5c\80]A\9d\00_\c1\9f\81\9e@^\00Z\c1\9a\81\9b@[\01\99\c0Y\80XA\98\01\88\c0H\80IA\89\00K\c1\8b\81\8a@J\00N\c1\8e\81\8f@O\01\8d\c0M\80LA\8c\00D\c1\84\81\85@E\01\87\c0G\80FA\86\01\82\c0B\80CA\83\00A\c1\81\81\80@@\00\00\00\00\01\00\00\00\00\00\00\00\00\00\00\00\02\00\00\00\01\00\00\00\02\00\00\00\04\00\00\00")
)
