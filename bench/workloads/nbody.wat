(module
  (type (;0;) (func (param i32) (result i64)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "run" (func 0))
  (func (;0;) (type 0) (param i32) (result i64)
    (local f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 i32 f64 f64 i32 i32 i32 i32 i32 f64 f64 f64 f64 i32 i32 f64 f64 f64 f64 f64 i32)
    i32.const 0
    i32.const 0
    i64.load offset=65584
    i64.store offset=65872
    i32.const 0
    i32.const 0
    i64.load offset=65576
    i64.store offset=65864
    i32.const 0
    i32.const 0
    i64.load offset=65568
    i64.store offset=65856
    i32.const 0
    i32.const 0
    i64.load offset=65560
    i64.store offset=65848
    i32.const 0
    i32.const 0
    i64.load offset=65552
    i64.store offset=65840
    i32.const 0
    i32.const 0
    i64.load offset=65544
    i64.store offset=65832
    i32.const 0
    i32.const 0
    i64.load offset=65536
    i64.store offset=65824
    i32.const 0
    i32.const 0
    i64.load offset=65592
    i64.store offset=65880
    i32.const 0
    i32.const 0
    i64.load offset=65600
    i64.store offset=65888
    i32.const 0
    i32.const 0
    i64.load offset=65608
    i64.store offset=65896
    i32.const 0
    i32.const 0
    i64.load offset=65616
    i64.store offset=65904
    i32.const 0
    i32.const 0
    i64.load offset=65624
    i64.store offset=65912
    i32.const 0
    i32.const 0
    i64.load offset=65632
    i64.store offset=65920
    i32.const 0
    i32.const 0
    i64.load offset=65640
    i64.store offset=65928
    i32.const 0
    i32.const 0
    i64.load offset=65696
    i64.store offset=65984
    i32.const 0
    i32.const 0
    i64.load offset=65688
    i64.store offset=65976
    i32.const 0
    i32.const 0
    i64.load offset=65680
    i64.store offset=65968
    i32.const 0
    i32.const 0
    i64.load offset=65672
    i64.store offset=65960
    i32.const 0
    i32.const 0
    i64.load offset=65664
    i64.store offset=65952
    i32.const 0
    i32.const 0
    i64.load offset=65656
    i64.store offset=65944
    i32.const 0
    i32.const 0
    i64.load offset=65648
    i64.store offset=65936
    i32.const 0
    i32.const 0
    i64.load offset=65704
    i64.store offset=65992
    i32.const 0
    i32.const 0
    i64.load offset=65712
    i64.store offset=66000
    i32.const 0
    i32.const 0
    i64.load offset=65720
    i64.store offset=66008
    i32.const 0
    i32.const 0
    i64.load offset=65728
    i64.store offset=66016
    i32.const 0
    i32.const 0
    i64.load offset=65736
    i64.store offset=66024
    i32.const 0
    i32.const 0
    i64.load offset=65744
    i64.store offset=66032
    i32.const 0
    i32.const 0
    i64.load offset=65752
    i64.store offset=66040
    i32.const 0
    i32.const 0
    i64.load offset=65808
    i64.store offset=66096
    i32.const 0
    i32.const 0
    i64.load offset=65800
    i64.store offset=66088
    i32.const 0
    i32.const 0
    i64.load offset=65792
    i64.store offset=66080
    i32.const 0
    i32.const 0
    i64.load offset=65784
    i64.store offset=66072
    i32.const 0
    i32.const 0
    i64.load offset=65776
    i64.store offset=66064
    i32.const 0
    i32.const 0
    i64.load offset=65768
    i64.store offset=66056
    i32.const 0
    i32.const 0
    i64.load offset=65760
    i64.store offset=66048
    block ;; label = @1
      local.get 0
      i32.const 1
      i32.ge_s
      br_if 0 (;@1;)
      i64.const -76597457509763
      return
    end
    f64.const 0x1.6f1f393abe54p-3 (;=0.17925877295037118;)
    local.set 1
    f64.const -0x1.9eb5833c8a22p+4 (;=-25.919314609987964;)
    local.set 2
    f64.const 0x1.ec267a905572ap+3 (;=15.379697114850917;)
    local.set 3
    f64.const -0x1.c9557be257dap-3 (;=-0.22330757889265573;)
    local.set 4
    f64.const -0x1.e38e8d626667ep+3 (;=-15.111151401698631;)
    local.set 5
    f64.const 0x1.9c9eacea7d9cfp+3 (;=12.894369562139131;)
    local.set 6
    f64.const -0x1.9d353e1eb467cp-2 (;=-0.4035234171143214;)
    local.set 7
    f64.const 0x1.07fcb31de01bp+2 (;=4.124798564124305;)
    local.set 8
    f64.const 0x1.0afcdc332ca67p+3 (;=8.34336671824458;)
    local.set 9
    f64.const -0x1.a86f96c25ebfp-4 (;=-0.10362204447112311;)
    local.set 10
    f64.const -0x1.290abc01fdb7cp+0 (;=-1.1603200440274284;)
    local.set 11
    f64.const 0x1.35da0343cd92cp+2 (;=4.841431442464721;)
    local.set 12
    f64.const 0x0p+0 (;=0;)
    local.set 13
    i32.const 0
    local.set 14
    f64.const 0x0p+0 (;=0;)
    local.set 15
    f64.const 0x0p+0 (;=0;)
    local.set 16
    loop ;; label = @1
      i32.const 0
      local.set 17
      i32.const 4
      local.set 18
      i32.const 65824
      local.set 19
      loop ;; label = @2
        block ;; label = @3
          local.get 17
          i32.const 3
          i32.gt_u
          br_if 0 (;@3;)
          local.get 17
          i32.const 56
          i32.mul
          local.tee 20
          i32.const 65824
          i32.add
          local.set 21
          local.get 20
          f64.load offset=65872
          local.set 22
          local.get 20
          f64.load offset=65840
          local.set 23
          local.get 20
          f64.load offset=65832
          local.set 24
          local.get 20
          f64.load offset=65824
          local.set 25
          local.get 19
          local.set 20
          local.get 18
          local.set 26
          loop ;; label = @4
            local.get 21
            local.get 21
            f64.load offset=24
            local.get 25
            local.get 20
            i32.const 56
            i32.add
            local.tee 27
            f64.load
            f64.sub
            local.tee 28
            local.get 20
            i32.const 104
            i32.add
            f64.load
            local.tee 29
            f64.mul
            f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
            local.get 23
            local.get 20
            i32.const 72
            i32.add
            f64.load
            f64.sub
            local.tee 30
            local.get 30
            f64.mul
            local.get 28
            local.get 28
            f64.mul
            local.get 24
            local.get 20
            i32.const 64
            i32.add
            f64.load
            f64.sub
            local.tee 31
            local.get 31
            f64.mul
            f64.add
            f64.add
            local.tee 32
            local.get 32
            f64.sqrt
            f64.mul
            f64.div
            local.tee 32
            f64.mul
            f64.sub
            f64.store offset=24
            local.get 21
            local.get 21
            f64.load offset=32
            local.get 31
            local.get 29
            f64.mul
            local.get 32
            f64.mul
            f64.sub
            f64.store offset=32
            local.get 21
            local.get 21
            f64.load offset=40
            local.get 30
            local.get 29
            f64.mul
            local.get 32
            f64.mul
            f64.sub
            f64.store offset=40
            local.get 20
            i32.const 80
            i32.add
            local.tee 33
            local.get 22
            local.get 28
            f64.mul
            local.get 32
            f64.mul
            local.get 33
            f64.load
            f64.add
            f64.store
            local.get 20
            i32.const 88
            i32.add
            local.tee 33
            local.get 22
            local.get 31
            f64.mul
            local.get 32
            f64.mul
            local.get 33
            f64.load
            f64.add
            f64.store
            local.get 20
            i32.const 96
            i32.add
            local.tee 20
            local.get 22
            local.get 30
            f64.mul
            local.get 32
            f64.mul
            local.get 20
            f64.load
            f64.add
            f64.store
            local.get 27
            local.set 20
            local.get 26
            i32.const -1
            i32.add
            local.tee 26
            br_if 0 (;@4;)
          end
        end
        local.get 19
        i32.const 56
        i32.add
        local.set 19
        local.get 18
        i32.const -1
        i32.add
        local.set 18
        local.get 17
        i32.const 1
        i32.add
        local.tee 17
        i32.const 5
        i32.ne
        br_if 0 (;@2;)
      end
      i32.const 0
      i32.const 0
      f64.load offset=65848
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 13
      f64.add
      local.tee 13
      f64.store offset=65824
      i32.const 0
      i32.const 0
      f64.load offset=65856
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 15
      f64.add
      local.tee 15
      f64.store offset=65832
      i32.const 0
      i32.const 0
      f64.load offset=65864
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 16
      f64.add
      local.tee 16
      f64.store offset=65840
      i32.const 0
      i32.const 0
      f64.load offset=65904
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 12
      f64.add
      local.tee 12
      f64.store offset=65880
      i32.const 0
      i32.const 0
      f64.load offset=65912
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 11
      f64.add
      local.tee 11
      f64.store offset=65888
      i32.const 0
      i32.const 0
      f64.load offset=65920
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 10
      f64.add
      local.tee 10
      f64.store offset=65896
      i32.const 0
      i32.const 0
      f64.load offset=65960
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 9
      f64.add
      local.tee 9
      f64.store offset=65936
      i32.const 0
      i32.const 0
      f64.load offset=65968
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 8
      f64.add
      local.tee 8
      f64.store offset=65944
      i32.const 0
      i32.const 0
      f64.load offset=65976
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 7
      f64.add
      local.tee 7
      f64.store offset=65952
      i32.const 0
      i32.const 0
      f64.load offset=66016
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 6
      f64.add
      local.tee 6
      f64.store offset=65992
      i32.const 0
      i32.const 0
      f64.load offset=66024
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 5
      f64.add
      local.tee 5
      f64.store offset=66000
      i32.const 0
      i32.const 0
      f64.load offset=66032
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 4
      f64.add
      local.tee 4
      f64.store offset=66008
      i32.const 0
      i32.const 0
      f64.load offset=66072
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 3
      f64.add
      local.tee 3
      f64.store offset=66048
      i32.const 0
      i32.const 0
      f64.load offset=66080
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 2
      f64.add
      local.tee 2
      f64.store offset=66056
      i32.const 0
      i32.const 0
      f64.load offset=66088
      f64.const 0x1.47ae147ae147bp-7 (;=0.01;)
      f64.mul
      local.get 1
      f64.add
      local.tee 1
      f64.store offset=66064
      local.get 14
      i32.const 1
      i32.add
      local.tee 14
      local.get 0
      i32.ne
      br_if 0 (;@1;)
    end
    local.get 16
    f64.const 0x1.cp+2 (;=7;)
    f64.mul
    local.get 15
    f64.const 0x1.8p+1 (;=3;)
    f64.mul
    local.get 13
    f64.add
    f64.add
    f64.const 0x0p+0 (;=0;)
    f64.add
    local.get 10
    f64.const 0x1.cp+2 (;=7;)
    f64.mul
    local.get 11
    f64.const 0x1.8p+1 (;=3;)
    f64.mul
    local.get 12
    f64.add
    f64.add
    f64.add
    local.get 7
    f64.const 0x1.cp+2 (;=7;)
    f64.mul
    local.get 8
    f64.const 0x1.8p+1 (;=3;)
    f64.mul
    local.get 9
    f64.add
    f64.add
    f64.add
    local.get 4
    f64.const 0x1.cp+2 (;=7;)
    f64.mul
    local.get 5
    f64.const 0x1.8p+1 (;=3;)
    f64.mul
    local.get 6
    f64.add
    f64.add
    f64.add
    local.get 1
    f64.const 0x1.cp+2 (;=7;)
    f64.mul
    local.get 2
    f64.const 0x1.8p+1 (;=3;)
    f64.mul
    local.get 3
    f64.add
    f64.add
    f64.add
    f64.const 0x1.d1a94a2p+39 (;=1000000000000;)
    f64.mul
    i64.trunc_sat_f64_s
  )
  (data (;0;) (i32.const 65536) "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\deE\be\c9<\bdC@,\d9<4\a0]\13@|\db\1f\c0\ab\90\f2\bf\f0\eb%l\f9\86\ba\bf\bc\cc\93\9b\06g\e3?\9b\94}\f5\f2~\06@\15\07Z\9a\d7\d2\99\bf\d83\ab\d9\95L\a3?g\ca2\c3\cd\af @\b0\01\de1\cb\7f\10@|F\eb\e1S\d3\d9\bfB\94\87\b8!,\f0\bf\13\8f\1f\bf\e95\fd?\b4#\11_H<\81?7\c6\07\0dI\1d\87?\cf\d9\a7\ce\ea\c9)@~f&\d6\e88.\c0\a0}%\beW\95\cc\bf\ef\1b\91\a9\1cS\f1?\c5\bbT>\7f\cc\eb?|>\f2\fak/\86\bf\b3\1e\f4\9c\d2=\5c?*W\05\a9g\c2.@ \a2\c83X\eb9\c0@\e5\ab\93\f3\f1\c6?J\bcY\16\b6T\ef?\a3\fb\c41\c6\07\e3?\eal\dcX\88\cb\a1\bf\ac\99\17S\f3\a8`?")
)
