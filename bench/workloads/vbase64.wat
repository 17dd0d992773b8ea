(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 3)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i64 i32 v128)
    i32.const -1831433054
    local.set 1
    i32.const -49152
    local.set 2
    loop ;; label = @1
      local.get 2
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
      i32.store8
      local.get 2
      i32.const 114689
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
      i32.store8
      local.get 2
      i32.const 114690
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
      i32.store8
      local.get 2
      i32.const 3
      i32.add
      local.tee 2
      br_if 0 (;@1;)
    end
    i64.const 0
    local.set 3
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.lt_s
      br_if 0 (;@1;)
      i32.const 0
      local.set 4
      loop ;; label = @2
        i32.const 114704
        local.set 2
        i32.const -12
        local.set 1
        loop ;; label = @3
          local.get 2
          v128.const i32x4 0xfcfcfc47 0xfcfcfcfc 0xedfcfcfc 0x000041f0
          local.get 1
          i32.const 65548
          i32.add
          v128.load align=4
          local.get 5
          i8x16.shuffle 1 0 2 1 4 3 5 4 7 6 8 7 10 9 11 10
          local.tee 5
          i32.const 10
          i32x4.shr_u
          v128.const i32x4 0x0000003f 0x0000003f 0x0000003f 0x0000003f
          v128.and
          local.get 5
          i32.const 4
          i32x4.shl
          v128.const i32x4 0x00003f00 0x00003f00 0x00003f00 0x00003f00
          v128.and
          v128.or
          local.get 5
          i32.const 8
          i32x4.shl
          v128.const i32x4 0x3f000000 0x3f000000 0x3f000000 0x3f000000
          v128.and
          v128.or
          local.get 5
          i32.const 6
          i32x4.shr_u
          v128.const i32x4 0x003f0000 0x003f0000 0x003f0000 0x003f0000
          v128.and
          v128.or
          local.tee 5
          v128.const i32x4 0x1a1a1a1a 0x1a1a1a1a 0x1a1a1a1a 0x1a1a1a1a
          i8x16.lt_u
          v128.const i32x4 0x0d0d0d0d 0x0d0d0d0d 0x0d0d0d0d 0x0d0d0d0d
          v128.and
          local.get 5
          v128.const i32x4 0x33333333 0x33333333 0x33333333 0x33333333
          i8x16.sub_sat_u
          v128.or
          i8x16.swizzle
          local.get 5
          i8x16.add
          v128.store align=1
          local.get 2
          i32.const 16
          i32.add
          local.set 2
          local.get 1
          i32.const 12
          i32.add
          local.tee 1
          i32.const 49140
          i32.lt_u
          br_if 0 (;@3;)
        end
        local.get 4
        i32.const 1023
        i32.and
        local.tee 2
        local.get 4
        i32.const 7
        i32.mul
        i32.const 4095
        i32.and
        local.tee 1
        v128.load offset=114752 align=1
        v128.store offset=65584 align=1
        local.get 2
        local.get 1
        v128.load offset=114736 align=1
        v128.store offset=65568 align=1
        local.get 2
        local.get 1
        v128.load offset=114720 align=1
        v128.store offset=65552 align=1
        local.get 2
        local.get 1
        v128.load offset=114704 align=1
        v128.store offset=65536 align=1
        local.get 3
        i64.const 31
        i64.mul
        local.get 4
        i32.const 8191
        i32.and
        i64.load8_u offset=114704
        i64.add
        local.set 3
        local.get 4
        i32.const 1
        i32.add
        local.tee 4
        local.get 0
        i32.ne
        br_if 0 (;@2;)
      end
    end
    i32.const -65536
    local.set 2
    loop ;; label = @1
      local.get 3
      i64.const 31
      i64.mul
      local.get 2
      i32.const 180240
      i32.add
      i64.load8_u
      i64.add
      i64.const 31
      i64.mul
      local.get 2
      i32.const 180241
      i32.add
      i64.load8_u
      i64.add
      i64.const 31
      i64.mul
      local.get 2
      i32.const 180242
      i32.add
      i64.load8_u
      i64.add
      i64.const 31
      i64.mul
      local.get 2
      i32.const 180243
      i32.add
      i64.load8_u
      i64.add
      local.set 3
      local.get 2
      i32.const 4
      i32.add
      local.tee 2
      br_if 0 (;@1;)
    end
    local.get 3
  )
)
