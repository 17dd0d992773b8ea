(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (param i32) (result i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    i32.const 0
    i64.const 0
    i64.store offset=65864
    i32.const 0
    i64.const 0
    i64.store offset=65856
    i32.const 0
    i64.const 0
    i64.store offset=65848
    i32.const 0
    i64.const 0
    i64.store offset=65840
    i32.const 0
    i64.const 0
    i64.store offset=65832
    i32.const 0
    i64.const 0
    i64.store offset=65824
    i32.const 0
    i64.const 0
    i64.store offset=65816
    i32.const 0
    i64.const 0
    i64.store offset=65808
    local.get 0
    call 1
    i64.extend_i32_s
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65808
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65812
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65816
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65820
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65824
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65828
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65832
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65836
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65840
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65844
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65848
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65852
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65856
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65860
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65864
    i64.add
    i64.const 31
    i64.mul
    i32.const 0
    i64.load32_s offset=65868
    i64.add
  )
  (func (;1;) (type 1) (param i32) (result i32)
    (local i32 i32 i32)
    global.get 0
    i32.const 80
    i32.sub
    local.tee 1
    i64.const 12345
    i64.store offset=8
    local.get 1
    local.get 0
    i32.store offset=4
    local.get 1
    i32.const 0
    i32.store
    local.get 1
    i32.const 16
    i32.add
    local.set 2
    i32.const 65536
    local.set 0
    loop (result i32) ;; label = @1
      local.get 0
      i32.const 4
      i32.add
      local.set 3
      block ;; label = @2
        block ;; label = @3
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
                                  block ;; label = @16
                                    block ;; label = @17
                                      block ;; label = @18
                                        block ;; label = @19
                                          block ;; label = @20
                                            local.get 0
                                            i32.load
                                            br_table 0 (;@20;) 1 (;@19;) 2 (;@18;) 3 (;@17;) 4 (;@16;) 5 (;@15;) 6 (;@14;) 7 (;@13;) 8 (;@12;) 9 (;@11;) 10 (;@10;) 11 (;@9;) 12 (;@8;) 13 (;@7;) 14 (;@6;) 15 (;@5;) 16 (;@4;) 17 (;@3;)
                                          end
                                          local.get 2
                                          local.get 0
                                          i32.load offset=4
                                          i32.store
                                          br 17 (;@2;)
                                        end
                                        local.get 2
                                        local.get 1
                                        local.get 0
                                        i32.load offset=4
                                        i32.const 2
                                        i32.shl
                                        i32.add
                                        i32.load
                                        i32.store
                                        br 16 (;@2;)
                                      end
                                      local.get 1
                                      local.get 0
                                      i32.load offset=4
                                      i32.const 2
                                      i32.shl
                                      i32.add
                                      local.get 2
                                      i32.const -4
                                      i32.add
                                      local.tee 2
                                      i32.load
                                      i32.store
                                      local.get 0
                                      i32.const 8
                                      i32.add
                                      local.set 0
                                      br 16 (;@1;)
                                    end
                                    local.get 2
                                    i32.const -8
                                    i32.add
                                    local.tee 0
                                    local.get 0
                                    i32.load
                                    local.get 2
                                    i32.const -4
                                    i32.add
                                    local.tee 0
                                    i32.load
                                    i32.add
                                    i32.store
                                    local.get 0
                                    local.set 2
                                    local.get 3
                                    local.set 0
                                    br 15 (;@1;)
                                  end
                                  local.get 2
                                  i32.const -8
                                  i32.add
                                  local.tee 0
                                  local.get 0
                                  i32.load
                                  local.get 2
                                  i32.const -4
                                  i32.add
                                  local.tee 0
                                  i32.load
                                  i32.sub
                                  i32.store
                                  local.get 0
                                  local.set 2
                                  local.get 3
                                  local.set 0
                                  br 14 (;@1;)
                                end
                                local.get 2
                                i32.const -8
                                i32.add
                                local.tee 0
                                local.get 0
                                i32.load
                                local.get 2
                                i32.const -4
                                i32.add
                                local.tee 0
                                i32.load
                                i32.mul
                                i32.store
                                local.get 0
                                local.set 2
                                local.get 3
                                local.set 0
                                br 13 (;@1;)
                              end
                              local.get 2
                              i32.const -8
                              i32.add
                              local.tee 0
                              local.get 0
                              i32.load
                              local.get 2
                              i32.const -4
                              i32.add
                              local.tee 0
                              i32.load
                              i32.and
                              i32.store
                              local.get 0
                              local.set 2
                              local.get 3
                              local.set 0
                              br 12 (;@1;)
                            end
                            local.get 2
                            i32.const -8
                            i32.add
                            local.tee 0
                            local.get 0
                            i32.load
                            local.get 2
                            i32.const -4
                            i32.add
                            local.tee 0
                            i32.load
                            i32.xor
                            i32.store
                            local.get 0
                            local.set 2
                            local.get 3
                            local.set 0
                            br 11 (;@1;)
                          end
                          local.get 2
                          i32.const -8
                          i32.add
                          local.tee 0
                          local.get 0
                          i32.load
                          local.get 2
                          i32.const -4
                          i32.add
                          local.tee 0
                          i32.load
                          i32.shr_s
                          i32.store
                          local.get 0
                          local.set 2
                          local.get 3
                          local.set 0
                          br 10 (;@1;)
                        end
                        local.get 2
                        i32.const -8
                        i32.add
                        local.tee 0
                        local.get 0
                        i32.load
                        local.get 2
                        i32.const -4
                        i32.add
                        local.tee 0
                        i32.load
                        i32.lt_s
                        i32.store
                        local.get 0
                        local.set 2
                        local.get 3
                        local.set 0
                        br 9 (;@1;)
                      end
                      local.get 3
                      i32.load
                      i32.const 2
                      i32.shl
                      i32.const 65536
                      i32.add
                      local.set 0
                      br 8 (;@1;)
                    end
                    block ;; label = @9
                      local.get 2
                      i32.const -4
                      i32.add
                      local.tee 2
                      i32.load
                      i32.eqz
                      br_if 0 (;@9;)
                      local.get 3
                      i32.load
                      i32.const 2
                      i32.shl
                      i32.const 65536
                      i32.add
                      local.set 0
                      br 8 (;@1;)
                    end
                    local.get 0
                    i32.const 8
                    i32.add
                    local.set 0
                    br 7 (;@1;)
                  end
                  local.get 2
                  local.get 2
                  i32.const -4
                  i32.add
                  i32.load
                  i32.store
                  local.get 2
                  i32.const 4
                  i32.add
                  local.set 2
                  local.get 3
                  local.set 0
                  br 6 (;@1;)
                end
                local.get 2
                i32.const -8
                i32.add
                local.tee 0
                local.get 0
                i64.load align=4
                i64.const 32
                i64.rotl
                i64.store align=4
                local.get 3
                local.set 0
                br 5 (;@1;)
              end
              local.get 2
              i32.const -4
              i32.add
              local.tee 0
              local.get 0
              i32.load
              i32.const 15
              i32.and
              i32.const 2
              i32.shl
              i32.load offset=65808
              i32.store
              local.get 3
              local.set 0
              br 4 (;@1;)
            end
            local.get 2
            i32.const -4
            i32.add
            i32.load
            i32.const 15
            i32.and
            i32.const 2
            i32.shl
            local.get 2
            i32.const -8
            i32.add
            local.tee 2
            i32.load
            i32.store offset=65808
            local.get 3
            local.set 0
            br 3 (;@1;)
          end
          local.get 1
          i32.load offset=8
          return
        end
        unreachable
      end
      local.get 2
      i32.const 4
      i32.add
      local.set 2
      local.get 0
      i32.const 8
      i32.add
      local.set 0
      br 0 (;@1;)
    end
  )
  (data (;0;) (i32.const 65536) "\00\00\00\00\00\00\00\00\02\00\00\00\00\00\00\00\01\00\00\00\00\00\00\00\01\00\00\00\01\00\00\00\09\00\00\00\0b\00\00\00\0d\00\00\00\0a\00\00\00@\00\00\00\01\00\00\00\02\00\00\00\00\00\00\00\1f\00\00\00\05\00\00\00\01\00\00\00\00\00\00\00\03\00\00\00\01\00\00\00\02\00\00\00\00\00\00\00\05\00\00\00\08\00\00\00\07\00\00\00\02\00\00\00\02\00\00\00\01\00\00\00\02\00\00\00\00\00\00\00\0f\00\00\00\06\00\00\00\0c\00\00\00\0e\00\00\00\01\00\00\00\00\00\00\00\03\00\00\00\01\00\00\00\02\00\00\00\04\00\00\00\0d\00\00\00\0f\00\00\00\01\00\00\00\00\00\00\00\00\00\00\00\01\00\00\00\03\00\00\00\02\00\00\00\00\00\00\00\0a\00\00\00\04\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00\10\00\00\00")
)
