;;! origin fuel was charged anew at the end of a try_table by the interpreter only
;;! settings metered=true canonical_nans=true stack=67108864
;;! call 0 "f" 0x0 fuel=4
;;! call 0 "f" 0x0 fuel=3
;;! call 0 "f" 0x0 fuel=2
;;! call 0 "no_clauses" fuel=3
;;! call 0 "outer" 0x0 fuel=5
;;! call 0 "loop" fuel=6
;;! module
(module
  (memory 0)
  (func (export "f") (param i32) (result i32)
    i32.const 0
    i64.load
    block
      i32.const 1
      drop
      try_table (catch_all 0) (catch_all 0)
      end
      i32.const 2
      drop
    end
    i32.wrap_i64)
  (func (export "no_clauses") (result i32)
    i32.const 0
    i64.load
    try_table
    end
    i64.eqz)
  ;; What the clauses name begins anew where it ends, too.
  (func (export "outer") (param i32) (result i32)
    i32.const 0
    block
      block
        block
          try_table (catch_all 0) (catch_all 2) (catch_all 1)
          end
          local.get 0
          drop
          i32.const 5
          i32.load
          drop
        end
        local.get 0
        drop
      end
      local.get 0
      drop
    end
    i32.eqz)
  ;; A branch to a loop is one to its start.
  (func (export "loop") (result i32)
    loop
      i32.const 0
      drop
      try_table (catch_all 0)
      end
      i32.const 1
      drop
    end
    i32.const 2
    i32.load))
