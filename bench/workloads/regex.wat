(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;2;) (func (param i32) (result i32)))
  (type (;3;) (func (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (type (;4;) (func (param i32 i32) (result i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i64)
    global.get 0
    i32.const 16
    i32.sub
    local.tee 1
    global.set 0
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.const 1
        i32.ge_s
        br_if 0 (;@2;)
        i64.const 0
        local.set 2
        br 1 (;@1;)
      end
      i64.const 0
      local.set 2
      i32.const 0
      local.set 3
      loop ;; label = @2
        i32.const 0
        local.set 4
        loop ;; label = @3
          local.get 1
          i32.const 0
          i32.store offset=12
          local.get 4
          i32.const 2
          i32.shl
          local.tee 5
          i32.load offset=65568
          local.set 6
          local.get 5
          i32.load offset=65536
          local.tee 7
          i32.const -1
          i32.add
          local.tee 5
          local.set 8
          loop ;; label = @4
            local.get 8
            i32.const 1
            i32.add
            local.tee 8
            i32.load8_u
            br_if 0 (;@4;)
          end
          local.get 6
          local.set 9
          block ;; label = @4
            block ;; label = @5
              local.get 7
              local.get 7
              i32.load8_u
              i32.const 94
              i32.eq
              local.tee 10
              i32.add
              local.tee 11
              local.get 8
              local.get 6
              local.get 1
              i32.const 12
              i32.add
              call 1
              local.tee 12
              br_if 0 (;@5;)
              i64.const -1000
              local.set 13
              local.get 6
              local.set 9
              local.get 10
              br_if 1 (;@4;)
              loop ;; label = @6
                local.get 9
                i32.load8_u
                i32.eqz
                br_if 2 (;@4;)
                local.get 11
                local.get 8
                local.get 9
                i32.const 1
                i32.add
                local.tee 9
                local.get 1
                i32.const 12
                i32.add
                call 1
                local.tee 12
                i32.eqz
                br_if 0 (;@6;)
              end
            end
            local.get 12
            local.get 9
            i32.sub
            local.get 9
            local.get 6
            i32.sub
            i32.const 100
            i32.mul
            i32.add
            i32.const 1000
            i32.mul
            i64.extend_i32_s
            local.set 13
          end
          local.get 4
          local.get 3
          i32.add
          i32.const 8
          i32.rem_s
          i32.const 2
          i32.shl
          i32.const 65568
          i32.add
          i32.load
          local.set 12
          loop ;; label = @4
            local.get 5
            i32.const 1
            i32.add
            local.tee 5
            i32.load8_u
            br_if 0 (;@4;)
          end
          local.get 12
          local.set 8
          block ;; label = @4
            block ;; label = @5
              local.get 7
              local.get 7
              i32.load8_u
              i32.const 94
              i32.eq
              local.tee 6
              i32.add
              local.tee 7
              local.get 5
              local.get 12
              local.get 1
              i32.const 12
              i32.add
              call 1
              local.tee 9
              br_if 0 (;@5;)
              i64.const -1
              local.set 14
              local.get 12
              local.set 8
              local.get 6
              br_if 1 (;@4;)
              loop ;; label = @6
                local.get 8
                i32.load8_u
                i32.eqz
                br_if 2 (;@4;)
                local.get 7
                local.get 5
                local.get 8
                i32.const 1
                i32.add
                local.tee 8
                local.get 1
                i32.const 12
                i32.add
                call 1
                local.tee 9
                i32.eqz
                br_if 0 (;@6;)
              end
            end
            local.get 9
            local.get 8
            i32.sub
            local.get 8
            local.get 12
            i32.sub
            i32.const 100
            i32.mul
            i32.add
            i64.extend_i32_s
            local.set 14
          end
          local.get 13
          local.get 2
          i64.const 7
          i64.mul
          i64.add
          local.get 14
          i64.add
          local.get 1
          i64.load32_s offset=12
          i64.add
          local.set 2
          local.get 4
          i32.const 1
          i32.add
          local.tee 4
          i32.const 8
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 3
        i32.const 1
        i32.add
        local.tee 3
        local.get 0
        i32.ne
        br_if 0 (;@2;)
      end
    end
    local.get 1
    i32.const 16
    i32.add
    global.set 0
    local.get 2
  )
  (func (;1;) (type 1) (param i32 i32 i32 i32) (result i32)
    (local i32 i32 i32 i32)
    block ;; label = @1
      loop ;; label = @2
        local.get 3
        local.get 3
        i32.load
        i32.const 1
        i32.add
        i32.store
        local.get 0
        local.get 1
        i32.ge_u
        br_if 1 (;@1;)
        block ;; label = @3
          local.get 0
          i32.load8_u
          local.tee 4
          i32.const 36
          i32.ne
          br_if 0 (;@3;)
          i32.const 0
          local.get 2
          local.get 2
          i32.load8_u
          select
          return
        end
        block ;; label = @3
          local.get 0
          call 2
          local.tee 5
          local.get 1
          i32.ge_u
          br_if 0 (;@3;)
          block ;; label = @4
            block ;; label = @5
              block ;; label = @6
                local.get 5
                i32.load8_u
                i32.const -42
                i32.add
                br_table 0 (;@6;) 1 (;@5;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 3 (;@3;) 2 (;@4;) 3 (;@3;)
              end
              local.get 0
              local.get 5
              local.get 1
              local.get 2
              i32.const 0
              i32.const 1000
              local.get 3
              call 3
              return
            end
            local.get 0
            local.get 5
            local.get 1
            local.get 2
            i32.const 1
            i32.const 1000
            local.get 3
            call 3
            return
          end
          local.get 0
          local.get 5
          local.get 1
          local.get 2
          i32.const 0
          i32.const 1
          local.get 3
          call 3
          return
        end
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              local.get 4
              i32.const 40
              i32.ne
              br_if 0 (;@5;)
              local.get 0
              i32.const 1
              i32.add
              local.tee 6
              local.get 5
              i32.ge_u
              br_if 2 (;@3;)
              local.get 5
              i32.const -1
              i32.add
              local.set 4
              i32.const 0
              local.set 7
              loop ;; label = @6
                local.get 6
                local.set 0
                block ;; label = @7
                  local.get 6
                  i32.load8_u
                  i32.const 124
                  i32.eq
                  br_if 0 (;@7;)
                  local.get 6
                  local.set 0
                  local.get 6
                  local.get 4
                  i32.ge_u
                  br_if 0 (;@7;)
                  local.get 6
                  local.set 0
                  loop ;; label = @8
                    local.get 0
                    call 2
                    local.tee 0
                    i32.load8_u
                    i32.const 124
                    i32.eq
                    br_if 1 (;@7;)
                    local.get 0
                    local.get 4
                    i32.lt_u
                    br_if 0 (;@8;)
                  end
                end
                local.get 6
                local.get 0
                local.get 2
                local.get 3
                call 1
                local.tee 6
                local.get 7
                local.get 6
                local.get 7
                i32.gt_u
                select
                local.get 6
                local.get 7
                select
                local.get 7
                local.get 6
                select
                local.set 7
                local.get 0
                i32.const 1
                i32.add
                local.tee 6
                local.get 5
                i32.lt_u
                br_if 0 (;@6;)
                br 2 (;@4;)
              end
            end
            local.get 0
            local.get 2
            i32.load8_s
            call 4
            i32.eqz
            br_if 1 (;@3;)
            local.get 2
            i32.const 1
            i32.add
            local.set 7
          end
          local.get 7
          local.set 2
          local.get 5
          local.set 0
          local.get 7
          br_if 1 (;@2;)
        end
      end
      i32.const 0
      local.set 2
    end
    local.get 2
  )
  (func (;2;) (type 2) (param i32) (result i32)
    (local i32 i32 i32)
    block ;; label = @1
      block ;; label = @2
        block ;; label = @3
          local.get 0
          i32.load8_u
          local.tee 1
          i32.const -91
          i32.add
          br_table 1 (;@2;) 2 (;@1;) 0 (;@3;)
        end
        block ;; label = @3
          block ;; label = @4
            local.get 1
            i32.const 40
            i32.ne
            br_if 0 (;@4;)
            local.get 0
            i32.const 1
            i32.add
            local.set 1
            i32.const 1
            local.set 2
            loop ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    block ;; label = @9
                      local.get 0
                      i32.load8_u offset=1
                      local.tee 3
                      i32.const -91
                      i32.add
                      br_table 1 (;@8;) 0 (;@9;) 2 (;@7;)
                    end
                    local.get 0
                    i32.const 2
                    i32.add
                    local.set 0
                    br 2 (;@6;)
                  end
                  local.get 1
                  call 2
                  i32.const -1
                  i32.add
                  local.set 0
                  br 1 (;@6;)
                end
                local.get 2
                local.get 3
                i32.const 40
                i32.eq
                i32.add
                local.get 3
                i32.const 41
                i32.eq
                i32.sub
                local.set 2
                local.get 1
                local.set 0
              end
              local.get 0
              i32.const 1
              i32.add
              local.set 1
              local.get 2
              br_if 0 (;@5;)
              br 2 (;@3;)
            end
          end
          local.get 0
          i32.const 1
          i32.add
          local.set 1
        end
        local.get 1
        return
      end
      block ;; label = @2
        local.get 0
        i32.const 1
        i32.add
        local.get 0
        i32.load8_u offset=1
        i32.const 94
        i32.eq
        i32.add
        local.tee 0
        i32.load8_u
        local.tee 1
        i32.const 93
        i32.eq
        br_if 0 (;@2;)
        loop ;; label = @3
          local.get 0
          i32.const 2
          i32.const 1
          local.get 1
          i32.const 255
          i32.and
          i32.const 92
          i32.eq
          select
          i32.add
          local.tee 0
          i32.load8_u
          local.tee 1
          i32.const 93
          i32.ne
          br_if 0 (;@3;)
        end
      end
      local.get 0
      i32.const 1
      i32.add
      return
    end
    local.get 0
    i32.const 2
    i32.add
  )
  (func (;3;) (type 3) (param i32 i32 i32 i32 i32 i32 i32) (result i32)
    (local i32 i32 i32 i32 i32)
    i32.const 0
    local.set 7
    block ;; label = @1
      local.get 4
      i32.const 0
      i32.gt_s
      br_if 0 (;@1;)
      local.get 1
      i32.const 1
      i32.add
      local.get 2
      local.get 3
      local.get 6
      call 1
      local.set 7
    end
    block ;; label = @1
      local.get 5
      i32.eqz
      br_if 0 (;@1;)
      block ;; label = @2
        block ;; label = @3
          local.get 0
          i32.load8_u
          i32.const 40
          i32.ne
          br_if 0 (;@3;)
          local.get 0
          i32.const 1
          i32.add
          local.tee 8
          local.get 1
          i32.ge_u
          br_if 2 (;@1;)
          local.get 1
          i32.const -1
          i32.add
          local.set 9
          i32.const 0
          local.set 10
          loop ;; label = @4
            local.get 8
            local.set 11
            block ;; label = @5
              local.get 8
              i32.load8_u
              i32.const 124
              i32.eq
              br_if 0 (;@5;)
              local.get 8
              local.set 11
              local.get 8
              local.get 9
              i32.ge_u
              br_if 0 (;@5;)
              local.get 8
              local.set 11
              loop ;; label = @6
                local.get 11
                call 2
                local.tee 11
                i32.load8_u
                i32.const 124
                i32.eq
                br_if 1 (;@5;)
                local.get 11
                local.get 9
                i32.lt_u
                br_if 0 (;@6;)
              end
            end
            local.get 8
            local.get 11
            local.get 3
            local.get 6
            call 1
            local.tee 8
            local.get 10
            local.get 8
            local.get 10
            i32.gt_u
            select
            local.get 8
            local.get 10
            select
            local.get 10
            local.get 8
            select
            local.set 10
            local.get 11
            i32.const 1
            i32.add
            local.tee 8
            local.get 1
            i32.lt_u
            br_if 0 (;@4;)
            br 2 (;@2;)
          end
        end
        local.get 3
        i32.const 1
        i32.add
        i32.const 0
        local.get 0
        local.get 3
        i32.load8_s
        call 4
        select
        local.set 10
      end
      local.get 10
      local.get 3
      i32.le_u
      br_if 0 (;@1;)
      local.get 0
      local.get 1
      local.get 2
      local.get 10
      local.get 4
      i32.const -1
      i32.add
      local.get 5
      i32.const -1
      i32.add
      local.get 6
      call 3
      local.tee 11
      local.get 7
      local.get 11
      select
      local.set 7
    end
    local.get 7
  )
  (func (;4;) (type 4) (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 2
    block ;; label = @1
      local.get 1
      i32.eqz
      br_if 0 (;@1;)
      block ;; label = @2
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              local.get 0
              i32.load8_u
              local.tee 3
              i32.const -91
              i32.add
              br_table 1 (;@4;) 0 (;@5;) 2 (;@3;)
            end
            block ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  local.get 0
                  i32.load8_u offset=1
                  local.tee 0
                  i32.const -100
                  i32.add
                  br_table 0 (;@7;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 5 (;@2;) 2 (;@5;) 2 (;@5;) 2 (;@5;) 1 (;@6;) 2 (;@5;)
                end
                local.get 1
                i32.const -48
                i32.add
                i32.const 255
                i32.and
                i32.const 10
                i32.lt_u
                local.set 2
                br 5 (;@1;)
              end
              local.get 1
              i32.const 95
              i32.eq
              local.get 1
              i32.const -48
              i32.add
              i32.const 255
              i32.and
              i32.const 10
              i32.lt_u
              local.get 1
              i32.const 223
              i32.and
              i32.const -65
              i32.add
              i32.const 255
              i32.and
              i32.const 26
              i32.lt_u
              i32.or
              i32.or
              local.set 2
              br 4 (;@1;)
            end
            local.get 1
            i32.const 255
            i32.and
            local.get 0
            i32.eq
            local.set 2
            br 3 (;@1;)
          end
          local.get 1
          i32.const 223
          i32.and
          i32.const -65
          i32.add
          i32.const 255
          i32.and
          i32.const 26
          i32.lt_u
          local.get 1
          i32.const -48
          i32.add
          i32.const 255
          i32.and
          i32.const 10
          i32.lt_u
          local.tee 4
          i32.or
          local.get 1
          i32.const 95
          i32.eq
          i32.or
          local.set 5
          local.get 0
          i32.const 2
          i32.const 1
          local.get 0
          i32.load8_u offset=1
          local.tee 6
          i32.const 94
          i32.eq
          select
          i32.add
          local.set 2
          i32.const 0
          local.set 3
          local.get 1
          i32.const -9
          i32.add
          local.tee 7
          i32.const 23
          i32.gt_u
          local.set 8
          block ;; label = @4
            loop ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    local.get 2
                    i32.load8_u
                    local.tee 0
                    i32.const -92
                    i32.add
                    br_table 0 (;@8;) 4 (;@4;) 1 (;@7;)
                  end
                  local.get 2
                  i32.load8_u offset=1
                  local.set 9
                  local.get 2
                  i32.const 1
                  i32.add
                  local.set 2
                  local.get 4
                  local.set 0
                  block ;; label = @8
                    block ;; label = @9
                      block ;; label = @10
                        local.get 9
                        i32.const -100
                        i32.add
                        br_table 4 (;@6;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 0 (;@10;) 2 (;@8;) 2 (;@8;) 2 (;@8;) 1 (;@9;) 2 (;@8;)
                      end
                      block ;; label = @10
                        local.get 8
                        br_if 0 (;@10;)
                        i32.const 1
                        local.set 0
                        i32.const 1
                        local.get 7
                        i32.shl
                        i32.const 8388611
                        i32.and
                        br_if 4 (;@6;)
                      end
                      i32.const 0
                      local.set 0
                      br 3 (;@6;)
                    end
                    local.get 5
                    local.set 0
                    br 2 (;@6;)
                  end
                  local.get 1
                  i32.const 255
                  i32.and
                  local.get 9
                  i32.eq
                  local.set 0
                  br 1 (;@6;)
                end
                local.get 0
                i32.extend8_s
                local.set 0
                block ;; label = @7
                  local.get 2
                  i32.load8_u offset=1
                  i32.const 45
                  i32.ne
                  br_if 0 (;@7;)
                  local.get 2
                  i32.load8_s offset=2
                  local.tee 9
                  i32.const 93
                  i32.eq
                  br_if 0 (;@7;)
                  local.get 2
                  i32.const 2
                  i32.add
                  local.set 2
                  local.get 1
                  local.get 0
                  i32.ge_s
                  local.get 1
                  local.get 9
                  i32.le_s
                  i32.and
                  local.set 0
                  br 1 (;@6;)
                end
                local.get 0
                local.get 1
                i32.eq
                local.set 0
              end
              local.get 2
              i32.const 1
              i32.add
              local.set 2
              local.get 3
              local.get 0
              i32.or
              local.set 3
              br 0 (;@5;)
            end
          end
          local.get 3
          local.get 6
          i32.const 94
          i32.eq
          i32.ne
          local.set 2
          br 2 (;@1;)
        end
        i32.const 1
        local.set 2
        local.get 3
        i32.const 46
        i32.eq
        br_if 1 (;@1;)
        local.get 3
        local.get 1
        i32.const 255
        i32.and
        i32.eq
        local.set 2
        br 1 (;@1;)
      end
      local.get 1
      i32.const 33
      i32.ge_u
      br_if 0 (;@1;)
      i64.const 4294968832
      local.get 1
      i64.extend_i32_s
      i64.shr_u
      i32.wrap_i64
      local.set 2
    end
    local.get 2
    i32.const 1
    i32.and
  )
  (data (;0;) (i32.const 65536) "\e5\01\01\00g\01\01\00\85\01\01\00\a0\01\01\00\ca\01\01\00\b2\01\01\00L\00\01\00v\00\01\00}\00\01\00\04\01\01\00U\00\01\00,\01\01\00\91\00\01\00<\01\01\00@\00\01\00\bd\00\01\00xxxxxxxxxxz\00(x+x+)+y\00It was Ada Lovelace who wrote it\00.*z.*q\00someone@example.org\00the quick brown fox jumps over the lazy dog\00no such letter in all of this sentence, which is rather long, is there\00the address 192.168.10.254 of a machine\00abcd and abbcdd\00name = \22a value\22, width = 1024, height=768\00(\5cd\5cd?\5cd?\5c.)(\5cd+\5c.)(\5cd+\5c.)\5cd+\00[A-Z][a-z]*( [A-Z][a-z]*)+\00(a|ab)(c|bcd)(d*)\00\5cw+\5cs*=\5cs*(\5cd+|\22[^\22]*\22)\00([a-z]+\5cs)*fox(\5cs[a-z]+)*$\00^[a-z]+@[a-z]+\5c.(com|org|net)$\00")
)
