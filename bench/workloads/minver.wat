(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (result f32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i32 i64 i32 i32 f32)
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.ge_s
      br_if 0 (;@1;)
      i64.const 0
      return
    end
    i32.const -1831433054
    local.set 1
    i32.const 0
    local.set 2
    i64.const 0
    local.set 3
    loop ;; label = @1
      i32.const 0
      local.set 4
      loop ;; label = @2
        local.get 4
        i32.const 255
        i32.and
        i32.const 12
        i32.div_u
        local.tee 5
        i32.const 48
        i32.mul
        local.get 4
        local.get 5
        i32.const 12
        i32.mul
        i32.sub
        i32.const 255
        i32.and
        i32.const 2
        i32.shl
        i32.add
        local.tee 5
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
        i32.shr_u
        f32.convert_i32_u
        f32.const 0x1p-12 (;=0.00024414063;)
        f32.mul
        f32.const -0x1p-1 (;=-0.5;)
        f32.add
        local.tee 6
        f32.store offset=66112
        local.get 5
        local.get 6
        f32.store offset=65536
        local.get 4
        i32.const 1
        i32.add
        local.tee 4
        i32.const 144
        i32.ne
        br_if 0 (;@2;)
      end
      call 1
      local.set 6
      local.get 3
      i64.const 31
      i64.mul
      call 2
      f32.const 0x1.47ae14p-7 (;=0.01;)
      f32.lt
      i64.extend_i32_u
      i64.add
      local.get 6
      f32.const 0x1.7d784p+26 (;=100000000;)
      f32.mul
      i32.trunc_sat_f32_s
      i64.extend_i32_s
      i64.add
      local.set 3
      i32.const 0
      local.set 5
      i32.const 66112
      local.set 4
      loop ;; label = @2
        local.get 3
        f32.const 0x1.e848p+19 (;=1000000;)
        f32.const -0x1.e848p+19 (;=-1000000;)
        local.get 4
        f32.load
        local.tee 6
        f32.const 0x1p-2 (;=0.25;)
        f32.mul
        f32.const 0x1p-1 (;=0.5;)
        f32.add
        local.get 6
        f32.mul
        f32.const -0x1.8p-1 (;=-0.75;)
        f32.add
        local.get 6
        f32.mul
        f32.const 0x1p+0 (;=1;)
        f32.add
        local.tee 6
        local.get 6
        f32.const -0x1.e848p+19 (;=-1000000;)
        f32.lt
        select
        local.get 6
        f32.const 0x1.e848p+19 (;=1000000;)
        f32.gt
        select
        i32.trunc_sat_f32_s
        i64.extend_i32_s
        i64.add
        local.set 3
        local.get 4
        i32.const 52
        i32.add
        local.set 4
        local.get 5
        i32.const 1
        i32.add
        local.tee 5
        i32.const 12
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
  (func (;1;) (type 1) (result f32)
    (local i32 i32 i32 i32 f32 i32 i32 i32 f32 f32 i32 i32 i32 f32 i32 f32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    global.get 0
    i32.const 96
    i32.sub
    local.tee 0
    i64.const 47244640266
    i64.store offset=88
    local.get 0
    i64.const 38654705672
    i64.store offset=80
    local.get 0
    i64.const 30064771078
    i64.store offset=72
    local.get 0
    i64.const 21474836484
    i64.store offset=64
    local.get 0
    i64.const 12884901890
    i64.store offset=56
    local.get 0
    i64.const 4294967296
    i64.store offset=48
    i32.const 0
    local.set 1
    i32.const 0
    local.set 2
    i32.const 0
    local.set 3
    f32.const 0x1p+0 (;=1;)
    local.set 4
    loop ;; label = @1
      local.get 1
      i32.const 48
      i32.mul
      i32.const 66112
      i32.add
      local.tee 5
      local.get 1
      i32.const 2
      i32.shl
      local.tee 6
      i32.add
      local.tee 7
      f32.load
      local.tee 8
      f32.neg
      local.get 8
      local.get 8
      f32.const 0x0p+0 (;=0;)
      f32.lt
      select
      local.set 9
      local.get 1
      i32.const 1
      i32.add
      local.set 10
      block ;; label = @2
        block ;; label = @3
          local.get 1
          i32.const 10
          i32.le_u
          br_if 0 (;@3;)
          local.get 1
          local.set 11
          br 1 (;@2;)
        end
        block ;; label = @3
          block ;; label = @4
            local.get 1
            i32.const 1
            i32.and
            i32.eqz
            br_if 0 (;@4;)
            local.get 10
            local.set 12
            local.get 1
            local.set 11
            br 1 (;@3;)
          end
          local.get 6
          i32.const 66112
          i32.add
          local.get 10
          i32.const 48
          i32.mul
          i32.add
          f32.load
          local.tee 13
          f32.neg
          local.get 13
          local.get 13
          f32.const 0x0p+0 (;=0;)
          f32.lt
          select
          local.tee 13
          local.get 9
          local.get 13
          local.get 9
          f32.gt
          local.tee 12
          select
          local.set 9
          local.get 10
          local.get 1
          local.get 12
          select
          local.set 11
          local.get 1
          i32.const 2
          i32.add
          local.set 12
        end
        local.get 1
        i32.const 10
        i32.eq
        br_if 0 (;@2;)
        local.get 3
        local.get 12
        i32.const 48
        i32.mul
        i32.add
        local.set 14
        loop ;; label = @3
          local.get 14
          i32.const 66160
          i32.add
          f32.load
          local.tee 13
          f32.neg
          local.get 13
          local.get 13
          f32.const 0x0p+0 (;=0;)
          f32.lt
          select
          local.tee 15
          local.get 14
          i32.const 66112
          i32.add
          f32.load
          local.tee 13
          f32.neg
          local.get 13
          local.get 13
          f32.const 0x0p+0 (;=0;)
          f32.lt
          select
          local.tee 13
          local.get 9
          local.get 13
          local.get 9
          f32.gt
          local.tee 16
          select
          local.tee 9
          local.get 15
          local.get 9
          f32.gt
          local.tee 17
          select
          local.set 9
          local.get 12
          i32.const 1
          i32.add
          local.get 12
          local.get 11
          local.get 16
          select
          local.get 17
          select
          local.set 11
          local.get 14
          i32.const 96
          i32.add
          local.set 14
          local.get 12
          i32.const 2
          i32.add
          local.tee 12
          i32.const 12
          i32.ne
          br_if 0 (;@3;)
        end
      end
      block ;; label = @2
        local.get 9
        f32.const 0x1.0c6f7ap-20 (;=0.000001;)
        f32.lt
        i32.eqz
        br_if 0 (;@2;)
        f32.const 0x0p+0 (;=0;)
        return
      end
      block ;; label = @2
        local.get 11
        local.get 1
        i32.eq
        br_if 0 (;@2;)
        local.get 5
        f32.load
        local.set 9
        local.get 5
        local.get 11
        i32.const 48
        i32.mul
        local.tee 12
        f32.load offset=66112
        f32.store
        local.get 5
        f32.load offset=4
        local.set 8
        local.get 5
        local.get 12
        f32.load offset=66116
        f32.store offset=4
        local.get 5
        f32.load offset=8
        local.set 13
        local.get 5
        local.get 12
        f32.load offset=66120
        f32.store offset=8
        local.get 0
        i32.const 48
        i32.add
        local.get 6
        i32.add
        local.tee 14
        i32.load
        local.set 16
        local.get 14
        local.get 0
        i32.const 48
        i32.add
        local.get 11
        i32.const 2
        i32.shl
        i32.add
        local.tee 11
        i32.load
        i32.store
        local.get 12
        local.get 9
        f32.store offset=66112
        local.get 12
        local.get 8
        f32.store offset=66116
        local.get 12
        local.get 13
        f32.store offset=66120
        local.get 11
        local.get 16
        i32.store
        local.get 5
        f32.load offset=12
        local.set 9
        local.get 5
        local.get 12
        f32.load offset=66124
        f32.store offset=12
        local.get 12
        local.get 9
        f32.store offset=66124
        local.get 5
        f32.load offset=16
        local.set 9
        local.get 5
        local.get 12
        f32.load offset=66128
        f32.store offset=16
        local.get 12
        local.get 9
        f32.store offset=66128
        local.get 5
        f32.load offset=20
        local.set 9
        local.get 5
        local.get 12
        f32.load offset=66132
        f32.store offset=20
        local.get 12
        local.get 9
        f32.store offset=66132
        local.get 5
        f32.load offset=24
        local.set 9
        local.get 5
        local.get 12
        f32.load offset=66136
        f32.store offset=24
        local.get 12
        local.get 9
        f32.store offset=66136
        local.get 5
        f32.load offset=28
        local.set 9
        local.get 5
        local.get 12
        f32.load offset=66140
        f32.store offset=28
        local.get 12
        local.get 9
        f32.store offset=66140
        local.get 5
        f32.load offset=32
        local.set 9
        local.get 5
        local.get 12
        f32.load offset=66144
        f32.store offset=32
        local.get 12
        local.get 9
        f32.store offset=66144
        local.get 5
        f32.load offset=36
        local.set 9
        local.get 5
        local.get 12
        f32.load offset=66148
        f32.store offset=36
        local.get 12
        local.get 9
        f32.store offset=66148
        local.get 5
        f32.load offset=40
        local.set 9
        local.get 5
        local.get 12
        f32.load offset=66152
        f32.store offset=40
        local.get 12
        local.get 9
        f32.store offset=66152
        local.get 5
        f32.load offset=44
        local.set 9
        local.get 5
        local.get 12
        f32.load offset=66156
        f32.store offset=44
        local.get 12
        local.get 9
        f32.store offset=66156
        local.get 4
        f32.neg
        local.set 4
        local.get 7
        f32.load
        local.set 8
      end
      local.get 5
      local.get 5
      f32.load
      local.get 8
      f32.div
      f32.store
      local.get 5
      local.get 5
      f32.load offset=4
      local.get 8
      f32.div
      f32.store offset=4
      local.get 5
      local.get 5
      f32.load offset=8
      local.get 8
      f32.div
      f32.store offset=8
      local.get 5
      local.get 5
      f32.load offset=12
      local.get 8
      f32.div
      f32.store offset=12
      local.get 5
      local.get 5
      f32.load offset=16
      local.get 8
      f32.div
      f32.store offset=16
      local.get 5
      local.get 5
      f32.load offset=20
      local.get 8
      f32.div
      f32.store offset=20
      local.get 5
      local.get 5
      f32.load offset=24
      local.get 8
      f32.div
      f32.store offset=24
      local.get 5
      local.get 5
      f32.load offset=28
      local.get 8
      f32.div
      f32.store offset=28
      local.get 5
      local.get 5
      f32.load offset=32
      local.get 8
      f32.div
      f32.store offset=32
      local.get 5
      local.get 5
      f32.load offset=36
      local.get 8
      f32.div
      f32.store offset=36
      local.get 5
      local.get 5
      f32.load offset=40
      local.get 8
      f32.div
      f32.store offset=40
      local.get 5
      local.get 5
      f32.load offset=44
      local.get 8
      f32.div
      f32.store offset=44
      i32.const -576
      local.set 12
      local.get 1
      i32.const 3
      i32.eq
      local.set 16
      local.get 1
      i32.const 5
      i32.eq
      local.set 17
      local.get 1
      i32.const 6
      i32.eq
      local.set 6
      local.get 1
      i32.const 7
      i32.eq
      local.set 18
      local.get 1
      i32.const 8
      i32.eq
      local.set 19
      local.get 1
      i32.const 9
      i32.eq
      local.set 20
      local.get 1
      i32.const 11
      i32.eq
      local.set 21
      loop ;; label = @2
        block ;; label = @3
          local.get 2
          local.get 12
          i32.add
          i32.const -576
          i32.eq
          br_if 0 (;@3;)
          local.get 3
          local.get 12
          i32.add
          i32.const 66688
          i32.add
          local.tee 14
          f32.load
          local.tee 9
          f32.const 0x0p+0 (;=0;)
          f32.eq
          br_if 0 (;@3;)
          local.get 9
          f32.neg
          local.set 9
          block ;; label = @4
            block ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    block ;; label = @9
                      block ;; label = @10
                        block ;; label = @11
                          block ;; label = @12
                            block ;; label = @13
                              block ;; label = @14
                                block ;; label = @15
                                  local.get 1
                                  br_if 0 (;@15;)
                                  local.get 12
                                  i32.const 66692
                                  i32.add
                                  local.tee 11
                                  local.get 9
                                  local.get 5
                                  f32.load offset=4
                                  f32.mul
                                  local.get 11
                                  f32.load
                                  f32.add
                                  f32.store
                                  br 1 (;@14;)
                                end
                                local.get 12
                                i32.const 66688
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 1
                                i32.const 1
                                i32.eq
                                br_if 0 (;@14;)
                                local.get 12
                                i32.const 66692
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load offset=4
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 1
                                i32.const 2
                                i32.eq
                                br_if 1 (;@13;)
                                local.get 12
                                i32.const 66696
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load offset=8
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 16
                                br_if 2 (;@12;)
                                local.get 12
                                i32.const 66700
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load offset=12
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 1
                                i32.const 4
                                i32.eq
                                br_if 3 (;@11;)
                                local.get 12
                                i32.const 66704
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load offset=16
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 17
                                br_if 4 (;@10;)
                                local.get 12
                                i32.const 66708
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load offset=20
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 6
                                br_if 5 (;@9;)
                                local.get 12
                                i32.const 66712
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load offset=24
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 18
                                br_if 6 (;@8;)
                                local.get 12
                                i32.const 66716
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load offset=28
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 19
                                br_if 7 (;@7;)
                                local.get 12
                                i32.const 66720
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load offset=32
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 20
                                br_if 8 (;@6;)
                                local.get 12
                                i32.const 66724
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load offset=36
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 1
                                i32.const 10
                                i32.eq
                                br_if 9 (;@5;)
                                local.get 12
                                i32.const 66728
                                i32.add
                                local.tee 11
                                local.get 9
                                local.get 5
                                f32.load offset=40
                                f32.mul
                                local.get 11
                                f32.load
                                f32.add
                                f32.store
                                local.get 21
                                br_if 10 (;@4;)
                                br 9 (;@5;)
                              end
                              local.get 12
                              i32.const 66696
                              i32.add
                              local.tee 11
                              local.get 9
                              local.get 5
                              f32.load offset=8
                              f32.mul
                              local.get 11
                              f32.load
                              f32.add
                              f32.store
                            end
                            local.get 12
                            i32.const 66700
                            i32.add
                            local.tee 11
                            local.get 9
                            local.get 5
                            f32.load offset=12
                            f32.mul
                            local.get 11
                            f32.load
                            f32.add
                            f32.store
                          end
                          local.get 12
                          i32.const 66704
                          i32.add
                          local.tee 11
                          local.get 9
                          local.get 5
                          f32.load offset=16
                          f32.mul
                          local.get 11
                          f32.load
                          f32.add
                          f32.store
                        end
                        local.get 12
                        i32.const 66708
                        i32.add
                        local.tee 11
                        local.get 9
                        local.get 5
                        f32.load offset=20
                        f32.mul
                        local.get 11
                        f32.load
                        f32.add
                        f32.store
                      end
                      local.get 12
                      i32.const 66712
                      i32.add
                      local.tee 11
                      local.get 9
                      local.get 5
                      f32.load offset=24
                      f32.mul
                      local.get 11
                      f32.load
                      f32.add
                      f32.store
                    end
                    local.get 12
                    i32.const 66716
                    i32.add
                    local.tee 11
                    local.get 9
                    local.get 5
                    f32.load offset=28
                    f32.mul
                    local.get 11
                    f32.load
                    f32.add
                    f32.store
                  end
                  local.get 12
                  i32.const 66720
                  i32.add
                  local.tee 11
                  local.get 9
                  local.get 5
                  f32.load offset=32
                  f32.mul
                  local.get 11
                  f32.load
                  f32.add
                  f32.store
                end
                local.get 12
                i32.const 66724
                i32.add
                local.tee 11
                local.get 9
                local.get 5
                f32.load offset=36
                f32.mul
                local.get 11
                f32.load
                f32.add
                f32.store
              end
              local.get 12
              i32.const 66728
              i32.add
              local.tee 11
              local.get 9
              local.get 5
              f32.load offset=40
              f32.mul
              local.get 11
              f32.load
              f32.add
              f32.store
            end
            local.get 12
            i32.const 66732
            i32.add
            local.tee 11
            local.get 9
            local.get 5
            f32.load offset=44
            f32.mul
            local.get 11
            f32.load
            f32.add
            f32.store
          end
          local.get 14
          local.get 9
          local.get 8
          f32.div
          f32.store
        end
        local.get 12
        i32.const 48
        i32.add
        local.tee 12
        br_if 0 (;@2;)
      end
      local.get 7
      f32.const 0x1p+0 (;=1;)
      local.get 8
      f32.div
      f32.store
      local.get 2
      i32.const -48
      i32.add
      local.set 2
      local.get 3
      i32.const 4
      i32.add
      local.set 3
      local.get 4
      local.get 8
      f32.mul
      local.set 4
      local.get 10
      local.set 1
      local.get 10
      i32.const 12
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 0
    local.get 0
    i32.load offset=92
    i32.const 2
    i32.shl
    i32.add
    local.set 19
    local.get 0
    local.get 0
    i32.load offset=88
    i32.const 2
    i32.shl
    i32.add
    local.set 20
    local.get 0
    local.get 0
    i32.load offset=84
    i32.const 2
    i32.shl
    i32.add
    local.set 21
    local.get 0
    local.get 0
    i32.load offset=80
    i32.const 2
    i32.shl
    i32.add
    local.set 22
    local.get 0
    local.get 0
    i32.load offset=76
    i32.const 2
    i32.shl
    i32.add
    local.set 23
    local.get 0
    local.get 0
    i32.load offset=72
    i32.const 2
    i32.shl
    i32.add
    local.set 24
    local.get 0
    local.get 0
    i32.load offset=68
    i32.const 2
    i32.shl
    i32.add
    local.set 25
    local.get 0
    local.get 0
    i32.load offset=64
    i32.const 2
    i32.shl
    i32.add
    local.set 26
    local.get 0
    local.get 0
    i32.load offset=60
    i32.const 2
    i32.shl
    i32.add
    local.set 27
    local.get 0
    local.get 0
    i32.load offset=56
    i32.const 2
    i32.shl
    i32.add
    local.set 28
    local.get 0
    local.get 0
    i32.load offset=52
    i32.const 2
    i32.shl
    i32.add
    local.set 29
    local.get 0
    local.get 0
    i32.load offset=48
    i32.const 2
    i32.shl
    i32.add
    local.set 30
    i32.const 0
    local.set 12
    loop ;; label = @1
      local.get 30
      local.get 12
      i32.const 66112
      i32.add
      local.tee 5
      f32.load
      f32.store
      local.get 29
      local.get 12
      i32.const 66116
      i32.add
      local.tee 1
      f32.load
      f32.store
      local.get 28
      local.get 12
      i32.const 66120
      i32.add
      local.tee 2
      f32.load
      f32.store
      local.get 27
      local.get 12
      i32.const 66124
      i32.add
      local.tee 14
      f32.load
      f32.store
      local.get 26
      local.get 12
      i32.const 66128
      i32.add
      local.tee 11
      f32.load
      f32.store
      local.get 25
      local.get 12
      i32.const 66132
      i32.add
      local.tee 3
      f32.load
      f32.store
      local.get 24
      local.get 12
      i32.const 66136
      i32.add
      local.tee 16
      f32.load
      f32.store
      local.get 23
      local.get 12
      i32.const 66140
      i32.add
      local.tee 17
      f32.load
      f32.store
      local.get 22
      local.get 12
      i32.const 66144
      i32.add
      local.tee 10
      f32.load
      f32.store
      local.get 21
      local.get 12
      i32.const 66148
      i32.add
      local.tee 7
      f32.load
      f32.store
      local.get 20
      local.get 12
      i32.const 66152
      i32.add
      local.tee 6
      f32.load
      f32.store
      local.get 19
      local.get 12
      i32.const 66156
      i32.add
      local.tee 18
      f32.load
      f32.store
      local.get 5
      local.get 0
      f32.load
      f32.store
      local.get 1
      local.get 0
      f32.load offset=4
      f32.store
      local.get 2
      local.get 0
      f32.load offset=8
      f32.store
      local.get 14
      local.get 0
      f32.load offset=12
      f32.store
      local.get 11
      local.get 0
      f32.load offset=16
      f32.store
      local.get 3
      local.get 0
      f32.load offset=20
      f32.store
      local.get 16
      local.get 0
      f32.load offset=24
      f32.store
      local.get 17
      local.get 0
      f32.load offset=28
      f32.store
      local.get 10
      local.get 0
      f32.load offset=32
      f32.store
      local.get 7
      local.get 0
      f32.load offset=36
      f32.store
      local.get 6
      local.get 0
      f32.load offset=40
      f32.store
      local.get 18
      local.get 0
      f32.load offset=44
      f32.store
      local.get 12
      i32.const 48
      i32.add
      local.tee 12
      i32.const 576
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 4
  )
  (func (;2;) (type 1) (result f32)
    (local i32 i32 f32 i32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32)
    i32.const 0
    local.set 0
    i32.const 0
    local.set 1
    f32.const 0x0p+0 (;=0;)
    local.set 2
    loop ;; label = @1
      local.get 1
      i32.const 48
      i32.mul
      local.tee 3
      f32.load offset=65580
      local.set 4
      local.get 3
      f32.load offset=65576
      local.set 5
      local.get 3
      f32.load offset=65572
      local.set 6
      local.get 3
      f32.load offset=65568
      local.set 7
      local.get 3
      f32.load offset=65564
      local.set 8
      local.get 3
      f32.load offset=65560
      local.set 9
      local.get 3
      f32.load offset=65556
      local.set 10
      local.get 3
      f32.load offset=65552
      local.set 11
      local.get 3
      f32.load offset=65548
      local.set 12
      local.get 3
      f32.load offset=65544
      local.set 13
      local.get 3
      f32.load offset=65540
      local.set 14
      local.get 3
      f32.load offset=65536
      local.set 15
      i32.const 0
      local.set 3
      loop ;; label = @2
        local.get 2
        local.get 4
        local.get 3
        i32.const 66640
        i32.add
        f32.load
        f32.mul
        local.get 5
        local.get 3
        i32.const 66592
        i32.add
        f32.load
        f32.mul
        local.get 6
        local.get 3
        i32.const 66544
        i32.add
        f32.load
        f32.mul
        local.get 7
        local.get 3
        i32.const 66496
        i32.add
        f32.load
        f32.mul
        local.get 8
        local.get 3
        i32.const 66448
        i32.add
        f32.load
        f32.mul
        local.get 9
        local.get 3
        i32.const 66400
        i32.add
        f32.load
        f32.mul
        local.get 10
        local.get 3
        i32.const 66352
        i32.add
        f32.load
        f32.mul
        local.get 11
        local.get 3
        i32.const 66304
        i32.add
        f32.load
        f32.mul
        local.get 12
        local.get 3
        i32.const 66256
        i32.add
        f32.load
        f32.mul
        local.get 13
        local.get 3
        i32.const 66208
        i32.add
        f32.load
        f32.mul
        local.get 14
        local.get 3
        i32.const 66160
        i32.add
        f32.load
        f32.mul
        local.get 15
        local.get 3
        i32.const 66112
        i32.add
        f32.load
        f32.mul
        f32.const 0x0p+0 (;=0;)
        f32.add
        f32.add
        f32.add
        f32.add
        f32.add
        f32.add
        f32.add
        f32.add
        f32.add
        f32.add
        f32.add
        f32.add
        f32.const 0x1p+0 (;=1;)
        f32.const 0x0p+0 (;=0;)
        local.get 0
        local.get 3
        i32.eq
        select
        f32.sub
        local.tee 16
        f32.neg
        local.get 16
        local.get 16
        f32.const 0x0p+0 (;=0;)
        f32.lt
        select
        f32.add
        local.set 2
        local.get 3
        i32.const 4
        i32.add
        local.tee 3
        i32.const 48
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 0
      i32.const 4
      i32.add
      local.set 0
      local.get 1
      i32.const 1
      i32.add
      local.tee 1
      i32.const 12
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 2
  )
)
