(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func))
  (type (;2;) (func (result i32)))
  (type (;3;) (func (param i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i64 i32 i32 i32)
    i32.const -1831433054
    local.set 1
    i32.const -576
    local.set 2
    loop ;; label = @1
      local.get 2
      i32.const 66112
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
      i32.const 18
      i32.shr_s
      i32.store16
      local.get 2
      i32.const 66114
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
      i32.const 18
      i32.shr_s
      i32.store16
      local.get 2
      i32.const 4
      i32.add
      local.tee 2
      br_if 0 (;@1;)
    end
    i32.const -64
    local.set 2
    loop ;; label = @1
      local.get 2
      i32.const 66176
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
      i32.const 20
      i32.shr_s
      i32.store16
      local.get 2
      i32.const 66178
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
      i32.const 20
      i32.shr_s
      i32.store16
      local.get 2
      i32.const 4
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
        call 1
        call 2
        i32.const 66176
        local.set 2
        call 3
        local.set 5
        i32.const 0
        local.set 1
        loop ;; label = @3
          local.get 1
          i32.const 1
          i32.shl
          i32.const -128
          i32.and
          i32.const 67200
          i32.add
          local.tee 6
          local.get 1
          i32.const 62
          i32.and
          i32.const 1
          i32.shl
          i32.add
          local.get 2
          i32.load
          i32.const 6
          i32.shr_u
          i32.store16
          local.get 6
          local.get 1
          i32.const 1
          i32.add
          i32.const 63
          i32.and
          i32.const 1
          i32.shl
          i32.add
          local.get 2
          i32.const 4
          i32.add
          i32.load
          i32.const 6
          i32.shr_u
          i32.store16
          local.get 2
          i32.const 8
          i32.add
          local.set 2
          local.get 1
          i32.const 2
          i32.add
          local.tee 1
          i32.const 256
          i32.ne
          br_if 0 (;@3;)
        end
        i32.const 67200
        call 4
        i32.const 67328
        call 4
        i32.const 67456
        call 4
        i32.const 67584
        call 4
        local.get 3
        i64.const 31
        i64.mul
        local.get 5
        i64.extend_i32_s
        i64.add
        local.set 3
        i32.const -34
        local.set 6
        i32.const 66176
        local.set 1
        loop ;; label = @3
          local.get 3
          i64.const 3
          i64.mul
          local.get 1
          i64.load32_s
          i64.add
          local.get 6
          i32.const 34
          i32.add
          local.tee 2
          i32.const 1
          i32.shl
          i32.const -128
          i32.and
          local.get 2
          i32.const 62
          i32.and
          i32.const 1
          i32.shl
          i32.or
          i64.load16_s offset=67200
          i64.add
          i64.const 3
          i64.mul
          local.get 1
          i32.const 68
          i32.add
          i64.load32_s
          i64.add
          local.get 6
          i32.const 51
          i32.add
          local.tee 6
          i32.const 1
          i32.shl
          i32.const -128
          i32.and
          local.get 6
          i32.const 63
          i32.and
          i32.const 1
          i32.shl
          i32.or
          i64.load16_s offset=67200
          i64.add
          local.set 3
          local.get 1
          i32.const 136
          i32.add
          local.set 1
          local.get 2
          local.set 6
          local.get 2
          i32.const 222
          i32.lt_u
          br_if 0 (;@3;)
        end
        local.get 4
        i32.const 255
        i32.and
        i32.const 1
        i32.shl
        local.tee 1
        local.get 1
        i32.load16_u offset=65536
        local.get 4
        i32.const 511
        i32.and
        i32.xor
        i32.store16 offset=65536
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
  (func (;1;) (type 1)
    (local i32 i32 i32 i32 i32)
    i32.const 0
    local.set 0
    i32.const 65536
    local.set 1
    loop ;; label = @1
      i32.const -64
      local.set 2
      i32.const 0
      local.set 3
      loop ;; label = @2
        local.get 2
        i32.const 66182
        i32.add
        i32.load16_s
        local.get 1
        local.get 2
        i32.add
        local.tee 4
        i32.const 70
        i32.add
        i32.load16_s
        i32.mul
        local.get 2
        i32.const 66180
        i32.add
        i32.load16_s
        local.get 4
        i32.const 68
        i32.add
        i32.load16_s
        i32.mul
        local.get 2
        i32.const 66178
        i32.add
        i32.load16_s
        local.get 4
        i32.const 66
        i32.add
        i32.load16_s
        i32.mul
        local.get 2
        i32.const 66176
        i32.add
        i32.load16_s
        local.get 4
        i32.const 64
        i32.add
        i32.load16_s
        i32.mul
        local.get 3
        i32.add
        i32.add
        i32.add
        i32.add
        local.set 3
        local.get 2
        i32.const 8
        i32.add
        local.tee 2
        br_if 0 (;@2;)
      end
      local.get 0
      i32.const 2
      i32.shl
      local.get 3
      i32.const 15
      i32.shr_s
      i32.store offset=66176
      local.get 1
      i32.const 2
      i32.add
      local.set 1
      local.get 0
      i32.const 1
      i32.add
      local.tee 0
      i32.const 256
      i32.ne
      br_if 0 (;@1;)
    end
  )
  (func (;2;) (type 1)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 0
    i32.const 0
    i32.load16_s offset=66174
    local.set 1
    i32.const 0
    i32.load16_s offset=66172
    local.set 2
    i32.const 0
    i32.load16_s offset=66170
    local.set 3
    i32.const 0
    i32.load16_s offset=66168
    local.set 4
    i32.const 0
    i32.load16_s offset=66166
    local.set 5
    i32.const 0
    i32.load16_s offset=66164
    local.set 6
    i32.const 0
    i32.load16_s offset=66162
    local.set 7
    i32.const 0
    i32.load16_s offset=66160
    local.set 8
    i32.const 0
    i32.load16_s offset=66158
    local.set 9
    i32.const 0
    i32.load16_s offset=66156
    local.set 10
    i32.const 0
    i32.load16_s offset=66154
    local.set 11
    i32.const 0
    i32.load16_s offset=66152
    local.set 12
    i32.const 0
    i32.load16_s offset=66150
    local.set 13
    i32.const 0
    i32.load16_s offset=66148
    local.set 14
    i32.const 0
    i32.load16_s offset=66146
    local.set 15
    i32.const 0
    i32.load16_s offset=66144
    local.set 16
    i32.const 0
    i32.load16_s offset=66142
    local.set 17
    i32.const 0
    i32.load16_s offset=66140
    local.set 18
    i32.const 0
    i32.load16_s offset=66138
    local.set 19
    i32.const 0
    i32.load16_s offset=66136
    local.set 20
    i32.const 0
    i32.load16_s offset=66134
    local.set 21
    i32.const 0
    i32.load16_s offset=66132
    local.set 22
    i32.const 0
    i32.load16_s offset=66130
    local.set 23
    i32.const 0
    i32.load16_s offset=66128
    local.set 24
    i32.const 0
    i32.load16_s offset=66126
    local.set 25
    i32.const 0
    i32.load16_s offset=66124
    local.set 26
    i32.const 0
    i32.load16_s offset=66122
    local.set 27
    i32.const 0
    i32.load16_s offset=66120
    local.set 28
    i32.const 0
    i32.load16_s offset=66118
    local.set 29
    i32.const 0
    i32.load16_s offset=66116
    local.set 30
    i32.const 0
    i32.load16_s offset=66114
    local.set 31
    i32.const 0
    i32.load16_s offset=66112
    local.set 32
    i32.const -1024
    local.set 33
    i32.const 0
    local.set 34
    i32.const 0
    local.set 35
    i32.const 0
    local.set 36
    i32.const 0
    local.set 37
    i32.const 0
    local.set 38
    i32.const 0
    local.set 39
    i32.const 0
    local.set 40
    i32.const 0
    local.set 41
    i32.const 0
    local.set 42
    i32.const 0
    local.set 43
    i32.const 0
    local.set 44
    i32.const 0
    local.set 45
    i32.const 0
    local.set 46
    i32.const 0
    local.set 47
    i32.const 0
    local.set 48
    loop ;; label = @1
      local.get 33
      i32.const 67200
      i32.add
      local.tee 49
      local.get 48
      i32.const 4
      i32.shr_s
      local.tee 50
      local.get 1
      i32.mul
      local.get 47
      local.tee 48
      i32.const 4
      i32.shr_s
      local.tee 47
      local.get 2
      i32.mul
      i32.add
      i32.const 12
      i32.shr_s
      local.get 47
      local.get 4
      i32.mul
      local.get 50
      local.get 3
      i32.mul
      i32.sub
      i32.const 12
      i32.shr_s
      local.get 46
      i32.const 4
      i32.shr_s
      local.tee 47
      local.get 5
      i32.mul
      local.get 45
      local.tee 46
      i32.const 4
      i32.shr_s
      local.tee 45
      local.get 6
      i32.mul
      i32.add
      i32.const 12
      i32.shr_s
      local.get 45
      local.get 8
      i32.mul
      local.get 47
      local.get 7
      i32.mul
      i32.sub
      i32.const 12
      i32.shr_s
      local.get 44
      i32.const 4
      i32.shr_s
      local.tee 45
      local.get 9
      i32.mul
      local.get 43
      local.tee 44
      i32.const 4
      i32.shr_s
      local.tee 43
      local.get 10
      i32.mul
      i32.add
      i32.const 12
      i32.shr_s
      local.get 43
      local.get 12
      i32.mul
      local.get 45
      local.get 11
      i32.mul
      i32.sub
      i32.const 12
      i32.shr_s
      local.get 42
      i32.const 4
      i32.shr_s
      local.tee 43
      local.get 13
      i32.mul
      local.get 41
      local.tee 42
      i32.const 4
      i32.shr_s
      local.tee 41
      local.get 14
      i32.mul
      i32.add
      i32.const 12
      i32.shr_s
      local.get 41
      local.get 16
      i32.mul
      local.get 43
      local.get 15
      i32.mul
      i32.sub
      i32.const 12
      i32.shr_s
      local.get 40
      i32.const 4
      i32.shr_s
      local.tee 41
      local.get 17
      i32.mul
      local.get 39
      local.tee 40
      i32.const 4
      i32.shr_s
      local.tee 39
      local.get 18
      i32.mul
      i32.add
      i32.const 12
      i32.shr_s
      local.get 39
      local.get 20
      i32.mul
      local.get 41
      local.get 19
      i32.mul
      i32.sub
      i32.const 12
      i32.shr_s
      local.get 38
      i32.const 4
      i32.shr_s
      local.tee 39
      local.get 21
      i32.mul
      local.get 37
      local.tee 38
      i32.const 4
      i32.shr_s
      local.tee 37
      local.get 22
      i32.mul
      i32.add
      i32.const 12
      i32.shr_s
      local.get 37
      local.get 24
      i32.mul
      local.get 39
      local.get 23
      i32.mul
      i32.sub
      i32.const 12
      i32.shr_s
      local.get 36
      i32.const 4
      i32.shr_s
      local.tee 37
      local.get 25
      i32.mul
      local.get 35
      local.tee 36
      i32.const 4
      i32.shr_s
      local.tee 35
      local.get 26
      i32.mul
      i32.add
      i32.const 12
      i32.shr_s
      local.get 35
      local.get 28
      i32.mul
      local.get 37
      local.get 27
      i32.mul
      i32.sub
      i32.const 12
      i32.shr_s
      local.get 34
      i32.const 4
      i32.shr_s
      local.tee 35
      local.get 29
      i32.mul
      local.get 0
      local.tee 34
      i32.const 4
      i32.shr_s
      local.tee 0
      local.get 30
      i32.mul
      i32.add
      i32.const 12
      i32.shr_s
      local.get 0
      local.get 32
      i32.mul
      local.get 35
      local.get 31
      i32.mul
      i32.sub
      i32.const 12
      i32.shr_s
      local.get 49
      i32.load
      i32.add
      local.tee 0
      i32.add
      i32.add
      local.tee 35
      i32.add
      i32.add
      local.tee 37
      i32.add
      i32.add
      local.tee 39
      i32.add
      i32.add
      local.tee 41
      i32.add
      i32.add
      local.tee 43
      i32.add
      i32.add
      local.tee 45
      i32.add
      i32.add
      local.tee 47
      i32.add
      i32.store
      local.get 35
      i32.const 1
      i32.shr_s
      local.set 35
      local.get 37
      i32.const 1
      i32.shr_s
      local.set 37
      local.get 39
      i32.const 1
      i32.shr_s
      local.set 39
      local.get 41
      i32.const 1
      i32.shr_s
      local.set 41
      local.get 43
      i32.const 1
      i32.shr_s
      local.set 43
      local.get 45
      i32.const 1
      i32.shr_s
      local.set 45
      local.get 47
      i32.const 1
      i32.shr_s
      local.set 47
      local.get 0
      i32.const 1
      i32.shr_s
      local.set 0
      local.get 33
      i32.const 4
      i32.add
      local.tee 33
      br_if 0 (;@1;)
    end
  )
  (func (;3;) (type 2) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    local.set 0
    i32.const 0
    i32.load16_s offset=66112
    local.set 1
    i32.const 0
    i32.load16_s offset=66114
    local.set 2
    i32.const 0
    i32.load16_s offset=66116
    local.set 3
    i32.const 0
    i32.load16_s offset=66118
    local.set 4
    i32.const 0
    i32.load16_s offset=66120
    local.set 5
    i32.const 0
    i32.load16_s offset=66122
    local.set 6
    i32.const 0
    i32.load16_s offset=66124
    local.set 7
    i32.const 0
    i32.load16_s offset=66126
    local.set 8
    i32.const -512
    local.set 9
    i32.const 0
    local.set 10
    i32.const 0
    local.set 11
    i32.const 0
    local.set 12
    i32.const 0
    local.set 13
    i32.const 0
    local.set 14
    i32.const 0
    local.set 15
    i32.const 0
    local.set 16
    i32.const 0
    local.set 17
    loop ;; label = @1
      local.get 9
      i32.const 66048
      i32.add
      i32.load16_s
      local.get 16
      i32.const 2
      i32.shr_s
      local.get 8
      i32.mul
      i32.const 14
      i32.shr_s
      i32.sub
      local.tee 18
      i32.const 2
      i32.shr_s
      local.get 8
      i32.mul
      i32.const 14
      i32.shr_s
      local.get 16
      i32.add
      local.get 18
      local.get 15
      i32.const 2
      i32.shr_s
      local.get 7
      i32.mul
      i32.const 14
      i32.shr_s
      i32.sub
      local.tee 16
      local.get 14
      i32.const 2
      i32.shr_s
      local.get 6
      i32.mul
      i32.const 14
      i32.shr_s
      i32.sub
      local.tee 19
      local.get 13
      i32.const 2
      i32.shr_s
      local.get 5
      i32.mul
      i32.const 14
      i32.shr_s
      i32.sub
      local.tee 20
      local.get 12
      i32.const 2
      i32.shr_s
      local.get 4
      i32.mul
      i32.const 14
      i32.shr_s
      i32.sub
      local.tee 21
      local.get 11
      i32.const 2
      i32.shr_s
      local.get 3
      i32.mul
      i32.const 14
      i32.shr_s
      i32.sub
      local.tee 22
      local.get 10
      i32.const 2
      i32.shr_s
      local.get 2
      i32.mul
      i32.const 14
      i32.shr_s
      i32.sub
      local.tee 23
      local.get 0
      i32.const 2
      i32.shr_s
      local.get 1
      i32.mul
      i32.const 14
      i32.shr_s
      i32.sub
      local.tee 18
      i32.xor
      local.get 17
      i32.add
      local.set 17
      local.get 16
      i32.const 2
      i32.shr_s
      local.get 7
      i32.mul
      i32.const 14
      i32.shr_s
      local.get 15
      i32.add
      local.set 16
      local.get 19
      i32.const 2
      i32.shr_s
      local.get 6
      i32.mul
      i32.const 14
      i32.shr_s
      local.get 14
      i32.add
      local.set 15
      local.get 20
      i32.const 2
      i32.shr_s
      local.get 5
      i32.mul
      i32.const 14
      i32.shr_s
      local.get 13
      i32.add
      local.set 14
      local.get 21
      i32.const 2
      i32.shr_s
      local.get 4
      i32.mul
      i32.const 14
      i32.shr_s
      local.get 12
      i32.add
      local.set 13
      local.get 22
      i32.const 2
      i32.shr_s
      local.get 3
      i32.mul
      i32.const 14
      i32.shr_s
      local.get 11
      i32.add
      local.set 12
      local.get 23
      i32.const 2
      i32.shr_s
      local.get 2
      i32.mul
      i32.const 14
      i32.shr_s
      local.get 10
      i32.add
      local.set 11
      local.get 18
      i32.const 2
      i32.shr_s
      local.get 1
      i32.mul
      i32.const 14
      i32.shr_s
      local.get 0
      i32.add
      local.set 10
      local.get 18
      local.set 0
      local.get 9
      i32.const 2
      i32.add
      local.tee 9
      br_if 0 (;@1;)
    end
    local.get 17
  )
  (func (;4;) (type 3) (param i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    i32.const 1
    local.set 1
    loop ;; label = @1
      i32.const 0
      local.set 2
      i32.const 3
      i32.const 0
      local.get 1
      i32.const 1
      i32.and
      local.tee 3
      select
      local.set 4
      i32.const 1
      i32.const 8
      local.get 3
      select
      local.tee 5
      i32.const 3
      i32.shl
      local.set 6
      local.get 5
      i32.const 2
      i32.shl
      local.set 7
      i32.const 6
      i32.const 48
      local.get 3
      select
      i32.const 1
      i32.shl
      local.set 8
      i32.const 5
      i32.const 40
      local.get 3
      select
      i32.const 1
      i32.shl
      local.set 9
      i32.const 7
      i32.const 56
      local.get 3
      select
      i32.const 1
      i32.shl
      local.set 10
      i32.const 3
      i32.const 24
      local.get 3
      select
      i32.const 1
      i32.shl
      local.set 11
      loop ;; label = @2
        local.get 0
        local.get 2
        local.get 4
        i32.shl
        i32.const 1
        i32.shl
        i32.add
        local.tee 1
        local.get 6
        i32.add
        local.tee 12
        local.get 12
        i32.load16_s
        local.tee 13
        local.get 1
        local.get 11
        i32.add
        local.tee 14
        i32.load16_s
        local.tee 15
        i32.add
        local.tee 12
        local.get 1
        local.get 10
        i32.add
        local.tee 16
        i32.load16_s
        local.tee 17
        local.get 1
        i32.load16_s
        local.tee 18
        i32.add
        local.tee 19
        i32.add
        local.tee 20
        local.get 1
        local.get 9
        i32.add
        local.tee 21
        i32.load16_s
        local.tee 22
        local.get 1
        local.get 7
        i32.add
        local.tee 23
        i32.load16_s
        local.tee 24
        i32.add
        local.tee 25
        local.get 1
        local.get 8
        i32.add
        local.tee 26
        i32.load16_s
        local.tee 27
        local.get 1
        local.get 5
        i32.const 1
        i32.shl
        i32.add
        local.tee 28
        i32.load16_s
        local.tee 29
        i32.add
        local.tee 30
        i32.add
        local.tee 31
        i32.sub
        i32.const 1
        i32.shr_u
        i32.store16
        local.get 23
        local.get 19
        local.get 12
        i32.sub
        local.tee 12
        i32.const 10703
        i32.mul
        local.get 30
        local.get 25
        i32.sub
        local.tee 19
        i32.const 4433
        i32.mul
        i32.add
        i32.const 14
        i32.shr_u
        i32.store16
        local.get 1
        local.get 20
        local.get 31
        i32.add
        i32.const 1
        i32.shr_u
        i32.store16
        local.get 26
        local.get 12
        i32.const 4433
        i32.mul
        local.get 19
        i32.const 1073731121
        i32.mul
        i32.add
        i32.const 14
        i32.shr_u
        i32.store16
        local.get 14
        local.get 29
        local.get 27
        i32.sub
        local.tee 1
        i32.const 1073739564
        i32.mul
        local.get 18
        local.get 17
        i32.sub
        local.tee 12
        i32.const 9633
        i32.mul
        i32.add
        local.get 24
        local.get 22
        i32.sub
        local.tee 17
        i32.const 1073730461
        i32.mul
        i32.add
        local.get 15
        local.get 13
        i32.sub
        local.tee 13
        i32.const 1073735387
        i32.mul
        i32.add
        i32.const 14
        i32.shr_u
        i32.store16
        local.get 21
        local.get 1
        i32.const 1073730461
        i32.mul
        local.get 12
        i32.const 6437
        i32.mul
        i32.add
        local.get 17
        i32.const 2260
        i32.mul
        i32.add
        local.get 13
        i32.const 9633
        i32.mul
        i32.add
        i32.const 14
        i32.shr_u
        i32.store16
        local.get 16
        local.get 1
        i32.const 1073735387
        i32.mul
        local.get 12
        i32.const 2260
        i32.mul
        i32.add
        local.get 17
        i32.const 9633
        i32.mul
        i32.add
        local.get 13
        i32.const 1073730461
        i32.mul
        i32.add
        i32.const 14
        i32.shr_u
        i32.store16
        local.get 28
        local.get 1
        i32.const 9633
        i32.mul
        local.get 12
        i32.const 11363
        i32.mul
        i32.add
        local.get 17
        i32.const 6437
        i32.mul
        i32.add
        local.get 13
        i32.const 2260
        i32.mul
        i32.add
        i32.const 14
        i32.shr_u
        i32.store16
        local.get 2
        i32.const 1
        i32.add
        local.tee 2
        i32.const 8
        i32.ne
        br_if 0 (;@2;)
      end
      i32.const 0
      local.set 1
      local.get 3
      br_if 0 (;@1;)
    end
  )
)
