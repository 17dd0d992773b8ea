(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 v128 v128 v128 i32 v128 v128 v128 v128 v128 v128 v128 v128 v128)
    i32.const -1831433054
    local.set 1
    i32.const -16384
    local.set 2
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
      i32.store
      local.get 2
      i32.const 81924
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
      i32.store
      local.get 2
      i32.const 8
      i32.add
      local.tee 2
      br_if 0 (;@1;)
    end
    block ;; label = @1
      block ;; label = @2
        local.get 0
        i32.const 1
        i32.ge_s
        br_if 0 (;@2;)
        v128.const i32x4 0x00000004 0x00000004 0x00000004 0x0000000c
        local.set 3
        br 1 (;@1;)
      end
      v128.const i32x4 0x00000005 0x00000006 0x00000007 0x00000008
      local.set 4
      v128.const i32x4 0x00000001 0x00000002 0x00000003 0x00000004
      local.set 5
      i32.const 0
      local.set 6
      loop ;; label = @2
        i32.const 0
        local.set 1
        loop ;; label = @3
          v128.const i32x4 0x00000000 0x510e527f 0x9b05688c 0x00000040
          local.get 1
          local.get 6
          i32.add
          i32x4.replace_lane 0
          local.set 7
          local.get 1
          i32.const 2
          i32.shl
          local.tee 2
          v128.load offset=65584
          local.set 3
          local.get 2
          v128.load offset=65568
          local.set 8
          local.get 2
          v128.load offset=65552
          local.set 9
          local.get 2
          v128.load offset=65536
          local.set 10
          v128.const i32x4 0x6a09e667 0xbb67ae85 0x3c6ef372 0xa54ff53a
          local.set 11
          i32.const 7
          local.set 2
          local.get 5
          local.set 12
          local.get 4
          local.set 13
          loop ;; label = @4
            local.get 13
            local.get 12
            i32x4.add
            local.get 10
            i32x4.add
            local.tee 12
            local.get 9
            i32x4.add
            local.get 12
            local.get 7
            v128.xor
            local.tee 7
            i32.const 16
            i32x4.shl
            local.get 7
            i32.const 16
            i32x4.shr_u
            v128.or
            local.tee 7
            local.get 11
            i32x4.add
            local.tee 11
            local.get 13
            v128.xor
            local.tee 13
            i32.const 20
            i32x4.shl
            local.get 13
            i32.const 12
            i32x4.shr_u
            v128.or
            local.tee 13
            i32x4.add
            local.tee 12
            local.get 8
            i32x4.add
            local.get 12
            local.get 7
            v128.xor
            local.tee 7
            i32.const 24
            i32x4.shl
            local.get 7
            i32.const 8
            i32x4.shr_u
            v128.or
            local.tee 7
            local.get 11
            i32x4.add
            local.tee 11
            local.get 13
            v128.xor
            local.tee 13
            i32.const 25
            i32x4.shl
            local.get 13
            i32.const 7
            i32x4.shr_u
            v128.or
            local.get 3
            i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3
            local.tee 13
            i32x4.add
            local.tee 12
            local.get 3
            i32x4.add
            local.get 12
            local.get 7
            local.get 3
            i8x16.shuffle 12 13 14 15 0 1 2 3 4 5 6 7 8 9 10 11
            v128.xor
            local.tee 7
            i32.const 16
            i32x4.shl
            local.get 7
            i32.const 16
            i32x4.shr_u
            v128.or
            local.tee 7
            local.get 11
            local.get 3
            i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
            i32x4.add
            local.tee 11
            local.get 13
            v128.xor
            local.tee 13
            i32.const 20
            i32x4.shl
            local.get 13
            i32.const 12
            i32x4.shr_u
            v128.or
            local.tee 13
            i32x4.add
            local.tee 12
            local.get 7
            v128.xor
            local.tee 7
            i32.const 24
            i32x4.shl
            local.get 7
            i32.const 8
            i32x4.shr_u
            v128.or
            local.tee 7
            local.get 11
            i32x4.add
            local.tee 11
            local.get 13
            v128.xor
            local.tee 13
            i32.const 25
            i32x4.shl
            local.get 13
            i32.const 7
            i32x4.shr_u
            v128.or
            local.get 3
            i8x16.shuffle 12 13 14 15 0 1 2 3 4 5 6 7 8 9 10 11
            local.set 13
            local.get 7
            local.get 3
            i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3
            local.set 7
            local.get 11
            local.get 3
            i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
            local.set 11
            local.get 10
            local.get 3
            i8x16.shuffle 4 5 6 7 12 13 14 15 8 9 10 11 16 17 18 19
            local.set 14
            local.get 3
            local.get 10
            i8x16.shuffle 4 5 6 7 28 29 30 31 0 1 2 3 16 17 18 19
            local.set 15
            local.get 9
            local.get 8
            i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 20 21 22 23
            local.set 10
            local.get 15
            local.set 9
            local.get 8
            local.get 3
            i8x16.shuffle 12 13 14 15 0 1 2 3 24 25 26 27 28 29 30 31
            local.set 8
            local.get 14
            local.set 3
            local.get 2
            i32.const -1
            i32.add
            local.tee 2
            br_if 0 (;@4;)
          end
          local.get 7
          local.get 4
          v128.xor
          local.get 13
          v128.xor
          local.set 4
          local.get 12
          local.get 5
          v128.xor
          local.get 11
          v128.xor
          local.set 5
          local.get 1
          i32.const 4080
          i32.lt_u
          local.set 2
          local.get 1
          i32.const 16
          i32.add
          local.set 1
          local.get 2
          br_if 0 (;@3;)
        end
        local.get 6
        i32.const 1
        i32.add
        local.tee 6
        local.get 0
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 5
      local.get 4
      v128.xor
      local.set 3
    end
    local.get 3
    i32x4.extract_lane 2
    i64.extend_i32_u
    i64.const 16
    i64.shl
    local.get 3
    i32x4.extract_lane 3
    i64.extend_i32_u
    i64.xor
    local.get 3
    i32x4.extract_lane 0
    i64.extend_i32_u
    i64.const 32
    i64.shl
    local.get 3
    i32x4.extract_lane 1
    i64.extend_i32_u
    i64.or
    i64.xor
  )
)
