(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 8)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i32 i32 i32 i32 v128 v128 v128)
    global.get 0
    i32.const 96
    i32.sub
    local.set 1
    i32.const -1831433054
    local.set 2
    i32.const 0
    local.set 3
    i32.const 65536
    local.set 4
    loop ;; label = @1
      i32.const 0
      local.set 5
      loop ;; label = @2
        local.get 4
        local.get 5
        i32.add
        local.tee 6
        local.get 2
        i32.const 13
        i32.shl
        local.get 2
        i32.xor
        local.tee 7
        i32.const 17
        i32.shr_u
        local.get 7
        i32.xor
        local.tee 7
        i32.const 5
        i32.shl
        local.get 7
        i32.xor
        local.tee 7
        i32.store8
        local.get 6
        i32.const 209984
        i32.add
        local.get 7
        i32.store8
        local.get 6
        i32.const 209985
        i32.add
        local.get 7
        i32.const 13
        i32.shl
        local.get 7
        i32.xor
        local.tee 7
        i32.const 17
        i32.shr_u
        local.get 7
        i32.xor
        local.tee 7
        i32.const 5
        i32.shl
        local.get 7
        i32.xor
        local.tee 2
        i32.store8
        local.get 6
        i32.const 1
        i32.add
        local.get 2
        i32.store8
        local.get 5
        i32.const 2
        i32.add
        local.tee 5
        i32.const 544
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 4
      i32.const 544
      i32.add
      local.set 4
      local.get 3
      i32.const 1
      i32.add
      local.tee 3
      i32.const 386
      i32.ne
      br_if 0 (;@1;)
    end
    i64.const 0
    local.set 8
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.lt_s
      br_if 0 (;@1;)
      i32.const 0
      local.set 9
      i32.const 66096
      local.set 10
      i32.const 1
      local.set 11
      i32.const 0
      local.set 12
      loop ;; label = @2
        local.get 10
        local.get 11
        i32.const 1
        i32.and
        i32.const 209984
        i32.mul
        local.get 9
        i32.const 384
        i32.div_u
        i32.const 208896
        i32.mul
        i32.sub
        i32.add
        local.set 13
        local.get 12
        i32.const 1
        i32.and
        i32.const 209984
        i32.mul
        i32.const 65551
        i32.add
        local.set 14
        local.get 9
        i32.const -1
        i32.xor
        i32.const 1
        i32.and
        i32.const 209984
        i32.mul
        i32.const 65536
        i32.add
        local.set 15
        i32.const 1
        local.set 16
        loop ;; label = @3
          local.get 15
          local.get 16
          i32.const 544
          i32.mul
          i32.add
          local.set 3
          i32.const 16
          local.set 5
          local.get 14
          local.set 4
          loop ;; label = @4
            i32.const 0
            local.set 7
            local.get 4
            local.set 6
            loop ;; label = @5
              local.get 1
              i32.const 48
              i32.add
              local.get 7
              i32.add
              local.get 6
              i32.const 1
              i32.add
              v128.load
              local.tee 17
              i16x8.extend_low_i8x16_u
              i32.const 1
              i16x8.shl
              local.get 6
              v128.load align=1
              local.tee 18
              i16x8.extend_low_i8x16_u
              i16x8.add
              local.get 6
              i32.const 2
              i32.add
              v128.load align=1
              local.tee 19
              i16x8.extend_low_i8x16_u
              i16x8.add
              v128.store
              local.get 1
              local.get 7
              i32.add
              local.get 17
              i16x8.extend_high_i8x16_u
              i32.const 1
              i16x8.shl
              local.get 18
              i16x8.extend_high_i8x16_u
              i16x8.add
              local.get 19
              i16x8.extend_high_i8x16_u
              i16x8.add
              v128.store
              local.get 6
              i32.const 544
              i32.add
              local.set 6
              local.get 7
              i32.const 16
              i32.add
              local.tee 7
              i32.const 48
              i32.ne
              br_if 0 (;@5;)
            end
            local.get 3
            local.get 5
            i32.add
            local.get 1
            v128.load offset=48
            local.get 1
            v128.load offset=64
            i32.const 1
            i16x8.shl
            i16x8.add
            local.get 1
            v128.load offset=80
            i16x8.add
            v128.const i32x4 0x00080008 0x00080008 0x00080008 0x00080008
            local.tee 17
            i16x8.add
            i32.const 4
            i16x8.shr_u
            local.get 1
            v128.load
            local.get 1
            v128.load offset=16
            i32.const 1
            i16x8.shl
            i16x8.add
            local.get 1
            v128.load offset=32
            i16x8.add
            local.get 17
            i16x8.add
            i32.const 4
            i16x8.shr_u
            i8x16.narrow_i16x8_u
            v128.store
            local.get 4
            i32.const 16
            i32.add
            local.set 4
            local.get 5
            i32.const 512
            i32.lt_u
            local.set 6
            local.get 5
            i32.const 16
            i32.add
            local.set 5
            local.get 6
            br_if 0 (;@4;)
          end
          local.get 14
          i32.const 544
          i32.add
          local.set 14
          local.get 16
          i32.const 1
          i32.add
          local.tee 16
          i32.const 385
          i32.ne
          br_if 0 (;@3;)
        end
        i32.const 0
        local.set 6
        loop ;; label = @3
          local.get 13
          local.get 6
          i32.add
          local.tee 5
          local.get 2
          i32.const 13
          i32.shl
          local.get 2
          i32.xor
          local.tee 7
          i32.const 17
          i32.shr_u
          local.get 7
          i32.xor
          local.tee 7
          i32.const 5
          i32.shl
          local.get 7
          i32.xor
          local.tee 7
          i32.store8
          local.get 5
          i32.const 1
          i32.add
          local.get 7
          i32.const 13
          i32.shl
          local.get 7
          i32.xor
          local.tee 7
          i32.const 17
          i32.shr_u
          local.get 7
          i32.xor
          local.tee 7
          i32.const 5
          i32.shl
          local.get 7
          i32.xor
          local.tee 2
          i32.store8
          local.get 6
          i32.const 2
          i32.add
          local.tee 6
          i32.const 512
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 8
        i64.const 31
        i64.mul
        local.get 15
        local.get 9
        i32.const 511
        i32.and
        i32.add
        i32.const 104464
        i32.add
        i64.load8_u
        i64.add
        local.set 8
        local.get 11
        i32.const 1
        i32.xor
        local.set 11
        local.get 10
        i32.const 544
        i32.add
        local.set 10
        local.get 12
        i32.const 1
        i32.xor
        local.set 12
        local.get 9
        i32.const 1
        i32.add
        local.tee 9
        local.get 0
        i32.ne
        br_if 0 (;@2;)
      end
    end
    local.get 0
    i32.const 1
    i32.and
    i32.const 209984
    i32.mul
    i32.const 65536
    i32.add
    local.set 1
    i32.const 1
    local.set 5
    loop ;; label = @1
      i32.const -512
      local.set 7
      loop ;; label = @2
        local.get 8
        i64.const 31
        i64.mul
        local.get 1
        local.get 7
        i32.add
        local.tee 6
        i32.const 1072
        i32.add
        i64.load8_u
        i64.add
        i64.const 31
        i64.mul
        local.get 6
        i32.const 1073
        i32.add
        i64.load8_u
        i64.add
        i64.const 31
        i64.mul
        local.get 6
        i32.const 1074
        i32.add
        i64.load8_u
        i64.add
        i64.const 31
        i64.mul
        local.get 6
        i32.const 1075
        i32.add
        i64.load8_u
        i64.add
        local.set 8
        local.get 7
        i32.const 4
        i32.add
        local.tee 7
        br_if 0 (;@2;)
      end
      local.get 1
      i32.const 544
      i32.add
      local.set 1
      local.get 5
      i32.const 1
      i32.add
      local.tee 5
      i32.const 385
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 8
  )
)
