(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (param i32 i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i32 i32 i32 i32 i64)
    global.get 0
    i32.const 32
    i32.sub
    local.tee 1
    global.set 0
    local.get 1
    i32.const 0
    i64.load offset=65544
    i64.store offset=24
    local.get 1
    i32.const 0
    i64.load offset=65536
    i64.store offset=16
    i32.const 1
    local.set 2
    i32.const 1
    local.set 3
    loop ;; label = @1
      local.get 3
      i32.const 1
      i32.shl
      local.get 3
      i32.extend8_s
      i32.const 7
      i32.shr_u
      i32.const 27
      i32.and
      i32.xor
      local.get 3
      i32.xor
      local.tee 3
      i32.const 255
      i32.and
      local.tee 4
      local.get 2
      i32.const 1
      i32.shl
      local.get 2
      i32.xor
      local.tee 2
      i32.const 2
      i32.shl
      local.get 2
      i32.xor
      local.tee 2
      i32.const 4
      i32.shl
      local.get 2
      i32.xor
      i32.const 255
      i32.and
      local.tee 5
      i32.const 7
      i32.shr_u
      local.tee 6
      i32.const 9
      i32.mul
      local.get 5
      i32.xor
      local.tee 2
      i32.const 2
      i32.shl
      local.get 5
      i32.const 6
      i32.shr_u
      i32.or
      local.get 2
      i32.const 1
      i32.shl
      local.get 6
      i32.or
      i32.xor
      local.get 2
      i32.const 3
      i32.shl
      local.get 5
      i32.const 5
      i32.shr_u
      i32.or
      i32.xor
      local.get 2
      i32.const 4
      i32.shl
      local.get 5
      i32.const 4
      i32.shr_u
      i32.or
      i32.xor
      local.get 2
      i32.xor
      i32.const 99
      i32.xor
      i32.store8 offset=65552
      local.get 4
      i32.const 1
      i32.ne
      br_if 0 (;@1;)
    end
    i32.const 0
    i32.const 99
    i32.store8 offset=65552
    i32.const -1024
    local.set 2
    i32.const 65552
    local.set 3
    loop ;; label = @1
      local.get 2
      i32.const 66832
      i32.add
      local.get 3
      i32.load8_s
      local.tee 5
      i32.const 7
      i32.shr_u
      i32.const 27
      i32.and
      local.get 5
      i32.const 1
      i32.shl
      i32.xor
      local.tee 4
      local.get 5
      i32.xor
      i32.const 24
      i32.shl
      local.get 5
      i32.const 255
      i32.and
      local.tee 5
      i32.const 8
      i32.shl
      local.get 5
      i32.const 16
      i32.shl
      i32.or
      i32.or
      local.get 4
      i32.const 255
      i32.and
      i32.or
      local.tee 5
      i32.store
      local.get 2
      i32.const 69904
      i32.add
      local.get 5
      i32.const 24
      i32.rotl
      i32.store
      local.get 2
      i32.const 68880
      i32.add
      local.get 5
      i32.const 16
      i32.rotl
      i32.store
      local.get 2
      i32.const 67856
      i32.add
      local.get 5
      i32.const 8
      i32.rotl
      i32.store
      local.get 3
      i32.const 1
      i32.add
      local.set 3
      local.get 2
      i32.const 4
      i32.add
      local.tee 2
      br_if 0 (;@1;)
    end
    i32.const 0
    i64.const 8624488387644512672
    i64.store offset=69912
    i32.const 0
    i64.const -7720634885603373725
    i64.store offset=69904
    i32.const 2008045182
    local.set 3
    i32.const 69904
    local.set 2
    i32.const 4
    local.set 5
    i32.const 1
    local.set 4
    loop ;; label = @1
      block ;; label = @2
        local.get 5
        i32.const 3
        i32.and
        br_if 0 (;@2;)
        local.get 3
        i32.const 24
        i32.rotl
        local.tee 3
        i32.const 8
        i32.shr_u
        i32.const 255
        i32.and
        i32.load8_u offset=65552
        i32.const 8
        i32.shl
        local.get 3
        i32.const 255
        i32.and
        i32.load8_u offset=65552
        i32.or
        local.get 3
        i32.const 16
        i32.shr_u
        i32.const 255
        i32.and
        i32.load8_u offset=65552
        i32.const 16
        i32.shl
        i32.or
        local.get 3
        i32.const 24
        i32.shr_u
        i32.load8_u offset=65552
        i32.const 24
        i32.shl
        i32.or
        local.get 4
        i32.const 255
        i32.and
        i32.xor
        local.set 3
        local.get 4
        i32.extend8_s
        i32.const 7
        i32.shr_u
        i32.const 27
        i32.and
        local.get 4
        i32.const 1
        i32.shl
        i32.xor
        local.set 4
      end
      local.get 2
      i32.const 16
      i32.add
      local.get 2
      i32.load
      local.get 3
      i32.xor
      local.tee 3
      i32.store
      local.get 2
      i32.const 4
      i32.add
      local.set 2
      local.get 5
      i32.const 1
      i32.add
      local.tee 5
      i32.const 44
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
        local.set 7
        br 1 (;@1;)
      end
      i32.const 0
      local.set 5
      i32.const 0
      local.set 3
      i32.const 0
      local.set 4
      i32.const 0
      local.set 6
      i32.const 0
      local.set 2
      loop ;; label = @2
        local.get 1
        local.get 2
        i32.const 2
        i32.add
        i32.store offset=16
        local.get 1
        i32.const 16
        i32.add
        local.get 1
        call 1
        local.get 6
        i32.const 5
        i32.rotl
        local.get 1
        i32.load offset=12
        i32.xor
        local.set 6
        local.get 4
        i32.const 5
        i32.rotl
        local.get 1
        i32.load offset=8
        i32.xor
        local.set 4
        local.get 3
        i32.const 5
        i32.rotl
        local.get 1
        i32.load offset=4
        i32.xor
        local.set 3
        local.get 5
        i32.const 5
        i32.rotl
        local.get 1
        i32.load
        i32.xor
        local.set 5
        local.get 0
        local.get 2
        i32.const 1
        i32.add
        local.tee 2
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 4
      local.get 5
      i32.xor
      i64.extend_i32_u
      i64.const 32
      i64.shl
      local.get 6
      local.get 3
      i32.xor
      i64.extend_i32_u
      i64.or
      local.set 7
    end
    local.get 1
    i32.const 32
    i32.add
    global.set 0
    local.get 7
  )
  (func (;1;) (type 1) (param i32 i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    i32.load offset=69916
    local.get 0
    i32.load offset=12
    i32.xor
    local.set 2
    i32.const 0
    i32.load offset=69912
    local.get 0
    i32.load offset=8
    i32.xor
    local.set 3
    i32.const 0
    i32.load offset=69908
    local.get 0
    i32.load offset=4
    i32.xor
    local.set 4
    i32.const 0
    i32.load offset=69904
    local.get 0
    i32.load
    i32.xor
    local.set 5
    i32.const 16
    local.set 0
    loop ;; label = @1
      local.get 5
      i32.const 6
      i32.shr_u
      local.set 6
      local.get 4
      i32.const 14
      i32.shr_u
      local.set 7
      local.get 3
      i32.const 22
      i32.shr_u
      local.set 8
      local.get 5
      i32.const 14
      i32.shr_u
      local.set 9
      local.get 4
      i32.const 22
      i32.shr_u
      local.set 10
      local.get 5
      i32.const 22
      i32.shr_u
      local.set 11
      local.get 4
      i32.const 6
      i32.shr_u
      i32.const 1020
      i32.and
      i32.load offset=66832
      local.get 5
      i32.const 255
      i32.and
      i32.const 2
      i32.shl
      i32.load offset=65808
      i32.xor
      local.get 3
      i32.const 14
      i32.shr_u
      i32.const 1020
      i32.and
      i32.load offset=67856
      i32.xor
      local.get 2
      i32.const 22
      i32.shr_u
      i32.const 1020
      i32.and
      i32.load offset=68880
      i32.xor
      local.get 0
      i32.const 69904
      i32.add
      i32.load
      i32.xor
      local.set 5
      local.get 3
      i32.const 6
      i32.shr_u
      i32.const 1020
      i32.and
      i32.load offset=66832
      local.get 4
      i32.const 255
      i32.and
      i32.const 2
      i32.shl
      i32.load offset=65808
      i32.xor
      local.get 2
      i32.const 14
      i32.shr_u
      i32.const 1020
      i32.and
      i32.load offset=67856
      i32.xor
      local.get 11
      i32.const 1020
      i32.and
      i32.load offset=68880
      i32.xor
      local.get 0
      i32.const 69908
      i32.add
      i32.load
      i32.xor
      local.tee 11
      local.set 4
      local.get 2
      i32.const 6
      i32.shr_u
      i32.const 1020
      i32.and
      i32.load offset=66832
      local.get 3
      i32.const 255
      i32.and
      i32.const 2
      i32.shl
      i32.load offset=65808
      i32.xor
      local.get 9
      i32.const 1020
      i32.and
      i32.load offset=67856
      i32.xor
      local.get 10
      i32.const 1020
      i32.and
      i32.load offset=68880
      i32.xor
      local.get 0
      i32.const 69912
      i32.add
      i32.load
      i32.xor
      local.tee 9
      local.set 3
      local.get 6
      i32.const 1020
      i32.and
      i32.load offset=66832
      local.get 2
      i32.const 255
      i32.and
      i32.const 2
      i32.shl
      i32.load offset=65808
      i32.xor
      local.get 7
      i32.const 1020
      i32.and
      i32.load offset=67856
      i32.xor
      local.get 8
      i32.const 1020
      i32.and
      i32.load offset=68880
      i32.xor
      local.get 0
      i32.const 69916
      i32.add
      i32.load
      i32.xor
      local.tee 6
      local.set 2
      local.get 0
      i32.const 16
      i32.add
      local.tee 0
      i32.const 160
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 1
    local.get 11
    i32.const 8
    i32.shr_u
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.const 8
    i32.shl
    local.get 5
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.or
    local.get 9
    i32.const 16
    i32.shr_u
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.const 16
    i32.shl
    i32.or
    local.get 6
    i32.const 24
    i32.shr_u
    i32.load8_u offset=65552
    i32.const 24
    i32.shl
    i32.or
    i32.const 0
    i32.load offset=70064
    i32.xor
    i32.store
    local.get 1
    local.get 9
    i32.const 8
    i32.shr_u
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.const 8
    i32.shl
    local.get 11
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.or
    local.get 6
    i32.const 16
    i32.shr_u
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.const 16
    i32.shl
    i32.or
    local.get 5
    i32.const 24
    i32.shr_u
    i32.load8_u offset=65552
    i32.const 24
    i32.shl
    i32.or
    i32.const 0
    i32.load offset=70068
    i32.xor
    i32.store offset=4
    local.get 1
    local.get 6
    i32.const 8
    i32.shr_u
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.const 8
    i32.shl
    local.get 9
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.or
    local.get 5
    i32.const 16
    i32.shr_u
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.const 16
    i32.shl
    i32.or
    local.get 11
    i32.const 24
    i32.shr_u
    i32.load8_u offset=65552
    i32.const 24
    i32.shl
    i32.or
    i32.const 0
    i32.load offset=70072
    i32.xor
    i32.store offset=8
    local.get 1
    local.get 5
    i32.const 8
    i32.shr_u
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.const 8
    i32.shl
    local.get 6
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.or
    local.get 11
    i32.const 16
    i32.shr_u
    i32.const 255
    i32.and
    i32.load8_u offset=65552
    i32.const 16
    i32.shl
    i32.or
    local.get 9
    i32.const 24
    i32.shr_u
    i32.load8_u offset=65552
    i32.const 24
    i32.shl
    i32.or
    i32.const 0
    i32.load offset=70076
    i32.xor
    i32.store offset=12
  )
  (data (;0;) (i32.const 65536) "\01\00\00\00\02\00\00\00\03\00\00\00\04\00\00\00")
)
