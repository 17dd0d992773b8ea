(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local i32 i64 i32 i32)
    i32.const 0
    i32.const 1
    i32.store8 offset=65536
    i32.const 0
    i32.const 0
    i32.store8 offset=65548
    i32.const 0
    i32.const 0
    i32.store8 offset=65549
    i32.const 0
    i32.const 0
    i32.store8 offset=65550
    i32.const 0
    i32.const 0
    i32.store8 offset=65551
    i32.const 0
    i32.const 0
    i32.store8 offset=65537
    i32.const 0
    i32.const 0
    i32.store8 offset=65538
    i32.const 0
    i32.const 0
    i32.store8 offset=65539
    i32.const 0
    i32.const 0
    i32.store8 offset=65540
    i32.const 0
    i32.const 0
    i32.store offset=65544
    i32.const 0
    i32.const 0
    i32.store8 offset=65553
    i32.const 0
    i32.const 0
    i32.store8 offset=65554
    i32.const 0
    i32.const 0
    i32.store8 offset=65555
    i32.const 0
    i32.const 0
    i32.store8 offset=65556
    i32.const 0
    i32.const 0
    i32.store8 offset=65557
    i32.const 0
    i32.const 0
    i32.store8 offset=65558
    i32.const 0
    i32.const 0
    i32.store8 offset=65559
    i32.const 0
    i32.const 0
    i32.store8 offset=65560
    i32.const 0
    i32.const 0
    i32.store8 offset=65552
    i32.const 0
    i32.const 0
    i32.store8 offset=65561
    i32.const 0
    i32.const 0
    i32.store8 offset=65562
    i32.const 0
    i32.const 0
    i32.store offset=65564
    i32.const 0
    i32.const 0
    i32.store offset=65568
    i32.const 0
    i32.const 0
    i32.store offset=65572
    i32.const 0
    i32.const 0
    i32.store offset=65576
    i32.const 0
    i32.const 0
    i32.store offset=65580
    i32.const 0
    i32.const 0
    i32.store offset=65584
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
    i64.const 0
    local.set 2
    loop ;; label = @1
      i32.const 65552
      local.set 3
      i32.const 8
      local.set 4
      block ;; label = @2
        block ;; label = @3
          block ;; label = @4
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
            i32.const 63
            i32.and
            br_table 1 (;@3;) 0 (;@4;) 2 (;@2;)
          end
          i32.const 65551
          local.set 3
          i32.const 9
          local.set 4
        end
        local.get 3
        local.get 1
        local.get 4
        i32.shr_u
        i32.const 1
        i32.and
        i32.store8
      end
      i32.const 0
      local.get 1
      i32.const 523264
      i32.and
      i32.eqz
      i32.store8 offset=65550
      block ;; label = @2
        local.get 1
        i32.const 1023
        i32.and
        i32.const 2
        i32.ne
        br_if 0 (;@2;)
        i32.const 0
        local.get 1
        i32.const 28672
        i32.and
        i32.const 0
        i32.ne
        i32.store8 offset=65549
      end
      i32.const 0
      local.get 1
      i32.const 254
      i32.and
      i32.eqz
      i32.store8 offset=65548
      call 1
      call 2
      call 3
      local.get 2
      i64.const 3
      i64.mul
      i32.const 0
      i64.load32_s offset=65544
      i64.add
      i32.const 0
      i64.load8_u offset=65540
      i64.const 7
      i64.mul
      i64.add
      i32.const 0
      i64.load32_s offset=65564
      i64.add
      local.set 2
      local.get 0
      i32.const -1
      i32.add
      local.tee 0
      br_if 0 (;@1;)
    end
    local.get 2
    i32.const 0
    i64.load32_s offset=65580
    i64.add
    i32.const 0
    i64.load32_s offset=65576
    i64.const 3
    i64.mul
    i64.add
    i32.const 0
    i64.load32_s offset=65572
    i64.const 5
    i64.mul
    i64.add
    i32.const 0
    i64.load32_s offset=65568
    i64.const 7
    i64.mul
    i64.add
  )
  (func (;1;) (type 1)
    (local i32 i32)
    block ;; label = @1
      block ;; label = @2
        i32.const 0
        i32.load8_u offset=65562
        i32.const 0
        i32.load8_u offset=65552
        i32.ne
        br_if 0 (;@2;)
        i32.const 0
        i32.load8_u offset=65561
        i32.const 0
        i32.load8_u offset=65551
        i32.ne
        br_if 0 (;@2;)
        i32.const 0
        local.set 0
        block ;; label = @3
          i32.const 0
          i32.load8_u offset=65553
          local.tee 1
          i32.const 2
          i32.gt_u
          br_if 0 (;@3;)
          i32.const 0
          local.get 1
          i32.const 1
          i32.add
          i32.store8 offset=65553
          br 2 (;@1;)
        end
        block ;; label = @3
          i32.const 0
          i32.load8_u offset=65552
          i32.eqz
          br_if 0 (;@3;)
          i32.const 0
          local.set 0
          i32.const 0
          i32.load8_u offset=65551
          br_if 0 (;@3;)
          i32.const 0
          i32.load8_u offset=65550
          i32.eqz
          local.set 0
        end
        i32.const 0
        local.get 0
        i32.store8 offset=65558
        i32.const 0
        local.set 0
        block ;; label = @3
          i32.const 0
          i32.load8_u offset=65551
          i32.eqz
          br_if 0 (;@3;)
          i32.const 0
          local.set 0
          i32.const 0
          i32.load8_u offset=65552
          br_if 0 (;@3;)
          i32.const 0
          i32.load8_u offset=65550
          i32.eqz
          local.set 0
        end
        i32.const 0
        local.get 0
        i32.store8 offset=65557
        br 1 (;@1;)
      end
      i32.const 0
      i32.const 0
      i32.store8 offset=65553
    end
    i32.const 0
    i32.const 0
    i32.load8_u offset=65552
    i32.store8 offset=65562
    i32.const 0
    i32.const 0
    i32.load8_u offset=65551
    i32.store8 offset=65561
  )
  (func (;2;) (type 1)
    (local i32 i32 i32 i32 i32 i32 i32)
    i32.const 0
    i32.const 0
    i32.load offset=65584
    i32.const 1
    i32.add
    local.tee 0
    i32.store offset=65584
    i32.const 0
    i32.load8_u offset=65549
    local.set 1
    i32.const 0
    i32.load8_u offset=65549
    local.set 2
    i32.const 0
    i32.load8_u offset=65548
    local.set 3
    i32.const 0
    i32.load8_u offset=65560
    local.set 4
    i32.const 0
    i32.const 0
    i32.load8_u offset=65549
    i32.store8 offset=65560
    i32.const 0
    i32.load8_u offset=65559
    local.set 5
    i32.const 0
    i32.const 0
    i32.load8_u offset=65548
    i32.store8 offset=65559
    block ;; label = @1
      block ;; label = @2
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    block ;; label = @9
                      i32.const 0
                      i32.load8_u offset=65540
                      local.tee 6
                      br_if 0 (;@9;)
                      local.get 1
                      i32.const 255
                      i32.and
                      i32.eqz
                      br_if 8 (;@1;)
                      local.get 4
                      i32.const 255
                      i32.and
                      br_if 8 (;@1;)
                      i32.const 0
                      i32.const 1
                      i32.const 4
                      i32.const 0
                      i32.load8_u offset=65538
                      select
                      local.tee 6
                      i32.store8 offset=65540
                      i32.const 0
                      i32.const 0
                      i32.store8 offset=65554
                      i32.const 0
                      i32.const 0
                      i32.store8 offset=65537
                      br 1 (;@8;)
                    end
                    local.get 2
                    i32.const 255
                    i32.and
                    br_if 0 (;@8;)
                    local.get 4
                    i32.const 255
                    i32.and
                    i32.eqz
                    br_if 0 (;@8;)
                    block ;; label = @9
                      local.get 6
                      i32.const 2
                      i32.ne
                      br_if 0 (;@9;)
                      i32.const 0
                      i32.load8_u offset=65556
                      i32.const 1
                      i32.and
                      i32.eqz
                      br_if 0 (;@9;)
                      i32.const 0
                      i32.const 1
                      i32.store8 offset=65554
                      br 2 (;@7;)
                    end
                    i32.const 0
                    i32.const 0
                    i32.load offset=65576
                    i32.const 1
                    i32.add
                    i32.store offset=65576
                    i32.const 0
                    i32.const 0
                    i32.store8 offset=65539
                    i32.const 0
                    i32.const 0
                    i32.store8 offset=65540
                    i32.const 0
                    i32.const 0
                    i32.store8 offset=65556
                    return
                  end
                  local.get 6
                  i32.const -1
                  i32.add
                  br_table 1 (;@6;) 0 (;@7;) 4 (;@3;) 5 (;@2;) 6 (;@1;)
                end
                i32.const 0
                i32.load8_u offset=65537
                local.set 2
                i32.const 0
                i32.load8_u offset=65539
                local.tee 4
                i32.const 1
                i32.ne
                local.tee 6
                br_if 1 (;@5;)
                local.get 3
                i32.const 255
                i32.and
                i32.eqz
                br_if 1 (;@5;)
                local.get 5
                i32.const 255
                i32.and
                br_if 1 (;@5;)
                local.get 2
                i32.const 255
                i32.and
                br_if 1 (;@5;)
                i32.const 0
                i32.const 1
                i32.store8 offset=65556
                i32.const 2
                local.set 4
                i32.const 0
                i32.const 2
                i32.store8 offset=65539
                i32.const 0
                i32.const 0
                i32.load offset=65572
                i32.const 1
                i32.add
                i32.store offset=65572
                br 2 (;@4;)
              end
              i32.const 0
              i32.load offset=65544
              local.set 6
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    i32.const 0
                    i32.load8_u offset=65558
                    i32.eqz
                    br_if 0 (;@8;)
                    local.get 6
                    i32.const 200
                    i32.const 0
                    i32.const 0
                    i32.load8_u offset=65536
                    select
                    i32.ge_s
                    br_if 0 (;@8;)
                    i32.const 1
                    local.set 6
                    br 1 (;@7;)
                  end
                  i32.const 0
                  i32.load8_u offset=65557
                  i32.eqz
                  br_if 1 (;@6;)
                  local.get 6
                  i32.const 1
                  i32.lt_s
                  br_if 1 (;@6;)
                  i32.const 2
                  local.set 6
                end
                i32.const 0
                local.get 6
                i32.store8 offset=65539
                i32.const 0
                i32.const 2
                i32.store8 offset=65540
                i32.const 0
                i32.const 0
                i32.load offset=65580
                i32.const 1
                i32.add
                i32.store offset=65580
                i32.const 0
                i32.const 0
                i32.store8 offset=65556
                i32.const 0
                i32.const 0
                i32.store8 offset=65555
                return
              end
              i32.const 0
              i32.load8_u offset=65554
              local.tee 6
              i32.eqz
              br_if 4 (;@1;)
              i32.const 0
              local.get 6
              i32.const 1
              i32.add
              local.tee 6
              i32.store8 offset=65554
              local.get 6
              i32.const 255
              i32.and
              i32.const 51
              i32.lt_u
              br_if 4 (;@1;)
              i32.const 0
              i32.const 0
              i32.store8 offset=65554
              i32.const 0
              i32.const 0
              i32.store8 offset=65540
              return
            end
            i32.const 0
            i32.load8_u offset=65557
            local.set 1
            block ;; label = @5
              local.get 6
              br_if 0 (;@5;)
              local.get 1
              i32.const 255
              i32.and
              i32.eqz
              br_if 0 (;@5;)
              i32.const 1
              local.set 4
              i32.const 0
              i32.const 1
              i32.store8 offset=65540
              i32.const 0
              i32.const 0
              i32.load offset=65576
              i32.const 1
              i32.add
              i32.store offset=65576
              i32.const 0
              i32.const 0
              i32.store8 offset=65539
              br 1 (;@4;)
            end
            i32.const 0
            i32.load8_u offset=65556
            local.set 3
            i32.const 0
            i32.load8_u offset=65558
            local.set 6
            block ;; label = @5
              local.get 4
              i32.const 2
              i32.ne
              br_if 0 (;@5;)
              local.get 6
              i32.const 255
              i32.and
              i32.eqz
              br_if 0 (;@5;)
              i32.const 1
              local.set 4
              local.get 3
              i32.const 1
              i32.and
              br_if 0 (;@5;)
              i32.const 0
              i32.const 1
              i32.store8 offset=65540
              i32.const 0
              i32.const 0
              i32.load offset=65576
              i32.const 1
              i32.add
              i32.store offset=65576
              i32.const 0
              i32.const 0
              i32.store8 offset=65539
              br 1 (;@4;)
            end
            block ;; label = @5
              local.get 3
              local.get 6
              i32.const 255
              i32.and
              i32.const 0
              i32.ne
              i32.or
              i32.const 1
              i32.and
              i32.eqz
              br_if 0 (;@5;)
              i32.const 2
              local.set 4
              br 1 (;@4;)
            end
            block ;; label = @5
              local.get 1
              i32.const 255
              i32.and
              i32.eqz
              br_if 0 (;@5;)
              i32.const 2
              local.set 4
              br 1 (;@4;)
            end
            block ;; label = @5
              i32.const 0
              i32.load8_u offset=65555
              i32.const 9
              i32.gt_u
              br_if 0 (;@5;)
              i32.const 0
              i32.const 1
              i32.store8 offset=65556
              i32.const 2
              local.set 4
              br 1 (;@4;)
            end
            i32.const 1
            local.set 4
            i32.const 0
            i32.const 1
            i32.store8 offset=65540
            i32.const 0
            i32.const 0
            i32.load offset=65576
            i32.const 1
            i32.add
            i32.store offset=65576
            i32.const 0
            i32.const 0
            i32.store8 offset=65539
          end
          i32.const 0
          i32.load8_u offset=65555
          local.set 6
          block ;; label = @4
            block ;; label = @5
              i32.const 0
              i32.load offset=65564
              i32.const 91
              i32.lt_s
              br_if 0 (;@5;)
              i32.const 0
              local.get 6
              i32.const 1
              i32.add
              local.tee 6
              i32.store8 offset=65555
              local.get 6
              i32.const 255
              i32.and
              i32.const 13
              i32.lt_u
              br_if 1 (;@4;)
              i32.const 0
              i32.const 0
              i32.load offset=65576
              i32.const 1
              i32.add
              i32.store offset=65576
              i32.const 0
              i32.const 1
              i32.const 3
              i32.const 0
              i32.load offset=65544
              local.tee 6
              i32.eqz
              local.get 6
              i32.const 200
              i32.const 0
              i32.const 0
              i32.load8_u offset=65536
              select
              i32.eq
              i32.or
              local.tee 6
              select
              local.tee 4
              i32.store8 offset=65540
              i32.const 0
              i32.const 0
              local.get 2
              i32.const 1
              i32.add
              local.get 6
              select
              i32.store8 offset=65537
              i32.const 0
              i32.const 0
              i32.store8 offset=65539
              i32.const 0
              i32.const 0
              i32.store8 offset=65556
              i32.const 0
              i32.const 0
              i32.store8 offset=65555
              br 1 (;@4;)
            end
            local.get 6
            i32.const 255
            i32.and
            i32.eqz
            br_if 0 (;@4;)
            local.get 0
            i32.const 3
            i32.and
            br_if 0 (;@4;)
            i32.const 0
            local.get 6
            i32.const -1
            i32.add
            i32.store8 offset=65555
          end
          i32.const 0
          i32.load8_u offset=65554
          i32.eqz
          br_if 2 (;@1;)
          local.get 4
          i32.const 1
          i32.ne
          br_if 2 (;@1;)
          i32.const 0
          i32.const 0
          i32.store8 offset=65554
          i32.const 0
          i32.const 0
          i32.store8 offset=65540
          return
        end
        block ;; label = @3
          i32.const 0
          i32.load8_u offset=65537
          i32.const 4
          i32.lt_u
          br_if 0 (;@3;)
          i32.const 0
          i32.const 4
          i32.store8 offset=65540
          i32.const 0
          i32.const 0
          i32.store8 offset=65538
          i32.const 0
          i32.const 0
          i32.store8 offset=65537
          return
        end
        i32.const 0
        i32.load8_u offset=65558
        i32.const 0
        i32.load8_u offset=65557
        i32.const 255
        i32.and
        i32.or
        br_if 1 (;@1;)
        i32.const 0
        i32.const 1
        i32.store8 offset=65540
        return
      end
      block ;; label = @2
        i32.const 0
        i32.load8_u offset=65539
        local.tee 6
        br_if 0 (;@2;)
        i32.const 0
        i32.const 2
        i32.const 0
        i32.load8_u offset=65568
        i32.const 1
        i32.and
        i32.sub
        i32.store8 offset=65539
        i32.const 0
        i32.const 0
        i32.store8 offset=65555
        return
      end
      i32.const 0
      i32.load offset=65564
      i32.const 91
      i32.lt_s
      br_if 0 (;@1;)
      i32.const 1
      local.set 2
      i32.const 0
      i32.const 0
      i32.load8_u offset=65555
      i32.const 1
      i32.add
      local.tee 4
      i32.store8 offset=65555
      local.get 4
      i32.const 255
      i32.and
      i32.const 6
      i32.lt_u
      br_if 0 (;@1;)
      block ;; label = @2
        local.get 6
        i32.const 1
        i32.ne
        br_if 0 (;@2;)
        i32.const 0
        local.set 2
        i32.const 0
        i32.const 1
        i32.store8 offset=65540
        i32.const 0
        i32.const 1
        i32.store8 offset=65538
      end
      i32.const 0
      local.get 2
      i32.store8 offset=65539
      i32.const 0
      i32.const 0
      i32.load offset=65568
      i32.const 1
      i32.add
      i32.store offset=65568
      i32.const 0
      i32.const 0
      i32.store8 offset=65555
    end
  )
  (func (;3;) (type 1)
    (local i32 i32 i32)
    block ;; label = @1
      block ;; label = @2
        block ;; label = @3
          block ;; label = @4
            block ;; label = @5
              i32.const 0
              i32.load8_u offset=65539
              i32.const -1
              i32.add
              br_table 0 (;@5;) 1 (;@4;) 2 (;@3;)
            end
            i32.const 0
            i32.const 0
            i32.load offset=65544
            i32.const 3
            i32.const 1
            i32.const 0
            i32.load8_u offset=65538
            select
            i32.add
            local.tee 0
            i32.store offset=65544
            i32.const 0
            local.get 0
            i32.const 7
            i32.and
            i32.const 60
            i32.const 0
            i32.const 0
            i32.load8_u offset=65548
            select
            i32.add
            i32.const 20
            i32.add
            local.tee 1
            i32.store offset=65564
            local.get 0
            i32.const 200
            i32.const 0
            i32.const 0
            i32.load8_u offset=65536
            select
            local.tee 2
            i32.lt_s
            br_if 3 (;@1;)
            i32.const 0
            local.get 2
            i32.store offset=65544
            local.get 1
            i32.const 80
            i32.add
            local.set 0
            br 2 (;@2;)
          end
          i32.const 0
          i32.const -4
          i32.const -1
          i32.const 0
          i32.load8_u offset=65538
          select
          i32.const 0
          i32.load offset=65544
          i32.add
          local.tee 0
          i32.store offset=65544
          i32.const 0
          local.get 0
          i32.const 3
          i32.and
          local.tee 1
          i32.const 15
          i32.add
          i32.store offset=65564
          local.get 0
          i32.const 0
          i32.gt_s
          br_if 2 (;@1;)
          i32.const 0
          i32.const 0
          i32.store offset=65544
          local.get 1
          i32.const 95
          i32.add
          local.set 0
          br 1 (;@2;)
        end
        i32.const 0
        i32.load offset=65564
        local.tee 0
        i32.const 4
        local.get 0
        i32.const 4
        i32.gt_s
        select
        i32.const -4
        i32.add
        local.set 0
      end
      i32.const 0
      local.get 0
      i32.store offset=65564
    end
  )
)
