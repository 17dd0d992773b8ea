(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (type (;1;) (func (param i32) (result i64)))
  (table (;0;) 3 3 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (elem (;0;) (i32.const 1) func 4 7)
  (func (;0;) (type 1) (param i32) (result i64)
    (local i64 i32 i32)
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
      i32.const 0
      local.set 3
      loop ;; label = @2
        local.get 1
        i64.const 7
        i64.mul
        local.get 3
        local.get 3
        local.get 3
        local.get 2
        i32.const 65535
        i32.and
        call 1
        call 2
        call 3
        local.tee 2
        i64.extend_i32_u
        i64.add
        local.set 1
        local.get 0
        local.get 3
        i32.const 1
        i32.add
        local.tee 3
        i32.ne
        br_if 0 (;@2;)
      end
    end
    local.get 1
  )
  (func (;1;) (type 0) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32)
    local.get 0
    i32.const 32767
    i32.and
    local.set 2
    i32.const 0
    local.set 3
    i32.const 101
    local.set 4
    local.get 0
    local.set 5
    block ;; label = @1
      loop ;; label = @2
        local.get 3
        i32.const 66164
        i32.add
        local.get 5
        i32.const 251
        i32.rem_s
        i32.store16
        local.get 3
        i32.const 66160
        i32.add
        local.get 3
        i32.const 66168
        i32.add
        local.tee 6
        i32.store
        local.get 3
        i32.const 66166
        i32.add
        local.get 4
        i32.const -101
        i32.add
        local.get 2
        i32.xor
        i32.store16
        local.get 3
        i32.const 944
        i32.eq
        br_if 1 (;@1;)
        local.get 3
        i32.const 66174
        i32.add
        local.get 4
        local.get 2
        i32.xor
        i32.store16
        local.get 6
        local.get 3
        i32.const 66176
        i32.add
        i32.store
        local.get 3
        i32.const 66172
        i32.add
        local.get 5
        i32.const 37
        i32.add
        i32.const 251
        i32.rem_s
        i32.store16
        local.get 4
        i32.const 202
        i32.add
        local.set 4
        local.get 5
        i32.const 74
        i32.add
        local.set 5
        local.get 3
        i32.const 16
        i32.add
        local.set 3
        br 0 (;@2;)
      end
    end
    i32.const 0
    local.set 6
    i32.const 0
    local.get 2
    i32.const 12019
    i32.xor
    i32.store16 offset=67118
    i32.const 0
    local.get 0
    i32.const 4403
    i32.add
    i32.const 251
    i32.rem_s
    i32.store16 offset=67116
    i32.const 0
    i32.const 0
    i32.store offset=67112
    i32.const 66160
    i32.const 1
    call 5
    local.set 3
    loop ;; label = @1
      local.get 3
      local.set 4
      local.get 6
      local.set 2
      i32.const 0
      local.set 3
      i32.const 65535
      local.set 5
      block ;; label = @2
        local.get 4
        i32.eqz
        br_if 0 (;@2;)
        i32.const 0
        local.set 3
        loop ;; label = @3
          local.get 3
          local.set 5
          local.get 4
          local.tee 3
          i32.load
          local.set 4
          local.get 3
          local.get 5
          i32.store
          local.get 4
          br_if 0 (;@3;)
        end
        local.get 3
        local.set 4
        block ;; label = @3
          loop ;; label = @4
            local.get 4
            i32.load16_u offset=4
            local.get 2
            i32.const 65535
            i32.and
            i32.eq
            br_if 1 (;@3;)
            local.get 4
            i32.load
            local.tee 4
            br_if 0 (;@4;)
          end
          i32.const 65535
          local.set 5
          br 1 (;@2;)
        end
        local.get 4
        i32.load16_s offset=6
        local.set 5
      end
      local.get 2
      i32.const 1
      i32.add
      local.set 6
      local.get 5
      local.get 1
      i32.const 65535
      i32.and
      call 6
      local.set 1
      local.get 2
      i32.const 65535
      i32.and
      i32.const 39
      i32.lt_u
      br_if 0 (;@1;)
    end
    block ;; label = @1
      local.get 3
      i32.const 2
      call 5
      local.tee 3
      i32.eqz
      br_if 0 (;@1;)
      loop ;; label = @2
        local.get 3
        i32.load16_u offset=6
        local.get 3
        i32.load16_u offset=4
        i32.xor
        i32.extend16_s
        local.get 1
        i32.const 65535
        i32.and
        call 6
        local.set 1
        local.get 3
        i32.load
        local.tee 3
        br_if 0 (;@2;)
      end
    end
    local.get 1
  )
  (func (;2;) (type 0) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 2
    i32.const 251
    local.set 3
    local.get 0
    local.set 4
    i32.const 0
    local.set 5
    loop ;; label = @1
      i32.const -28
      local.set 6
      local.get 3
      local.set 7
      local.get 4
      local.set 8
      loop ;; label = @2
        local.get 2
        local.get 6
        i32.add
        local.tee 9
        i32.const 67148
        i32.add
        local.get 8
        i32.const 255
        i32.and
        i32.store16
        local.get 9
        i32.const 67150
        i32.add
        local.get 8
        i32.const 3
        i32.add
        i32.const 255
        i32.and
        i32.store16
        local.get 9
        i32.const 67550
        i32.add
        local.get 7
        local.get 0
        i32.xor
        i32.const 255
        i32.and
        i32.store16
        local.get 9
        i32.const 67548
        i32.add
        local.get 7
        i32.const -251
        i32.add
        local.get 0
        i32.xor
        i32.const 255
        i32.and
        i32.store16
        local.get 7
        i32.const 502
        i32.add
        local.set 7
        local.get 8
        i32.const 6
        i32.add
        local.set 8
        local.get 6
        i32.const 4
        i32.add
        local.tee 6
        br_if 0 (;@2;)
      end
      local.get 3
      i32.const 11
      i32.add
      local.set 3
      local.get 2
      i32.const 28
      i32.add
      local.set 2
      local.get 4
      i32.const 7
      i32.add
      local.set 4
      local.get 5
      i32.const 1
      i32.add
      local.tee 5
      i32.const 14
      i32.ne
      br_if 0 (;@1;)
    end
    i32.const 0
    local.set 10
    i32.const 67120
    local.set 4
    loop ;; label = @1
      local.get 10
      i32.const 56
      i32.mul
      i32.const 67920
      i32.add
      local.set 11
      i32.const 67520
      local.set 5
      i32.const 0
      local.set 12
      loop ;; label = @2
        i32.const 0
        local.set 8
        local.get 5
        local.set 7
        i32.const 0
        local.set 2
        i32.const 0
        local.set 3
        loop ;; label = @3
          local.get 7
          i32.const 28
          i32.add
          i32.load16_s
          local.get 4
          local.get 8
          i32.add
          local.tee 6
          i32.const 2
          i32.add
          i32.load16_s
          i32.mul
          local.tee 9
          i32.const 2
          i32.shr_u
          i32.const 15
          i32.and
          local.get 9
          i32.const 5
          i32.shr_u
          i32.const 127
          i32.and
          i32.mul
          local.get 7
          i32.load16_s
          local.get 6
          i32.load16_s
          i32.mul
          local.tee 6
          i32.const 2
          i32.shr_u
          i32.const 15
          i32.and
          local.get 6
          i32.const 5
          i32.shr_u
          i32.const 127
          i32.and
          i32.mul
          local.get 2
          i32.add
          i32.add
          local.set 2
          local.get 9
          local.get 6
          local.get 3
          i32.add
          i32.add
          local.set 3
          local.get 7
          i32.const 56
          i32.add
          local.set 7
          local.get 8
          i32.const 4
          i32.add
          local.tee 8
          i32.const 28
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 11
        local.get 12
        i32.const 2
        i32.shl
        i32.add
        local.get 2
        local.get 3
        i32.xor
        i32.store
        local.get 5
        i32.const 2
        i32.add
        local.set 5
        local.get 12
        i32.const 1
        i32.add
        local.tee 12
        i32.const 14
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 4
      i32.const 28
      i32.add
      local.set 4
      local.get 10
      i32.const 1
      i32.add
      local.tee 10
      i32.const 14
      i32.ne
      br_if 0 (;@1;)
    end
    i32.const 0
    local.set 7
    i32.const 0
    local.set 8
    i32.const 0
    local.set 9
    loop ;; label = @1
      local.get 7
      i32.const 67920
      i32.add
      i32.load
      local.tee 6
      local.get 9
      i32.gt_s
      local.set 2
      i32.const 10
      i32.const 1
      local.get 7
      i32.const 67972
      i32.add
      i32.load
      local.tee 9
      local.get 7
      i32.const 67968
      i32.add
      i32.load
      local.tee 3
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 3
      local.get 7
      i32.const 67964
      i32.add
      i32.load
      local.tee 4
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 4
      local.get 7
      i32.const 67960
      i32.add
      i32.load
      local.tee 3
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 3
      local.get 7
      i32.const 67956
      i32.add
      i32.load
      local.tee 4
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 4
      local.get 7
      i32.const 67952
      i32.add
      i32.load
      local.tee 3
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 3
      local.get 7
      i32.const 67948
      i32.add
      i32.load
      local.tee 4
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 4
      local.get 7
      i32.const 67944
      i32.add
      i32.load
      local.tee 3
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 3
      local.get 7
      i32.const 67940
      i32.add
      i32.load
      local.tee 4
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 4
      local.get 7
      i32.const 67936
      i32.add
      i32.load
      local.tee 3
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 3
      local.get 7
      i32.const 67932
      i32.add
      i32.load
      local.tee 4
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 4
      local.get 7
      i32.const 67928
      i32.add
      i32.load
      local.tee 3
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 3
      local.get 7
      i32.const 67924
      i32.add
      i32.load
      local.tee 4
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 4
      local.get 6
      i32.gt_s
      select
      i32.const 10
      i32.const 1
      local.get 2
      select
      local.get 8
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      i32.add
      local.set 8
      local.get 7
      i32.const 56
      i32.add
      local.tee 7
      i32.const 784
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 0
    i32.const 14
    i32.rem_s
    i32.const 56
    i32.mul
    i32.const 67932
    i32.add
    i32.load
    local.get 8
    i32.xor
    local.get 1
    call 6
  )
  (func (;3;) (type 0) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32)
    global.get 0
    i32.const 48
    i32.sub
    local.tee 2
    global.set 0
    i32.const 0
    local.set 3
    local.get 2
    i32.const 0
    i32.store offset=32
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
    loop ;; label = @1
      i32.const 53
      local.set 4
      i32.const 1
      local.set 5
      i32.const 0
      local.set 6
      loop ;; label = @2
        local.get 5
        local.set 5
        block ;; label = @3
          block ;; label = @4
            local.get 4
            i32.extend8_s
            local.tee 4
            i32.const 101
            local.get 0
            local.get 4
            i32.xor
            i32.const 67
            i32.rem_s
            select
            local.tee 4
            i32.const 44
            i32.ne
            br_if 0 (;@4;)
            local.get 2
            local.get 6
            i32.const 2
            i32.shl
            i32.add
            local.tee 4
            local.get 4
            i32.load
            i32.const 1
            i32.add
            i32.store
            i32.const 0
            local.set 6
            br 1 (;@3;)
          end
          local.get 4
          i32.const -48
          i32.add
          local.set 7
          block ;; label = @4
            block ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    block ;; label = @9
                      block ;; label = @10
                        block ;; label = @11
                          local.get 6
                          br_table 0 (;@11;) 1 (;@10;) 2 (;@9;) 3 (;@8;) 4 (;@7;) 5 (;@6;) 6 (;@5;) 6 (;@5;) 8 (;@3;)
                        end
                        block ;; label = @11
                          local.get 7
                          i32.const 10
                          i32.ge_u
                          br_if 0 (;@11;)
                          i32.const 2
                          local.set 6
                          br 8 (;@3;)
                        end
                        local.get 4
                        i32.const -43
                        i32.add
                        local.tee 4
                        i32.const 4
                        i32.lt_u
                        br_if 6 (;@4;)
                        i32.const 8
                        local.set 6
                        br 7 (;@3;)
                      end
                      i32.const 2
                      i32.const 3
                      i32.const 8
                      local.get 4
                      i32.const 46
                      i32.eq
                      select
                      local.get 7
                      i32.const 10
                      i32.lt_u
                      select
                      local.set 6
                      br 6 (;@3;)
                    end
                    block ;; label = @9
                      local.get 7
                      i32.const 10
                      i32.ge_u
                      br_if 0 (;@9;)
                      i32.const 2
                      local.set 6
                      br 6 (;@3;)
                    end
                    block ;; label = @9
                      local.get 4
                      i32.const 46
                      i32.ne
                      br_if 0 (;@9;)
                      i32.const 4
                      local.set 6
                      br 6 (;@3;)
                    end
                    i32.const 5
                    i32.const 8
                    local.get 4
                    i32.const -33
                    i32.and
                    i32.const 69
                    i32.eq
                    select
                    local.set 6
                    br 5 (;@3;)
                  end
                  i32.const 4
                  i32.const 8
                  local.get 7
                  i32.const 10
                  i32.lt_u
                  select
                  local.set 6
                  br 4 (;@3;)
                end
                i32.const 4
                i32.const 5
                i32.const 8
                local.get 4
                i32.const -33
                i32.and
                i32.const 69
                i32.eq
                select
                local.get 7
                i32.const 10
                i32.lt_u
                select
                local.set 6
                br 3 (;@3;)
              end
              i32.const 7
              i32.const 6
              i32.const 6
              i32.const 8
              local.get 4
              i32.const 45
              i32.eq
              select
              local.get 4
              i32.const 43
              i32.eq
              select
              local.get 7
              i32.const 10
              i32.lt_u
              select
              local.set 6
              br 2 (;@3;)
            end
            i32.const 7
            i32.const 8
            local.get 7
            i32.const 10
            i32.lt_u
            select
            local.set 6
            br 1 (;@3;)
          end
          local.get 4
          i32.const 2
          i32.shl
          i32.load offset=66144
          local.set 6
        end
        local.get 5
        i32.const 65536
        i32.add
        i32.load8_u
        local.set 4
        local.get 5
        i32.const 1
        i32.add
        local.tee 5
        i32.const 81
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 3
      i32.const 1
      i32.add
      local.tee 3
      i32.const 4
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
    i32.load offset=32
    local.get 2
    i32.load offset=28
    local.get 2
    i32.load offset=24
    local.get 2
    i32.load offset=20
    local.get 2
    i32.load offset=16
    local.get 2
    i32.load offset=12
    local.get 2
    i32.load offset=8
    local.get 2
    i32.load offset=4
    local.get 2
    i32.load
    local.get 1
    call 6
    call 6
    call 6
    call 6
    call 6
    call 6
    call 6
    call 6
    call 6
    local.set 5
    local.get 2
    i32.const 48
    i32.add
    global.set 0
    local.get 5
  )
  (func (;4;) (type 0) (param i32 i32) (result i32)
    local.get 0
    i32.load8_u offset=6
    local.get 1
    i32.load8_u offset=6
    i32.sub
  )
  (func (;5;) (type 0) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 1
    local.set 2
    loop ;; label = @1
      i32.const 0
      local.set 3
      i32.const 0
      local.set 4
      i32.const 0
      local.set 5
      loop ;; label = @2
        i32.const 0
        local.set 6
        local.get 0
        local.set 7
        block ;; label = @3
          local.get 2
          i32.const 1
          i32.lt_s
          br_if 0 (;@3;)
          loop ;; label = @4
            local.get 6
            i32.const 1
            i32.add
            local.set 6
            local.get 7
            i32.load
            local.tee 7
            i32.eqz
            br_if 1 (;@3;)
            local.get 6
            local.get 2
            i32.lt_s
            br_if 0 (;@4;)
          end
        end
        local.get 3
        i32.const 1
        i32.add
        local.set 3
        local.get 0
        local.set 8
        local.get 7
        local.set 0
        local.get 2
        local.set 7
        block ;; label = @3
          loop ;; label = @4
            block ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    local.get 6
                    i32.const 0
                    i32.gt_s
                    br_if 0 (;@8;)
                    local.get 7
                    i32.const 1
                    i32.lt_s
                    br_if 5 (;@3;)
                    local.get 0
                    i32.eqz
                    br_if 5 (;@3;)
                    local.get 6
                    i32.eqz
                    br_if 1 (;@7;)
                  end
                  local.get 7
                  i32.const 1
                  i32.lt_s
                  br_if 1 (;@6;)
                  local.get 0
                  i32.eqz
                  br_if 1 (;@6;)
                  local.get 8
                  local.get 0
                  local.get 1
                  call_indirect (type 0)
                  i32.const 1
                  i32.lt_s
                  br_if 1 (;@6;)
                end
                local.get 7
                i32.const -1
                i32.add
                local.set 7
                local.get 0
                i32.load
                local.set 9
                local.get 8
                local.set 10
                local.get 0
                local.set 8
                br 1 (;@5;)
              end
              local.get 6
              i32.const -1
              i32.add
              local.set 6
              local.get 8
              i32.load
              local.set 10
              local.get 0
              local.set 9
            end
            block ;; label = @5
              block ;; label = @6
                local.get 4
                br_if 0 (;@6;)
                local.get 8
                local.set 5
                br 1 (;@5;)
              end
              local.get 4
              local.get 8
              i32.store
            end
            local.get 8
            local.set 4
            local.get 10
            local.set 8
            local.get 9
            local.set 0
            br 0 (;@4;)
          end
        end
        local.get 0
        br_if 0 (;@2;)
      end
      local.get 4
      i32.const 0
      i32.store
      local.get 2
      i32.const 1
      i32.shl
      local.set 2
      local.get 5
      local.set 0
      local.get 3
      i32.const 1
      i32.gt_s
      br_if 0 (;@1;)
    end
    local.get 5
  )
  (func (;6;) (type 0) (param i32 i32) (result i32)
    local.get 0
    local.get 1
    i32.xor
    local.tee 1
    i32.const 255
    i32.and
    i32.const 1
    i32.shl
    i32.load16_u offset=65632
    local.tee 0
    i32.const 8
    i32.shr_u
    local.get 1
    i32.const 8
    i32.shr_u
    local.get 0
    i32.xor
    i32.const 255
    i32.and
    i32.const 1
    i32.shl
    i32.const 65632
    i32.add
    i32.load16_u
    i32.xor
  )
  (func (;7;) (type 0) (param i32 i32) (result i32)
    local.get 0
    i32.load16_s offset=4
    local.get 1
    i32.load16_s offset=4
    i32.sub
  )
  (data (;0;) (i32.const 65536) "5012,-7.25,1.5e3,x12,+44,0.0001,9e,1e-7,.5,--3,abc,17,3.1.4,-0,1E+5,77777,1.,e5,\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\c1\c0\81\c1@\01\01\c3\c0\03\80\02A\c2\01\c6\c0\06\80\07A\c7\00\05\c1\c5\81\c4@\04\01\cc\c0\0c\80\0dA\cd\00\0f\c1\cf\81\ce@\0e\00\0a\c1\ca\81\cb@\0b\01\c9\c0\09\80\08A\c8\01\d8\c0\18\80\19A\d9\00\1b\c1\db\81\da@\1a\00\1e\c1\de\81\df@\1f\01\dd\c0\1d\80\1cA\dc\00\14\c1\d4\81\d5@\15\01\d7\c0\17\80\16A\d6\01\d2\c0\12\80\13A\d3\00\11\c1\d1\81\d0@\10\01\f0\c00\801A\f1\003\c1\f3\81\f2@2\006\c1\f6\81\f7@7\01\f5\c05\804A\f4\00<\c1\fc\81\fd@=\01\ff\c0?\80>A\fe\01\fa\c0:\80;A\fb\009\c1\f9\81\f8@8\00(\c1\e8\81\e9@)\01\eb\c0+\80*A\ea\01\ee\c0.\80/A\ef\00-\c1\ed\81\ec@,\01\e4\c0$\80%A\e5\00'\c1\e7\81\e6@&\00\22\c1\e2\81\e3@#\01\e1\c0!\80 A\e0\01\a0\c0`\80aA\a1\00c\c1\a3\81\a2@b\00f\c1\a6\81\a7@g\01\a5\c0e\80dA\a4\00l\c1\ac\81\ad@m\01\af\c0o\80nA\ae\01\aa\c0j\80kA\ab\00i\c1\a9\81\a8@h\00x\c1\b8\81\b9@y\01\bb\c0{\80zA\ba\01\be\c0~\80\7fA\bf\00}\c1\bd\81\bc@|\01\b4\c0t\80uA\b5\00w\c1\b7\81\b6@v\00r\c1\b2\81\b3@s\01\b1\c0q\80pA\b0\00P\c1\90\81\91@Q\01\93\c0S\80RA\92\01\96\c0V\80WA\97\00U\c1\95\81\94@T\01\9c\c0\5c\80]A\9d\00_\c1\9f\81\9e@^\00Z\c1\9a\81\9b@[\01\99\c0Y\80XA\98\01\88\c0H\80IA\89\00K\c1\8b\81\8a@J\00N\c1\8e\81\8f@O\01\8d\c0M\80LA\8c\00D\c1\84\81\85@E\01\87\c0G\80FA\86\01\82\c0B\80CA\83\00A\c1\81\81\80@@\01\00\00\00\08\00\00\00\01\00\00\00\03\00\00\00")
)
