(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 1)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local f64 i32 i64 f64 f64 i32 f64 i32 f64 f64 f64 f64 i32 f64)
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.ge_s
      br_if 0 (;@1;)
      i64.const 0
      return
    end
    local.get 0
    f64.convert_i32_u
    local.set 1
    i32.const 0
    local.set 2
    i64.const 0
    local.set 3
    loop ;; label = @1
      local.get 2
      i32.const 1
      i32.shl
      f64.convert_i32_u
      local.get 1
      f64.div
      f64.const -0x1p+0 (;=-1;)
      f64.add
      local.set 4
      f64.const 0x0p+0 (;=0;)
      local.set 5
      i32.const 0
      local.set 6
      loop ;; label = @2
        local.get 5
        f64.const 0x1.8p+1 (;=3;)
        f64.mul
        local.get 1
        f64.div
        f64.const -0x1p+1 (;=-2;)
        f64.add
        local.set 7
        i32.const 0
        local.set 8
        f64.const 0x0p+0 (;=0;)
        local.set 9
        f64.const 0x0p+0 (;=0;)
        local.set 10
        block ;; label = @3
          loop ;; label = @4
            block ;; label = @5
              local.get 10
              local.get 10
              f64.mul
              local.tee 11
              local.get 9
              local.get 9
              f64.mul
              local.tee 12
              f64.add
              f64.const 0x1p+2 (;=4;)
              f64.le
              br_if 0 (;@5;)
              local.get 8
              local.set 13
              br 2 (;@3;)
            end
            block ;; label = @5
              local.get 7
              local.get 11
              local.get 12
              f64.sub
              f64.add
              local.tee 11
              local.get 11
              f64.mul
              local.tee 12
              local.get 10
              local.get 10
              f64.add
              local.get 9
              f64.mul
              local.get 4
              f64.add
              local.tee 10
              local.get 10
              f64.mul
              local.tee 14
              f64.add
              f64.const 0x1p+2 (;=4;)
              f64.le
              i32.eqz
              br_if 0 (;@5;)
              local.get 11
              local.get 11
              f64.add
              local.get 10
              f64.mul
              local.get 4
              f64.add
              local.set 9
              local.get 7
              local.get 12
              local.get 14
              f64.sub
              f64.add
              local.set 10
              i32.const 100
              local.set 13
              local.get 8
              i32.const 2
              i32.add
              local.tee 8
              i32.const 100
              i32.ne
              br_if 1 (;@4;)
              br 2 (;@3;)
            end
          end
          local.get 8
          i32.const 1
          i32.add
          local.set 13
        end
        local.get 5
        f64.const 0x1p+0 (;=1;)
        f64.add
        local.set 5
        local.get 3
        i64.const 3
        i64.mul
        local.get 13
        i64.extend_i32_u
        i64.add
        local.set 3
        local.get 6
        i32.const 1
        i32.add
        local.tee 6
        local.get 0
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 2
      i32.const 1
      i32.add
      local.tee 2
      local.get 0
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 3
  )
)
