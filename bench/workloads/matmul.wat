(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 5)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 f64)
    i32.const 42
    local.set 1
    i32.const 0
    local.set 2
    i32.const 0
    local.set 3
    loop ;; label = @1
      i32.const 0
      local.set 4
      loop ;; label = @2
        local.get 2
        local.get 4
        i32.add
        local.tee 5
        i32.const 65536
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
        i32.const 1000
        i32.rem_u
        f64.convert_i32_u
        f64.const 0x1p-3 (;=0.125;)
        f64.mul
        f64.store
        local.get 5
        i32.const 145536
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
        i32.const 1000
        i32.rem_u
        f64.convert_i32_u
        f64.const 0x1p-4 (;=0.0625;)
        f64.mul
        f64.store
        local.get 4
        i32.const 8
        i32.add
        local.tee 4
        i32.const 800
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 2
      i32.const 800
      i32.add
      local.set 2
      local.get 3
      i32.const 1
      i32.add
      local.tee 3
      i32.const 100
      i32.ne
      br_if 0 (;@1;)
    end
    i32.const 1
    local.set 6
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.lt_s
      br_if 0 (;@1;)
      i32.const 0
      local.set 7
      loop ;; label = @2
        i32.const 65536
        local.set 2
        i32.const 0
        local.set 8
        loop ;; label = @3
          local.get 8
          i32.const 800
          i32.mul
          i32.const 225536
          i32.add
          local.set 9
          i32.const 0
          local.set 3
          i32.const 145536
          local.set 10
          loop ;; label = @4
            f64.const 0x0p+0 (;=0;)
            local.set 11
            i32.const -800
            local.set 5
            local.get 10
            local.set 4
            loop ;; label = @5
              local.get 2
              local.get 5
              i32.add
              local.tee 1
              i32.const 824
              i32.add
              f64.load
              local.get 4
              i32.const 2400
              i32.add
              f64.load
              f64.mul
              local.get 1
              i32.const 816
              i32.add
              f64.load
              local.get 4
              i32.const 1600
              i32.add
              f64.load
              f64.mul
              local.get 1
              i32.const 808
              i32.add
              f64.load
              local.get 4
              i32.const 800
              i32.add
              f64.load
              f64.mul
              local.get 1
              i32.const 800
              i32.add
              f64.load
              local.get 4
              f64.load
              f64.mul
              local.get 11
              f64.add
              f64.add
              f64.add
              f64.add
              local.set 11
              local.get 4
              i32.const 3200
              i32.add
              local.set 4
              local.get 5
              i32.const 32
              i32.add
              local.tee 5
              br_if 0 (;@5;)
            end
            local.get 9
            local.get 3
            i32.const 3
            i32.shl
            i32.add
            local.get 11
            f64.store
            local.get 10
            i32.const 8
            i32.add
            local.set 10
            local.get 3
            i32.const 1
            i32.add
            local.tee 3
            i32.const 100
            i32.ne
            br_if 0 (;@4;)
          end
          local.get 2
          i32.const 800
          i32.add
          local.set 2
          local.get 8
          i32.const 1
          i32.add
          local.tee 8
          i32.const 100
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 7
        i32.const 100
        i32.rem_u
        local.tee 4
        i32.const 800
        i32.mul
        local.get 4
        i32.const 3
        i32.shl
        f64.load offset=227936
        f64.const 0x1p-10 (;=0.0009765625;)
        f64.mul
        f64.store offset=65592
        local.get 7
        i32.const 1
        i32.add
        local.tee 7
        local.get 0
        i32.ne
        br_if 0 (;@2;)
      end
    end
    f64.const 0x0p+0 (;=0;)
    local.set 11
    i32.const 0
    local.set 4
    i32.const 0
    local.set 1
    loop ;; label = @1
      local.get 11
      local.get 4
      i32.const 225536
      i32.add
      f64.load
      local.get 1
      i32.const 226328
      i32.add
      f64.load
      f64.add
      f64.add
      local.get 4
      i32.const 226344
      i32.add
      f64.load
      local.get 1
      i32.const 227120
      i32.add
      f64.load
      f64.add
      f64.add
      local.set 11
      local.get 4
      i32.const 1616
      i32.add
      local.set 4
      local.get 1
      i32.const 1584
      i32.add
      local.set 1
      local.get 6
      i32.const 2
      i32.add
      local.tee 6
      i32.const 101
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 11
    f64.const 0x1p+4 (;=16;)
    f64.mul
    i64.trunc_sat_f64_s
  )
)
