(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func (param i32 i32) (result i32)))
  (type (;2;) (func (param i32) (result i32)))
  (type (;3;) (func (param i32) (result i64)))
  (table (;0;) 10 10 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (elem (;0;) (i32.const 1) func 1 2 3 4 5 6 7 8 9)
  (func (;0;) (type 3) (param i32) (result i64)
    (local i32 i32 i64 i32 i32)
    i32.const -6144
    local.set 1
    i32.const 17
    local.set 2
    loop ;; label = @1
      local.get 1
      i32.const 71736
      i32.add
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
      i32.const 19
      i32.shr_u
      i32.const 1023
      i32.and
      i32.store
      local.get 1
      i32.const 71732
      i32.add
      local.get 2
      i32.const 9
      i32.shr_u
      i32.const 1023
      i32.and
      i32.store
      local.get 1
      i32.const 71728
      i32.add
      local.get 2
      i32.const 7
      i32.shr_u
      i32.const 3
      i32.and
      i32.const 12
      i32.mul
      i32.const 65536
      i32.add
      i32.store
      local.get 1
      i32.const 12
      i32.add
      local.tee 1
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
        i32.const 65584
        local.set 1
        local.get 4
        i32.const 511
        i32.and
        i32.const 12
        i32.mul
        i32.const 65584
        i32.add
        local.set 2
        i32.const 0
        local.set 5
        loop ;; label = @3
          local.get 1
          local.get 4
          local.get 5
          i32.add
          local.get 1
          i32.load
          i32.load offset=4
          call_indirect (type 0)
          local.get 1
          local.get 2
          local.get 1
          local.get 2
          local.get 1
          i32.load
          i32.load offset=8
          call_indirect (type 1)
          i32.const 0
          i32.gt_s
          select
          local.set 2
          local.get 1
          i32.const 12
          i32.add
          local.set 1
          local.get 5
          i32.const 1
          i32.add
          local.tee 5
          i32.const 512
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 3
        local.get 2
        local.get 2
        i32.load
        i32.load
        call_indirect (type 2)
        local.get 4
        i32.const 15
        i32.and
        i32.mul
        i64.extend_i32_s
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
    local.get 3
  )
  (func (;1;) (type 2) (param i32) (result i32)
    local.get 0
    i32.load offset=4
    local.tee 0
    local.get 0
    i32.mul
  )
  (func (;2;) (type 0) (param i32 i32)
    local.get 0
    local.get 0
    i32.load offset=4
    local.get 1
    i32.add
    i32.const 1023
    i32.and
    i32.store offset=4
  )
  (func (;3;) (type 1) (param i32 i32) (result i32)
    local.get 0
    local.get 0
    i32.load
    i32.load
    call_indirect (type 2)
    local.get 1
    local.get 1
    i32.load
    i32.load
    call_indirect (type 2)
    i32.sub
  )
  (func (;4;) (type 2) (param i32) (result i32)
    local.get 0
    i32.load offset=8
    local.get 0
    i32.load offset=4
    i32.mul
  )
  (func (;5;) (type 0) (param i32 i32)
    local.get 0
    local.get 0
    i32.load offset=4
    local.get 1
    i32.xor
    i32.const 1023
    i32.and
    i32.store offset=4
    local.get 0
    local.get 0
    i32.load offset=8
    local.get 1
    i32.add
    i32.const 1023
    i32.and
    i32.store offset=8
  )
  (func (;6;) (type 1) (param i32 i32) (result i32)
    local.get 0
    i32.load offset=4
    local.get 1
    i32.load offset=4
    i32.sub
  )
  (func (;7;) (type 2) (param i32) (result i32)
    local.get 0
    i32.load offset=8
    local.get 0
    i32.load offset=4
    i32.mul
    i32.const 2
    i32.div_s
  )
  (func (;8;) (type 0) (param i32 i32)
    local.get 0
    local.get 0
    i32.load offset=8
    local.get 1
    i32.const 3
    i32.mul
    i32.add
    i32.const 511
    i32.and
    i32.store offset=8
  )
  (func (;9;) (type 2) (param i32) (result i32)
    local.get 0
    i32.load offset=8
    i32.const 1
    i32.and
  )
  (data (;0;) (i32.const 65536) "\01\00\00\00\02\00\00\00\03\00\00\00\04\00\00\00\05\00\00\00\06\00\00\00\07\00\00\00\08\00\00\00\03\00\00\00\09\00\00\00\05\00\00\00\06\00\00\00")
)
