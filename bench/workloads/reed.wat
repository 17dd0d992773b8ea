(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func))
  (type (;2;) (func (result i32)))
  (type (;3;) (func (param i32) (result i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i64 i32)
    global.get 0
    i32.const 80
    i32.sub
    local.tee 1
    global.set 0
    i32.const 0
    local.set 2
    i32.const 1
    local.set 3
    block ;; label = @1
      loop ;; label = @2
        local.get 3
        local.get 2
        i32.store8 offset=66160
        local.get 2
        i32.const 65648
        i32.add
        local.get 3
        i32.store8
        local.get 2
        i32.const 65903
        i32.add
        local.get 3
        i32.store8
        local.get 2
        i32.const 254
        i32.eq
        br_if 1 (;@1;)
        local.get 2
        i32.const 65649
        i32.add
        local.get 3
        i32.const 7
        i32.shr_u
        i32.const 285
        i32.mul
        local.get 3
        i32.const 1
        i32.shl
        i32.xor
        local.tee 3
        i32.store8
        local.get 2
        i32.const 65904
        i32.add
        local.get 3
        i32.store8
        local.get 3
        local.get 2
        i32.const 1
        i32.add
        i32.store8 offset=66160
        local.get 3
        i32.const 7
        i32.shr_u
        i32.const 285
        i32.mul
        local.get 3
        i32.const 1
        i32.shl
        i32.xor
        local.set 3
        local.get 2
        i32.const 2
        i32.add
        local.set 2
        br 0 (;@2;)
      end
    end
    i32.const 0
    local.set 4
    i32.const 0
    i64.const 0
    i64.store offset=66424
    i32.const 0
    i64.const 1
    i64.store offset=66416
    i32.const 0
    i32.const 0
    i32.store8 offset=66432
    i32.const 2
    local.set 5
    loop ;; label = @1
      local.get 4
      local.tee 2
      i32.const 1
      i32.add
      local.set 4
      local.get 2
      i32.load8_u offset=65648
      local.tee 6
      i32.const 66160
      i32.add
      local.set 7
      local.get 5
      local.set 2
      loop ;; label = @2
        i32.const 0
        local.set 3
        block ;; label = @3
          local.get 6
          i32.eqz
          br_if 0 (;@3;)
          local.get 2
          i32.const 66414
          i32.add
          i32.load8_u
          local.tee 8
          i32.eqz
          br_if 0 (;@3;)
          local.get 8
          i32.load8_u offset=66160
          local.get 7
          i32.load8_u
          i32.add
          i32.load8_u offset=65648
          local.set 3
        end
        local.get 2
        i32.const 66415
        i32.add
        local.tee 8
        local.get 8
        i32.load8_u
        local.get 3
        i32.xor
        i32.store8
        local.get 2
        i32.const -1
        i32.add
        local.tee 2
        i32.const 1
        i32.gt_s
        br_if 0 (;@2;)
      end
      local.get 5
      i32.const 1
      i32.add
      local.set 5
      local.get 4
      i32.const 16
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
        local.set 9
        br 1 (;@1;)
      end
      i32.const -1831433054
      local.set 8
      i64.const 0
      local.set 9
      i32.const 0
      local.set 4
      loop ;; label = @2
        i32.const -64
        local.set 2
        loop ;; label = @3
          local.get 2
          i32.const 65632
          i32.add
          local.get 8
          i32.const 13
          i32.shl
          local.get 8
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
          i32.const 9
          i32.shr_u
          i32.store8
          local.get 2
          i32.const 65633
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
          local.tee 8
          i32.const 9
          i32.shr_u
          i32.store8
          local.get 2
          i32.const 2
          i32.add
          local.tee 2
          br_if 0 (;@3;)
        end
        call 1
        i32.const 0
        local.set 2
        loop ;; label = @3
          local.get 1
          local.get 2
          i32.add
          local.tee 3
          local.get 2
          i32.const 65568
          i32.add
          i32.load8_u
          i32.store8
          local.get 3
          i32.const 1
          i32.add
          local.get 2
          i32.const 65569
          i32.add
          i32.load8_u
          i32.store8
          local.get 3
          i32.const 2
          i32.add
          local.get 2
          i32.const 65570
          i32.add
          i32.load8_u
          i32.store8
          local.get 3
          i32.const 3
          i32.add
          local.get 2
          i32.const 65571
          i32.add
          i32.load8_u
          i32.store8
          local.get 3
          i32.const 4
          i32.add
          local.get 2
          i32.const 65572
          i32.add
          i32.load8_u
          i32.store8
          local.get 2
          i32.const 5
          i32.add
          local.tee 2
          i32.const 80
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 8
        i32.const 13
        i32.shl
        local.get 8
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
        i32.const 80
        i32.rem_u
        local.tee 3
        local.get 3
        i32.load8_u offset=65568
        local.get 2
        i32.const 16
        i32.shr_u
        i32.xor
        i32.store8 offset=65568
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
        i32.const 80
        i32.rem_u
        local.tee 3
        local.get 3
        i32.load8_u offset=65568
        local.get 2
        i32.const 16
        i32.shr_u
        i32.xor
        i32.store8 offset=65568
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
        i32.const 80
        i32.rem_u
        local.tee 3
        local.get 3
        i32.load8_u offset=65568
        local.get 2
        i32.const 16
        i32.shr_u
        i32.xor
        i32.store8 offset=65568
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
        i32.const 80
        i32.rem_u
        local.tee 3
        local.get 3
        i32.load8_u offset=65568
        local.get 2
        i32.const 16
        i32.shr_u
        i32.xor
        i32.store8 offset=65568
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
        i32.const 80
        i32.rem_u
        local.tee 3
        local.get 3
        i32.load8_u offset=65568
        local.get 2
        i32.const 16
        i32.shr_u
        i32.xor
        i32.store8 offset=65568
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
        i32.const 80
        i32.rem_u
        local.tee 3
        local.get 3
        i32.load8_u offset=65568
        local.get 2
        i32.const 16
        i32.shr_u
        i32.xor
        i32.store8 offset=65568
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
        i32.const 80
        i32.rem_u
        local.tee 3
        local.get 3
        i32.load8_u offset=65568
        local.get 2
        i32.const 16
        i32.shr_u
        i32.xor
        i32.store8 offset=65568
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
        local.tee 8
        i32.const 80
        i32.rem_u
        local.tee 2
        local.get 2
        i32.load8_u offset=65568
        local.get 8
        i32.const 16
        i32.shr_u
        i32.xor
        i32.store8 offset=65568
        local.get 9
        i64.const 31
        i64.mul
        call 2
        i64.extend_i32_s
        i64.add
        local.set 9
        i32.const 0
        local.set 2
        loop ;; label = @3
          i64.const 0
          i64.const 1000000007
          local.get 2
          i32.const 65569
          i32.add
          i32.load8_u
          local.get 1
          local.get 2
          i32.add
          local.tee 3
          i32.const 1
          i32.add
          i32.load8_u
          i32.eq
          select
          i64.const 0
          i64.const 1000000007
          local.get 2
          i32.const 65568
          i32.add
          i32.load8_u
          local.get 3
          i32.load8_u
          i32.eq
          select
          local.get 9
          i64.add
          i64.add
          local.set 9
          local.get 2
          i32.const 2
          i32.add
          local.tee 2
          i32.const 80
          i32.ne
          br_if 0 (;@3;)
        end
        i32.const 0
        call 3
        local.set 2
        i32.const 1
        call 3
        local.set 3
        i32.const 2
        call 3
        local.set 6
        i32.const 3
        call 3
        local.set 7
        i32.const 4
        call 3
        local.set 5
        local.get 9
        i64.const 7
        i64.mul
        i32.const 5
        call 3
        local.tee 10
        local.get 5
        local.get 7
        local.get 6
        local.get 3
        local.get 2
        local.get 3
        local.get 2
        i32.lt_s
        select
        local.tee 2
        local.get 6
        local.get 2
        i32.lt_s
        select
        local.tee 2
        local.get 7
        local.get 2
        i32.lt_s
        select
        local.tee 2
        local.get 5
        local.get 2
        i32.lt_s
        select
        local.tee 2
        local.get 10
        local.get 2
        i32.lt_s
        select
        i64.extend_i32_s
        i64.add
        local.set 9
        local.get 4
        i32.const 1
        i32.add
        local.tee 4
        local.get 0
        i32.ne
        br_if 0 (;@2;)
      end
    end
    local.get 1
    i32.const 80
    i32.add
    global.set 0
    local.get 9
  )
  (func (;1;) (type 1)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    global.get 0
    i32.const 16
    i32.sub
    local.tee 0
    i64.const 0
    i64.store offset=8
    local.get 0
    i64.const 0
    i64.store
    i32.const 0
    local.set 1
    i32.const 0
    i32.load8_u offset=66432
    local.tee 2
    i32.const 66160
    i32.add
    local.set 3
    loop ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 4
      local.get 1
      i32.load8_u offset=65568
      local.tee 5
      i32.xor
      i32.const 255
      i32.and
      i32.const 66160
      i32.add
      local.set 6
      i32.const 0
      local.set 7
      loop ;; label = @2
        local.get 0
        local.get 7
        i32.add
        local.tee 8
        i32.const 1
        i32.add
        i32.load8_u
        local.set 9
        block ;; label = @3
          local.get 5
          i32.const 255
          i32.and
          local.get 4
          i32.const 255
          i32.and
          i32.eq
          local.tee 10
          br_if 0 (;@3;)
          local.get 7
          i32.const 66417
          i32.add
          i32.load8_u
          local.tee 11
          i32.eqz
          br_if 0 (;@3;)
          local.get 6
          i32.load8_u
          local.get 11
          i32.load8_u offset=66160
          i32.add
          i32.load8_u offset=65648
          local.get 9
          i32.xor
          local.set 9
        end
        local.get 8
        local.get 9
        i32.store8
        local.get 7
        i32.const 1
        i32.add
        local.tee 7
        i32.const 15
        i32.ne
        br_if 0 (;@2;)
      end
      i32.const 0
      local.set 7
      block ;; label = @2
        local.get 10
        br_if 0 (;@2;)
        local.get 2
        i32.eqz
        br_if 0 (;@2;)
        local.get 6
        i32.load8_u
        local.get 3
        i32.load8_u
        i32.add
        i32.load8_u offset=65648
        local.set 7
      end
      local.get 0
      local.get 7
      i32.store8 offset=15
      local.get 1
      i32.const 1
      i32.add
      local.tee 1
      i32.const 64
      i32.ne
      br_if 0 (;@1;)
    end
    i32.const 0
    local.get 0
    i32.load8_u
    i32.store8 offset=65632
    i32.const 0
    local.get 0
    i32.load offset=1 align=1
    i32.store offset=65633 align=1
    i32.const 0
    local.get 0
    i64.load offset=5 align=1
    i64.store offset=65637 align=1
    i32.const 0
    local.get 0
    i32.load16_u offset=13 align=1
    i32.store16 offset=65645 align=1
    i32.const 0
    local.get 7
    i32.store8 offset=65647
  )
  (func (;2;) (type 2) (result i32)
    (local i32 i32 i32 i64 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 0
    global.get 0
    i32.const 96
    i32.sub
    local.tee 1
    i32.const 0
    i32.load8_u offset=65552
    local.tee 2
    i32.store8 offset=64
    local.get 1
    i32.const 0
    i64.load offset=65544
    local.tee 3
    i64.store offset=56
    local.get 1
    i32.const 0
    i64.load offset=65536
    local.tee 4
    i64.store offset=48
    local.get 1
    local.get 2
    i32.store8 offset=32
    local.get 1
    local.get 3
    i64.store offset=24
    local.get 1
    local.get 4
    i64.store offset=16
    local.get 1
    i64.const 0
    i64.store offset=8
    local.get 1
    i64.const 0
    i64.store
    loop ;; label = @1
      i32.const -80
      local.set 2
      local.get 0
      i32.load8_u offset=65648
      local.tee 5
      i32.const 66160
      i32.add
      local.set 6
      i32.const 0
      local.set 7
      loop ;; label = @2
        local.get 2
        local.set 2
        i32.const 0
        local.set 8
        block ;; label = @3
          local.get 7
          i32.const 255
          i32.and
          local.tee 7
          i32.eqz
          br_if 0 (;@3;)
          local.get 5
          i32.eqz
          br_if 0 (;@3;)
          local.get 7
          i32.load8_u offset=66160
          local.get 6
          i32.load8_u
          i32.add
          i32.load8_u offset=65648
          local.set 8
        end
        local.get 2
        i32.const 65648
        i32.add
        i32.load8_u
        local.get 8
        i32.xor
        local.set 7
        local.get 2
        i32.const 1
        i32.add
        local.tee 2
        br_if 0 (;@2;)
      end
      local.get 1
      i32.const 80
      i32.add
      local.get 0
      i32.add
      local.get 7
      i32.store8
      local.get 0
      i32.const 1
      i32.add
      local.tee 0
      i32.const 16
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 1
    i32.const 48
    i32.add
    i32.const 1
    i32.or
    local.set 9
    local.get 1
    i32.const 80
    i32.add
    i32.const -1
    i32.add
    local.set 10
    i32.const 0
    local.set 11
    i32.const 1
    local.set 12
    i32.const 0
    local.set 13
    i32.const 1
    local.set 14
    loop ;; label = @1
      local.get 1
      i32.const 80
      i32.add
      local.get 13
      i32.add
      i32.load8_u
      local.set 0
      block ;; label = @2
        local.get 11
        i32.const 1
        i32.lt_s
        br_if 0 (;@2;)
        local.get 11
        i32.const 1
        i32.add
        local.tee 2
        i32.const 2
        local.get 2
        i32.const 2
        i32.gt_s
        select
        i32.const -1
        i32.add
        local.set 7
        local.get 9
        local.set 2
        local.get 10
        local.set 8
        loop ;; label = @3
          block ;; label = @4
            local.get 2
            i32.load8_u
            local.tee 5
            i32.eqz
            br_if 0 (;@4;)
            local.get 8
            i32.load8_u
            local.tee 6
            i32.eqz
            br_if 0 (;@4;)
            local.get 5
            i32.load8_u offset=66160
            local.get 6
            i32.load8_u offset=66160
            i32.add
            i32.load8_u offset=65648
            local.get 0
            i32.xor
            local.set 0
          end
          local.get 2
          i32.const 1
          i32.add
          local.set 2
          local.get 8
          i32.const -1
          i32.add
          local.set 8
          local.get 7
          i32.const -1
          i32.add
          local.tee 7
          br_if 0 (;@3;)
        end
      end
      block ;; label = @2
        block ;; label = @3
          local.get 0
          i32.const 255
          i32.and
          local.tee 2
          i32.eqz
          br_if 0 (;@3;)
          local.get 1
          i32.load8_u offset=64
          local.set 15
          local.get 1
          i32.load8_u offset=63
          local.set 16
          local.get 1
          i32.load8_u offset=62
          local.set 17
          local.get 1
          i32.load8_u offset=61
          local.set 18
          local.get 1
          i32.load8_u offset=60
          local.set 19
          local.get 1
          i32.load8_u offset=59
          local.set 20
          local.get 1
          i32.load8_u offset=58
          local.set 21
          local.get 1
          i32.load8_u offset=57
          local.set 22
          local.get 1
          i32.load8_u offset=56
          local.set 23
          local.get 1
          i32.load8_u offset=55
          local.set 24
          local.get 1
          i32.load8_u offset=54
          local.set 25
          local.get 1
          i32.load8_u offset=53
          local.set 26
          local.get 1
          i32.load8_u offset=52
          local.set 27
          local.get 1
          i32.load8_u offset=51
          local.set 28
          local.get 1
          i32.load8_u offset=50
          local.set 29
          local.get 1
          i32.load8_u offset=49
          local.set 30
          local.get 1
          i32.load8_u offset=48
          local.set 31
          block ;; label = @4
            local.get 12
            i32.const 16
            i32.gt_s
            br_if 0 (;@4;)
            local.get 1
            i32.const 16
            i32.add
            local.set 8
            local.get 2
            i32.load8_u offset=66160
            local.get 14
            i32.const 255
            i32.and
            i32.load8_u offset=66160
            i32.sub
            i32.const 65903
            i32.add
            i32.load8_u
            local.tee 6
            i32.const 66160
            i32.add
            local.set 32
            local.get 12
            local.set 2
            loop ;; label = @5
              i32.const 0
              local.set 7
              block ;; label = @6
                local.get 6
                i32.eqz
                br_if 0 (;@6;)
                local.get 8
                i32.load8_u
                local.tee 5
                i32.eqz
                br_if 0 (;@6;)
                local.get 32
                i32.load8_u
                local.get 5
                i32.load8_u offset=66160
                i32.add
                i32.load8_u offset=65648
                local.set 7
              end
              local.get 1
              i32.const 48
              i32.add
              local.get 2
              i32.add
              local.tee 5
              local.get 5
              i32.load8_u
              local.get 7
              i32.xor
              i32.store8
              local.get 8
              i32.const 1
              i32.add
              local.set 8
              local.get 2
              i32.const 1
              i32.add
              local.tee 2
              i32.const 17
              i32.ne
              br_if 0 (;@5;)
            end
          end
          local.get 11
          i32.const 1
          i32.shl
          local.get 13
          i32.gt_s
          br_if 0 (;@3;)
          local.get 1
          local.get 15
          i32.store8 offset=32
          local.get 1
          local.get 16
          i32.store8 offset=31
          local.get 1
          local.get 17
          i32.store8 offset=30
          local.get 1
          local.get 18
          i32.store8 offset=29
          local.get 1
          local.get 19
          i32.store8 offset=28
          local.get 1
          local.get 20
          i32.store8 offset=27
          local.get 1
          local.get 21
          i32.store8 offset=26
          local.get 1
          local.get 22
          i32.store8 offset=25
          local.get 1
          local.get 23
          i32.store8 offset=24
          local.get 1
          local.get 24
          i32.store8 offset=23
          local.get 1
          local.get 25
          i32.store8 offset=22
          local.get 1
          local.get 26
          i32.store8 offset=21
          local.get 1
          local.get 27
          i32.store8 offset=20
          local.get 1
          local.get 28
          i32.store8 offset=19
          local.get 1
          local.get 29
          i32.store8 offset=18
          local.get 1
          local.get 30
          i32.store8 offset=17
          local.get 1
          local.get 31
          i32.store8 offset=16
          i32.const 1
          local.set 12
          local.get 13
          local.get 11
          i32.sub
          i32.const 1
          i32.add
          local.set 11
          local.get 0
          local.set 14
          br 1 (;@2;)
        end
        local.get 12
        i32.const 1
        i32.add
        local.set 12
      end
      local.get 10
      i32.const 1
      i32.add
      local.set 10
      local.get 13
      i32.const 1
      i32.add
      local.tee 13
      i32.const 16
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 1
    i32.const 80
    i32.add
    local.set 10
    i32.const 0
    local.set 13
    loop ;; label = @1
      block ;; label = @2
        local.get 11
        local.get 13
        local.get 11
        local.get 13
        i32.lt_s
        select
        local.tee 2
        i32.const 0
        i32.lt_s
        br_if 0 (;@2;)
        local.get 2
        i32.const 1
        i32.add
        local.set 6
        local.get 1
        local.get 13
        i32.add
        local.tee 12
        i32.load8_u
        local.set 5
        local.get 1
        i32.const 48
        i32.add
        local.set 2
        local.get 10
        local.set 8
        loop ;; label = @3
          i32.const 0
          local.set 7
          block ;; label = @4
            local.get 2
            i32.load8_u
            local.tee 0
            i32.eqz
            br_if 0 (;@4;)
            local.get 8
            i32.load8_u
            local.tee 32
            i32.eqz
            br_if 0 (;@4;)
            local.get 0
            i32.load8_u offset=66160
            local.get 32
            i32.load8_u offset=66160
            i32.add
            i32.load8_u offset=65648
            local.set 7
          end
          local.get 2
          i32.const 1
          i32.add
          local.set 2
          local.get 8
          i32.const -1
          i32.add
          local.set 8
          local.get 5
          local.get 7
          i32.xor
          local.set 5
          local.get 6
          i32.const -1
          i32.add
          local.tee 6
          br_if 0 (;@3;)
        end
        local.get 12
        local.get 5
        i32.store8
      end
      local.get 10
      i32.const 1
      i32.add
      local.set 10
      local.get 13
      i32.const 1
      i32.add
      local.tee 13
      i32.const 16
      i32.ne
      br_if 0 (;@1;)
    end
    i32.const 352
    local.set 13
    local.get 11
    i32.const 1
    i32.lt_s
    local.set 15
    i32.const 0
    local.set 10
    i32.const 0
    local.set 12
    loop ;; label = @1
      local.get 10
      i32.load8_u offset=65824
      local.set 7
      i32.const 0
      local.set 32
      block ;; label = @2
        block ;; label = @3
          local.get 11
          i32.const 0
          i32.lt_s
          br_if 0 (;@3;)
          i32.const 0
          local.set 6
          local.get 7
          i32.const 66160
          i32.add
          local.set 32
          local.get 11
          local.set 5
          loop ;; label = @4
            local.get 5
            local.set 2
            i32.const 0
            local.set 8
            block ;; label = @5
              local.get 7
              i32.eqz
              br_if 0 (;@5;)
              i32.const 0
              local.set 8
              local.get 6
              i32.const 255
              i32.and
              local.tee 5
              i32.eqz
              br_if 0 (;@5;)
              local.get 5
              i32.load8_u offset=66160
              local.get 32
              i32.load8_u
              i32.add
              i32.load8_u offset=65648
              local.set 8
            end
            local.get 2
            i32.const -1
            i32.add
            local.set 5
            local.get 1
            i32.const 48
            i32.add
            local.get 2
            i32.add
            i32.load8_u
            local.tee 0
            local.get 8
            i32.xor
            local.set 6
            local.get 2
            i32.const 0
            i32.gt_s
            br_if 0 (;@4;)
          end
          local.get 0
          i32.const 255
          i32.and
          local.get 8
          i32.const 255
          i32.and
          i32.ne
          br_if 1 (;@2;)
          i32.const 0
          local.set 32
          local.get 15
          br_if 0 (;@3;)
          i32.const 1
          local.set 2
          i32.const 0
          local.set 8
          loop ;; label = @4
            local.get 8
            i32.const 255
            i32.rem_s
            local.set 5
            block ;; label = @5
              local.get 1
              i32.const 48
              i32.add
              local.get 2
              i32.add
              i32.load8_u
              local.tee 6
              i32.eqz
              br_if 0 (;@5;)
              local.get 5
              i32.const 65648
              i32.add
              i32.load8_u
              local.tee 5
              i32.eqz
              br_if 0 (;@5;)
              local.get 6
              i32.load8_u offset=66160
              local.get 5
              i32.load8_u offset=66160
              i32.add
              i32.load8_u offset=65648
              local.get 32
              i32.xor
              local.set 32
            end
            local.get 8
            local.get 13
            i32.add
            local.set 8
            local.get 2
            i32.const 2
            i32.add
            local.tee 2
            local.get 11
            i32.le_s
            br_if 0 (;@4;)
          end
        end
        i32.const 0
        local.set 5
        i32.const 15
        local.set 8
        local.get 7
        i32.const 66160
        i32.add
        local.set 0
        loop ;; label = @3
          i32.const 0
          local.set 2
          block ;; label = @4
            local.get 7
            i32.eqz
            br_if 0 (;@4;)
            i32.const 0
            local.set 2
            local.get 5
            i32.const 255
            i32.and
            local.tee 5
            i32.eqz
            br_if 0 (;@4;)
            local.get 5
            i32.load8_u offset=66160
            local.get 0
            i32.load8_u
            i32.add
            i32.load8_u offset=65648
            local.set 2
          end
          local.get 1
          local.get 8
          i32.add
          i32.load8_u
          local.tee 6
          local.get 2
          i32.xor
          local.set 5
          local.get 8
          i32.const -1
          i32.add
          local.tee 8
          i32.const -1
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 32
        i32.const 255
        i32.and
        local.tee 8
        i32.eqz
        br_if 0 (;@2;)
        local.get 6
        i32.const 255
        i32.and
        local.get 2
        i32.const 255
        i32.and
        i32.eq
        br_if 0 (;@2;)
        local.get 10
        local.get 10
        i32.load8_u offset=65568
        local.get 5
        i32.const 255
        i32.and
        i32.load8_u offset=66160
        local.get 10
        local.get 8
        i32.load8_u offset=66160
        i32.add
        i32.sub
        i32.const 334
        i32.add
        i32.const 255
        i32.rem_s
        i32.const 65648
        i32.add
        i32.load8_u
        i32.xor
        i32.store8 offset=65568
        local.get 12
        i32.const 1
        i32.add
        local.set 12
      end
      local.get 13
      i32.const 2
      i32.add
      local.set 13
      local.get 10
      i32.const 1
      i32.add
      local.tee 10
      i32.const 80
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 12
  )
  (func (;3;) (type 3) (param i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 1
    i32.const 0
    local.set 2
    i32.const 0
    local.set 3
    i32.const 0
    local.set 4
    i32.const 0
    local.set 5
    loop ;; label = @1
      local.get 1
      i32.const 1
      i32.shr_u
      local.set 6
      local.get 1
      i32.const -1
      i32.xor
      i32.const 1
      i32.and
      local.set 7
      local.get 1
      local.set 8
      i32.const 0
      local.set 9
      i32.const 0
      local.set 10
      i32.const -1
      local.set 11
      i32.const 0
      local.set 12
      loop ;; label = @2
        local.get 3
        local.get 10
        i32.add
        local.tee 13
        i32.const 3
        i32.shr_u
        i32.const 80
        i32.rem_u
        i32.load8_u offset=65568
        local.get 10
        i32.const 7
        i32.and
        i32.shr_u
        i32.const 1
        i32.and
        local.set 14
        local.get 9
        i32.const 6
        i32.rem_u
        local.set 15
        local.get 8
        i32.const 3
        i32.div_u
        local.set 16
        local.get 7
        local.set 17
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    local.get 0
                    br_table 0 (;@8;) 5 (;@3;) 1 (;@7;) 2 (;@6;) 3 (;@5;) 4 (;@4;)
                  end
                  local.get 1
                  local.get 10
                  i32.add
                  i32.const -1
                  i32.xor
                  i32.const 1
                  i32.and
                  local.set 17
                  br 4 (;@3;)
                end
                local.get 10
                i32.const 255
                i32.and
                i32.const 3
                i32.rem_u
                i32.eqz
                local.set 17
                br 3 (;@3;)
              end
              local.get 2
              local.get 16
              i32.const 3
              i32.mul
              i32.add
              local.get 10
              i32.eq
              local.set 17
              br 2 (;@3;)
            end
            local.get 6
            local.get 10
            i32.const 255
            i32.and
            i32.const 3
            i32.div_u
            i32.add
            i32.const -1
            i32.xor
            i32.const 1
            i32.and
            local.set 17
            br 1 (;@3;)
          end
          local.get 15
          i32.const 3
          i32.lt_u
          local.set 17
        end
        local.get 13
        i32.const 66448
        i32.add
        local.get 17
        local.get 14
        i32.xor
        local.tee 17
        i32.store8
        i32.const 3
        local.get 12
        i32.const 1
        i32.add
        i32.const 1
        local.get 17
        local.get 11
        i32.eq
        select
        local.tee 12
        i32.const 5
        i32.gt_s
        local.get 12
        i32.const 5
        i32.eq
        select
        local.get 4
        i32.add
        local.set 4
        block ;; label = @3
          local.get 1
          i32.eqz
          br_if 0 (;@3;)
          local.get 10
          i32.eqz
          br_if 0 (;@3;)
          local.get 17
          local.get 13
          i32.const 66415
          i32.add
          i32.load8_u
          i32.ne
          br_if 0 (;@3;)
          local.get 17
          local.get 13
          i32.const 66447
          i32.add
          i32.load8_u
          i32.ne
          br_if 0 (;@3;)
          local.get 4
          i32.const 3
          i32.add
          local.get 4
          local.get 17
          local.get 13
          i32.const 66414
          i32.add
          i32.load8_u
          i32.eq
          select
          local.set 4
        end
        local.get 17
        local.get 5
        i32.add
        local.set 5
        local.get 8
        i32.const 1
        i32.add
        local.set 8
        local.get 9
        local.get 1
        i32.add
        local.set 9
        local.get 17
        local.set 11
        local.get 10
        i32.const 1
        i32.add
        local.tee 10
        i32.const 33
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 2
      i32.const -1
      i32.add
      local.set 2
      local.get 3
      i32.const 33
      i32.add
      local.set 3
      local.get 1
      i32.const 1
      i32.add
      local.tee 1
      i32.const 33
      i32.ne
      br_if 0 (;@1;)
    end
    i32.const 50
    local.get 5
    i32.const 100
    i32.mul
    local.tee 10
    i32.const 1089
    i32.div_s
    local.tee 17
    i32.sub
    local.get 17
    i32.const -50
    i32.add
    local.get 10
    i32.const 54450
    i32.lt_s
    select
    i32.const 5
    i32.div_s
    i32.const 10
    i32.mul
    local.get 4
    i32.add
  )
  (data (;0;) (i32.const 65536) "\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")
)
