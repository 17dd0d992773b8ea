(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (result f32)))
  (type (;2;) (func (result i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i32 i64 f32 i32 i32)
    i32.const -1831433054
    local.set 1
    i32.const -16384
    local.set 2
    i32.const -8192
    local.set 3
    loop ;; label = @1
      local.get 2
      i32.const 81920
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
      i32.const 2000
      i32.rem_u
      f32.convert_i32_u
      f32.const 0x1p-6 (;=0.015625;)
      f32.mul
      f32.const -0x1.ep+3 (;=-15;)
      f32.add
      f32.store
      local.get 3
      i32.const 106496
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
      i32.const 400
      i32.rem_u
      i32.const -200
      i32.add
      i32.store16
      local.get 2
      i32.const 98304
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
      i32.const 2000
      i32.rem_u
      f32.convert_i32_u
      f32.const 0x1p-6 (;=0.015625;)
      f32.mul
      f32.const -0x1.ep+3 (;=-15;)
      f32.add
      f32.store
      local.get 3
      i32.const 114688
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
      i32.const 400
      i32.rem_u
      i32.const -200
      i32.add
      i32.store16
      local.get 3
      i32.const 2
      i32.add
      local.set 3
      local.get 2
      i32.const 4
      i32.add
      local.tee 2
      br_if 0 (;@1;)
    end
    i64.const 0
    local.set 4
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.lt_s
      br_if 0 (;@1;)
      i32.const 0
      local.set 2
      loop ;; label = @2
        call 1
        local.set 5
        call 2
        local.set 3
        local.get 2
        i32.const 1
        i32.and
        local.tee 1
        i32.const 14
        i32.shl
        local.get 2
        i32.const 4095
        i32.and
        local.tee 6
        i32.const 2
        i32.shl
        i32.or
        local.tee 7
        local.get 7
        f32.load offset=65536
        f32.const 0x1p-2 (;=0.25;)
        f32.add
        f32.store offset=65536
        local.get 1
        i32.const 13
        i32.shl
        local.get 6
        i32.const 1
        i32.shl
        i32.or
        local.tee 1
        local.get 1
        i32.load16_u offset=98304
        i32.const 1
        i32.add
        i32.store16 offset=98304
        local.get 4
        i64.const 31
        i64.mul
        local.get 5
        f32.const 0x1p+4 (;=16;)
        f32.mul
        i64.trunc_sat_f32_s
        i64.add
        local.get 3
        i64.extend_i32_u
        i64.add
        local.set 4
        local.get 0
        local.get 2
        i32.const 1
        i32.add
        local.tee 2
        i32.ne
        br_if 0 (;@2;)
      end
    end
    local.get 4
  )
  (func (;1;) (type 1) (result f32)
    (local i32 i32 v128 v128)
    i32.const -8
    local.set 0
    i32.const 65536
    local.set 1
    v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
    local.tee 2
    local.set 3
    loop ;; label = @1
      local.get 1
      i32.const 16
      i32.add
      v128.load
      local.get 1
      i32.const 16400
      i32.add
      v128.load
      f32x4.mul
      local.get 2
      f32x4.add
      local.set 2
      local.get 1
      v128.load
      local.get 1
      i32.const 16384
      i32.add
      v128.load
      f32x4.mul
      local.get 3
      f32x4.add
      local.set 3
      local.get 1
      i32.const 32
      i32.add
      local.set 1
      local.get 0
      i32.const 8
      i32.add
      local.tee 0
      i32.const 4088
      i32.lt_u
      br_if 0 (;@1;)
    end
    local.get 3
    local.get 2
    f32x4.add
    local.tee 2
    f32x4.extract_lane 0
    local.get 2
    f32x4.extract_lane 1
    f32.add
    local.get 2
    f32x4.extract_lane 2
    local.get 2
    f32x4.extract_lane 3
    f32.add
    f32.add
  )
  (func (;2;) (type 2) (result i32)
    (local i32 i32 v128 v128)
    i32.const -16
    local.set 0
    i32.const 98304
    local.set 1
    v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
    local.tee 2
    local.set 3
    loop ;; label = @1
      local.get 1
      i32.const 16
      i32.add
      v128.load
      local.get 1
      i32.const 8208
      i32.add
      v128.load
      i32x4.dot_i16x8_s
      local.get 2
      i32x4.add
      local.set 2
      local.get 1
      v128.load
      local.get 1
      i32.const 8192
      i32.add
      v128.load
      i32x4.dot_i16x8_s
      local.get 3
      i32x4.add
      local.set 3
      local.get 1
      i32.const 32
      i32.add
      local.set 1
      local.get 0
      i32.const 16
      i32.add
      local.tee 0
      i32.const 4080
      i32.lt_u
      br_if 0 (;@1;)
    end
    local.get 2
    local.get 3
    i32x4.add
    local.tee 2
    i32x4.extract_lane 0
    local.get 2
    i32x4.extract_lane 1
    i32.add
    local.get 2
    i32x4.extract_lane 2
    i32.add
    local.get 2
    i32x4.extract_lane 3
    i32.add
  )
)
